import * as z from 'zod';
import { UserError } from '../platform/user-error.js';

const MOST_DELAY_MS = 600_000;

const common = {
  /** Names, groups (`Users`) or globs (`*_delete*`). Default: every operation. */
  operations: z.union([z.string().transform((pattern) => [pattern]), z.array(z.string()).min(1).readonly()]).default(['*']),
  /** How many requests it meets before it is over. Default: no end. */
  times: z.int().min(1).optional(),
  /** The part of the matching requests that it meets, by chance: 0.1 for one in ten. Default: all. */
  rate: z.number().gt(0).max(1).default(1),
};

/** Whether the request is carried out before its answer is spoilt: something happened, and the caller cannot know. */
const takesEffect = z.boolean().default(false);

/** What goes wrong. */
export const fault = z.discriminatedUnion('fault', [
  z.strictObject({
    fault: z.literal('rate_limit'),
    ...common,
    /** Seconds. */
    retry_after: z.int().min(0).max(86_400).default(1),
  }),
  z.strictObject({
    fault: z.literal('error'),
    ...common,
    status: z.int().min(500).max(599).default(503),
    takes_effect: takesEffect,
  }),
  /** Answers rightly, but late. */
  z.strictObject({ fault: z.literal('slow'), ...common, delay_ms: z.int().min(1).max(MOST_DELAY_MS).default(1000) }),
  /** The true answer breaks off in the middle. */
  z.strictObject({ fault: z.literal('cut'), ...common }),
  /** The connection is reset instead of an answer. */
  z.strictObject({ fault: z.literal('reset'), ...common, takes_effect: takesEffect }),
]);

export type Fault = z.output<typeof fault>;
export type FaultDescription = z.input<typeof fault>;

/** Faults that cannot be set. The message has a line for each thing that is wrong, with its path. */
export class FaultsError extends UserError {
  override readonly name = 'FaultsError';
}

/** @param given One fault or several, as JSON gives them. @throws FaultsError */
export function parseFaults(given: unknown): readonly Fault[] {
  const parsed = z.array(fault).safeParse(Array.isArray(given) ? given : [given]);
  if (!parsed.success) throw new FaultsError(`faults: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
