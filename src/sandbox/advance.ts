import * as z from 'zod';
import { refuse } from './sandbox-error.js';

/** Ten years: further than any lifetime of Clerk's. */
const MOST_MS = 10 * 366 * 24 * 60 * 60 * 1000;

const advance = z.strictObject({ advance_ms: z.int().min(1).max(MOST_MS) });

/** By how much the clock is to be moved on, in milliseconds. @throws SandboxError */
export function readAdvance(given: unknown): number {
  const parsed = advance.safeParse(given);
  if (parsed.success) return parsed.data.advance_ms;
  throw refuse(422, 'form_param_value_invalid', 'Invalid clock', z.prettifyError(parsed.error));
}
