import { createSocket } from 'node:dgram';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

/** What arrived, in the order in which it did: lines of the record, as often as they came. */
export class Received {
  readonly lines: string[] = [];
  readonly #waiting = new Set<{ done: () => boolean; resolve: () => void }>();

  take(...lines: readonly string[]): void {
    this.lines.push(...lines);
    this.tell();
  }

  tell(): void {
    for (const waiter of this.#waiting) {
      if (!waiter.done()) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (done()) resolve();
      else this.#waiting.add({ done, resolve });
    });
  }

  /** Resolves when a line has the text. */
  has(text: string): Promise<void> {
    return this.until(() => this.lines.some((line) => line.includes(text)));
  }

  /** The numbers of the lines, as they came. */
  get seqs(): number[] {
    return this.lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
  }
}

export interface Receiver extends Received {
  readonly target: string;
  close(): Promise<void>;
}

/** Adds to what is received where to, and how it ends. */
const receiver = (received: Received, target: string, close: () => Promise<void>): Receiver =>
  Object.assign(received, { target, close });

/** What an HTTP receiver was asked. */
export interface PostedRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HttpReceiver extends Receiver {
  readonly port: number;
  readonly requests: PostedRequest[];
  /** What to answer: a status, or `undefined` to leave the connection open in silence. Default: 200. */
  answer: (request: PostedRequest) => number | undefined;
}

/** @param linesOf the lines of a body that is accepted */
export async function receiveHttp(
  linesOf: (body: string) => readonly string[],
  target: (port: number) => string,
): Promise<HttpReceiver> {
  const received = new Received();
  const requests: PostedRequest[] = [];
  const server = createHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const posted = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
      requests.push(posted);
      const status = made.answer(posted);
      if (status !== undefined && status < 300) received.take(...linesOf(posted.body));
      received.tell();
      if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const port = await listening(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const made: HttpReceiver = Object.assign(receiver(received, target(port), close), {
    port,
    requests,
    answer: (): number | undefined => 200,
  });
  return made;
}

/** A receiver of signed messages. */
export const receiveWebhook = (): Promise<HttpReceiver> =>
  receiveHttp(
    (body) => (JSON.parse(body) as { data: { lines?: string[] } }).data.lines ?? [],
    (port) => `http://127.0.0.1:${port}/hooks/audit`,
  );

interface OtlpBody {
  readonly resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[];
}

/** A collector of OpenTelemetry. */
export const receiveOtlp = (): Promise<HttpReceiver> =>
  receiveHttp(
    (body) =>
      ((JSON.parse(body) as Partial<OtlpBody>).resourceLogs ?? []).flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) => logRecords.map((record) => record.body.stringValue)),
      ),
    (port) => `otlp+http://127.0.0.1:${port}`,
  );

export interface StreamReceiver extends Receiver {
  readonly messages: string[];
  connections: number;
  /** What to do with a connection before anything is read; `true` where that is all. */
  onConnection: (socket: Socket) => boolean;
}

export interface StreamOptions {
  readonly framing?: 'octets' | 'lines';
  readonly tls?: { readonly key: string; readonly cert: string };
  /** A socket in the file system. */
  readonly path?: string;
  readonly target: (port: number) => string;
}

/** A receiver of syslog over a stream. */
export async function receiveStream({ framing = 'octets', tls, path, target }: StreamOptions): Promise<StreamReceiver> {
  const received = new Received();
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    made.connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (made.onConnection(socket)) return;
    let held = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      const [whole, rest] = split(Buffer.concat([held, chunk]), framing);
      held = Buffer.from(rest);
      messages.push(...whole);
      received.take(...whole.map(recordIn));
    });
  };
  const server: Server = tls === undefined ? createServer(serve) : createTls(tls, serve);
  const port = await listening(server, path);
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  const made: StreamReceiver = Object.assign(receiver(received, target(port), close), {
    messages,
    connections: 0,
    onConnection: () => false,
  });
  return made;
}

/** A receiver of syslog in datagrams. */
export async function receiveDatagrams(): Promise<Receiver & { readonly messages: string[] }> {
  const received = new Received();
  const messages: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => {
    messages.push(String(bytes));
    received.take(recordIn(String(bytes)));
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const close = (): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));
  return Object.assign(receiver(received, `syslog+udp://127.0.0.1:${socket.address().port}`, close), { messages });
}

/** The text of a message of RFC 5424. */
function recordIn(message: string): string {
  const found = /^<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) (.*)$/s.exec(message);
  if (found?.[1] === undefined) throw new Error(`no message of RFC 5424: ${message}`);
  return found[1];
}

/** The whole messages, and what is left. */
function split(bytes: Buffer, framing: 'octets' | 'lines'): [whole: string[], rest: Buffer] {
  const whole: string[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf(framing === 'octets' ? ' ' : '\n');
    if (end === -1) return [whole, rest];
    const start = framing === 'octets' ? end + 1 : 0;
    const length = framing === 'octets' ? Number(rest.toString('latin1', 0, end)) : end;
    if (rest.length < start + length) return [whole, rest];
    whole.push(rest.toString('utf8', start, start + length));
    rest = rest.subarray(framing === 'octets' ? start + length : end + 1);
  }
}

async function listening(server: Server, path?: string): Promise<number> {
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}
