import * as z from 'zod';

/** What a secret is: a bearer's token, a key that is kept, a link that signs in or accepts, a code to type. */
export type SecretKind = 'token' | 'key' | 'link' | 'code';

export interface Secret {
  readonly kind: SecretKind;
  /** The confirmed call that hands it out, in a few words: `ApiKeys_getSecret shows it`. None does where this is left out. */
  readonly from?: string;
}

/** Values that give access to anyone who holds them. Everything else in an answer may be shown. */
export const secrets = z.registry<Secret>();

/** A text that is a secret, and what shows it. */
export const secret = (kind: SecretKind, from?: string): z.ZodString =>
  z.string().register(secrets, from === undefined ? { kind } : { kind, from });

/** What a list shows of a resource unless `fields` says otherwise. */
export interface ListRow {
  /** The paths that tell one row from another, as `fields` has them, with spaces between. */
  readonly short: string;
  /** What a change answers beside the inputs that it was given, as in `short`. Default: `short`. */
  readonly state?: string;
  /** Arrays of which a row shows the primary element alone, each with the property that holds this element's id. */
  readonly primary?: Readonly<Record<string, string>>;
}

/** Metadata that not everybody may read: a change shows it only where it is asked for. */
export const closed = z.registry<Record<never, never>>();

/** Moments in Unix milliseconds. */
export const times = z.registry<Record<never, never>>();

/** Resources without one are listed whole, less what is empty. */
export const listRows = z.registry<ListRow>();
