import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import type { Operation } from '../catalog/operation.js';
import { type DensityLimits, excessOf } from '../platform/json-density.js';
import type { Scrubber } from '../platform/scrub.js';
import { readEnvelope } from './envelope.js';
import type { ErrorContext } from './error-context.js';
import { type AnswerFault, ClerkAnswerError, ClerkApiError, type ClerkError } from './errors.js';
import { hintFor } from './hints.js';
import { retryAfterMs } from './retry.js';
import type { Answered } from './send-once.js';

/** Several times as many values and names as Clerk's largest pages have. */
export const ANSWER_LIMITS: DensityLimits = { values: 300_000, levels: 200, names: 40_000 };

const isTooDense = (body: Uint8Array): boolean => excessOf(body, ANSWER_LIMITS) !== undefined;

/** The largest body that is searched for what went wrong. */
const MOST_ERROR_BYTES = 256 * 1024;

/** Whether a call can change anything. */
export const changes = (operation: Operation): boolean => operation.method !== 'GET' && operation.risk !== 'read';

/** Whether the change may have been made in spite of this status. */
export const leavesOpen = (status: number, operation: Operation): boolean =>
  changes(operation) && (status < 400 || status >= 500 || status === 408);

/** Makes the caller's text of the answer's, or nothing: then the answer is parsed as usual. */
export type Passing = (json: string) => string | undefined;

/** Turns a complete answer into its value, or into the error to throw. */
export function readAnswer(answered: Answered, about: ErrorContext, passing?: Passing): ClerkAnswer | ClerkError {
  const { status, headers } = answered;
  if (isEncoded(headers.get('content-encoding'))) return misread('encoded', answered, about);
  if (status >= 400) return apiError(answered, about);
  if (status >= 300) return misread(headers.has('location') ? 'redirected' : 'unexpected_status', answered, about);

  const traceId = traceIdOf(answered, about.scrubber);
  const facts = {
    status,
    attempts: about.attempts,
    ...(traceId === undefined ? {} : { traceId }),
    ...(about.uncertain ? { repeated: true } : {}),
  };
  if (answered.body.length === 0 && (status === 202 || status === 204)) return { ...facts, kind: 'empty', value: undefined };
  if (about.operation.spec.answers !== 'text' && isTooDense(answered.body)) return unread(answered, about);
  const text = decode(answered.body, about.scrubber);
  if (about.operation.spec.answers === 'text') {
    return text === undefined ? misread('not_text', answered, about) : { ...facts, kind: 'text', value: text };
  }
  const passed = text === undefined ? undefined : passing?.(text);
  if (text !== undefined && passed !== undefined) return new PassedAnswer(facts, text, passed);
  const parsed = parseJson(text);
  if (text === undefined || parsed === undefined) return misread('not_json', answered, about);
  return { ...facts, kind: 'json', value: parsed.value, raw: text };
}

/** An answer whose value nobody may ask for. */
class PassedAnswer implements ClerkAnswer {
  readonly status: number;
  readonly kind = 'json';
  readonly raw: string;
  readonly passed: string;
  readonly attempts: number;
  declare readonly traceId?: string;
  declare readonly repeated?: boolean;
  #value: unknown;

  constructor(facts: Pick<ClerkAnswer, 'status' | 'attempts' | 'traceId' | 'repeated'>, raw: string, passed: string) {
    this.status = facts.status;
    this.attempts = facts.attempts;
    if (facts.traceId !== undefined) this.traceId = facts.traceId;
    if (facts.repeated !== undefined) this.repeated = facts.repeated;
    this.raw = raw;
    this.passed = passed;
  }

  get value(): unknown {
    this.#value ??= JSON.parse(this.raw);
    return this.#value;
  }
}

/** The error for an answer too dense to read. For a write, Clerk's status has already said that it was carried out. */
function unread(answered: Answered, about: ErrorContext): ClerkAnswerError {
  const isClerks = answered.headers.get('content-type')?.includes('json') === true;
  if (!isClerks || !changes(about.operation)) return misread('too_large', answered, about);
  return new ClerkAnswerError('not_shown', answered.status, {
    operation: about.operation.name,
    message: `Status ${answered.status}, ${describe('too_large', answered, about)}.`,
    hint: `Clerk has carried this out; its answer cannot be shown. Do not call again: look with ${about.checkWith ?? 'a read'}.`,
    attempts: about.attempts,
  });
}

/** Whether any coding other than `identity` is named, in any case. A missing header names none. */
const isEncoded = (header = ''): boolean =>
  header.split(',').some((coding) => !['', 'identity'].includes(coding.trim().toLowerCase()));

