import { Catalog } from '../../catalog/catalog.js';
import { isRecord } from '../../platform/is-record.js';
import { plain } from '../../platform/plain-text.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { withValue } from '../../policy/confirmation/passes.js';
import type { JobContext, RunJobTool } from '../job-tool.js';
import { inTurns } from '../plan/expand.js';
import { PlanFault } from '../plan/fault.js';
import { Known, targetIdOf } from '../plan/known.js';
import { labelIn, type PlanItem, type Unchanged } from '../plan/plan.js';
import { PlanReader } from '../plan/reader.js';
import { at } from '../plan/references.js';
import { type Settled, settle } from '../plan/settle.js';
import { aboutOf, type KeptChange, keyOf } from './changes.js';
import { type Inverse, inverseOf } from './inverse.js';
import { digestOf, type ObjectRead, objectIn } from './object-read.js';

const AT_ONCE = 6;

/** Makes a plan that undoes an applied plan, or one call. */
export const undoChanges: RunJobTool = async ({ plan, call: record }, context) => {
  try {
    const of = typeof plan === 'string' ? { plan } : { call: String(record) };
    return { kind: 'done', text: (await planUndo(of, context, 'own')).text };
  } catch (error) {
    if (error instanceof PlanFault) return error.outcome;
    throw error;
  }
};

/** What to undo: an applied plan, or one call by its record. */
export type UndoOf = { readonly plan: string } | { readonly call: string };

/**
 * Makes a plan that undoes changes, without changing anything yet. The plan belongs to the caller.
 * @param whose changes may be undone: the caller's own, or everyone's for a person with the rights of all callers
 * @throws PlanFault
 */
export async function planUndo(of: UndoOf, context: JobContext, whose: 'own' | 'everybody'): Promise<Settled> {
  const undo = new Undo(context, whose);
  return 'plan' in of ? undo.ofPlan(of.plan) : undo.ofCall(of.call);
}

/** What was found for one call to undo. */
type Found = { readonly item: Omit<PlanItem, 'step'> } | { readonly left: string } | 'already';

class Undo {
  readonly #context: JobContext;
  readonly #known = new Known();
  readonly #catalog: Catalog;
  readonly #whose: 'own' | 'everybody';

  constructor(context: JobContext, whose: 'own' | 'everybody') {
    this.#context = context;
    this.#whose = whose;
    this.#catalog = new Catalog(context.offered.values());
  }

