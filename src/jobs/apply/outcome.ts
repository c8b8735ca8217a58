import type { CallOutcome } from '../../call/call-types.js';
import { isRecord } from '../../platform/is-record.js';

/** How one call of a plan went. */
export type Sent =
  /** `answer`: what the caller gets if they asked for a secret. */
  | {
      readonly kind: 'done';
      readonly value: unknown;
      readonly answer: unknown;
      readonly record: string | undefined;
      readonly secretFile: string | undefined;
    }
  /** Certainly not carried out. `againMs`: how long to wait before another try, if one may help. */
  | {
      readonly kind: 'failed';
      readonly error: string;
      readonly message: string | undefined;
      readonly againMs: number | undefined;
    }
  /** Certainly not carried out, and for a while no other call will be. */
  | { readonly kind: 'held_back'; readonly error: string; readonly message: string | undefined }
  /** What was shown is out of date. */
  | { readonly kind: 'left_out'; readonly why: string }
  /** It may have been carried out. */
  | { readonly kind: 'unknown'; readonly error: string; readonly checkWith: string | undefined };

/** Errors that pass: the request did not reach Clerk, or Clerk turned it away unprocessed. */
const PASSING: ReadonlySet<string> = new Set([
  'busy',
  'not_connected',
  'too_many_requests',
  'rate_limit_exceeded',
  'maintenance_mode',
]);
/** Refusals that would hit every further call too. */
const HOLDING: ReadonlySet<string> = new Set([
  'budget_exceeded',
  'policy_unavailable',
  'audit_unavailable',
  'secrets_unavailable',
]);
const SOON_MS = 1_000;

/** What the outcome of a call means for its plan. */
export function sentOf(outcome: CallOutcome): Sent {
  if (outcome.kind === 'done') {
    const { answer, record, secretFile } = outcome;
    const told = secretFile === undefined ? answer?.value : { secret_file: secretFile, answer: answer?.value };
    return { kind: 'done', value: answer?.value, answer: told, record, secretFile };
  }
  if (outcome.kind === 'ask' || outcome.kind === 'link')
    return { kind: 'failed', error: 'confirmation_required', message: undefined, againMs: undefined };
  const model = read(outcome.text);
  const error = String(model.error);
  const message = text(model.long_message) ?? text(model.message);
  if (outcome.kind === 'refused') {
    if (error === 'secret_not_stored') return { kind: 'unknown', error, checkWith: undefined };
    if (error === 'not_in_plan' && model.reason === 'stronger')
      return { kind: 'left_out', why: 'it needs another confirmation now' };
    return HOLDING.has(error) ? { kind: 'held_back', error, message } : { kind: 'failed', error, message, againMs: undefined };
  }
  if (model.may_have_happened === true) return { kind: 'unknown', error, checkWith: text(model.check_with) };
  const passes = model.status === 429 || model.status === 503 || PASSING.has(error);
  const seconds = typeof model.retry_after_seconds === 'number' ? model.retry_after_seconds : undefined;
  const againMs = passes ? (seconds === undefined ? SOON_MS : seconds * 1_000) : undefined;
  return { kind: 'failed', error, message, againMs };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function read(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
