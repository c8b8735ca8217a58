import * as z from 'zod';
import { closed, times } from './marks.js';

/** Unix milliseconds. */
export const time = z.int().register(times, {});
export const nullableTime = time.nullable();
export const nullableText = z.string().nullable();
export const optionalText = z.string().optional();

/** What the owner put in, of any form. */
export const metadata = z.record(z.string(), z.unknown());

/** The same, where only some may read it. */
export const closedMetadata = z.record(z.string(), z.unknown()).register(closed, {});

/** What a deletion answers. */
export const deletedObject = z.strictObject({
  object: z.string(),
  id: optionalText,
  slug: optionalText,
  deleted: z.literal(true),
  external_id: optionalText,
});

export const totalCount = z.strictObject({ object: z.literal('total_count'), total_count: z.int() });

/** Of a key or token that is good until its time is up or it is revoked. */
export const voidable = {
  revoked: z.boolean(),
  revocation_reason: nullableText,
  expired: z.boolean(),
  /** Unix milliseconds; null for never. */
  expiration: z.number().register(times, {}).nullable(),
};
