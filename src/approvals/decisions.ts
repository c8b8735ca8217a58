import { type Decided, type Decisions, Periods } from '../policy/audit/decisions.js';
import type { ApprovalState } from '../policy/confirmation/approvals.js';
import { type Approval, stateOf } from './approval.js';
import type { Insight } from './insight.js';

const HOUR_MS = 3_600_000;

/** The time ranges that people can choose from. */
export const RANGES = {
  '24h': { name: '24 hours', stepMs: HOUR_MS, count: 24 },
  '7d': { name: '7 days', stepMs: 6 * HOUR_MS, count: 28 },
  '30d': { name: '30 days', stepMs: 24 * HOUR_MS, count: 30 },
} as const;
export type Range = keyof typeof RANGES;

export interface DecisionsShown extends Decisions {
  readonly range: Range;
  /** Whether they come from the record. If no record is kept, they reach back a day at most. */
  readonly isOnRecord: boolean;
}

const ENDS: Readonly<Record<ApprovalState, Decided | undefined>> = {
  pending: undefined,
  approved: 'approved',
  used: 'approved',
  declined: 'declined',
  expired: 'lapsed',
  replaced: 'lapsed',
};

/** What people decided in the query's `range`, a day by default. @throws when the record cannot be read */
export async function decisionsOf(
  approvals: readonly Approval[],
  query: URLSearchParams,
  now: number,
  insight: Insight | undefined,
): Promise<DecisionsShown> {
  const wanted = query.get('range') ?? '';
  const range = isRange(wanted) ? wanted : '24h';
  const open = approvals.filter((approval) => ['pending', 'approved'].includes(stateOf(approval, now))).map(({ id }) => id);
  const recorded = await insight?.decisions(periodsOf(range, now), new Set(open));
  if (recorded !== undefined) return { ...recorded, range, isOnRecord: true };
  const periods = periodsOf('24h', now);
  for (const approval of approvals) {
    const end = ENDS[stateOf(approval, now)];
    const word = approval.declined ?? approval.words.at(-1);
    if (end !== undefined) periods.count(end === 'lapsed' ? approval.createdAt : (word?.at ?? approval.createdAt), end);
  }
  return { ...periods.decisions(), range: '24h', isOnRecord: false };
}

const isRange = (text: string): text is Range => Object.hasOwn(RANGES, text);

const periodsOf = (range: Range, now: number): Periods => new Periods(now, RANGES[range].stepMs, RANGES[range].count);
