import type { Dispatcher } from 'undici';
import type { AbortLike } from '../platform/abort.js';

/** Why a request got no complete answer. */
export type FailureKind =
  /** There was no connection, so no byte of the request left. */
  | 'not_connected'
  /** The connection broke after the request had started. */
  | 'lost'
  /** The answer is not valid HTTP. */
  | 'malformed'
  /** The answer's body is over the limit. */
  | 'too_large'
  /** The signal ended it. */
  | 'stopped';

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** By lower-case name. Repeated headers are joined. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface Failed {
  readonly kind: FailureKind;
  /** Whether any byte of the request may have left. */
  readonly sent: boolean;
  /** The system's or undici's error code. */
  readonly code: string;
  /** The status, if the failure came after it. */
  readonly status?: number;
}

export type Outcome = Answered | Failed;

export interface WireRequest {
  readonly method: Dispatcher.HttpMethod;
  /** `https://api.clerk.com`. */
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
}

/**
 * Sends one request once and reads the complete answer. Settles as soon as the signal aborts, and never rejects.
 *
 * It uses undici's `dispatch` rather than `request`, because only `dispatch` reports when the first byte is about to
 * be written: the one proof that a request can safely be sent again.
 */
export function sendOnce(
  dispatcher: Dispatcher,
  request: WireRequest,
  limits: { readonly signal: AbortLike; readonly maxBodyBytes: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const { signal, maxBodyBytes } = limits;
    let controller: Dispatcher.DispatchController | undefined;
    let status: number | undefined;
    let headers: ReadonlyMap<string, string> = new Map();
    let settled = false;
    const chunks: Uint8Array[] = [];
    let size = 0;

    const settle = (outcome: Outcome): void => {
      settled = true;
      signal.removeEventListener('abort', stop);
      resolve(outcome);
    };
    const fail = (kind: FailureKind, code: string): void => {
      if (settled) return;
      settle({ kind, sent: controller !== undefined, code, ...(status === undefined ? {} : { status }) });
      controller?.abort(new Error(code));
    };
    const stop = (): void => fail('stopped', 'ABORTED');

    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop);

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        // It settled while queued, or has already started: either way it must not be written now.
        const refused = settled || controller !== undefined;
        controller = started;
        if (refused) started.abort(new Error('not to be sent'));
      },
      onResponseStart(_, code, raw) {
        if (code < 200) return;
        status = code;
        headers = flatten(raw);
        if (Number(headers.get('content-length')) > maxBodyBytes) fail('too_large', 'BODY_LIMIT');
      },
      onResponseData(_, chunk) {
        size += chunk.length;
        if (size > maxBodyBytes) fail('too_large', 'BODY_LIMIT');
        else chunks.push(chunk);
      },
      onResponseEnd() {
        if (settled) return;
        if (status === undefined) fail('malformed', 'NO_STATUS');
        else settle({ kind: 'answered', status, headers, body: Buffer.concat(chunks) });
      },
      onResponseError(_, error) {
        const code = errorCode(error);
        if (controller === undefined) fail('not_connected', code);
        // After a valid head, a parser error means that the body broke off.
        else fail(status === undefined && MALFORMED.has(code) ? 'malformed' : 'lost', code);
      },
    });
  });
}

/** undici's codes for a head that it cannot or will not read. */
const MALFORMED = new Set(['HTTPParserError', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_NOT_SUPPORTED']);

function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}

function flatten(raw: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  const headers = new Map<string, string>();
  for (const name of Object.keys(raw)) {
    const value = raw[name];
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}
