import { Reply } from '../reply.js';

/** Request headers that MCP clients in a browser send. */
const ALLOWED_HEADER = /^(accept|authorization|content-type|last-event-id|mcp-[a-z0-9-]+|traceparent|tracestate)$/;

const EXPOSED = 'Mcp-Session-Id, Mcp-Protocol-Version, WWW-Authenticate, Retry-After';

/** How long a browser may remember the answer to a preflight request, in seconds. */
const PREFLIGHT_SECONDS = '600';

/** The answer to a browser's preflight request. Its origin has already been checked. */
export function preflight(request: Pick<Request, 'headers' | 'method'>): Reply | undefined {
  const origin = request.headers.get('origin');
  if (request.method !== 'OPTIONS' || origin === null || !request.headers.has('access-control-request-method')) return undefined;
  const wanted = (request.headers.get('access-control-request-headers') ?? '').toLowerCase().split(',');
  const allowed = wanted.map((name) => name.trim()).filter((name) => ALLOWED_HEADER.test(name));
  return new Reply(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, POST, DELETE',
      'Access-Control-Allow-Headers': allowed.join(', '),
      'Access-Control-Max-Age': PREFLIGHT_SECONDS,
    },
  });
}

/**
 * The headers that let a page of an allowed origin read the answer. The page itself sets the header with the credentials,
 * so browsers are not asked to add cookies.
 */
export const corsHeaders = (origin: string | null): Record<string, string> => ({
  Vary: 'Origin',
  ...(origin !== null && { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED }),
});
