import type { Filter, Narrowing } from './filters.js';
import { type AnyInputs, answers, type Call, type Handler } from './handler.js';
import type { Inputs } from './inputs.js';
import type { Instance } from './instance.js';
import type { Resource } from './resource.js';
import type { Collection } from './rows.js';
import { invalidParam } from './sandbox-error.js';
import type { Row } from './table.js';

const DEFAULT_LIMIT = 10;

/** What rows are ordered by; null goes first, as in an ascending list of Clerk's. */
type Order<R> = (row: R, instance: Instance) => string | number | null;

export interface Listing<R extends Row, I extends Inputs = AnyInputs> {
  /** The rows to begin with, such as the members of the organization in the path. Default: all. */
  within?(call: Call<I>): readonly R[];
  readonly filters?: Readonly<Record<string, Filter<R>>>;
  /** What `order_by` may name. `created_at` is always among them. */
  readonly orders?: Readonly<Record<string, Order<R>>>;
  /** Default `-created_at`. */
  readonly defaultOrder?: string;
  /** `bare`: an array, or a page when `paginated=true`. `page`: always `{data, total_count}`. */
  readonly envelope: 'bare' | 'page';
  /** Under which name a page has its rows. Default: `data`. */
  readonly rowsAs?: string;
  /** How each row is sent where that depends on the call. Default: as the resource says. */
  show?(row: R, call: Call<I>): object;
  /** As of a handler. */
  readonly repeated?: readonly string[];
}

interface PageQuery {
  readonly limit?: number;
  readonly offset?: number;
  readonly paginated?: boolean;
  readonly order_by?: string;
  readonly starting_after?: string;
}

/** The handler of an operation that lists. */
export function lists<R extends Row, Unique extends string, Lookup extends string, I extends Inputs>(
  resource: Resource<R, Unique, Lookup>,
  given: Listing<R, I>,
): Handler<I> {
  const listing = given as Listing<R>;
  const { rowsAs = 'data', repeated = [] } = listing;
  return answers(
    (call: Call) => {
      const { instance } = call;
      const query: PageQuery = call.query;
      const show = listing.show ?? ((row: R) => resource.show(row, instance));
      const paged = listing.envelope === 'page' || query.paginated === true;
      const offset = query.offset ?? 0;
      const end = offset + (query.limit ?? DEFAULT_LIMIT);
      const found = select(instance.of(resource), listing, call, query, paged ? Number.POSITIVE_INFINITY : end);
      const data = found.slice(offset, end).map((row) => show(row, call));
      return paged ? { [rowsAs]: data, total_count: found.total } : data;
    },
    { repeated },
  );
}

/** The number of rows that a list with the same filters would have. */
export function counts<R extends Row, Unique extends string, Lookup extends string>(
  resource: Resource<R, Unique, Lookup>,
  filters: Readonly<Record<string, Filter<R>>>,
): Handler {
  return answers((call: Call) => {
    const { total } = select(call.instance.of(resource), { filters, envelope: 'page' }, call, {}, Number.POSITIVE_INFINITY);
    return { object: 'total_count', total_count: total };
  });
}

interface Selected<R> {
  /** Of all that were looked for. */
  readonly total: number;
  slice(from: number, to: number): readonly R[];
}

/** @param most How many rows from the beginning are of use; infinite where all are to be counted. */
function select<R extends Row, Unique extends string, Lookup extends string>(
  collection: Collection<R, Unique, Lookup>,
  listing: Listing<R>,
  call: Call,
  query: PageQuery,
  most: number,
): Selected<R> {
  const { by, descending } = parseOrder(query.order_by ?? listing.defaultOrder ?? '-created_at', listing.orders ?? {});
  const narrowings = narrow(listing, call);
  const cursor = query.starting_after === undefined ? undefined : findCursor(query, by, collection);
  const start = smallestStart(listing, call, narrowings);
  if (start === undefined && by === 'created_at') {
    // The collection keeps its rows by time, so that nothing needs sorting.
    const all = collection.oldestFirst();
    if (cursor === undefined && narrowings.length > 0 && most < all.length) return firstOf(all, narrowings, descending, most);
    const rows = passing(all, narrowings);
    return view(rows, cursor === undefined ? undefined : placeIn(rows, cursor, collection), descending);
  }
  const rows = start === undefined ? passing(collection.oldestFirst(), narrowings) : passing(start.rows, start.others);
  const order: Order<R> = by === 'created_at' ? (row) => row.created_at : (listing.orders?.[by] as Order<R>);
  const ascending = sorted(rows, order, call.instance);
  return view(ascending, cursor === undefined ? undefined : placeIn(ascending, cursor, collection), descending);
}

/** A list read from its front or its back, of which only the wanted page is copied. `place` is where a cursor divides it. */
function view<R>(rows: readonly R[], place: { before: number; after: number } | undefined, descending: boolean): Selected<R> {
  const low = descending ? 0 : (place?.after ?? 0);
  const high = descending ? (place?.before ?? rows.length) : rows.length;
  return {
    total: high - low,
    slice: (from, to) =>
      descending
        ? rows.slice(Math.max(low, high - to), Math.max(low, high - from)).reverse()
        : rows.slice(low + from, Math.min(high, low + to)),
  };
}

