import type { ErrorCode } from '../../catalog/error-codes.js';
import type { Scope } from '../../policy/rules/scopes.js';
import { type Reply, refusal, refuse, retryAfter } from '../reply.js';
import type { Authentication } from './authenticator.js';
import { FIXED_TOKEN } from './no-oauth.js';

/** Longer than any token in use, and short enough that hashing or parsing costs little. */
const MAX_TOKEN_LENGTH = 8192;

/** A bearer token as in RFC 6750, section 2.1. Two `Authorization` headers joined by a comma do not match. */
const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

export type Bearer = { readonly token: string } | { readonly fault: 'missing' | 'malformed' };

/** The token in the `Authorization` header. A token in the URL is not accepted: URLs end up in logs. */
export function bearerToken(headers: Headers): Bearer {
  const header = headers.get('authorization');
  if (header === null || header.trim() === '') return { fault: 'missing' };
  const token = header.length > MAX_TOKEN_LENGTH ? undefined : BEARER.exec(header)?.[1];
  return token === undefined ? { fault: 'malformed' } : { token };
}

/** The contents of all of a server's challenges. */
export interface ChallengeOptions {
  /** The address of the protected resource metadata, if the server has any. */
  readonly resourceMetadataUrl?: string | undefined;
  /** What a client should ask for: most ask for that alone, and for no more later. */
  readonly scopes?: () => readonly Scope[];
  /** Whether the token is one that people write into their client's configuration. */
  readonly fixedToken?: boolean;
}

/** The refusals of a server that takes bearer tokens, in the terms of RFC 6750 and RFC 9728. */
export class BearerChallenges {
  readonly #options: ChallengeOptions;

  constructor(options: ChallengeOptions = {}) {
    this.#options = options;
  }

  /** 401 for a request without credentials. It has no error code, since none were wrong. */
  missing(): Authentication {
    if (this.#options.fixedToken === true) {
      const reply = refuse(401, FIXED_TOKEN, { headers: { 'WWW-Authenticate': 'Bearer' } });
      return { ok: false, why: 'missing', refusal: reply };
    }
    const message = 'Send a token: Authorization: Bearer <token>.';
    return { ok: false, why: 'missing', refusal: this.#refusal(401, undefined, message, this.#options.scopes?.()) };
  }

  /** 401 for a token that is not valid. `message` tells its holder why. */
  invalid(message: string): Authentication {
    const refusal = this.#refusal(401, 'invalid_token', message, this.#options.scopes?.());
    return { ok: false, why: 'invalid', reason: message, refusal };
  }

  malformed(): Authentication {
    return this.invalid('The Authorization header is not of the form Bearer <token>.');
  }

  /** 503 when the token cannot be checked. */
  unavailable(message: string, retryAfterMs: number): Authentication {
    const body = { error: 'temporarily_unavailable' satisfies ErrorCode, error_description: message };
    return { ok: false, why: 'unavailable', refusal: refusal(503, body, retryAfter(retryAfterMs)) };
  }

  /** 429 after too many bad tokens. */
  throttled(retryAfterMs: number): Authentication {
    const body = {
      error: 'slow_down' satisfies ErrorCode,
      error_description: 'Too many requests with a bad token came from this address.',
    };
    return { ok: false, why: 'throttled', refusal: refusal(429, body, retryAfter(retryAfterMs)) };
  }

  /** 403 for a valid token without the needed scope. Names all scopes that a new token should have. */
  insufficientScope(held: readonly Scope[], needed: Scope): Reply {
    const message = `This call needs the scope ${needed}.`;
    return this.#refusal(403, 'insufficient_scope', message, [...new Set([...held, needed])]);
  }

  #refusal(status: number, error: ErrorCode | undefined, message: string, scopes: readonly Scope[] | undefined): Reply {
    const parameters = {
      error,
      error_description: error && message,
      scope: scopes?.join(' '),
      resource_metadata: this.#options.resourceMetadataUrl,
    };
    const challenge = Object.entries(parameters)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => `${name}="${value}"`)
      .join(', ');
    const body = { error: error ?? ('unauthorized' satisfies ErrorCode), error_description: message };
    return refusal(status, body, { 'WWW-Authenticate': challenge === '' ? 'Bearer' : `Bearer ${challenge}` });
  }
}
