import { createHash, randomUUID } from 'node:crypto';
import { didYouMean } from '../../catalog/nearest.js';
import { IDEMPOTENCY_KEY, type Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { parseArguments } from '../../catalog/parse-arguments.js';
import { isRecord } from '../../platform/is-record.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { PlanFault } from './fault.js';
import type { PlanItem } from './plan.js';
import { BadReferenceError, readReference, resolve, resolveText, type Scope } from './references.js';
import { type ListSource, MOST_ITEMS, type Step } from './steps.js';

/** How an expansion looks at the instance. */
export interface Reader {
  /** The answer of one read. @throws PlanFault */
  read(operation: Operation, args: Arguments): Promise<unknown>;
  /** All items of a list. @throws PlanFault */
  readList(list: { readonly operation: Operation; readonly args: Arguments }): Promise<readonly unknown[]>;
}

export interface ExpansionOptions {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly reader: Reader;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export interface Expanded {
  readonly items: readonly PlanItem[];
  /** What was found on the way, a sentence each. */
  readonly warnings: readonly string[];
}

/** How many reads of one step are under way at once. */
const AT_ONCE = 6;
const ITEM_DIGITS = 16;
/** The most reads that one step may take. */
const MOST_READS = 1_000;

/**
 * Makes the list of calls that the steps stand for. Steps that read are carried out; of steps that change something nothing
 * is.
 * @throws PlanFault
 */
export async function expand(steps: readonly Step[], options: ExpansionOptions): Promise<Expanded> {
  const named = namesOf(steps);
  const expansion = new Expansion(options);
  for (const [nth, step] of steps.entries()) await expansion.take(step, named[nth] ?? '');
  return expansion.expanded();
}

function namesOf(steps: readonly Step[]): readonly string[] {
  const names = steps.map(({ name }, nth) => name ?? `step${nth + 1}`);
  const twice = names.find((name, nth) => names.indexOf(name) !== nth);
  if (twice !== undefined) throw new PlanFault('invalid_plan', `Two steps are named ${twice}.`);
  return names;
}

class Expansion {
  readonly #options: ExpansionOptions;
  readonly #answers = new Map<string, unknown>();
  readonly #pending = new Set<string>();
  readonly #items: PlanItem[] = [];
  readonly #seen = new Set<string>();
  readonly #warnings: string[] = [];

  constructor(options: ExpansionOptions) {
    this.#options = options;
  }

  expanded(): Expanded {
    return { items: this.#items, warnings: this.#warnings };
  }

  async take(step: Step, name: string): Promise<void> {
    this.#options.signal.throwIfAborted();
    const operation = this.#operationOf(step.tool, name);
    if (step.if !== undefined && !isSomething(this.#lookUp(step.if, `${name}.if`))) {
      this.#answers.set(name, []);
      return;
    }
    const items = step.for_each === undefined ? undefined : await this.#itemsOf(step.for_each, name);
    if (operation.risk === 'read' && !operation.gated) await this.#read(operation, step, name, items);
    else await this.#plan(operation, step, name, items);
  }

  async #itemsOf(given: unknown, name: string): Promise<readonly unknown[]> {
    const where = `${name}.for_each`;
    if (typeof given === 'string') {
      const found = this.#lookUp(given, where);
      if (!Array.isArray(found)) throw fault(where, `${given} leads to no list`);
      return bounded(found, where);
    }
    if (Array.isArray(given)) return this.#resolve(bounded(given, where), undefined, where).value as unknown[];
    const source = sourceIn(given);
    if (source === undefined) throw fault(where, 'it is a list, a reference to one, or an object with list and arguments');
    const operation = this.#operationOf(source.list, where);
    if (operation.risk !== 'read') throw fault(where, `${source.list} is no list`);
    const { value } = this.#resolve(source.arguments, undefined, where);
    const args = await this.#checked(operation, value, where);
    return bounded(await this.#options.reader.readList({ operation, args }), where);
  }

  /** A list is read to its end, unless its length is bounded by `limit`. */
  async #read(operation: Operation, step: Step, name: string, items: readonly unknown[] | undefined): Promise<void> {
    const { reader, signal } = this.#options;
    if (items !== undefined && items.length > MOST_READS)
      throw fault(name, `${items.length} reads; a step may take ${MOST_READS}`);
    const one = async (scopeItem: readonly [unknown] | undefined): Promise<unknown> => {
      const { value, deferred } = this.#resolve(step.arguments ?? {}, scopeItem, name);
      if (deferred.length > 0) throw fault(name, 'a read cannot use what a later step will give');
      const args = await this.#checked(operation, value, name);
      return isList(operation) && args.limit === undefined
        ? reader.readList({ operation, args })
        : toList(await reader.read(operation, args));
    };
    this.#answers.set(
      name,
      items === undefined ? await one(undefined) : await inTurns(items, AT_ONCE, (item) => one([item]), signal),
    );
  }

  async #plan(operation: Operation, step: Step, name: string, items: readonly unknown[] | undefined): Promise<void> {
    const each: readonly (readonly [unknown] | undefined)[] = items === undefined ? [undefined] : items.map((item) => [item]);
    let repeated = 0;
    for (const [nth, item] of each.entries()) {
      const where = items === undefined ? name : `${name}[${nth}]`;
      const { value, deferred } = this.#resolve(step.arguments ?? {}, item, where);
      const args = await this.#checked(operation, value, where);
      const key = canonicalJson([operation.name, args, deferred]);
      if (this.#seen.has(key)) {
        repeated++;
        continue;
      }
      this.#seen.add(key);
      const about = item === undefined ? undefined : sha256(canonicalJson(item[0])).slice(0, ITEM_DIGITS);
      this.#items.push({ step: name, operation: operation.name, args: keyed(operation, args), later: deferred, item: about });
      if (this.#items.length > MOST_ITEMS) throw tooMany();
    }
    if (repeated > 0) this.#warnings.push(`${repeated} calls of ${name} were in the list more than once, and are made once.`);
    if (items !== undefined && items.length === 0) this.#warnings.push(`${name}: the list is empty, so nothing is done.`);
    if (items === undefined) this.#pending.add(name);
  }

  #operationOf(tool: string, where: string): Operation {
    const { offered } = this.#options;
    const operation = offered.get(tool);
    if (operation === undefined)
      throw fault(where, `no tool that a plan can use is named ${tool.slice(0, 80)}.${didYouMean(tool, offered.keys())}`);
    return operation;
  }

  async #checked(operation: Operation, given: unknown, where: string): Promise<Arguments> {
    const parsed = await parseArguments(operation, given, false);
    if (parsed.ok) return parsed.args;
    throw new PlanFault('invalid_arguments', `The arguments of ${where} do not fit ${operation.name}.`, {
      step: where,
      operation: operation.name,
      faults: parsed.faults,
    });
  }

  #lookUp(text: string, where: string): unknown {
    try {
      const reference = readReference(text);
      return reference === undefined ? text : resolveText(text, this.#scope(undefined));
    } catch (error) {
      throw referenceFault(error, where);
    }
  }

  #resolve(value: unknown, item: readonly [unknown] | undefined, where: string) {
    try {
      return resolve(value, this.#scope(item));
    } catch (error) {
      throw referenceFault(error, where);
    }
  }

  #scope(item: Scope['item']): Scope {
    return { item, steps: this.#answers, pending: this.#pending, inputs: this.#options.inputs };
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** With a key of its own, a call can be made again whatever became of it the first time. */
const keyed = (operation: Operation, args: Arguments): Arguments =>
  operation.keyed && args[IDEMPOTENCY_KEY] === undefined ? { ...args, [IDEMPOTENCY_KEY]: randomUUID() } : args;

function referenceFault(error: unknown, where: string): unknown {
  return error instanceof BadReferenceError ? fault(where, error.message) : error;
}

const fault = (where: string, message: string): PlanFault =>
  new PlanFault('invalid_plan', `${where}: ${message}.`, { step: where });

const tooMany = (): PlanFault =>
  new PlanFault('too_many_items', `The plan stands for more than ${MOST_ITEMS} calls: make several smaller ones.`);

function bounded(items: readonly unknown[], where: string): readonly unknown[] {
  if (items.length > MOST_ITEMS) throw fault(where, `a list of ${items.length} items, of which a plan may have ${MOST_ITEMS}`);
  return items;
}

function sourceIn(given: unknown): ListSource | undefined {
  if (!isRecord(given) || typeof given.list !== 'string') return undefined;
  if (Object.keys(given).some((key) => key !== 'list' && key !== 'arguments')) return undefined;
  const { list, arguments: args = {} } = given;
  return isRecord(args) ? { list, arguments: args } : undefined;
}

const isSomething = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);

const isList = (operation: Operation): boolean => operation.places.has('limit');

/** Both forms in which the API lists are the list itself to whoever refers to it. */
const toList = (value: unknown): unknown => (isRecord(value) && Array.isArray(value.data) ? value.data : value);

/** Runs the work for every item, a few at a time; results are in the order of the items. */
export async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, nth: number) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const turn = async (): Promise<void> => {
    for (let nth = next++; nth < items.length; nth = next++) {
      try {
        signal.throwIfAborted();
        results[nth] = await work(items[nth] as T, nth);
      } catch (error) {
        // The others end with what they have begun.
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, turn));
  return results;
}
