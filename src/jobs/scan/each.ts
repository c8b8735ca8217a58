import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { Turns } from '../../platform/turns.js';
import { ScanFault } from './fault.js';
import { Pages } from './pages.js';
import { fillIn, NothingThereError } from './paths.js';
import { OutOfTimeError, ReadError, type Reads } from './reads.js';
import { withoutSecrets } from './secrets.js';
import type { Test } from './where.js';

/** A read for every row. */
export interface Each {
  readonly read: Operation;
  /** May hold references into the row. */
  readonly args: Arguments;
  /** The property of the row that holds a found item. */
  readonly as: string;
  readonly where: Test | undefined;
  /** Which rows to keep: those with a found item, those without one, or both. */
  readonly keep: 'some' | 'none' | 'all';
  readonly each: Each | undefined;
}

export type Row = Readonly<Record<string, unknown>>;

/** Rows for which the read failed, by reason. */
export interface Unread {
  readonly error: string;
  readonly message: string | undefined;
  count: number;
  /** The ids of the first ones. */
  readonly ids: unknown[];
}

/** Reads under way at once: enough to use the rate limit, and few enough to leave room for other callers. */
const AT_ONCE = 4;
/** How many reads are kept for rows that need the same one. */
const MOST_KEPT = 2_000;
const MOST_IDS = 5;
/** The most items from one of these reads. */
const MOST_ITEMS = 10_000;
/** The most joined items in all: rows times items can be far more than either. */
const MOST_JOINED = 1_000_000;

/** Joins each row with what its read finds. */
export class Joins {
  readonly #reads: Reads;
  readonly #kept = new Map<string, Promise<readonly unknown[]>>();
  readonly #unread = new Map<string, Unread>();
  #outcome: ReadError['outcome'] | undefined;
  #answered = 0;
  #joined = 0;
  readonly #turns = new Turns();
  #skipped = 0;

  constructor(reads: Reads) {
    this.#reads = reads;
  }

  get unread(): readonly Unread[] {
    return [...this.#unread.values()];
  }

  /** Rows skipped because time ran out. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Why every read failed; `undefined` if one succeeded, or none was made. */
  get failure(): ReadError['outcome'] | undefined {
    return this.#answered === 0 ? this.#outcome : undefined;
  }

  async join(rows: readonly Row[], each: Each): Promise<readonly Row[]> {
    const joined: (readonly Row[])[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let at = next++; at < rows.length; at = next++) joined[at] = await this.#joinOne(rows[at] as Row, each);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, work));
    const all = joined.flat();
    return each.each === undefined ? all : this.join(all, each.each);
  }

  async #joinOne(row: Row, each: Each): Promise<readonly Row[]> {
    try {
      const found = await this.#itemsFor(row, each);
      this.#joined += found.length;
      if (this.#joined > MOST_JOINED) throw ScanFault.of(TOO_MANY_JOINED);
      await this.#turns.next();
      const wanted = each.where === undefined ? found : found.filter(each.where);
      const withItems = wanted.map((item) => ({ ...row, [each.as]: item }));
      if (each.keep === 'none') return wanted.length === 0 ? [row] : [];
      return each.keep === 'all' && withItems.length === 0 ? [row] : withItems;
    } catch (error) {
      if (error instanceof OutOfTimeError) this.#skipped++;
      else if (error instanceof NothingThereError) this.#note(row, 'nothing_there', `${error.message} leads to nothing`);
      else if (error instanceof ReadError) {
        this.#outcome ??= error.outcome;
        this.#note(row, error.code, typeof error.model.message === 'string' ? error.model.message : undefined);
      } else throw error;
      return [];
    }
  }

  #note({ id }: Row, code: string, message: string | undefined): void {
    const unread = this.#unread.get(code) ?? { error: code, message, count: 0, ids: [] };
    unread.count++;
    if (unread.ids.length < MOST_IDS && id !== undefined) unread.ids.push(id);
    this.#unread.set(code, unread);
  }

  #itemsFor(row: Row, { read, args }: Each): Promise<readonly unknown[]> {
    const filled = fillIn(args, row) as Arguments;
    const key = `${read.name} ${JSON.stringify(filled)}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const items = this.#itemsOf(read, filled);
    if (this.#kept.size < MOST_KEPT) this.#kept.set(key, items);
    // A failed read is tried again for the next row.
    items.catch(() => this.#kept.delete(key));
    return items;
  }

  async #itemsOf(operation: Operation, args: Arguments): Promise<readonly unknown[]> {
    const items: unknown[] = [];
    const pages = new Pages({ operation, args, reads: this.#reads, most: MOST_ITEMS, countWith: undefined });
    for await (const page of pages) for (const item of page) items.push(withoutSecrets(item, operation));
    this.#answered++;
    if (pages.result.isCut)
      this.#note({ id: Object.values(args)[0] }, 'too_many_items', `Only the first ${MOST_ITEMS} were read.`);
    return items;
  }
}

const TOO_MANY_JOINED = {
  error: 'too_many_joined',
  message: `The rows would be joined with more than ${MOST_JOINED} items.`,
  hint: 'Narrow the rows with `where`, or what is read for each of them by its own filters.',
} as const;

/** Makes a row of an item, even of one that is not an object. */
export const rowOf = (item: unknown): Row => (isRecord(item) ? item : { value: item });
