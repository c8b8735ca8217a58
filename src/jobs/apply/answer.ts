import { plain } from '../../platform/plain-text.js';
import { fits } from '../../response/token-count.js';
import { labelIn, type Plan } from '../plan/plan.js';
import type { ItemEntry, LedgerState } from './ledger.js';
import type { Stopped } from './run.js';

export interface Running {
  readonly running: boolean;
  readonly stopped?: { readonly why: Stopped; readonly message?: string | undefined } | undefined;
  /** Answers that hold a secret, which are given only once. */
  readonly secrets?: readonly { readonly item: number; readonly answer: unknown }[];
}

const MOST_TOKENS = 560;
const MOST_KINDS = 5;
const MOST_NAMED = 3;
const MOST_UNKNOWN = 10;
const LONGEST = 120;

/** How far a plan is, in a few words, and how to go on. */
export function answerOf(plan: Plan, state: LedgerState | undefined, { running, stopped, secrets = [] }: Running): string {
  const entries = [...(state?.items.values() ?? [])];
  const of = <K extends ItemEntry['kind']>(kind: K) =>
    entries.filter((entry): entry is Extract<ItemEntry, { kind: K }> => entry.kind === kind);
  const failed = of('failed');
  const left = of('left_out');
  // For these the process ended between the intent and the outcome.
  const lost = running ? [] : of('intent').map(({ item }) => ({ item, error: 'interrupted', checkWith: undefined }));
  const unknown = [...of('unknown'), ...lost];
  const done = of('done').length;
  const pending = plan.items.length - done - failed.length - left.length - unknown.length;
  const nameOf = (nth: number): string => nameIn(plan, nth);
  for (let named = MOST_NAMED, told = MOST_UNKNOWN; ; named--, told = Math.max(1, Math.floor(told / 2))) {
    const answer = {
      plan: plan.id,
      state: running ? 'running' : pending > 0 || failed.length > 0 ? 'unfinished' : 'finished',
      done,
      of: plan.items.length,
      ...(pending > 0 ? { not_begun: pending } : {}),
      ...(failed.length > 0
        ? { failed: failed.length, errors: groupedBy(failed, ({ error, message }) => [error, message], nameOf, named) }
        : {}),
      ...(left.length > 0 ? { left_out: left.length, why: groupedBy(left, ({ why }) => [why, undefined], nameOf, named) } : {}),
      ...(unknown.length > 0
        ? {
            outcome_unknown: unknown.length,
            look_at: unknown.slice(0, told).map(({ item, error, checkWith }) => ({
              call: `${plan.items[item]?.operation}: ${nameOf(item)}`,
              error,
              ...(checkWith === undefined ? {} : { check_with: checkWith }),
            })),
          }
        : {}),
      ...(stopped === undefined
        ? {}
        : { stopped: stopped.message === undefined ? stopped.why : `${stopped.why}: ${plain(stopped.message, LONGEST)}` }),
      next: nextOf({ running, pending, failed: failed.length, unknown: unknown.length, done }),
    };
    const text = JSON.stringify(answer);
    if (named > 0 && !fits(text, MOST_TOKENS)) continue;
    if (secrets.length === 0) return text;
    const shown = secrets.map(({ item, answer: value }) => ({
      call: `${plan.items[item]?.operation}: ${nameOf(item)}`,
      answer: value,
    }));
    return JSON.stringify({ ...answer, answers: shown });
  }
}

function nextOf({
  running,
  pending,
  failed,
  unknown,
  done,
}: {
  running: boolean;
  pending: number;
  failed: number;
  unknown: number;
  done: number;
}): string {
  if (running)
    return 'It goes on. Call Jobs_applyPlan with this plan again to follow it; cancel that call to stop it between two calls.';
  const parts = [
    ...(pending + failed > 0 ? ['Call Jobs_applyPlan with this plan again to go on with what is not done.'] : []),
    ...(unknown > 0 ? ['Check with the reads named whether the unknown ones happened; they are not repeated.'] : []),
    ...(done > 0 ? ['Jobs_undoChanges takes it back as far as that is possible.'] : []),
  ];
  return parts.join(' ') || 'Nothing is left to do.';
}

function groupedBy<T extends { readonly item: number }>(
  entries: readonly T[],
  keyOf: (entry: T) => readonly [string, string | undefined],
  nameOf: (nth: number) => string,
  named: number,
): object[] {
  const groups = new Map<string, { message: string | undefined; items: number[] }>();
  for (const entry of entries) {
    const [key, message] = keyOf(entry);
    const group = groups.get(key) ?? { message, items: [] };
    group.items.push(entry.item);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([, one], [, other]) => other.items.length - one.items.length)
    .slice(0, MOST_KINDS)
    .map(([what, { message, items }]) => ({
      what: plain(what, LONGEST),
      ...(message === undefined ? {} : { message: plain(message, LONGEST) }),
      count: items.length,
      first: items.slice(0, Math.max(1, named)).map(nameOf),
    }));
}

/** Whom a call is about: the first of its arguments with a known name. */
function nameIn(plan: Plan, nth: number): string {
  const item = plan.items[nth];
  const ids = Object.values(item?.args ?? {}).filter((value) => typeof value === 'string');
  const user = ids.find((id) => id.startsWith('user_')) ?? ids.find((id) => labelIn(plan, id) !== undefined) ?? ids[0];
  return user === undefined ? `call ${nth + 1}` : (labelIn(plan, user)?.name ?? plain(user));
}