  async ofPlan(id: string): Promise<Settled> {
    const { plans } = this.#context;
    const [plan] = this.#may([await plans.store.look(id)].filter((each) => each !== undefined));
    const changes = this.#may(await plans.changes.find(keyOf({ plan: id, item: 0 })));
    if (plan === undefined && changes.length === 0) throw unknown(`plan ${id.slice(0, 40)}`);
    const state = await plans.ledgers.look(id);
    const done = [...(state?.items ?? [])].flatMap(([nth, { kind }]) => (kind === 'done' ? [nth] : []));
    const kept = new Set(changes.map(({ item }) => item));
    const lost = new Map<string, string[]>();
    for (const nth of done) {
      const item = plan?.items[nth];
      if (plan === undefined || item === undefined || kept.has(nth)) continue;
      const id = targetIdOf(item, this.#catalog);
      const name = labelIn(plan, id)?.name ?? plain(id ?? `call ${nth + 1}`);
      lost.set(item.operation, [...(lost.get(item.operation) ?? []), name]);
    }
    const warnings = [...lost].map(([name, about]) => {
      const { undo, title = name } = this.#catalog.find(name)?.spec ?? {};
      const why = undo !== undefined && 'never' in undo ? undo.never : 'its former state was not kept';
      return `Not taken back: ${title} (${about.length}): ${why}: ${first(about)}.`;
    });
    const steps = new Map(plan?.items.map(({ step }, nth) => [nth, step]) ?? []);
    return this.#plan(`Undo of ${plan?.title ?? id}`, changes, warnings, ({ item }) => `undo-${steps.get(item ?? 0) ?? 'plan'}`);
  }

  async ofCall(record: string): Promise<Settled> {
    const changes = this.#may(await this.#context.plans.changes.find(keyOf({ record })));
    const [change] = changes;
    if (change === undefined) throw unknown(`call ${record.slice(0, 40)}`);
    const { title = change.operation } = this.#catalog.find(change.operation)?.spec ?? {};
    return this.#plan(`Undo of ${title}: ${aboutOf(change)}`, changes, [], () => 'undo');
  }

  /** The changes on this instance that the caller may undo. */
  #may<T extends Pick<KeptChange, 'caller' | 'instance'>>(all: readonly T[]): readonly T[] {
    const { plans, call } = this.#context;
    return all.filter(
      ({ caller, instance }) => instance === plans.instance.id && (this.#whose === 'everybody' || caller === call.caller.name),
    );
  }

  /** The latest change is undone first. */
  async #plan(
    title: string,
    changes: readonly KeptChange[],
    noted: readonly string[],
    stepOf: (change: KeptChange) => string,
  ): Promise<Settled> {
    const { signal, plans } = this.#context;
    const reader = new PlanReader(this.#context, this.#known);
    const latest = [...changes].sort((one, other) => (other.item ?? 0) - (one.item ?? 0));
    const inverses = latest.map((change) => ({ change, inverse: inverseOf(change, this.#catalog) }));
    const presents = await this.#presents(
      inverses.map(({ inverse }) => inverse),
      signal,
    );
    const items: PlanItem[] = [];
    const left = new Map<string, string[]>();
    let already = 0;
    const steps = new Steps();
    for (const { change, inverse } of inverses) {
      const found = weigh(change, inverse, presents);
      if (found === 'already') already++;
      else if ('left' in found) left.set(found.left, [...(left.get(found.left) ?? []), aboutOf(change)]);
      else items.push({ ...found.item, step: steps.next(stepOf(change), found.item) });
    }
    const warnings = [
      ...[...left].map(([why, about]) => `${about.length} left out: ${why}: ${first(about)}.`),
      ...(already === 0 ? [] : [`${already} ${already === 1 ? 'is' : 'are'} already as before.`]),
      ...noted,
    ];
    return settle({ title, items, warnings, known: this.#known, reader }, this.#context, plans);
  }

  /** Every changed object as it is now; each is read once. */
  async #presents(inverses: readonly (Inverse | string)[], signal: AbortSignal): Promise<Map<string, unknown>> {
    const reads = new Map<string, Unchanged>();
    for (const inverse of inverses) {
      if (typeof inverse !== 'string' && inverse.unless !== undefined) reads.set(objectKey(inverse.unless), inverse.unless);
    }
    const presents = new Map<string, unknown>();
    await inTurns(
      [...reads],
      AT_ONCE,
      async ([key, read]) => {
        const found = await this.#read(read.read, read.args);
        if (found !== undefined) presents.set(key, objectIn(found, read));
      },
      signal,
    );
    return presents;
  }

  /** `missing` if it does not exist, undefined if it cannot be read. */
  async #read(name: string, args: PlanItem['args']): Promise<unknown> {
    const outcome = await this.#context.make(name, args);
    if (outcome.kind !== 'done') return outcome.kind === 'failed' && /"status":404/.test(outcome.text) ? 'missing' : undefined;
    this.#known.add(outcome.answer?.value);
    return outcome.answer?.value;
  }
}

/**
 * Whether a change can be undone once the later ones have been: the parts that those changed are then as they found them.
 */
function weigh(change: KeptChange, inverse: Inverse | string, presents: Map<string, unknown>): Found {
  if (typeof inverse === 'string') return { left: inverse };
  const { operation, args, unless, wasSha256 } = inverse;
  const item = { operation, args, later: [], ...(unless === undefined ? {} : { unless }) };
  if (unless === undefined) return change.answer === undefined ? { left: UNKNOWN } : { item };
  const key = objectKey(unless);
  if (!presents.has(key)) return { left: 'it cannot be read' };
  const present = presents.get(key);
  const now = digestOf(present, unless.watch);
  if (now === wasSha256) return 'already';
  if (change.answer === undefined) return { left: UNKNOWN };
  if (now !== unless.sha256) return { left: 'it has changed since, and is not overwritten' };
  presents.set(key, asBefore(present, change.before ?? null, unless.watch));
  return { item };
}

const MOST_NAMED = 10;

/** The names, or the first of many. */
const first = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;

const UNKNOWN = 'it is not known whether it was carried out';

const objectKey = ({ read, args, find }: ObjectRead): string => canonicalJson([read, args, find]);

/** The object with the parts touched by a change as they were before it. */
function asBefore(present: unknown, before: unknown, watch: Unchanged['watch']): unknown {
  if (watch === undefined || !isRecord(present) || !isRecord(before)) return before;
  return watch.reduce<unknown>((object, path) => {
    // Of a list that is watched item by item, which items it has may differ.
    const whole = path.includes('*') ? path.slice(0, path.indexOf('*')) : path;
    return withValue(object, whole, at(before, whole));
  }, present);
}

/** Calls of one step run concurrently, so several calls on one object go into separate steps. */
class Steps {
  #name = '';
  #nth = 0;
  #seen = new Set<string>();

  next(name: string, { unless }: Pick<PlanItem, 'unless'>): string {
    const key = unless && objectKey(unless);
    if (name !== this.#name || (key !== undefined && this.#seen.has(key))) {
      this.#name = name;
      this.#nth++;
      this.#seen = new Set();
    }
    if (key !== undefined) this.#seen.add(key);
    return `${name}-${this.#nth}`;
  }
}

const unknown = (what: string): PlanFault =>
  new PlanFault(
    'nothing_to_undo',
    `Nothing is kept of ${what}: it is too old, changed nothing that can be taken back, or was another caller's.`,
  );
