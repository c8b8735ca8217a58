import { randomUUID } from 'node:crypto';
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import { Reply } from '../reply.js';
import type { Incoming } from './incoming.js';
import { SharedServer } from './quick-path/shared-server.js';
import type { SessionEnd } from './sessions.js';
import type { SessionEndpointOptions } from './streamable.js';

/** `/mcp` for 2026-07-28: every request stands on its own. */
export class ModernEndpoint {
  readonly #options: SessionEndpointOptions;
  readonly #handler: McpHttpHandler;
  readonly #quickPath: SharedServer | undefined;
  /** Keeps requests from being collected: they follow their signal weakly, and would miss the end of their stream. */
  readonly #listening = new Set<Request>();

  constructor(options: SessionEndpointOptions) {
    this.#options = options;
    if (options.quickPath) this.#quickPath = new SharedServer(options);
    this.#handler = this.#createHandler();
  }

  /** Whether `handle` can be given the request without its route. */
  knows(request: Request, body: unknown): boolean {
    return this.#quickPath?.knows(request, body) === true;
  }

  /** @param incoming without a route only where it is known */
  async handle(incoming: Incoming): Promise<Reply> {
    const reply = await this.#quickPath?.handle(incoming);
    if (reply !== undefined) return reply;
    if (incoming.messages.some(({ method }) => method === 'subscriptions/listen')) return this.#listen(incoming);
    return Reply.from(await this.#pass(incoming.request, incoming), () => incoming.inFlight.over());
  }

  async close(): Promise<void> {
    await Promise.all([this.#handler.close(), this.#quickPath?.close()]);
  }

  #createHandler(): McpHttpHandler {
    const { createServer, onError, keepAliveMs } = this.#options;
    return createMcpHandler(createServer, { legacy: 'reject', onerror: onError, keepAliveMs });
  }

  #pass(request: Request, { body, inFlight: { authInfo } }: Incoming, handler = this.#handler): Promise<Response> {
    return handler.fetch(request, { parsedBody: body, authInfo });
  }

  /**
   * A stream that stays open is a session: it is counted, and ends with its credential. A handler sends the same to all
   * of its streams, so each stream has a handler of its own: a change for one caller does not concern the others.
   */
  async #listen(incoming: Incoming): Promise<Reply> {
    const { request, inFlight } = incoming;
    const place = this.#options.sessions.reserve(inFlight.caller);
    if (!place.ok) {
      this.#options.onFull();
      inFlight.over();
      return place.refusal;
    }
    const handler = this.#createHandler();
    const stop = new AbortController();
    const close = async (reason: SessionEnd): Promise<void> => {
      // An orderly end, so that the client knows that the server is going away.
      if (reason === 'shutdown') await handler.close();
      stop.abort();
    };
    const session = place.fill(randomUUID(), undefined, close, () => handler.notify.toolsChanged());
    session.use();
    request.signal.addEventListener('abort', () => stop.abort(), { once: true });
    const listening = new Request(request.url, { method: 'POST', headers: request.headers, signal: stop.signal });
    this.#listening.add(listening);
    const over = (): void => {
      this.#listening.delete(listening);
      void session.end('closed');
      inFlight.over();
    };
    try {
      return Reply.from(await this.#pass(listening, incoming, handler), over);
    } catch (error) {
      over();
      throw error;
    }
  }
}
