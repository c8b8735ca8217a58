import * as z from 'zod';

/** The inputs that are moments in Unix milliseconds, as opposed to seconds or texts. */
export const momentInputs = z.registry<Record<never, never>>();

/** A moment to filter by, in Unix milliseconds. */
export const moment = (description?: string): z.ZodOptional<z.ZodInt> => {
  const schema = z.int().optional();
  return (description === undefined ? schema : schema.describe(description)).register(momentInputs, {});
};
