import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** One request as it came over the wire. */
export interface RecordedRequest {
  readonly method: string;
  /** Path with query, undecoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** A string as it is, anything else as JSON; undefined for no body. */
  readonly body?: unknown;
}

/** A loopback server that keeps every request and answers as it is told. Default: 200 with `{}`. */
export class RecordingServer {
  readonly requests: RecordedRequest[] = [];
  reply: (request: RecordedRequest) => Reply = () => ({ body: {} });
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param tls makes it speak https with this key and certificate */
  static async start(tls?: { readonly key: string; readonly cert: string }): Promise<RecordingServer> {
    const server =
      tls === undefined ? createServer({ keepAliveTimeout: 60_000 }) : createTlsServer({ keepAliveTimeout: 60_000, ...tls });
    const recording = new RecordingServer(server);
    server.on('request', async (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks),
      };
      recording.requests.push(request);
      const { status = 200, headers = {}, body } = recording.reply(request);
      const type = typeof body === 'string' ? 'text/html' : 'application/json';
      outgoing.writeHead(status, { ...(body === undefined ? {} : { 'content-type': type }), ...headers });
      outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return recording;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Forgets what came and how to answer. */
  reset(): void {
    this.requests.length = 0;
    this.reply = () => ({ body: {} });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
