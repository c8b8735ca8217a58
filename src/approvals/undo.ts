import type { UsedBy } from '../policy/confirmation/approvals.js';

/** Changes that can be taken back together. Every text is safe to display in one line. */
export interface UndoableChanges {
  readonly of: UsedBy;
  readonly title: string;
  readonly caller: string;
  /** When the last of them was made, and until when they can be taken back, in Unix milliseconds. */
  readonly at: number;
  readonly until: number;
  readonly calls: number;
}

/**
 * What came of the wish to take changes back. `asked`: the calls that do so wait for a person as an approval of their own.
 * `nothing`: nothing is left to be taken back, and why. `refused`: why it cannot be asked for.
 */
export type UndoBegun =
  | { readonly kind: 'asked'; readonly approval: string }
  | { readonly kind: 'nothing'; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly message: string };

/** How a plan went, for people: a line each. */
export interface PlanReport {
  readonly isRunning: boolean;
  readonly lines: readonly string[];
}

/** Takes back what was done. What is changed is changed by calls, which go the road of all calls. */
export interface Undo {
  /** The last change first. @throws Error where what was kept cannot be read */
  list(): Promise<readonly UndoableChanges[]>;
  /** Whether something is kept by which it can be taken back. */
  isKept(of: UsedBy): Promise<boolean>;
  /** @param approver the name of who wishes it */
  begin(of: UsedBy, approver: string): Promise<UndoBegun>;
  /** `undefined` for a plan that was not begun, or is not known any more. */
  report(plan: string): Promise<PlanReport | undefined>;
}

const FORM = /^(?:plan:(pln_[\w-]{22})|call:([\w-]{12}))$/;

/** As forms of the page have it. */
export const writeUsedBy = (of: UsedBy): string => ('plan' in of ? `plan:${of.plan}` : `call:${of.call}`);

export function readUsedBy(text: string): UsedBy | undefined {
  const [, plan, call] = FORM.exec(text) ?? [];
  if (plan !== undefined) return { plan };
  return call === undefined ? undefined : { call };
}
