/** A request that is answered before it reaches MCP. Safe to show to anybody: no secret, no inner detail. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RefusalOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** When it is worth trying again; sent as `Retry-After` in whole seconds. */
  readonly retryAfterMs?: number;
  /** JSON-RPC's code. Default: -32000, an error of the server's own. */
  readonly code?: number;
}

/** A refusal in the form that MCP clients read: a JSON-RPC error that answers no particular message. */
export function refuse(status: number, message: string, options: RefusalOptions = {}): Refusal {
  return {
    status,
    headers: { ...options.headers, ...retryAfter(options.retryAfterMs) },
    body: { jsonrpc: '2.0', error: { code: options.code ?? -32_000, message }, id: null },
  };
}

/** `Retry-After`, rounded up so that nobody comes a moment too early; nothing where waiting does not help. */
export function retryAfter(ms: number | undefined): Record<string, string> {
  if (ms === undefined || !Number.isFinite(ms)) return {};
  return { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1000))) };
}

export function refusalResponse(refusal: Refusal): Response {
  return Response.json(refusal.body, { status: refusal.status, headers: { 'Cache-Control': 'no-store', ...refusal.headers } });
}
