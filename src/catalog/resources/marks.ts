import * as z from 'zod';

/** The kind of secret: a bearer token, a key to keep, a link that signs in or accepts, a code to type. */
export type SecretKind = 'token' | 'key' | 'link' | 'code';

export interface Secret {
  readonly kind: SecretKind;
  /** The confirmed call that hands it out, in a few words: `ApiKeys_getSecret shows it`. Left out where none does. */
  readonly from?: string;
}

/** Values that give access to whoever holds them. Everything else in an answer may be shown. */
export const secrets = z.registry<Secret>();

/** A text that is a secret, and the call that shows it. */
export const secret = (kind: SecretKind, from?: string): z.ZodString =>
  z.string().register(secrets, from === undefined ? { kind } : { kind, from });

/** What a list shows of a resource by default, without `fields`. */
export interface ListRow {
  /** The paths that tell one row from another, in the form of `fields`, separated by spaces. */
  readonly short: string;
  /** The paths in the answer to a change, beside the inputs that it was given, in the same form. Default: `short`. */
  readonly state?: string;
  /** Arrays of which a row shows only the primary element, each with the property that holds that element's id. */
  readonly primary?: Readonly<Record<string, string>>;
}

/** Restricted metadata, which not everyone may read: a change shows it only on request. */
export const closed = z.registry<Record<never, never>>();

/** Moments in Unix milliseconds. */
export const times = z.registry<Record<never, never>>();

/** Resources without an entry are listed whole, except for empty values. */
export const listRows = z.registry<ListRow>();
