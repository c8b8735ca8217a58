import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from './random.js';

/** The marks of writes: what each call has of its own. */
const MARK = /mark-[\w-]+/;

type Act = (response: ServerResponse, body: string) => void;

const json = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
};

/** How requests are answered, by how often: mostly well. */
const ACTS: readonly (readonly [weight: number, act: Act, carriesOut: boolean])[] = [
  [80, (response, body) => json(response, 200, body), true],
  [3, (response) => response.destroy(), true],
  [
    3,
    (response) =>
      response.writeHead(200, { 'content-length': '1000' }).write('{"id":') && setTimeout(() => response.destroy(), 20),
    true,
  ],
  [2, () => {}, true],
  [2, (response) => json(response, 500, '<html>'), true],
  [2, (response) => json(response, 503, '{"errors":[{"code":"maintenance_mode","message":"later"}]}'), false],
  [
    3,
    (response) => json(response, 429, '{"errors":[{"code":"too_many_requests","message":"later"}]}', { 'retry-after': '0' }),
    false,
  ],
  [3, (response) => json(response, 404, '{"errors":[{"code":"resource_not_found","message":"not found"}]}'), false],
  [2, (response, body) => setTimeout(() => json(response, 200, body), 700), true],
];
const WEIGHT = ACTS.reduce((sum, [weight]) => sum + weight, 0);

/** Stands for Clerk, and is cut at random. Counts writes that may have been carried out, to see that none comes twice. */
export class Upstream {
  readonly #server: Server;
  readonly #random: Random;
  readonly #writes = new Map<string, number>();
  requests = 0;
  cuts = 0;

  private constructor(random: Random) {
    this.#random = random;
    this.#server = createServer((request, response) => this.#take(request, response));
  }

  static async start(random: Random): Promise<Upstream> {
    const upstream = new Upstream(random);
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Marks of writes that were sent again although they may have been carried out. */
  get repeated(): string[] {
    return [...this.#writes].filter(([, count]) => count > 1).map(([mark]) => mark);
  }

  /** Breaks every connection, in the middle of whatever is on it. */
  cut(): void {
    this.cuts++;
    this.#server.closeAllConnections();
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, act, carriesOut] = this.#draw();
      const mark = request.method === 'GET' ? undefined : MARK.exec(Buffer.concat(chunks).toString())?.[0];
      if (mark !== undefined && carriesOut) this.#writes.set(mark, (this.#writes.get(mark) ?? 0) + 1);
      const { pathname } = new URL(request.url ?? '/', 'http://upstream');
      act(
        response,
        pathname === '/v1/users' && request.method === 'GET' ? '[]' : '{"id":"user_1","object":"user","first_name":"Ada"}',
      );
    });
  }

  #draw(): (typeof ACTS)[number] {
    let left = this.#random.next() * WEIGHT;
    return ACTS.find(([weight]) => {
      left -= weight;
      return left < 0;
    }) as (typeof ACTS)[number];
  }
}
