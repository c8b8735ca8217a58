import type { Arguments } from '../../catalog/operation-types.js';

/** The most items in a plan, wherever they come from. */
export const MOST_ITEMS = 10_000;
/** The most steps in a plan. */
export const MOST_STEPS = 50;

/** One step of a plan: a call, or one for each item of a list. */
export interface Step {
  /** The name by which later steps refer to it. Default: by its place, `step1` and so on. */
  readonly name?: string | undefined;
  readonly tool: string;
  readonly arguments?: Arguments | undefined;
  /** A reference to a list, the list itself, or a list to read to its end. */
  readonly for_each?: unknown;
  /** A reference: if it leads to nothing, or to something false or empty, the step is left out. */
  readonly if?: string | undefined;
  /** For a read in a named plan: if it fails, perhaps because the instance lacks the feature, it counts as an empty list. */
  readonly may_fail?: boolean | undefined;
}
