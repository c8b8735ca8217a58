import * as z from 'zod';

/** Unix milliseconds. */
export const time = z.int();
export const metadata = z.record(z.string(), z.unknown());
export type Metadata = Record<string, unknown>;
