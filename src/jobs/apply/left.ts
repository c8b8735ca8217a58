import type { Plan } from '../plan/plan.js';
import type { Begun, LedgerState } from './ledger.js';

/** How long an agreement counts: until then the rest of the plan goes on without asking again. */
const AGREED_MS = 3_600_000;

/** Whether an earlier agreement still holds for this plan. */
export const isAgreed = (plan: Plan, begun: Begun | undefined): boolean =>
  begun !== undefined && begun.sha256 === plan.sha256 && begun.at + AGREED_MS > Date.now();

/** The calls still to be made, without those that were done, or that may have been done and must not be repeated. */
export function leftOf(plan: Plan, state: LedgerState | undefined): readonly number[] {
  return plan.items.flatMap((_, nth) => {
    const entry = state?.items.get(nth);
    if (entry === undefined || entry.kind === 'failed' || entry.kind === 'left_out') return [nth];
    return [];
  });
}
