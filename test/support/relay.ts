import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Relayed {
  readonly method: string;
  readonly path: string;
  /** As they are passed on. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What becomes of a request: it goes on to the sandbox, or the connection breaks, or this is answered. */
export type Fate =
  | 'pass'
  | 'reset'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly message?: string };

/** Stands between the program and a sandbox: sees every request, and lets a test decide what becomes of it. */
export class Relay {
  readonly seen: Relayed[] = [];
  readonly #server: Server;
  readonly #to: string;
  /** Decides before a request goes on, which waits for that. */
  fate: (request: Relayed) => Fate | Promise<Fate> = () => 'pass';

  private constructor(to: string) {
    this.#to = to;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async to(url: string): Promise<Relay> {
    const relay = new Relay(url);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { method = 'GET', url: path = '/' } = request;
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers as Record<string, string>;
    const relayed = { method, path, headers, body };
    this.seen.push(relayed);
    const fate = await this.fate(relayed);
    if (fate === 'reset') return void request.socket.destroy();
    if (fate !== 'pass') {
      response.writeHead(fate.status, { 'content-type': 'application/json', ...fate.headers });
      return void response.end(JSON.stringify({ errors: [{ code: 'made_up', message: fate.message ?? 'made up' }] }));
    }
    const answer = await fetch(`${this.#to}${path}`, { method, headers, ...(body === '' ? {} : { body }) });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(await answer.text());
  }
}
