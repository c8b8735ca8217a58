import { byWeight, isGated, type Operation } from '../../catalog/operation.js';
import type { Arguments, Risk } from '../../catalog/operation-types.js';
import { shownValue } from '../../platform/plain-text.js';
import { canonicalJson } from '../confirmation/canonical.js';
import type { CallList } from '../list-call.js';
import { fillEffect } from './effect.js';
import type { Label } from './label.js';
import { leftSentence } from './left-words.js';
import type { Review, ReviewInput } from './review.js';
import { maskedInput, reviewInputs } from './review-inputs.js';
import { type Names, nameOf } from './target-names.js';

type Item = CallList['items'][number];

export interface ListReviewContext {
  /** The tool that carries out the list. */
  readonly operation: Operation;
  readonly list: CallList;
  /** The inputs by which a call names its target, the most particular first. */
  readonly targetInputs: (operation: Operation) => readonly string[];
  /** Whether secrets go to files instead of into the conversation. */
  readonly keepsSecrets: boolean;
  readonly instance: Review['instance'];
  readonly caller: Review['caller'];
}

/** Calls that read the same except for whom they are about. */
interface Group {
  readonly operation: Operation;
  readonly effects: readonly string[];
  readonly risk: Risk;
  /** Calls that cannot be undone are listed apart. */
  readonly never: boolean;
  readonly items: Item[];
}

/** Up to this many names stand without their ids in a form, if they are distinct; the exact requests show the ids. */
const MOST_WITHOUT_IDS = 110;
const EACH = 'each of them';
const SEE_EACH = '(see each)';

/**
 * A list of calls as a person reviews it: totals, then every call by name. Calls that cannot be undone come first, then
 * the others by risk, the gravest first.
 */
export function listReview(context: ListReviewContext): Review {
  const { operation, list, instance, caller } = context;
  const groups = groupsOf(list);
  const lost = list.items.filter(isGrave).length;
  const ids = list.items.length > MOST_WITHOUT_IDS || !areTold(context);
  return {
    operation: operation.name,
    title: list.title,
    target: undefined,
    effects: [totals(list), ...groups.map(groupTotal)],
    irreversible: lost > 0 && lost === list.items.length,
    undo: lost > 0 && lost === list.items.length ? 'This cannot be undone.' : undefined,
    details: [
      ...(lost === 0 || lost === list.items.length
        ? []
        : [`${lost} of them cannot be undone, and ${lost === 1 ? 'is' : 'are'} listed first.`]),
      ...partly(list),
      ...leftBehind(list),
      ...list.warnings,
    ],
    parties: [],
    inputs: groups.map((group) => groupInput(group, context, ids)),
    instance,
    caller,
    question: `Carry out all ${list.items.length}?`,
    word: lost === 0 ? undefined : lost === 1 ? '1 cannot be undone' : `${lost} cannot be undone`,
  };
}

const isGrave = ({ judged, undo }: Item): boolean => undo.can === 'never' && judged.risks.some(isGated);

function groupsOf(list: CallList): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const item of list.items) {
    const { operation, judged } = item;
    const never = isGrave(item);
    const key = canonicalJson([operation.name, judged.effects, never]);
    const found = groups.get(key);
    if (found !== undefined) found.items.push(item);
    else groups.set(key, { operation, effects: judged.effects, risk: judged.risks[0] ?? 'read', never, items: [item] });
  }
  const weights = byWeight(['credential', 'destructive', 'access', 'write', 'read']);
  return [...groups.values()].sort(
    (one, other) => Number(other.never) - Number(one.never) || weights.indexOf(one.risk) - weights.indexOf(other.risk),
  );
}

function totals({ items }: CallList): string {
  const counts = new Map<Risk, number>();
  for (const { judged } of items) {
    const risk = judged.risks[0] ?? 'read';
    counts.set(risk, (counts.get(risk) ?? 0) + 1);
  }
  const parts = byWeight([...counts.keys()]).map((risk) => `${counts.get(risk)} ${risk}`);
  return `${items.length} ${items.length === 1 ? 'change' : 'changes'} in all: ${parts.join(', ')}.`;
}

const groupTotal = ({ operation, items, never }: Group): string =>
  `${operation.spec.title}: ${items.length}${never ? ', for good' : ''}.`;

/** What is lost when the list is undone. */
function partly({ items }: CallList): string[] {
  const said = items.flatMap(({ operation, undo: { can, says } }) =>
    can === 'in part' && says !== undefined ? [`${operation.spec.title}: can be undone, but ${says}.`] : [],
  );
  return [...new Set(said)];
}

