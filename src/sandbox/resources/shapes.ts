import * as z from 'zod';

/** Unix milliseconds. */
export const time = z.int();
export const metadata = z.record(z.string(), z.unknown());
export type Metadata = Record<string, unknown>;

/** What Clerk answers to a deletion. */
export const deletedObject = z.strictObject({
  object: z.string(),
  id: z.string().optional(),
  slug: z.string().optional(),
  deleted: z.literal(true),
  external_id: z.string().optional(),
});
