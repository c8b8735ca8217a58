import * as z from 'zod';

/** What a secret is: a bearer's token, a key that is kept, a link that signs in or accepts, a code to type. */
export type SecretKind = 'token' | 'key' | 'link' | 'code';

/** Values that give access to anyone who holds them. Everything else in an answer may be shown. */
export const secrets = z.registry<{ readonly kind: SecretKind }>();

/** A text that is a secret. */
export const secret = (kind: SecretKind): z.ZodString => z.string().register(secrets, { kind });

/** What a list shows of a resource unless `fields` says otherwise. */
export interface ListRow {
  /** The paths that tell one row from another, as `fields` has them, with spaces between. */
  readonly short: string;
  /** Arrays of which a row shows the primary element alone, each with the property that holds this element's id. */
  readonly primary?: Readonly<Record<string, string>>;
}

/** Resources without one are listed whole, less what is empty. */
export const listRows = z.registry<ListRow>();
