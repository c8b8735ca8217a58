import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { ReadError, type Reads } from './reads.js';

/** Inputs that the scan fills in itself. */
export const PAGING: ReadonlySet<string> = new Set(['limit', 'offset', 'starting_after', 'order_by', 'paginated']);

/** How far a list was read. */
export interface ListRead {
  /** How many different items were read. */
  readonly read: number;
  /** How many there are according to the API; `undefined` if it does not tell. */
  readonly total: number | undefined;
  /** Whether the bound on items ended the reading. */
  readonly isCut: boolean;
}

export interface PagesOptions {
  readonly operation: Operation;
  readonly args: Arguments;
  readonly reads: Reads;
  readonly most: number;
  /** The read that gives the number of items, if the list itself does not. */
  readonly countWith: Operation | undefined;
}

/** How many items of the previous page to read again, to be sure that no gap lies between the two. */
const OVERLAP = 10;
/** How far to go back at first if there may be a gap. */
const STEP_BACK = 50;
/** How many ids to remember as cursors: the object behind the latest may have been deleted. */
const CURSORS = 20;

/**
 * Reads a list to its end, a page at a time, each item once.
 *
 * Items that come or go meanwhile shift all items after them. With a cursor that does no harm: a page begins after an item,
 * not at an offset. With offsets, each page begins with items already read: if its first item is new, unread items have
 * shifted to before it, and the scan goes back until it meets a known one. Both ways read the oldest first if the list can be
 * ordered so; then whatever is added meanwhile comes last.
 */
export class Pages {
  readonly #options: PagesOptions;
  readonly #seen = new Set<string>();
  readonly #cursors: string[] = [];
  #size: number;
  #offset = 0;
  #byCursor: boolean;
  #total: number | undefined;
  #isCut = false;

  constructor(options: PagesOptions) {
    this.#options = options;
    this.#size = largestPage(options.operation);
    this.#byCursor = options.operation.places.has('starting_after');
  }

  get result(): ListRead {
    return { read: this.#seen.size, total: this.#total, isCut: this.#isCut };
  }

  /** @throws ReadError, OutOfTimeError */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly unknown[]> {
    const { operation, countWith } = this.#options;
    if (countWith !== undefined) this.#total = await this.#count(countWith);
    if (!operation.places.has('offset')) return yield this.#take(await this.#read({})).fresh;
    yield* this.#toTheEnd();
    if (!this.#isShort()) return;
    // The missing items may merely be new ones; otherwise the order changed during the scan, and reading again helps.
    if (countWith !== undefined) this.#total = await this.#count(countWith);
    if (!this.#isShort()) return;
    this.#byCursor = false;
    this.#offset = 0;
    yield* this.#toTheEnd();
  }

  async *#toTheEnd(): AsyncGenerator<readonly unknown[]> {
    let back = STEP_BACK;
    for (;;) {
      const after = this.#byCursor ? this.#cursors.at(-1) : undefined;
      const items = await this.#readPage(after);
      if (items === undefined) continue;
      if (after === undefined && this.#offset > 0 && this.#hasGapBefore(items)) {
        this.#offset = Math.max(0, this.#offset - back);
        back *= 4;
        continue;
      }
      back = STEP_BACK;
      const { fresh, isOverlapping } = this.#take(items);
      if (fresh.length > 0) yield fresh;
      if (this.#isCut || items.length < this.#size) return;
      this.#offset += isOverlapping ? Math.max(1, items.length - OVERLAP) : items.length;
    }
  }

  /** `undefined` if the page has to be requested in another way. */
  async #readPage(after: string | undefined): Promise<readonly unknown[] | undefined> {
    const { places } = this.#options.operation;
    try {
      return await this.#read({
        limit: this.#size,
        ...(places.has('order_by') ? { order_by: 'created_at' } : {}),
        ...(places.has('paginated') ? { paginated: true } : {}),
        ...(after === undefined ? { offset: this.#offset } : { starting_after: after }),
      });
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      if (error.code === 'answer_too_large' && this.#size > 1) {
        this.#size = Math.ceil(this.#size / 4);
        return undefined;
      }
      const { status } = error.model;
      if (after === undefined || (status !== 400 && status !== 404 && status !== 422)) throw error;
      // The cursor's object is gone: the one before it serves as well, or offsets if there is none.
      this.#cursors.pop();
      if (this.#cursors.length > 0) return undefined;
      this.#byCursor = false;
      this.#offset = Math.max(0, this.#seen.size - OVERLAP);
      return undefined;
    }
  }

  async #read(paging: Arguments): Promise<readonly unknown[]> {
    const { operation, args, reads } = this.#options;
    const value = await reads.read(operation, { ...args, ...paging });
    if (isRecord(value) && typeof value.total_count === 'number') this.#total = value.total_count;
    return itemsIn(value);
  }

  async #count(countWith: Operation): Promise<number | undefined> {
    const { args, reads } = this.#options;
    const shared = Object.fromEntries(Object.entries(args).filter(([name]) => countWith.places.has(name)));
    // If the count lacks one of the filters, it would count something else.
    if (Object.keys(shared).length < Object.keys(args).length) return undefined;
    const value = await reads.read(countWith, shared).catch((error: unknown) => {
      if (error instanceof ReadError) return undefined;
      throw error;
    });
    return isRecord(value) && typeof value.total_count === 'number' ? value.total_count : undefined;
  }

  #hasGapBefore(items: readonly unknown[]): boolean {
    const first = idOf(items[0]);
    return items.length === 0 || (first !== undefined && !this.#seen.has(first));
  }

  /** The items not read before, up to the bound. Items without an id cannot be told apart, so all of them count as new. */
  #take(items: readonly unknown[]): { readonly fresh: readonly unknown[]; readonly isOverlapping: boolean } {
    const fresh: unknown[] = [];
    let isOverlapping = true;
    for (const [nth, item] of items.entries()) {
      const id = idOf(item);
      if (id === undefined) isOverlapping = false;
      const key = id ?? `#${this.#offset + nth}`;
      if (this.#seen.has(key)) continue;
      if (this.#seen.size >= this.#options.most) {
        this.#isCut = true;
        break;
      }
      this.#seen.add(key);
      fresh.push(item);
      if (id !== undefined) this.#cursors.push(id);
    }
    this.#cursors.splice(0, Math.max(0, this.#cursors.length - CURSORS));
    return { fresh, isOverlapping };
  }

  #isShort(): boolean {
    return !this.#isCut && this.#total !== undefined && this.#seen.size < this.#total;
  }
}

function largestPage({ inputSchema }: Operation): number {
  const { limit } = (inputSchema.properties ?? {}) as { readonly limit?: { readonly maximum?: number } };
  return limit?.maximum ?? 100;
}

const idOf = (item: unknown): string | undefined => (isRecord(item) && typeof item.id === 'string' ? item.id : undefined);

/** The items of a list; any other answer is one item. */
export function itemsIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value) || !Object.hasOwn(value, 'total_count')) return value === undefined || value === null ? [] : [value];
  const lists = Object.values(value).filter((member): member is unknown[] => Array.isArray(member));
  return lists.length === 1 && lists[0] !== undefined ? lists[0] : [value];
}
