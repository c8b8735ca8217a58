import type { ErrorCode } from '../catalog/error-codes.js';
import type { ErrorEntry } from './envelope.js';

/** What every error of a call carries. */
export interface ErrorDetails {
  /** The operation's name. */
  readonly operation: string;
  /** One sentence: what went wrong. */
  readonly message: string;
  /** One or two sentences: what to do now. */
  readonly hint: string;
  /** Whether Clerk may have made the change although no answer confirms it. Default: false. */
  readonly mayHaveHappened?: boolean;
  /** The read operation that shows whether it happened. */
  readonly checkWith?: string | undefined;
  /** How many requests were started. Default: 0. */
  readonly attempts?: number;
}

/** A call that failed. Never carries the secret key, an argument's value or a URL's query. */
export abstract class ClerkError extends Error {
  /** Stable, for programs: Clerk's own code for a {@link ClerkApiError}, ours for the others. */
  abstract readonly code: string;
  readonly operation: string;
  readonly hint: string;
  readonly mayHaveHappened: boolean;
  readonly checkWith: string | undefined;
  readonly attempts: number;

  constructor(details: ErrorDetails) {
    super(details.message);
    this.name = new.target.name;
    this.operation = details.operation;
    this.mayHaveHappened = details.mayHaveHappened ?? false;
    this.checkWith = this.mayHaveHappened ? details.checkWith : undefined;
    this.attempts = details.attempts ?? 0;
    this.hint = this.mayHaveHappened ? `${details.hint} ${uncertainty(this.checkWith)}` : details.hint;
  }

  /** The error as a model gets it: one flat JSON object with short values. */
  toModel(): Record<string, unknown> {
    return {
      error: this.code,
      ...this.facts(),
      hint: this.hint,
      ...(this.mayHaveHappened ? { may_have_happened: true } : {}),
      ...(this.checkWith === undefined ? {} : { check_with: this.checkWith }),
    };
  }

  protected facts(): Record<string, unknown> {
    return { message: this.message };
  }
}

const uncertainty = (checkWith: string | undefined): string =>
  `It may have been carried out: ${
    checkWith === undefined ? 'read the resource' : `check with ${checkWith}`
  } before calling again.`;

export interface ApiErrorDetails extends ErrorDetails {
  readonly status: number;
  /** Clerk's entries, or one of our own if the body had none. Never empty. */
  readonly errors: readonly [ErrorEntry, ...ErrorEntry[]];
  /** Whether the body is an error of Clerk's own. Default: true. */
  readonly fromClerk?: boolean;
  /** How many entries of Clerk's are not among them. Default: 0. */
  readonly more?: number | undefined;
  readonly traceId?: string | undefined;
  /** From the Retry-After header, in whole seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** Whether this answers a repeated attempt, after the answer to an earlier one was lost. */
  readonly repeated?: boolean;
}

/** How many of Clerk's entries a model sees; the rest is counted. */
const MOST_ENTRIES = 10;

/** An answer with status 400 or above. `message` is that of the first entry. */
export class ClerkApiError extends ClerkError {
  readonly code: string;
  readonly status: number;
  readonly longMessage: string | undefined;
  /** The input that Clerk rejected. */
  readonly paramName: string | undefined;
  readonly traceId: string | undefined;
  readonly errors: readonly ErrorEntry[];
  readonly #more: number;
  readonly retryAfterSeconds: number | undefined;
  readonly repeated: boolean;
  readonly fromClerk: boolean;

  constructor(details: ApiErrorDetails) {
    super(details);
    const [first] = details.errors;
    this.code = first.code;
    this.status = details.status;
    this.longMessage = first.longMessage;
    this.paramName = first.paramName;
    this.traceId = details.traceId;
    this.errors = details.errors;
    this.#more = (details.more ?? 0) + Math.max(0, details.errors.length - MOST_ENTRIES);
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.repeated = details.repeated ?? false;
    this.fromClerk = details.fromClerk ?? true;
  }

  protected override facts(): Record<string, unknown> {
    const also = this.errors.slice(1, MOST_ENTRIES).map((entry) => ({
      error: entry.code,
      message: entry.message,
      ...(entry.paramName === undefined ? {} : { param: entry.paramName }),
    }));
    return {
      status: this.status,
      message: this.message,
      ...(this.longMessage === undefined || this.longMessage === this.message ? {} : { long_message: this.longMessage }),
      ...(this.paramName === undefined ? {} : { param: this.paramName }),
      ...(also.length === 0 ? {} : { also }),
      ...(this.#more === 0 ? {} : { more_errors: this.#more }),
      ...(this.traceId === undefined ? {} : { trace_id: this.traceId }),
      ...(this.retryAfterSeconds === undefined ? {} : { retry_after_seconds: this.retryAfterSeconds }),
    };
  }
}

export type AnswerFault =
  | 'not_json'
  | 'not_text'
  | 'too_large'
  | 'encoded'
  | 'redirected'
  | 'unexpected_status'
  | 'malformed_http'
  /** Clerk has made the change, as its status says, and its answer is too much to be read. */
  | 'not_shown';

/** An answer that cannot be understood or shown. */
export class ClerkAnswerError extends ClerkError {
  readonly code: Extract<ErrorCode, `answer_${AnswerFault}`>;
  readonly status: number | undefined;

  constructor(fault: AnswerFault, status: number | undefined, details: ErrorDetails) {
    super(details);
    this.code = `answer_${fault}`;
    this.status = status;
  }

  protected override facts(): Record<string, unknown> {
    return { ...(this.status === undefined ? {} : { status: this.status }), message: this.message };
  }
}

/** No answer within the call's time limit. */
export class ClerkTimeoutError extends ClerkError {
  readonly code = 'timeout' satisfies ErrorCode;
}

/** No connection, or one that broke before the answer was complete. */
export class ClerkConnectionError extends ClerkError {
  readonly code: Extract<ErrorCode, 'not_connected' | 'answer_lost'>;
  /** The system's or undici's code: ECONNREFUSED, ENOTFOUND, UND_ERR_SOCKET. */
  readonly reason: string;

  constructor(code: 'not_connected' | 'answer_lost', reason: string, details: ErrorDetails) {
    super(details);
    this.code = code;
    this.reason = reason;
  }
}

/** The request was held back to stay below Clerk's limit, and never sent. */
export class ClerkBusyError extends ClerkError {
  readonly code = 'busy' satisfies ErrorCode;
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, details: ErrorDetails) {
    super(details);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  protected override facts(): Record<string, unknown> {
    return { message: this.message, retry_after_seconds: this.retryAfterSeconds };
  }
}

/** The caller cancelled, or the client was closed. */
export class ClerkAbortedError extends ClerkError {
  readonly code = 'cancelled' satisfies ErrorCode;
}

/** The arguments do not form a valid request. Nothing was sent. */
export class RequestError extends ClerkError {
  readonly code = 'bad_argument' satisfies ErrorCode;
  readonly input: string;

  constructor(operation: string, input: string, message: string) {
    super({ operation, message: `${input} ${message}`, hint: `Correct ${input}; nothing was sent.` });
    this.input = input;
  }

  protected override facts(): Record<string, unknown> {
    return { message: this.message, param: this.input };
  }
}

/** The image cannot be sent. Nothing was sent, and the message reveals no part of the file. */
export class ImageError extends ClerkError {
  readonly code = 'bad_image' satisfies ErrorCode;
}
