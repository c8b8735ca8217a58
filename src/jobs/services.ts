import type { Keeper } from '../call/keeper.js';
import type { Instance } from '../policy/policy-types.js';
import type { Ledgers } from './apply/ledger.js';
import type { Runs } from './apply/runs.js';
import type { PlanStore } from './plan/plan-store.js';
import type { Rehearsal, Rehearsed } from './plan/rehearsal.js';
import type { ChangeStore } from './undo/changes.js';

/** What plans need besides making calls. */
export interface PlanServices {
  readonly instance: Instance;
  readonly store: PlanStore;
  readonly ledgers: Ledgers;
  readonly runs: Runs;
  /** Tries calls out without effect; undefined if that is not possible. */
  readonly rehearse: (rehearsal: Rehearsal) => Promise<Rehearsed | undefined>;
  /** Undefined if nothing is kept for undoing calls. */
  readonly keeper: Keeper | undefined;
  readonly changes: ChangeStore;
  /** How long changes can be undone, in milliseconds. */
  readonly undoneMs: number;
}