function narrow<R extends Row>(listing: Listing<R>, call: Call): Narrowing<R>[] {
  const narrowings: Narrowing<R>[] = [];
  for (const [name, filter] of Object.entries(listing.filters ?? {})) {
    const value = call.query[name];
    if (value !== undefined) narrowings.push(filter(value as never, call.instance));
  }
  return narrowings;
}

/** The fewest rows that an index or the path leaves, each once, and what else narrows them; undefined when nothing leaves out any. */
function smallestStart<R extends Row>(
  listing: Listing<R>,
  call: Call,
  narrowings: readonly Narrowing<R>[],
): { rows: readonly R[]; others: readonly Narrowing<R>[] } | undefined {
  const within = listing.within?.(call);
  const all = within === undefined ? narrowings : [...narrowings, { rows: within }];
  let least: { readonly rows: readonly R[] } | undefined;
  for (const narrowing of all) {
    if ('rows' in narrowing && (least === undefined || narrowing.rows.length < least.rows.length)) least = narrowing;
  }
  if (least === undefined) return undefined;
  const { rows } = least;
  // A filter's values may name a row twice; the path never does.
  return { rows: rows === within ? rows : [...new Set(rows)], others: all.filter((narrowing) => narrowing !== least) };
}

/** Looks no further than to the last row of the page. */
function firstOf<R extends Row>(
  all: readonly R[],
  narrowings: readonly Narrowing<R>[],
  descending: boolean,
  most: number,
): Selected<R> {
  const keeps = keeperOf(narrowings);
  const found: R[] = [];
  for (let nth = 0; nth < all.length && found.length < most; nth++) {
    const row = all[descending ? all.length - 1 - nth : nth] as R;
    if (keeps(row)) found.push(row);
  }
  return { total: found.length, slice: (from, to) => found.slice(from, to) };
}

/** The rows that every narrowing keeps. The rows themselves when there is none. */
const passing = <R extends Row>(rows: readonly R[], narrowings: readonly Narrowing<R>[]): readonly R[] =>
  narrowings.length === 0 ? rows : rows.filter(keeperOf(narrowings));

function keeperOf<R extends Row>(narrowings: readonly Narrowing<R>[]): (row: R) => boolean {
  const tests = narrowings.map((narrowing) => {
    if ('test' in narrowing) return narrowing.test;
    const kept = new Set(narrowing.rows);
    return (row: R) => kept.has(row);
  });
  return (row) => tests.every((test) => test(row));
}

function parseOrder(text: string, orders: Readonly<Record<string, unknown>>): { by: string; descending: boolean } {
  // A `+` that was not escaped in the query arrives as a space.
  const [, sign, by] = /^([+\- ]?)(.*)$/.exec(text) as unknown as [string, string, string];
  if (by !== 'created_at' && !Object.hasOwn(orders, by)) {
    const known = ['created_at', ...Object.keys(orders)].join(', ');
    throw invalidParam('order_by', `order_by must be one of ${known}, with + or - before it.`);
  }
  return { by, descending: sign === '-' };
}

/** Ascending; equals keep the order in which they came. */
function sorted<R extends Row>(rows: readonly R[], by: Order<R>, instance: Instance): R[] {
  const keyed = rows.map((row) => ({ row, key: by(row, instance) }));
  keyed.sort((a, b) => compare(a.key, b.key));
  return keyed.map(({ row }) => row);
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

function findCursor<R extends Row, Unique extends string, Lookup extends string>(
  query: PageQuery,
  by: string,
  collection: Collection<R, Unique, Lookup>,
): R {
  const refuseCursor = (why: string) => invalidParam('starting_after', why);
  if (by !== 'created_at') throw refuseCursor('starting_after needs the created_at ordering.');
  if ((query.offset ?? 0) > 0) throw refuseCursor('starting_after cannot be combined with offset.');
  const cursor = collection.get(query.starting_after as string);
  if (cursor === undefined) throw refuseCursor(`No ${collection.resource.title} has the id in starting_after.`);
  return cursor;
}

/** Where the cursor is, or would be, among rows by time. It need not be among them: a filter may have left it out. */
function placeIn<R extends Row, Unique extends string, Lookup extends string>(
  rows: readonly R[],
  cursor: R,
  collection: Collection<R, Unique, Lookup>,
): { before: number; after: number } {
  const all = collection.oldestFirst();
  const at = rows === all ? collection.position(cursor) : rows.indexOf(cursor);
  if (at !== -1) return { before: at, after: at + 1 };
  const older = new Set<R>();
  for (let back = collection.position(cursor) - 1; all[back]?.created_at === cursor.created_at; back--) older.add(all[back] as R);
  const before = rows.filter((row) => row.created_at < cursor.created_at || older.has(row)).length;
  return { before, after: before };
}
