import type * as z from 'zod';

/** One setting: its flag, its environment variable, its form and what it is for. The help, the checks and the README read it here. */
export interface Option {
  /** Commander's flag syntax: `--tools <patterns>`. */
  readonly flag: string;
  readonly env?: string;
  /** Made when the setting is given: most are not. */
  readonly schema: () => z.ZodType;
  readonly help: string;
  /** Shown in the help; the schema holds the real one. */
  readonly default?: string;
}
