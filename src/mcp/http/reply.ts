import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

/** The two ends of a request that came by `node:http`. */
export interface NodeExchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/**
 * An answer that is complete. Says what a `Response` would without the streams that come with one, which cost more than
 * everything else about a short answer.
 */
export class Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly #over: () => void;

  /** @param over called once the answer is through or given up */
  constructor(message: object, headers: Readonly<Record<string, string>>, status: number, over: () => void) {
    this.status = status;
    this.headers = { 'Content-Type': 'application/json', ...headers };
    this.body = JSON.stringify(message);
    this.#over = over;
  }

  /** For where there is no `node:http`. */
  toResponse(): Response {
    this.#over();
    return new Response(this.body, { status: this.status, headers: this.headers });
  }

  /** Answers with what the web-standard listener takes as a sign that there is nothing left to do. */
  write(outgoing: ServerResponse): Response {
    if (outgoing.destroyed || outgoing.headersSent) {
      this.#over();
      return RESPONSE_ALREADY_SENT;
    }
    outgoing.once('close', this.#over);
    outgoing.writeHead(this.status, { ...this.headers, 'Content-Length': Buffer.byteLength(this.body) });
    outgoing.end(this.body);
    return RESPONSE_ALREADY_SENT;
  }
}
