import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What every write has of its own. */
const MARK = /mark-[\w-]+/;

/** How a request fails, one kind after the other: before it was carried out, after it, or without a word. */
const FAILURES = ['429', '500 undone', '500 done', 'reset undone', 'reset done'] as const;

/** Stands for Clerk: answers at once, fails as often as it is told to, and counts what was carried out. */
export class Upstream {
  readonly #server: Server;
  /** How often each write was carried out. */
  readonly done = new Map<string, number>();
  /** One request in so many fails; 0 for none. */
  failsOneIn = 0;
  requests = 0;
  failed = 0;

  private constructor() {
    this.#server = createServer((request, response) => this.#take(request, response));
    // A server that is killed leaves connections behind.
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(): Promise<Upstream> {
    const upstream = new Upstream();
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.requests++;
      const { pathname } = new URL(request.url ?? '/', 'http://upstream');
      const mark = request.method === 'GET' ? undefined : MARK.exec(pathname + Buffer.concat(chunks))?.[0];
      const fails = this.failsOneIn > 0 && this.requests % this.failsOneIn === 0;
      const failure = fails ? FAILURES[this.failed++ % FAILURES.length] : undefined;
      if (mark !== undefined && failure?.endsWith('undone') !== true && failure !== '429') {
        this.done.set(mark, (this.done.get(mark) ?? 0) + 1);
      }
      if (failure?.startsWith('reset')) response.destroy();
      else if (failure === '429') json(response, 429, error('too_many_requests_error'), { 'retry-after': '0' });
      else if (failure !== undefined) json(response, 500, error('internal_clerk_error'));
      else json(response, 200, answerTo(pathname));
    });
  }
}

function answerTo(pathname: string): object {
  if (pathname === '/v1/users/count') return { object: 'total_count', total_count: 1 };
  const id = /^\/v1\/users\/([\w-]+)/.exec(pathname)?.[1] ?? 'user_new';
  const email = { id: 'idn_1', object: 'email_address', email_address: `${id}@load.example` };
  return { id, object: 'user', first_name: 'Ada', banned: false, email_addresses: [email], primary_email_address_id: 'idn_1' };
}

const error = (code: string): object => ({ errors: [{ code, message: 'later', long_message: 'Try again later.' }] });

function json(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
