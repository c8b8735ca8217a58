import { Catalog } from '../../catalog/catalog.js';
import type { JobContext, RunJobTool } from '../job-tool.js';
import { inTurns } from '../plan/expand.js';
import { PlanFault } from '../plan/fault.js';
import { Known } from '../plan/known.js';
import type { PlanItem } from '../plan/plan.js';
import { PlanReader } from '../plan/reader.js';
import { settle } from '../plan/settle.js';
import { type KeptChange, keyOf } from './changes.js';
import { inverseOf } from './inverse.js';
import { digestOf, objectIn } from './object-read.js';

const AT_ONCE = 6;

/** Makes a plan that takes back an applied plan, or one call. */
export const undoChanges: RunJobTool = async ({ plan, call: record }, context) => {
  try {
    const undo = new Undo(context);
    return { kind: 'done', text: typeof plan === 'string' ? await undo.ofPlan(plan) : await undo.ofCall(String(record)) };
  } catch (error) {
    if (error instanceof PlanFault) return error.outcome;
    throw error;
  }
};

/** What became of one call that is to be taken back. */
type Found = { readonly item: PlanItem } | { readonly left: string } | 'already';

class Undo {
  readonly #context: JobContext;
  readonly #known = new Known();
  readonly #catalog: Catalog;

  constructor(context: JobContext) {
    this.#context = context;
    this.#catalog = new Catalog(context.offered.values());
  }

  async ofPlan(id: string): Promise<string> {
    const { plans, call } = this.#context;
    const plan = await plans.store.find(id, { caller: call.caller.name, instance: plans.instance.id });
    const changes = this.#own(await plans.changes.find(keyOf({ plan: id, item: 0 })));
    if (plan === undefined && changes.length === 0) throw unknown(`plan ${id.slice(0, 40)}`);
    const state = await plans.ledgers.look(id);
    const done = [...(state?.items ?? [])].flatMap(([nth, { kind }]) => (kind === 'done' ? [nth] : []));
    const kept = new Set(changes.map(({ item }) => item));
    const lost = new Map<string, number>();
    for (const nth of done) {
      const name = plan?.items[nth]?.operation;
      if (name !== undefined && !kept.has(nth)) lost.set(name, (lost.get(name) ?? 0) + 1);
    }
    const warnings = [...lost].map(([name, count]) => {
      const { undo, title = name } = this.#catalog.find(name)?.spec ?? {};
      const why = undo !== undefined && 'never' in undo ? undo.never : 'its former state was not kept';
      return `Not taken back: ${title} (${count}): ${why}.`;
    });
    const steps = new Map(plan?.items.map(({ step }, nth) => [nth, step]) ?? []);
    return this.#plan(`Undo of ${plan?.title ?? id}`, changes, warnings, ({ item }) => `undo-${steps.get(item ?? 0) ?? 'plan'}`);
  }

  async ofCall(record: string): Promise<string> {
    const changes = this.#own(await this.#context.plans.changes.find(keyOf({ record })));
    if (changes.length === 0) throw unknown(`call ${record.slice(0, 40)}`);
    return this.#plan(`Undo of call ${record}`, changes, [], () => 'undo');
  }

  #own(changes: readonly KeptChange[]): readonly KeptChange[] {
    const { plans, call } = this.#context;
    return changes.filter(({ caller, instance }) => caller === call.caller.name && instance === plans.instance.id);
  }

  /** The last change is taken back first. */
  async #plan(
    title: string,
    changes: readonly KeptChange[],
    noted: readonly string[],
    stepOf: (change: KeptChange) => string,
  ): Promise<string> {
    const { signal, plans } = this.#context;
    const reader = new PlanReader(this.#context, this.#known);
    const latest = [...changes].sort((one, other) => (other.item ?? 0) - (one.item ?? 0));
    const found = await inTurns(latest, AT_ONCE, (change) => this.#find(change, stepOf(change)), signal);
    const items = found.flatMap((each) => (typeof each === 'object' && 'item' in each ? [each.item] : []));
    const already = found.filter((each) => each === 'already').length;
    const left = new Map<string, number>();
    for (const each of found) if (typeof each === 'object' && 'left' in each) left.set(each.left, (left.get(each.left) ?? 0) + 1);
    const warnings = [
      ...[...left].map(([why, count]) => `${count} left out: ${why}.`),
      ...(already === 0 ? [] : [`${already} are as they were before already.`]),
      ...noted,
    ];
    return settle({ title, items, warnings, known: this.#known, reader }, this.#context, plans);
  }

  async #find(change: KeptChange, step: string): Promise<Found> {
    const inverse = inverseOf(change, this.#catalog);
    if (typeof inverse === 'string') return { left: inverse };
    const { operation, args, unless, wasSha256 } = inverse;
    const item: PlanItem = { step, operation, args, later: [], ...(unless === undefined ? {} : { unless }) };
    if (unless === undefined)
      return change.answer === undefined ? { left: 'it is not known whether it was carried out' } : { item };
    const present = await this.#read(unless.read, unless.args);
    if (present === undefined) return { left: 'it cannot be looked at' };
    const now = digestOf(objectIn(present, unless), unless.watch);
    if (now === wasSha256) return 'already';
    if (change.answer === undefined) return { left: 'it is not known whether it was carried out' };
    return now === unless.sha256 ? { item } : { left: 'it has changed since, and is not overwritten' };
  }

  /** `missing` for what does not exist, undefined for what cannot be read. */
  async #read(name: string, args: PlanItem['args']): Promise<unknown> {
    const outcome = await this.#context.make(name, args);
    if (outcome.kind !== 'done') return outcome.kind === 'failed' && /"status":404/.test(outcome.text) ? 'missing' : undefined;
    this.#known.add(outcome.answer?.value);
    return outcome.answer?.value;
  }
}

const unknown = (what: string): PlanFault =>
  new PlanFault(
    'nothing_to_undo',
    `Nothing is kept of ${what}: it is too old, changed nothing that can be taken back, or was another caller's.`,
  );
