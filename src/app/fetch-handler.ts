import type { FetchHandlerOptions } from './fetch-handler-options.js';

/** A mounted server: a function of one request, which may be given to any framework that speaks the web's `Request`. */
export interface FetchHandler {
  /** Answers every request that it is given; unknown paths get 404. */
  (request: Request, context?: { readonly remoteAddress?: string | undefined }): Promise<Response>;
  /** Resolves when the handler can answer; rejects with the reason why it cannot. */
  readonly ready: Promise<void>;
  /** Lets calls in flight finish for `graceMs` (default 15,000), aborts the rest, and releases everything. */
  close(graceMs?: number): Promise<void>;
}

/**
 * The server that `clerk-mcp http` runs, as a web-standard handler to mount in your own application.
 * @param options the same settings as the flags and variables of `clerk-mcp http`
 * @returns the handler at once, while the server starts. Wrong options do not throw here: they reject `ready` and every
 * request.
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
  // An application that does not await `ready` learns of a failure from its first request.
  ready.catch(() => {});
  const handler = async (request: Request, context: { readonly remoteAddress?: string | undefined } = {}): Promise<Response> =>
    (await (await httpApp).handle(request, context)).toResponse();
  const close = async (graceMs = 15_000): Promise<void> => {
    const opened = await httpApp.catch(() => undefined);
    await opened?.close(graceMs);
  };
  return Object.assign(handler, { ready, close });
}