function apiError(answered: Answered, about: ErrorContext): ClerkApiError {
  const { status, headers } = answered;
  const clean = (text: string, most: number): string => about.scrubber.line(text, most);
  const isReadable = answered.body.length <= MOST_ERROR_BYTES && !isTooDense(answered.body);
  const envelope = isReadable ? readEnvelope(parseJson(decode(answered.body, about.scrubber))?.value, clean) : undefined;
  const errors =
    envelope?.errors ?? ([{ code: `http_${status}`, message: `Status ${status}, ${describeBody(answered, about)}.` }] as const);
  const [first] = errors;
  const wait = retryAfterMs(headers, about.now);
  const retryAfterSeconds = wait === undefined ? undefined : Math.ceil(wait / 1000);
  const repeated = about.uncertain;
  const maintenance = first.code === 'maintenance_mode';
  const hint = hintFor(status, {
    operation: about.operation.name,
    code: first.code,
    paramName: first.paramName,
    retryAfterSeconds,
    findWith: about.findWith,
    fromClerk: envelope !== undefined,
  });
  return new ClerkApiError({
    operation: about.operation.name,
    message: first.message,
    hint:
      repeated && status === 404
        ? 'The answer to an earlier attempt of this call was lost; that attempt may be what removed it.'
        : hint,
    mayHaveHappened: about.uncertain || (!maintenance && leavesOpen(status, about.operation)),
    checkWith: about.checkWith,
    attempts: about.attempts,
    status,
    errors,
    more: envelope?.more,
    fromClerk: envelope !== undefined,
    traceId: envelope?.traceId ?? traceIdOf(answered, about.scrubber),
    retryAfterSeconds,
    repeated,
  });
}

type Misreading = Exclude<AnswerFault, 'not_shown'>;

/** The error for an answer that cannot be understood or that broke off. */
export function answerError(
  fault: Misreading,
  status: number | undefined,
  message: string,
  about: ErrorContext,
): ClerkAnswerError {
  return new ClerkAnswerError(fault, status, {
    operation: about.operation.name,
    message,
    hint: HINTS[fault],
    mayHaveHappened: about.uncertain || (status === undefined ? changes(about.operation) : leavesOpen(status, about.operation)),
    checkWith: about.checkWith,
    attempts: about.attempts,
  });
}

const BETWEEN = 'Something in between may have answered: check CLERK_API_URL and any proxy.';

const HINTS: Readonly<Record<Misreading, string>> = {
  not_json: BETWEEN,
  not_text: BETWEEN,
  too_large: 'Ask for less: a smaller limit, or a narrower filter.',
  encoded: 'No encoding was requested. Check any proxy in between.',
  redirected: 'Redirects are not followed, so that the key is sent nowhere else. Set CLERK_API_URL to the final address.',
  unexpected_status: BETWEEN,
  malformed_http: BETWEEN,
};

function misread(fault: Misreading, answered: Answered, about: ErrorContext): ClerkAnswerError {
  const { status } = answered;
  return answerError(fault, status, `Status ${status}, ${describe(fault, answered, about)}.`, about);
}

function describe(fault: Misreading, answered: Answered, about: ErrorContext): string {
  switch (fault) {
    case 'encoded':
      return `with the encoding ${about.scrubber.line(answered.headers.get('content-encoding') ?? '', 40)}`;
    case 'redirected':
      return 'which redirects to another address';
    case 'too_large':
      return `with more values than are read (${answered.body.length} bytes)`;
    case 'unexpected_status':
      return 'which Clerk never uses';
    default:
      return describeBody(answered, about);
  }
}

function describeBody({ headers, body }: Answered, about: ErrorContext): string {
  const type = headers.get('content-type');
  const named = type === undefined ? 'of no declared type' : about.scrubber.line(type, 60);
  if (body.length === 0) return 'without a body';
  const wanted = about.operation.spec.answers === 'text' ? 'text' : 'the JSON that Clerk sends';
  return `with a body (${named}, ${body.length} bytes) that is not ${wanted}`;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(body: Uint8Array, scrubber: Scrubber): string | undefined {
  try {
    return scrubber.body(UTF8.decode(body));
  } catch {
    return undefined;
  }
}

function parseJson(text: string | undefined): { value: unknown } | undefined {
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function traceIdOf({ headers }: Answered, scrubber: Scrubber): string | undefined {
  const id = headers.get('x-clerk-trace-id') ?? headers.get('cf-ray');
  return id === undefined || id === '' ? undefined : scrubber.line(id, 100);
}
