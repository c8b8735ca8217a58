import type { UsedBy } from '../policy/confirmation/approvals.js';

/** Changes that can be undone together. Every text is safe to display in one line. */
export interface UndoableChanges {
  readonly of: UsedBy;
  readonly title: string;
  /** The one of several instances on which they were made. */
  readonly instance?: string | undefined;
  readonly caller: string;
  /** When the last change was made, and until when they can be undone, in Unix milliseconds. */
  readonly at: number;
  readonly until: number;
  readonly calls: number;
}

/**
 * What came of asking to undo changes. `asked`: the calls that undo them wait for a person, as an approval of their own.
 * `nothing`: why nothing is left to undo. `refused`: why the request was refused.
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

/** Undoes what was done, by calls that go the same way as all others. */
export interface Undo {
  /** The latest change first. @throws Error when what was kept cannot be read */
  list(): Promise<readonly UndoableChanges[]>;
  /** Whether what is needed to undo it is kept. */
  isKept(of: UsedBy): Promise<boolean>;
  /** @param approver the name of the person who asks */
  begin(of: UsedBy, approver: string): Promise<UndoBegun>;
  /** `undefined` for a plan that was not begun, or is no longer known. */
  report(plan: string): Promise<PlanReport | undefined>;
}

const FORM = /^(?:plan:(pln_[\w-]{22})|call:([\w-]{12}))$/;

/** The form that the page's fields use. */
export const writeUsedBy = (of: UsedBy): string => ('plan' in of ? `plan:${of.plan}` : `call:${of.call}`);

export function readUsedBy(text: string): UsedBy | undefined {
  const [, plan, call] = FORM.exec(text) ?? [];
  if (plan !== undefined) return { plan };
  return call === undefined ? undefined : { call };
}
