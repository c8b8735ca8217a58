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
 * @param options what the flags and variables of `clerk-mcp http` say otherwise
 * @returns at once; the server starts behind it. Wrong options reject `ready` and every request, and throw nothing here.
 * @example
 * import { createFetchHandler } from 'clerk-mcp';
 *
 * const handler = createFetchHandler({
 *   readOnly: true,
 *   profile: 'support',
 *   authenticate: ({ headers }) =>
 *     headers.get('x-internal-user') === 'ada' ? { name: 'ada', scopes: ['clerk:read'] } : undefined,
 * });
 * await handler.ready;
 * const response: Response = await handler(new Request('http://localhost/mcp', { method: 'POST' }));
 * await handler.close();
 */
export function createFetchHandler(options: FetchHandlerOptions = {}): FetchHandler {
  const httpApp = import('./fetch-app.js').then(({ createFetchApp }) => createFetchApp(options));
  const ready = httpApp.then(() => undefined);
  // An application that does not wait for it learns of it from the first request.
  ready.catch(() => {});
  const handler = async (request: Request, context: { readonly remoteAddress?: string | undefined } = {}): Promise<Response> =>
    (await (await httpApp).handle(request, context)).toResponse();
  const close = async (graceMs = 15_000): Promise<void> => {
    const opened = await httpApp.catch(() => undefined);
    await opened?.close(graceMs);
  };
  return Object.assign(handler, { ready, close });
}
