import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A request that arrived whole. */
export interface ArrivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: string;
  readonly body: Buffer;
}

/** What the server does with one request. `early` acts on the first byte, before anything is read as HTTP. */
export type Behaviour =
  | { readonly when: 'arrived'; readonly act: (socket: Socket) => void }
  | { readonly when: 'early'; readonly act: (socket: Socket) => void };

const arrived = (act: (socket: Socket) => void): Behaviour => ({ when: 'arrived', act });

const head = (status: number, headers: Record<string, string | number>): string =>
  `HTTP/1.1 ${status} Said\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** A well-framed answer, whatever its body says. */
export const answer = (status: number, body: string | Buffer, headers: Record<string, string> = {}): Behaviour =>
  arrived((socket) => {
    const bytes = Buffer.from(body);
    socket.write(Buffer.concat([Buffer.from(head(status, { 'content-length': bytes.length, ...headers })), bytes]));
  });

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Behaviour =>
  answer(status, JSON.stringify(value), { 'content-type': 'application/json', ...headers });

/** Clerk's own error body. */
export const clerkError = (status: number, code: string, headers: Record<string, string> = {}): Behaviour =>
  json(
    { errors: [{ code, message: `said ${code}`, long_message: `said ${code} at length` }], clerk_trace_id: 'trace_1' },
    status,
    headers,
  );

export const html = (status: number): Behaviour =>
  answer(status, '<html><body>Bad gateway</body></html>', { 'content-type': 'text/html' });

/** Reads the request and never says anything. */
export const silent: Behaviour = arrived(() => {});

/** Sends the head and the first byte, and no more. */
export const slowBody: Behaviour = arrived((socket) =>
  socket.write(`${head(200, { 'content-type': 'application/json', 'content-length': 100 })}{`),
);

/** Resets as soon as the first byte of the request is there. */
export const resetEarly: Behaviour = { when: 'early', act: (socket) => socket.resetAndDestroy() };

/** Resets when the request has arrived whole. */
export const resetAfterRequest: Behaviour = arrived((socket) => socket.resetAndDestroy());

/** Promises more than it sends, and closes. */
export const cutBody: Behaviour = arrived((socket) =>
  socket.end(`${head(200, { 'content-type': 'application/json', 'content-length': 100 })}{"id":`),
);

/** Ends a chunked body before its last chunk. */
export const cutChunks: Behaviour = arrived((socket) =>
  socket.end(
    `${head(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked', connection: 'close' })}5\r\n{"id"\r\n`,
  ),
);

/** A complete message whose JSON stops in the middle. */
export const truncatedJson: Behaviour = answer(200, '{"data":[{"id":"user_1"', { 'content-type': 'application/json' });

/** Chunks for as long as the other side takes them. */
export const endlessBody = (status = 200): Behaviour =>
  arrived((socket) => {
    socket.write(head(status, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const more = (error?: Error | null): void => {
      if (!error) socket.write(chunk, more);
    };
    more();
  });

export const gzipped: Behaviour = answer(200, gzipSync('{"id":"user_1"}'), {
  'content-type': 'application/json',
  'content-encoding': 'gzip',
});

/** Says that it is gzip and is not. */
export const gzipGarbage: Behaviour = answer(200, Buffer.from([0x1f, 0x8b, 1, 2, 3, 250, 251]), {
  'content-type': 'application/json',
  'content-encoding': 'gzip',
});

export const noHttp: Behaviour = arrived((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n'));

/** Answers, then closes although nothing said so. */
export const jsonThenClose: Behaviour = arrived((socket) =>
  socket.end(`${head(200, { 'content-type': 'application/json', 'content-length': 2 })}{}`),
);

/**
 * A loopback server that does the planned behaviours, one for each request in the order of arrival, and
 * the last one from then on. Counts what arrived.
 */
export class MisbehavingServer {
  /** Requests that arrived whole, in order. */
  readonly arrived: ArrivedRequest[] = [];
  /** Connections on which at least one byte came. */
  begun = 0;
  connections = 0;
  plan: readonly Behaviour[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #carrying = new Set<Socket>();
  readonly #waiting = new Set<{ done: () => boolean; resolve: () => void }>();
  #next = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(...plan: Behaviour[]): Promise<MisbehavingServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const misbehaving = new MisbehavingServer(server);
    misbehaving.plan = plan;
    return misbehaving;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when every connection that carried bytes is closed on both sides. */
  allClosed(): Promise<void> {
    return this.#until(() => this.#carrying.size === 0);
  }

  /** Resolves when so many requests have arrived. */
  hasArrived(count: number): Promise<void> {
    return this.#until(() => this.arrived.length >= count);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (done()) resolve();
      else this.#waiting.add({ done, resolve });
    });
  }

  #tell(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.done()) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#carrying.delete(socket);
      this.#tell();
    });
    let seen = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      if (!this.#carrying.has(socket)) this.begun++;
      this.#carrying.add(socket);
      seen = Buffer.concat([seen, chunk]);
      const behaviour = this.plan[Math.min(this.#next, this.plan.length - 1)];
      if (behaviour?.when === 'early') {
        this.#next++;
        behaviour.act(socket);
        return;
      }
      const request = readRequest(seen);
      if (request === undefined) return;
      seen = Buffer.alloc(0);
      this.#next++;
      this.arrived.push(request);
      this.#tell();
      behaviour?.act(socket);
    });
  }
}

function readRequest(bytes: Buffer): ArrivedRequest | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const headers = bytes.subarray(0, end).toString('latin1');
  const length = Number(/^content-length: (\d+)$/im.exec(headers)?.[1] ?? 0);
  const body = bytes.subarray(end + 4);
  if (body.length < length) return undefined;
  const [method = '', url = ''] = headers.split(' ');
  return { method, url, headers, body };
}
