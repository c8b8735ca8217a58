import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { JobContext } from '../job-tool.js';
import { Joins, rowOf } from '../scan/each.js';
import { Pages } from '../scan/pages.js';
import { ReadError, Reads } from '../scan/reads.js';
import { readScan } from '../scan/request.js';
import { withoutSecrets } from '../scan/secrets.js';
import type { Reader } from './expand.js';
import { PlanFault } from './fault.js';
import type { Known } from './known.js';
import { MOST_ITEMS } from './steps.js';

/** The longest that testing conditions may hold up other callers, and the longest it may take in all, in milliseconds. */
const SLICE_MS = 20;
const MOST_TESTING_MS = 10_000;

/** Reads the way all calls go, and keeps what it reads. */
export class PlanReader implements Reader {
  readonly #context: JobContext;
  readonly #known: Known;
  readonly #reads: Reads;
  #testedMs = 0;

  constructor(context: JobContext, known: Known) {
    this.#context = context;
    this.#known = known;
    this.#reads = new Reads(context);
  }

  async read(operation: Operation, args: Arguments): Promise<unknown> {
    const value = await this.#reads.read(operation, args).catch((error: unknown) => {
      throw error instanceof ReadError ? failed(operation, error) : error;
    });
    this.#known.add(value);
    return value;
  }

  async readList(operation: Operation, args: Arguments): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    for await (const page of this.#pages(operation, args)) for (const item of page) items.push(item);
    return items;
  }

  /** The rows of a scan, in the form of Jobs_scanList. */
  async readRows(given: Arguments): Promise<readonly unknown[]> {
    const read = readScan(given, this.#context.offered);
    if ('faults' in read)
      throw new PlanFault('invalid_arguments', 'The list cannot be scanned like this.', { faults: read.faults });
    const { list, args, where, each } = read.scan;
    const wanted: unknown[] = [];
    let since = performance.now();
    for await (const page of this.#pages(list, args)) {
      for (const item of page) {
        const open = withoutSecrets(item, list);
        if (where === undefined || where(open)) wanted.push(each === undefined ? item : rowOf(open));
        const spent = performance.now() - since;
        if (spent < SLICE_MS) continue;
        this.#testedMs += spent;
        if (this.#testedMs > MOST_TESTING_MS) throw TOO_COSTLY;
        await nextTurn();
        since = performance.now();
      }
    }
    return each === undefined ? wanted : new Joins(this.#reads).join(wanted.map(rowOf), each);
  }

  async *#pages(operation: Operation, args: Arguments): AsyncGenerator<readonly unknown[]> {
    const pages = new Pages({ operation, args, reads: this.#reads, most: MOST_READ, countWith: undefined });
    try {
      for await (const page of pages) {
        this.#known.add(page);
        yield page;
      }
    } catch (error) {
      throw error instanceof ReadError ? failed(operation, error) : error;
    }
    if (pages.result.isCut)
      throw new PlanFault('too_many_items', `${operation.name} has more than ${MOST_READ} items: narrow it by its filters.`);
  }
}

/** The most items to read from one list; a plan may use fewer. */
const MOST_READ = 10 * MOST_ITEMS;

const TOO_COSTLY = new PlanFault('where_too_costly', `Testing the conditions takes longer than ${MOST_TESTING_MS / 1000} s.`);

const failed = ({ name }: Operation, { model, outcome }: ReadError): PlanFault =>
  new PlanFault(
    'read_failed',
    `${name} did not answer: ${String(model.message ?? model.error)}`,
    { cause: model },
    outcome.kind === 'refused',
  );
