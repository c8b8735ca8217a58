import type { Instance } from '../instance.js';
import { type ApiKeyRow, apiKeys } from '../resources/api-key.js';
import { newVoidable } from './voidable.js';

export const DEFAULT_TYPE = 'api_key';
const SECRET_LETTERS = 32;

export interface NewApiKey {
  readonly name: string;
  readonly subject: string;
  readonly type?: string | undefined;
  readonly description?: string | null | undefined;
  readonly claims?: unknown;
  readonly scopes?: readonly string[] | undefined;
  readonly created_by?: string | null | undefined;
  /** Default: no end. */
  readonly seconds_until_expiration?: number | null | undefined;
  /** Default: one by chance. */
  readonly secret?: string | undefined;
}

/** A new key of a subject that exists. */
export const newApiKey = (instance: Instance, made: NewApiKey): ApiKeyRow =>
  instance.insert(apiKeys, {
    ...newVoidable(instance, apiKeys, made.seconds_until_expiration ?? null),
    type: made.type ?? DEFAULT_TYPE,
    name: made.name,
    description: made.description ?? null,
    subject: made.subject,
    claims: made.claims ?? null,
    scopes: [...(made.scopes ?? [])],
    created_by: made.created_by ?? null,
    secret: made.secret ?? `ak_${instance.random.base62(SECRET_LETTERS)}`,
    last_used_at: null,
  });
