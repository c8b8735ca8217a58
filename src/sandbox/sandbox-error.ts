/** One entry of Clerk's error envelope, as it travels. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly long_message: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export interface SandboxErrorOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The fault on demand that is behind it. */
  readonly fault?: string | undefined;
}

/** What a handler throws to answer with Clerk's error envelope. */
export class SandboxError extends Error {
  readonly status: number;
  readonly errors: readonly WireError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: string | undefined;

  constructor(status: number, errors: readonly WireError[], { headers = {}, fault }: SandboxErrorOptions = {}) {
    super(errors.map((error) => `${error.code}: ${error.long_message}`).join('; '));
    this.name = 'SandboxError';
    this.status = status;
    this.errors = errors;
    this.headers = headers;
    this.fault = fault;
  }
}

/** An error that concerns no single parameter. */
export const refuse = (
  status: number,
  code: string,
  message: string,
  longMessage = message,
  meta?: WireError['meta'],
): SandboxError => new SandboxError(status, [{ code, message, long_message: longMessage, ...(meta && { meta }) }]);

/** One thing that is wrong with one parameter. */
export const paramError = (code: string, param: string, message: string, longMessage = message): WireError => ({
  code,
  message,
  long_message: longMessage,
  meta: { param_name: param },
});

/** Status of every `form_*` code unless Clerk documents another one. */
const FORM_STATUS = 422;

/** An error about one parameter. */
export const refuseParam = (
  code: string,
  param: string,
  message: string,
  longMessage = message,
  status = FORM_STATUS,
): SandboxError => new SandboxError(status, [paramError(code, param, message, longMessage)]);

/** That a parameter has a value that it cannot have. */
export const invalidParam = (param: string, why: string, status?: number): SandboxError =>
  refuseParam('form_param_value_invalid', param, 'is invalid', why, status);

/** That a parameter is not written as it must be. */
export const malformedParam = (param: string, why: string): SandboxError =>
  refuseParam('form_param_format_invalid', param, 'is invalid', why);

export const missingParam = (param: string, why = `${param} must be included.`, status?: number): SandboxError =>
  refuseParam('form_param_missing', param, 'is missing', why, status);

/** That a parameter names what there is not. */
export const unknownParam = (param: string, why: string): SandboxError =>
  refuseParam('form_resource_not_found', param, 'not found', why);

export const refuseParams = (errors: readonly WireError[], status = FORM_STATUS): SandboxError =>
  new SandboxError(status, errors);

export const notFound = (what: string, id?: string): SandboxError =>
  refuse(
    404,
    'resource_not_found',
    'not found',
    id === undefined ? `No ${what} was found.` : `No ${what} was found with id ${id}.`,
  );

/** @param setting What switches it on or off. */
export const featureNotEnabled = (what: string, setting: string): SandboxError =>
  refuse(403, 'feature_not_enabled', 'Feature not enabled', `${what} are not enabled for this instance: see ${setting}.`);

export const identifierExists = (param: string, what: string): SandboxError =>
  refuseParam('form_identifier_exists', param, `That ${what} is taken.`, `That ${what} is taken. Please try another.`);

export const duplicateRecord = (what: string, value: string): SandboxError =>
  refuse(400, 'duplicate_record', `duplicate ${what}`, `The ${what} ${value} already exists.`);

/** @param retryAfter Seconds. */
export const tooManyRequests = (
  retryAfter: number,
  code = 'too_many_requests',
  message = 'Too many requests',
  why = '',
): SandboxError =>
  new SandboxError(429, [{ code, message, long_message: `${why}Try again in ${retryAfter} s.` }], {
    headers: { 'retry-after': String(retryAfter) },
  });