/** What its operations leave behind, each once. */
function leftBehind({ items }: CallList): string[] {
  const said = items.flatMap(({ operation }) => {
    const left = leftSentence(operation);
    return left === undefined ? [] : [`${operation.spec.title}. ${left}`];
  });
  return [...new Set(said)];
}

function groupInput(group: Group, context: ListReviewContext, ids: boolean): ReviewInput {
  const { operation, items, effects } = group;
  const { names } = context.list;
  const common = commonInputs(items.map(({ args }) => args));
  const targets = context.targetInputs(operation);
  const only = items.length === 1 ? items[0] : undefined;
  // Nothing varies where there is but one.
  const told = only?.args ?? common;
  const shown = new Set<string>();
  const sentences = (effects.length === 0 ? [`${operation.spec.title}.`] : effects).map((template) => {
    const filled = fillEffect(withoutVarying(template, items, told), {
      operation,
      args: told,
      target: { text: only === undefined ? EACH : targetOf(only, targets, names).name },
      names,
      keepsSecrets: context.keepsSecrets,
    });
    for (const name of filled.shown) shown.add(name);
    return filled.text;
  });
  const about = targets.find((name) => items.some(({ args }) => args[name] !== undefined));
  const shared = Object.fromEntries(Object.entries(common).filter(([name]) => name !== about));
  const sharedLines = inputLines(operation, shared, shown, names).map((line) => `For all: ${line}`);
  const lines = items.flatMap(({ args }) => {
    const own = Object.fromEntries(
      Object.entries(args).filter(([name]) => name !== about && !(name in shared) && args[name] !== undefined),
    );
    const target = targetOf({ args }, targets, names);
    const rest = inputLines(operation, own, new Set(), names).join('; ');
    // What is created has no name yet but its inputs.
    const parts = [target.id === undefined && rest !== '' ? '' : target.name, rest].filter((part) => part !== '');
    const head = `- ${parts.join('; ')}`;
    return ids && target.id !== undefined && target.id !== target.name ? [head, `  ${target.id}`] : [head];
  });
  return {
    name: `${operation.spec.title} (${items.length})`,
    value: items.map(({ args }) => maskedArguments(operation, args)),
    lines: [`${operation.spec.title} (${items.length}): ${sentences.join(' ')}`, ...sharedLines, ...lines],
    items: items.length,
  };
}

export const maskedArguments = (operation: Operation, args: Arguments): Arguments =>
  Object.fromEntries(Object.entries(args).map(([name, value]) => [name, maskedInput(operation, name, value)]));

/** The inputs that are the same in all of the calls. */
function commonInputs(all: readonly Arguments[]): Arguments {
  const [first = {}, ...others] = all;
  if (others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => {
      const text = canonicalJson(value);
      return others.every((args) => args[name] !== undefined && canonicalJson(args[name]) === text);
    }),
  );
}

/** What differs from call to call is said with each of them. */
function withoutVarying(template: string, items: readonly Item[], common: Arguments): string {
  return template.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    if (name === 'target' || name === 'where' || name in common) return placeholder;
    return items.some(({ args }) => args[name] !== undefined) ? SEE_EACH : placeholder;
  });
}

/** The inputs, one line each; a list and its items share a line. */
function inputLines(operation: Operation, args: Arguments, shown: ReadonlySet<string>, names: Names): string[] {
  return reviewInputs({ operation, args, shown, raising: new Set(Object.keys(args)), named: new Set(), names }).map(({ lines }) =>
    lines.map((line) => line.replace(/^(?:- | +)/, '')).join(' '),
  );
}

interface TargetShown {
  readonly name: string;
  readonly id: string | undefined;
}

/** Whom a call is about, by name and owner. */
function targetOf({ args }: Pick<Item, 'args'>, targets: readonly string[], names: Names): TargetShown {
  const input = targets.find((name) => args[name] !== undefined);
  const id = input === undefined ? undefined : args[input];
  if (typeof id !== 'string') return { name: 'what the inputs name', id: undefined };
  const label = names.get(id);
  if (label === undefined || label === 'missing') return { name: shownValue(id), id: shownValue(id) };
  return { name: withOwner(label, names), id: shownValue(id) };
}

function withOwner({ name, owner }: Label, names: Names): string {
  if (owner === undefined) return name;
  const whose = nameOf(owner, names) ?? shownValue(owner);
  return `${name} of ${whose}`;
}

/** Whether the names alone tell all targets apart. */
function areTold({ list, targetInputs }: ListReviewContext): boolean {
  const ids = new Map<string, string | undefined>();
  for (const item of list.items) {
    const { name, id } = targetOf(item, targetInputs(item.operation), list.names);
    if (ids.has(name) && ids.get(name) !== id) return false;
    ids.set(name, id);
  }
  return true;
}
