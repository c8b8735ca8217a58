import type { Operation } from '../catalog/operation.js';
import type { Outcome } from './send-once.js';

export type RetryReason = 'rate_limited' | 'not_connected' | 'answer_lost' | 'http_502' | 'http_503' | 'http_504';

export interface Retry {
  readonly waitMs: number;
  readonly reason: RetryReason;
}

/** What the decision depends on besides the outcome. Times in milliseconds. */
export interface RetryState {
  readonly operation: Operation;
  /** How many requests there have been, this one included. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** How much of the call's time limit is left. */
  readonly remainingMs: number;
  /** Wall-clock time, for a Retry-After that is a date. */
  readonly now: number;
  /** From 0 to below 1. */
  readonly random: number;
}

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 8_000;

/** Connection failures that may pass on their own. A rejected certificate does not. */
const PASSING = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/**
 * Whether and when to send again. Undefined: never, or not before the call's time is over.
 *
 * A request that never left, and one that Clerk rejected with 429, may be sent again whatever it does. Any other
 * may only if the catalog declares the operation idempotent.
 */
export function planRetry(outcome: Outcome, state: RetryState): Retry | undefined {
  if (state.attempt >= state.maxAttempts) return undefined;
  const reason = reasonToRetry(outcome, state.operation);
  if (reason === undefined) return undefined;
  const backoff = state.random * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (state.attempt - 1));
  const waitMs = (outcome.kind === 'answered' ? (retryAfterMs(outcome.headers, state.now) ?? 0) : 0) + backoff;
  return waitMs < state.remainingMs ? { waitMs, reason } : undefined;
}

function reasonToRetry(outcome: Outcome, { resendable }: Operation): RetryReason | undefined {
  switch (outcome.kind) {
    case 'not_connected':
      return PASSING.has(outcome.code) ? 'not_connected' : undefined;
    case 'lost':
      return resendable ? 'answer_lost' : undefined;
    case 'answered':
      if (outcome.status === 429) return 'rate_limited';
      return resendable && isGatewayStatus(outcome.status) ? `http_${outcome.status}` : undefined;
    default:
      return undefined;
  }
}

const isGatewayStatus = (status: number): status is 502 | 503 | 504 => status === 502 || status === 503 || status === 504;

/** The wait that a Retry-After header asks for, in seconds or as an HTTP date. Undefined if there is none. */
export function retryAfterMs(headers: ReadonlyMap<string, string>, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  if (!HTTP_DATE.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The one date format that servers still send: `Tue, 01 Sep 2026 10:00:00 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
