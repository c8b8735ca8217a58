import type { Arguments } from '../../catalog/operation-types.js';

/** The most items that a plan may have, whatever they are made of. */
export const MOST_ITEMS = 10_000;
/** The most steps of one plan. */
export const MOST_STEPS = 50;

/** One step of a plan: a call, or one for each item of a list. */
export interface Step {
  /** By which later steps refer to it. Default: `step1`, by its place. */
  readonly name?: string | undefined;
  readonly tool: string;
  readonly arguments?: Arguments | undefined;
  /** A reference to a list, the list itself, or one that is read to its end. */
  readonly for_each?: unknown;
  /** A reference: without a value there, or where it is false or empty, the step is left out. */
  readonly if?: string | undefined;
  /** Of a read in a named plan: where it does not answer, as where the instance lacks what it is about, it is an empty list. */
  readonly may_fail?: boolean | undefined;
}
