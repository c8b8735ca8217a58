import { randomUUID } from 'node:crypto';
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import { refusalResponse } from '../refusal.js';
import { endsWith } from './exchange.js';
import type { Incoming } from './incoming.js';
import type { SessionEndpointOptions } from './streamable.js';

/** `/mcp` for 2026-07-28: every request stands for itself. */
export class ModernEndpoint {
  readonly #options: SessionEndpointOptions;
  readonly #handler: McpHttpHandler;

  constructor(options: SessionEndpointOptions) {
    this.#options = options;
    const { createServer, onError, keepAliveMs } = options;
    this.#handler = createMcpHandler(createServer, { legacy: 'reject', onerror: onError, keepAliveMs });
  }

  async handle(incoming: Incoming): Promise<Response> {
    if (incoming.messages.some(({ method }) => method === 'subscriptions/listen')) return this.#listen(incoming);
    return endsWith(incoming.exchange, await this.#pass(incoming.request, incoming));
  }

  close(): Promise<void> {
    return this.#handler.close();
  }

  #pass(request: Request, { body, exchange: { authInfo } }: Incoming): Promise<Response> {
    return this.#handler.fetch(request, { parsedBody: body, authInfo });
  }

  /** A stream that stays open is a session: counted, and ended with the credential that it was opened with. */
  async #listen(incoming: Incoming): Promise<Response> {
    const { request, exchange } = incoming;
    const place = this.#options.sessions.reserve(exchange.caller);
    if (!place.ok) {
      this.#options.onFull();
      exchange.over();
      return refusalResponse(place.refusal);
    }
    const stop = new AbortController();
    const session = place.fill(randomUUID(), undefined, () => stop.abort());
    session.use();
    const signal = AbortSignal.any([request.signal, stop.signal]);
    const over = (): void => {
      void session.end('closed');
      exchange.over();
    };
    try {
      return endsWith(
        { over },
        await this.#pass(new Request(request.url, { method: 'POST', headers: request.headers, signal }), incoming),
      );
    } catch (error) {
      over();
      throw error;
    }
  }
}
