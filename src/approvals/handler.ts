import { type GuardOptions, refuseForeign } from '../pages/guard.js';
import { ApprovalsApi, type ApprovalsApiOptions } from './api.js';

/** Answers requests under `/approvals`; `path` is the rest of the path. */
export type ApprovalsPage = (request: Request, path: string) => Promise<Response>;

export interface ApprovalsHandlerOptions extends ApprovalsApiOptions, GuardOptions {
  /** Default: no page. */
  readonly page?: ApprovalsPage | undefined;
  /** Gets errors that must not be shown. */
  readonly onError: (error: unknown) => void;
}

export type ApprovalsHandler = (request: Request, path: string) => Promise<Response>;

/** Everything under `/approvals`: the page for people, and the API behind `clerk-mcp approvals`. Never rejects. */
export function createApprovalsHandler(options: ApprovalsHandlerOptions): ApprovalsHandler {
  const api = new ApprovalsApi(options);
  return async (request, path) => {
    try {
      const foreign = refuseForeign(request, options);
      if (foreign !== undefined) return text(403, foreign);
      if (path === '/api' || path.startsWith('/api/')) return await api.respond(request, path.slice('/api'.length));
      return (await options.page?.(request, path)) ?? text(404, 'Look and decide in a terminal: clerk-mcp approvals list');
    } catch (error) {
      options.onError(error);
      return text(503, 'This cannot be answered now. The server log says why.');
    }
  };
}

/** Serves it as the whole of a server. */
export const underApprovals =
  (handle: ApprovalsHandler) =>
  async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const isUnder = pathname === '/approvals' || pathname.startsWith('/approvals/');
    return isUnder ? handle(request, pathname.slice('/approvals'.length)) : text(404, 'Nothing is here.');
  };

const text = (status: number, message: string): Response =>
  new Response(`${message}\n`, {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    },
  });
