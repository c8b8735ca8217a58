import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { failedInside, type Reply, refuse } from '../reply.js';
import type { NodeRequest } from './incoming.js';

/** What a web-standard request does not say about itself. */
export interface RequestContext {
  /** The address at the other end of the connection. */
  readonly remoteAddress?: string | undefined;
  /** The request as it came by `node:http`, if it did: a short body is read from it directly. */
  readonly node?: NodeRequest | undefined;
}

export type ReplyHandler = (request: Request, context: RequestContext) => Promise<Reply>;

export interface ListenerOptions {
  /** How long the headers of a request may take to arrive, in milliseconds. Default: 10,000. */
  readonly headersTimeoutMs?: number;
  /** How long a request with its body may take to arrive, in milliseconds. Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /** How often to check for slow senders, in milliseconds. Default: 1000. */
  readonly checkingIntervalMs?: number;
  /** How long a connection without a request is kept, in milliseconds. Default: 5000. */
  readonly keepAliveMs?: number;
  /** Limit on the size of a request's headers together. Default: 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Connections at the same time; further ones are dropped. Default: 2048. */
  readonly maxConnections?: number;
  /** Told of errors that the caller must not see. */
  readonly onError: (error: unknown) => void;
}

export interface Listener {
  readonly server: Server;
  /** Resolves with the port, which was chosen by the system if 0 was given. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no more connections, lets requests end for `graceMs`, and cuts the rest. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Serves a handler by `node:http`. A client that sends its headers too slowly, or too many of them, is cut off here; the
 * body is not read before the handler reads it.
 */
export function createListener(answer: ReplyHandler, options: ListenerOptions): Listener {
  const { onError, headersTimeoutMs = 10_000, requestTimeoutMs = 10_000 } = options;
  const server = createServer({
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: options.checkingIntervalMs ?? 1000,
    keepAliveTimeout: options.keepAliveMs ?? 5000,
    maxHeaderSize: options.maxHeaderBytes ?? 16 * 1024,
    requireHostHeader: true,
  });
  server.maxConnections = options.maxConnections ?? 2048;
  const listener = getRequestListener(
    async (request, { incoming, outgoing }) => {
      if (incoming.httpVersionMajor < 1) return malformed().toResponse();
      const node = outgoing instanceof ServerResponse && incoming instanceof IncomingMessage ? { incoming, outgoing } : undefined;
      const reply = await answer(request, { remoteAddress: incoming.socket.remoteAddress, node });
      if (node?.incoming.readableEnded && typeof reply.body === 'string') return write(reply, reply.body, node.outgoing);
      // An answer that breaks off midway must look broken without saying why.
      return reply.toResponse((error) => {
        onError(error);
        outgoing.destroy();
      });
    },
    {
      overrideGlobalObjects: false,
      errorHandler: (error) => {
        if (error instanceof RequestError) return malformed().toResponse();
        onError(error);
        return failedInside().toResponse();
      },
    },
  );
  server.on('request', (request, response) => void listener(request, response));
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response);
    void listener(request, response);
  });
  return { server, listen: (port, host) => listen(server, port, host), stop: (graceMs) => stop(server, graceMs) };
}

/** A malformed request may be an attempt to smuggle in another one, so it is the last on its connection. */
const malformed = (): Reply =>
  refuse(400, 'The request line or the Host header is malformed.', { headers: { Connection: 'close' } });

/** Writes a short reply without a `Response`. Returns the marker that tells that nothing is left to do. */
function write(reply: Reply, body: string, outgoing: ServerResponse): Response {
  if (outgoing.destroyed || outgoing.headersSent) {
    reply.over();
    return RESPONSE_ALREADY_SENT;
  }
  outgoing.once('close', reply.over);
  outgoing.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(body) });
  outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}

/** A client that sends `Expect: 100-continue` is asked for the body only when the body is read. */
function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  // After a refusal the client may still send the body, so the connection cannot be used again.
  response.shouldKeepAlive = false;
  request.once('resume', () => {
    if (!response.headersSent) response.writeContinue();
  });
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection becomes idle after its last answer, and would then wait for another request.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
