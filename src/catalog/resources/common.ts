import * as z from 'zod';
import { closed, times } from './marks.js';

/** Unix milliseconds. */
export const time = z.int().register(times, {});
export const nullableTime = time.nullable();
export const nullableText = z.string().nullable();
export const optionalText = z.string().optional();

/** Set by the owner, in any form. */
export const metadata = z.record(z.string(), z.unknown());

/** The same, but restricted: not everyone may read it. */
export const closedMetadata = z.record(z.string(), z.unknown()).register(closed, {});

/** The answer to a deletion. */
export const deletedObject = z.strictObject({
  object: z.string(),
  id: optionalText,
  slug: optionalText,
  deleted: z.literal(true),
  external_id: optionalText,
});

export const totalCount = z.strictObject({ object: z.literal('total_count'), total_count: z.int() });

/** Fields of a key or token that is valid until it expires or is revoked. */
export const voidable = {
  revoked: z.boolean(),
  revocation_reason: nullableText,
  expired: z.boolean(),
  /** Unix milliseconds; null for never. */
  expiration: z.number().register(times, {}).nullable(),
};
