import type { Keeper } from '../call/keeper.js';
import type { Instance } from '../policy/policy-types.js';
import type { Ledgers } from './apply/ledger.js';
import type { Runs } from './apply/runs.js';
import type { PlanStore } from './plan/plan-store.js';
import type { Rehearsal, Rehearsed } from './plan/rehearsal.js';
import type { ChangeStore } from './undo/changes.js';

/** What plans need beside the road of all calls. */
export interface PlanServices {
  readonly instance: Instance;
  readonly store: PlanStore;
  readonly ledgers: Ledgers;
  readonly runs: Runs;
  /** Tries calls out where nothing comes of it; undefined where that cannot be done. */
  readonly rehearse: (rehearsal: Rehearsal) => Promise<Rehearsed | undefined>;
  /** Undefined where nothing is kept to take calls back. */
  readonly keeper: Keeper | undefined;
  readonly changes: ChangeStore;
  /** How long changes can be taken back, in milliseconds. */
  readonly undoneMs: number;
}
