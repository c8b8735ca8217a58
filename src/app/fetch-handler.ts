import type { FetchHandlerOptions } from './fetch-handler-options.js';

export interface FetchHandler {
  /** Answers every request that is not for another handler; what it does not know is answered with 404. */
  (request: Request, context?: { readonly remoteAddress?: string | undefined }): Promise<Response>;
  /** Resolves when the handler can answer; rejects with what keeps it from that. */
  readonly ready: Promise<void>;
  /** Lets calls in flight end for `graceMs` (default 15,000), aborts the rest, and lets go of everything. */
  close(graceMs?: number): Promise<void>;
}

/**
 * The server that `clerk-mcp http` runs, as a web-standard handler for an application of one's own.
 * @throws never by itself: what is wrong with the options rejects `ready` and every request
 */
export function createFetchHandler(options: FetchHandlerOptions = {}): FetchHandler {
  const httpApp = import('./fetch-app.js').then(({ createFetchApp }) => createFetchApp(options));
  const ready = httpApp.then(() => undefined);
  // Whoever does not ask is told by the first request.
  ready.catch(() => {});
  const handler = async (request: Request, context: { readonly remoteAddress?: string | undefined } = {}): Promise<Response> =>
    (await (await httpApp).handle(request, context)).toResponse();
  const close = async (graceMs = 15_000): Promise<void> => {
    const opened = await httpApp.catch(() => undefined);
    await opened?.close(graceMs);
  };
  return Object.assign(handler, { ready, close });
}
