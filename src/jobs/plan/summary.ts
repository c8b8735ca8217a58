import { byWeight, isGated, type Operation } from '../../catalog/operation.js';
import type { Risk } from '../../catalog/operation-types.js';
import { shortened } from '../../platform/plain-text.js';
import type { CallList } from '../../policy/list-call.js';
import { fits } from '../../response/token-count.js';
import type { Pace } from './pace.js';
import type { Plan } from './plan.js';

/** How many tokens a plan may cost a model to read. */
const MOST_TOKENS = 560;
const MOST_OPERATIONS = 10;
const MOST_NAMED = 6;
const MOST_WARNINGS = 8;
const LONGEST = 160;

export interface SummaryFacts {
  readonly plan: Plan;
  readonly list: CallList;
  readonly pace: Pace;
  /** How it will be confirmed, in a few words; `undefined` if it need not be. */
  readonly confirmation: string | undefined;
  /** What the rehearsal cannot know, in a sentence; `undefined` if it knew everything. */
  readonly unrehearsed: string | undefined;
  /** The name of a call's target. */
  readonly nameOf: (nth: number) => string | undefined;
}

/** A plan in a few words, however many calls it holds. */
export function summaryOf(facts: SummaryFacts): string {
  const warnings = facts.plan.warnings.map(cut);
  let named = MOST_NAMED;
  let told = MOST_WARNINGS;
  for (;;) {
    const text = JSON.stringify(summary(facts, warnings, told, named));
    if (fits(text, MOST_TOKENS) || (told === 0 && named === 0)) return text;
    if (named > told) named--;
    else told--;
  }
}

function summary(facts: SummaryFacts, warnings: readonly string[], told: number, named: number): Record<string, unknown> {
  const { plan, list, pace, confirmation, unrehearsed } = facts;
  const { items } = list;
  const never = neverUndone(list);
  const worst = worstOf(list).slice(0, named);
  return {
    ...(items.length === 0 ? {} : { plan: plan.id }),
    calls: items.length,
    by_operation: counted(
      items.map(({ operation }) => operation.name),
      MOST_OPERATIONS,
    ),
    risks: risksOf(items.map(({ judged }) => judged.risks[0] ?? 'read')),
    ...(worst.length === 0
      ? {}
      : { gravest: worst.map((nth) => cut(`${titleOf(items[nth]?.operation)}: ${facts.nameOf(nth) ?? 'see the list'}`)) }),
    ...(never.length === 0 ? {} : { cannot_be_undone: never.slice(0, MOST_NAMED) }),
    requests: pace.requests,
    seconds: pace.seconds,
    ...(warnings.length === 0
      ? {}
      : { warnings: told < warnings.length ? [...warnings.slice(0, told), `and ${warnings.length - told} more`] : warnings }),
    ...(unrehearsed === undefined ? {} : { not_rehearsed: unrehearsed }),
    confirmation: confirmation ?? 'none needed',
    next:
      items.length === 0
        ? 'There is nothing to do.'
        : 'Nothing is changed yet. Tell the person, then call Jobs_applyPlan with this plan.',
  };
}

const titleOf = (operation: Operation | undefined): string => operation?.spec.title ?? '';

function neverUndone({ items }: CallList): string[] {
  const counts = new Map<string, number>();
  for (const { operation, undo } of items) {
    if (undo.can !== 'never') continue;
    const what = `${operation.spec.title}\n${undo.says === undefined ? '' : `: ${undo.says}`}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => cut(what.replace('\n', ` (${count})`)));
}

/** The gravest calls, those that cannot be undone first. */
function worstOf({ items }: CallList): number[] {
  const weights = byWeight(['credential', 'destructive', 'access', 'write', 'read']);
  return items
    .map(({ judged, undo }, nth) => ({
      nth,
      never: undo.can === 'never',
      weight: weights.indexOf(judged.risks[0] ?? 'read'),
      gated: judged.risks.some(isGated),
    }))
    .filter(({ gated }) => gated)
    .sort((one, other) => Number(other.never) - Number(one.never) || one.weight - other.weight || one.nth - other.nth)
    .map(({ nth }) => nth);
}

const risksOf = (risks: readonly Risk[]): Record<string, number> => {
  const counts = counted(risks, risks.length);
  return Object.fromEntries(byWeight([...new Set(risks)]).map((risk) => [risk, counts[risk] ?? 0]));
};

function counted(names: readonly string[], most: number): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  const rest = sorted.slice(most).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries([...sorted.slice(0, most), ...(rest === 0 ? [] : [['others', rest] as const])]);
}

const cut = (text: string): string => shortened(text, LONGEST);
