import type { Decisions, Periods } from '../policy/audit/decisions.js';
import type { HistoryFilters, HistoryPage } from '../policy/audit/history.js';
import type { BudgetUse } from '../policy/rules/budgets.js';
import type { CallersSeen } from './caller-book.js';

/** What people can see besides the calls that wait. */
export interface Insight {
  /** @throws when the store is away */
  callers(): Promise<CallersSeen>;
  /** How much of the budgets these callers have used. @throws when the store is away */
  budgets(callers: readonly string[]): Promise<readonly BudgetUse[]>;
  /** A page of the record; `undefined` if none is kept. @param cursor `older` of the previous page */
  history(filters: HistoryFilters, cursor: string | undefined): Promise<HistoryPage | undefined>;
  /** What people decided, according to the record; `undefined` if none is kept. @param open ids of approvals still in force */
  decisions(periods: Periods, open: ReadonlySet<string>): Promise<Decisions | undefined>;
}
