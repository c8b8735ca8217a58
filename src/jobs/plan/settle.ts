import { randomBytes } from 'node:crypto';
import { Catalog } from '../../catalog/catalog.js';
import { isGated, type Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { plain, shownName } from '../../platform/plain-text.js';
import type { Refusal } from '../../policy/confirmation/refusals.js';
import type { CallList, Judged } from '../../policy/list-call.js';
import type { Label } from '../../policy/preview/label.js';
import { type UndoWords, undoWords } from '../../policy/preview/undo-words.js';
import type { Strength } from '../../policy/strengths.js';
import type { JobContext } from '../job-tool.js';
import type { PlanServices } from '../services.js';
import { inTurns, type Reader } from './expand.js';
import { PlanFault } from './fault.js';
import { idsOf, type Known, lookUp, targetIdOf } from './known.js';
import { paceOf } from './pace.js';
import { hashOf, labelIn, type Plan, type PlanItem } from './plan.js';
import { readSurroundings } from './rehearsal.js';
import { summaryOf } from './summary.js';

export interface Draft {
  /** Default: a random one. */
  readonly id?: string;
  readonly title?: string;
  readonly keepsAnswers?: boolean;
  readonly items: readonly PlanItem[];
  readonly warnings: readonly string[];
  readonly known: Known;
  readonly reader: Reader;
}

/** A plan that was made and rehearsed. */
export interface Settled {
  readonly plan: Plan;
  /** The calls as they will be confirmed. */
  readonly list: CallList;
  /** How it will be confirmed; undefined if it need not be. */
  readonly strength: Strength | undefined;
  /** What a model is told about it. */
  readonly text: string;
}

const CONFIRMATIONS: Readonly<Record<Strength, string>> = {
  flag: 'one, for all of it: confirm: true, once the person agrees',
  token: 'one, for all of it: by a token that the first apply gives',
  person: 'one, for all of it, by a person',
  passkey: 'one, for all of it, by a person with a passkey',
  two: 'one, for all of it, by two people',
};

/**
 * Makes a plan of calls: checks each against rules, scopes and budgets, and tries it out without effect.
 * @throws PlanFault
 */
export async function settle(draft: Draft, context: JobContext, services: PlanServices): Promise<Settled> {
  const { items, known, reader } = draft;
  const { call, policy, signal, offered } = context;
  const catalog = new Catalog(offered.values());
  const looking = { catalog, reader, signal };
  await lookUp(items, known, looking);
  const judged = await judge(items, context);
  const surroundings = await readSurroundings(items, known, looking);
  const rehearsed = await services.rehearse({
    items: items.map(({ operation, args, step, later }) => ({ operation: catalog.get(operation), args, step, later })),
    objects: [...known.objects],
    roles: surroundings.roles,
    signal,
  });
  const labels = known.labels(idsOf(items, catalog));
  const nameOf = (nth: number): string | undefined => {
    const item = items[nth];
    const id = item && targetIdOf(item, catalog);
    return id === undefined ? undefined : (labelIn({ labels }, id)?.name ?? plain(id));
  };
  const gone = items.flatMap((item, nth) => (known.missing.has(targetIdOf(item, catalog) ?? '') ? [nth] : []));
  const warnings = [
    ...gone.slice(0, MOST_NAMED).map((nth) => `${nameOf(nth)} does not exist.`),
    ...grouped(rehearsed?.failures ?? [], nameOf),
    ...(rehearsed?.orphans ?? []).map(
      ({ item, organization }) => `${nameOf(item)}: leaves ${shownName(organization)} without an admin who can sign in.`,
    ),
    ...draft.warnings,
  ];
  const { id = `pln_${randomBytes(16).toString('base64url')}`, keepsAnswers } = draft;
  const owner = { caller: call.caller.name, instance: services.instance.id };
  const facts = { ...owner, items };
  const title = draft.title ?? `Plan of ${items.length} changes`;
  const made: Plan = {
    id,
    title,
    ...facts,
    createdAt: Date.now(),
    sha256: hashOf(facts),
    labels,
    warnings,
    ...(keepsAnswers === undefined ? {} : { keepsAnswers }),
  };
  const list = listOf(made, items, judged, context);
  const full = await policy.roomFor(list, context.operation, call.caller).catch(() => undefined);
  const operations = items.map(({ operation }) => catalog.get(operation));
  const pace = paceOf(operations, readsBeside(list, services), services.instance.kind);
  const plan: Plan = {
    ...made,
    warnings: [...warnings, ...pace.warnings, ...(full === undefined ? [] : [budgetWarning(full.model)])],
  };
  if (items.length > 0) await services.store.save(plan);
  const strength = policy.strengthFor(list, call.canAsk);
  const text = summaryOf({
    plan,
    list,
    pace,
    confirmation: strength && CONFIRMATIONS[strength],
    unrehearsed: unknownOf(items.length, rehearsed, surroundings.unseen),
    nameOf,
  });
  return { plan, list: { ...list, warnings: plan.warnings.slice(0, MOST_WARNINGS_SHOWN) }, strength, text };
}

/** What the rules say about every call. @throws PlanFault if one is refused */
export async function judge(
  items: readonly PlanItem[],
  { call, policy, signal, offered }: JobContext,
): Promise<readonly Judged[]> {
  const refused: (Refusal & { readonly nth: number })[] = [];
  const judged = await inTurns(
    items,
    AT_ONCE,
    async ({ operation: name, args }, nth) => {
      const operation = offered.get(name);
      if (operation === undefined) throw new PlanFault('invalid_plan', `${name} is not offered here any more.`);
      const { caller } = call;
      const result = await policy.judge({ operation, args, caller });
      if (result.ok) return result.judged;
      refused.push({ nth, ...result.refusal });
      return undefined;
    },
    signal,
  );
  const [first] = refused;
  if (first === undefined) return judged.filter((each) => each !== undefined);
  const { step } = items[first.nth] ?? {};
  throw new PlanFault(
    first.code,
    `${refused.length} of ${items.length} calls would be refused, the first of them in ${step}: ${String(first.model.message)}`,
    { ...first.model, step, refused: refused.length },
    true,
  );
}

/** The calls as the policy confirms them. */
export function listOf(
  plan: Plan,
  items: readonly PlanItem[],
  judged: readonly Judged[],
  { offered, plans: { keeper } }: Pick<JobContext, 'offered' | 'plans'>,
): CallList {
  const isKept = keeper !== undefined;
  const operations = new Map(items.map(({ operation }) => [operation, offered.get(operation)]));
  return {
    title: plan.title,
    names: new Map([...Object.entries(plan.labels), ...laterNames(items, operations)]),
    warnings: plan.warnings.slice(0, MOST_WARNINGS_SHOWN),
    items: items.flatMap(({ operation: name, args, later }, nth) => {
      const operation = operations.get(name);
      const judgement = judged[nth];
      return operation === undefined || judgement === undefined
        ? []
        : [{ operation, args, later: later.map(({ to }) => to), judged: judgement, undo: undoOf(operation, args, isKept) }];
    }),
  };
}

/** What calls will get from earlier steps, named by the step and what it does, since nothing else is known of it yet. */
function laterNames(
  items: readonly PlanItem[],
  operations: ReadonlyMap<string, Operation | undefined>,
): readonly (readonly [string, Label])[] {
  return items.flatMap(({ args, later }) =>
    later.map(({ to, step }): readonly [string, Label] => {
      const reference = String(
        to.reduce<unknown>((at, key) => (isRecord(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined), args),
      );
      const makes = operations.get(items.find((item) => item.step === step)?.operation ?? '');
      const name = `what step ${shownName(step)} gives${makes === undefined ? '' : ` (${makes.spec.title})`}`;
      return [reference, { name, text: name, word: shownName(step), owner: undefined, domain: undefined }];
    }),
  );
}

/** A call of an unreviewed operation counts as one that cannot be undone. */
const undoOf = (operation: Operation, args: Arguments, isKept: boolean): UndoWords =>
  undoWords(operation, args, isKept) ?? { can: 'never', says: 'undoing it has not been reviewed' };

const AT_ONCE = 8;
const MOST_NAMED = 5;
const MOST_WARNINGS_SHOWN = 20;

/** Each gated call is preceded by a read of its target, and each call that can be undone by a read of the present state. */
function readsBeside({ items }: CallList, { keeper }: PlanServices): number {
  return items.filter(({ operation, judged, undo }) => {
    const gated = judged.risks.some(isGated) && operation.spec.target !== undefined;
    return gated || (keeper !== undefined && undo.can !== 'never');
  }).length;
}

/** One sentence for failures of one kind, with the first few affected. */
function grouped(
  failures: readonly { readonly item: number; readonly code: string; readonly message: string }[],
  nameOf: (nth: number) => string | undefined,
): string[] {
  const kinds = new Map<string, { message: string; items: number[] }>();
  for (const { item, code, message } of failures) {
    const kind = kinds.get(code) ?? { message, items: [] };
    kind.items.push(item);
    kinds.set(code, kind);
  }
  return [...kinds.values()].map(({ message, items }) => {
    const [first = 0] = items;
    const more = items.length === 1 ? '' : `, and ${items.length - 1} more`;
    return `Would fail: call ${first + 1} (${nameOf(first) ?? 'see the list'})${more}: ${plain(message, 120)}`;
  });
}

const budgetWarning = (model: Readonly<Record<string, unknown>>): string =>
  String(model.message).replace('Nothing was sent. ', '');

function unknownOf(
  total: number,
  rehearsed: { readonly unknown: number; readonly tried: number } | undefined,
  unseen: readonly string[],
): string | undefined {
  const parts = [
    ...(rehearsed === undefined ? ['it could not be tried out'] : []),
    ...(rehearsed !== undefined && rehearsed.tried < total
      ? [`${total - rehearsed.tried} of ${total} calls were not tried`]
      : []),
    ...(rehearsed !== undefined && rehearsed.unknown > 0 ? [`${rehearsed.unknown} could not be simulated`] : []),
    ...unseen.map((what) => `not looked at: ${what}`),
  ];
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`;
}
