import type * as z from 'zod';

/** One setting: its flag, environment variable, form and purpose. The help, the checks and the docs are made from it. */
export interface Option {
  /** Commander's flag syntax: `--tools <patterns>`. */
  readonly flag: string;
  readonly env?: string;
  /** Built only when the setting is given: most are not. */
  readonly schema: () => z.ZodType;
  readonly help: string;
  /** Shown in the help; the schema holds the real one. */
  readonly default?: string;
}
