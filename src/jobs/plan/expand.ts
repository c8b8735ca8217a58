import { createHash, randomUUID } from 'node:crypto';
import { Catalog } from '../../catalog/catalog.js';
import { IDEMPOTENCY_KEY, type Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { parseArguments } from '../../catalog/parse-arguments.js';
import { isRecord } from '../../platform/is-record.js';
import { Turns } from '../../platform/turns.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { holdsWithheld } from '../../policy/secrets/answer-secrets.js';
import { PlanFault } from './fault.js';
import type { PlanItem } from './plan.js';
import { BadReferenceError, Room, readReference, resolve, resolveText, type Scope } from './references.js';
import { MOST_ITEMS, type Step } from './steps.js';

/** How an expansion reads from the instance. */
export interface Reader {
  /** The answer of one read. @throws PlanFault */
  read(operation: Operation, args: Arguments): Promise<unknown>;
  /** All items of a list. @throws PlanFault */
  readList(operation: Operation, args: Arguments): Promise<readonly unknown[]>;
  /** The rows of a scan, in the form of Jobs_scanList. @throws PlanFault */
  readRows(scan: Arguments): Promise<readonly unknown[]>;
}

export interface ExpansionOptions {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly reader: Reader;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

export interface Expanded {
  readonly items: readonly PlanItem[];
  /** The answers of the steps, by name, if all of them only read; otherwise undefined. */
  readonly answers: ReadonlyMap<string, StepAnswer> | undefined;
  /** Problems found on the way, a sentence each. */
  readonly warnings: readonly string[];
}

/** What a step has read, and with which operation. */
export interface StepAnswer {
  readonly operation: Operation | undefined;
  readonly value: unknown;
}

/** The scan of a list, which can be a step of a plan. */
const SCAN = 'Jobs_scanList';

/** How many reads of one step are under way at once. */
const AT_ONCE = 6;
const ITEM_DIGITS = 16;
/** The most reads that one step may take. */
const MOST_READS = 1_000;
/** The most calls to go through, duplicates included. */
const MOST_TAKEN = 3 * MOST_ITEMS;
/** The most that the arguments of all steps may hold, in characters. */
const MOST_CHARACTERS = 20_000_000;
const LONGEST_NAME = 60;

/**
 * Makes the list of calls that the steps stand for. Carries out the steps that read, but none that change something.
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
  if (names.some(({ length }) => length > LONGEST_NAME))
    throw new PlanFault('invalid_plan', `The name of a step has at most ${LONGEST_NAME} characters.`);
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
  readonly #read = new Map<string, StepAnswer>();
  readonly #room = new Room(MOST_CHARACTERS);
  readonly #turns = new Turns();
  #taken = 0;
  #changes = false;

  constructor(options: ExpansionOptions) {
    this.#options = options;
  }

  expanded(): Expanded {
    return { items: this.#items, warnings: this.#warnings, answers: this.#changes ? undefined : this.#read };
  }

  async take(step: Step, name: string): Promise<void> {
    this.#options.signal.throwIfAborted();
    if (step.if !== undefined && !isSomething(this.#lookUp(step.if, `${name}.if`))) {
      this.#answers.set(name, []);
      return;
    }
    if (step.tool === SCAN) {
      this.#answer(name, undefined, await this.#scan(step.arguments ?? {}, name));
      return;
    }
    if (step.may_fail === true && !this.#options.offered.has(step.tool)) {
      this.#warnings.push(`${name}: ${step.tool} is not offered here.`);
      this.#answer(name, undefined, []);
      return;
    }
    const operation = this.#operationOf(step.tool, name);
    const items = step.for_each === undefined ? undefined : await this.#itemsOf(step.for_each, name);
    // Some reads are gated if they ask for a secret, but no step does.
    if (operation.risk === 'read') {
      this.#answer(name, operation, await this.#readFor(operation, step, name, items));
      return;
    }
    this.#changes = true;
    await this.#plan(operation, step, name, items);
  }

  #answer(name: string, operation: Operation | undefined, value: unknown): void {
    this.#answers.set(name, value);
    this.#read.set(name, { operation, value });
  }

  async #itemsOf(given: unknown, name: string): Promise<readonly unknown[]> {
    const where = `${name}.for_each`;
    if (typeof given === 'string') {
      const found = this.#lookUp(given, where);
      if (!Array.isArray(found)) throw fault(where, `${given} does not lead to a list`);
      return bounded(found, where);
    }
    if (Array.isArray(given)) return this.#resolve(bounded(given, where), undefined, where).value as unknown[];
    if (!isRecord(given)) throw fault(where, 'it is a list, a reference to one, or a scan: {list, arguments, where, each}');
    return bounded(await this.#scan(given, where), where);
  }

  async #scan(given: Arguments, where: string): Promise<readonly unknown[]> {
    const other = Object.keys(given).find((key) => !SCAN_INPUTS.has(key));
    if (other !== undefined) throw fault(where, `a list is given by list, arguments, where and each, not by ${other}`);
    const { each, ...rest } = given;
    // In `each`, references beginning with $ refer to the rows of the scan.
    const scan = { ...(this.#resolve(rest, undefined, where).value as Arguments), ...(each === undefined ? {} : { each }) };
    return this.#options.reader.readRows(scan);
  }

  /** Reads a list to its end, unless `limit` bounds it. */
  async #readFor(operation: Operation, step: Step, name: string, items: readonly unknown[] | undefined): Promise<unknown> {
    const { reader, signal } = this.#options;
    if (items !== undefined && items.length > MOST_READS)
      throw fault(name, `${items.length} reads; a step may take ${MOST_READS}`);
    const one = async (scopeItem: readonly [unknown] | undefined): Promise<unknown> => {
      const { value, deferred } = this.#resolve(step.arguments ?? {}, scopeItem, name);
      if (deferred.length > 0) throw fault(name, 'a read cannot use what a later step will give');
      const args = await this.#checked(operation, value, name);
      try {
        return isList(operation) && args.limit === undefined
          ? await reader.readList(operation, args)
          : toList(await reader.read(operation, args));
      } catch (error) {
        if (step.may_fail !== true || !(error instanceof PlanFault)) throw error;
        this.#warnings.push(`${name}: ${error.message}`);
        return [];
      }
    };
    return items === undefined ? one(undefined) : inTurns(items, AT_ONCE, (item) => one([item]), signal);
  }

  async #plan(operation: Operation, step: Step, name: string, items: readonly unknown[] | undefined): Promise<void> {
    const each: readonly (readonly [unknown] | undefined)[] = items === undefined ? [undefined] : items.map((item) => [item]);
    let repeated = 0;
    for (const [nth, item] of each.entries()) {
      const where = items === undefined ? name : `${name}[${nth}]`;
      if (++this.#taken > MOST_TAKEN) throw tooMany();
      await this.#turns.next();
      this.#options.signal.throwIfAborted();
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
      throw fault(
        where,
        `no tool that a plan can use is named ${tool.slice(0, 80)}.${new Catalog(offered.values()).suggest(tool)}`,
      );
    return operation;
  }

  async #checked(operation: Operation, given: unknown, where: string): Promise<Arguments> {
    if (holdsWithheld(given)) throw fault(where, 'a secret that was read cannot be used');
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
      return resolve(value, this.#scope(item), this.#room);
    } catch (error) {
      throw referenceFault(error, where);
    }
  }

  #scope(item: Scope['item']): Scope {
    return { item, steps: this.#answers, pending: this.#pending, inputs: this.#options.inputs };
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A call with an idempotency key can be repeated whatever became of the first try. */
export const keyed = (operation: Operation, args: Arguments): Arguments =>
  operation.keyed && args[IDEMPOTENCY_KEY] === undefined ? { ...args, [IDEMPOTENCY_KEY]: randomUUID() } : args;

function referenceFault(error: unknown, where: string): unknown {
  return error instanceof BadReferenceError ? fault(where, error.message) : error;
}

const fault = (where: string, message: string): PlanFault =>
  new PlanFault('invalid_plan', `${where}: ${message}`, { step: where });

const tooMany = (): PlanFault =>
  new PlanFault('too_many_items', `The plan makes more than ${MOST_ITEMS} calls: make several smaller ones.`);

function bounded(items: readonly unknown[], where: string): readonly unknown[] {
  if (items.length > MOST_ITEMS) throw fault(where, `a list of ${items.length} items, of which a plan may have ${MOST_ITEMS}`);
  return items;
}

const SCAN_INPUTS: ReadonlySet<string> = new Set(['list', 'arguments', 'where', 'each']);

const isSomething = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);

const isList = (operation: Operation): boolean => operation.places.has('limit');

/** The API lists in two forms; a reference to either leads to the list itself. */
const toList = (value: unknown): unknown => (isRecord(value) && Array.isArray(value.data) ? value.data : value);

/** Runs the work for every item, a few at a time; the results keep the order of the items. */
export async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, nth: number) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const turns = new Turns();
  let next = 0;
  const turn = async (): Promise<void> => {
    for (let nth = next++; nth < items.length; nth = next++) {
      try {
        await turns.next();
        signal.throwIfAborted();
        results[nth] = await work(items[nth] as T, nth);
      } catch (error) {
        // The others finish what they have begun.
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, turn));
  return results;
}
