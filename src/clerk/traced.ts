import type { Operation } from '../catalog/operation.js';
import { tracer } from '../telemetry/tracing.js';
import type { Outcome } from './send-once.js';

/** What a span tells of a request: its path only as the catalog declares it, without ids. */
export interface RequestToTrace {
  readonly operation: Operation;
  /** `https://api.clerk.com`. */
  readonly origin: string;
  /** What is put before every operation's path. */
  readonly prefix: string;
  /** How many requests there have been, this one included. */
  readonly attempt: number;
}

/** Sends one request, within a span where the process is observed. Nothing of the trace is sent along. */
export function tracedRequest(request: RequestToTrace, send: () => Promise<Outcome>): Promise<Outcome> {
  const tracing = tracer();
  if (tracing === undefined) return send();
  const { operation, prefix, attempt } = request;
  const { hostname, port, protocol } = new URL(request.origin);
  const attributes = {
    'http.request.method': operation.method,
    'url.template': prefix + operation.path,
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    'http.request.resend_count': attempt === 1 ? undefined : attempt - 1,
    'clerk_mcp.operation': operation.name,
  };
  return tracing.within({ span: 'http', attributes }, async (span) => {
    const outcome = await send();
    if (outcome.status !== undefined) span.set({ 'http.response.status_code': outcome.status });
    if (outcome.kind !== 'answered') span.fail(outcome.code);
    else if (outcome.status >= 400) span.fail(String(outcome.status));
    return outcome;
  });
}

/** Waits before a request is sent again. */
export async function tracedPause(reason: string, pause: () => Promise<void>): Promise<void> {
  const tracing = tracer();
  if (tracing === undefined) await pause();
  else await tracing.within({ span: 'retry', attributes: { 'clerk_mcp.retry.reason': reason } }, pause);
}
