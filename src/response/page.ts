import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { isRecord } from '../platform/is-record.js';
import { repeatable } from './note.js';

/** A list as the API returns it: an array, or an object that holds one beside its `total_count`. */
export interface List {
  readonly items: readonly unknown[];
  /** The envelope's key for the items. */
  readonly key: string;
  readonly envelope: Readonly<Record<string, unknown>> | undefined;
}

export function listIn(value: unknown): List | undefined {
  if (Array.isArray(value)) return { items: value, key: 'data', envelope: undefined };
  if (!isRecord(value) || !Object.hasOwn(value, 'total_count')) return undefined;
  const arrays = Object.entries(value).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const only = arrays.length === 1 ? arrays[0] : undefined;
  return only === undefined ? undefined : { key: only[0], items: only[1], envelope: value };
}

/** The arguments that go on after the first `kept` items, when the operation pages and can be called again. */
export function nextPage(operation: Operation, args: Arguments, kept: number, last: unknown): Arguments | undefined {
  if (!repeatable(operation)) return undefined;
  const id = last !== null && typeof last === 'object' ? (last as { id?: unknown }).id : undefined;
  if (typeof args.starting_after === 'string') return typeof id === 'string' ? { starting_after: id } : undefined;
  if (!operation.places.has('offset')) return undefined;
  return { offset: (typeof args.offset === 'number' ? args.offset : 0) + kept };
}

/** The size of a page where the call does not set it. */
const DEFAULT_LIMIT = 10;

/** The arguments of the next page, where this one is full and is not known to be the last. */
export function nextOfFull(operation: Operation, args: Arguments, { items, envelope }: List): Arguments | undefined {
  const limit = typeof args.limit === 'number' ? args.limit : DEFAULT_LIMIT;
  if (!operation.places.has('limit') || items.length === 0 || items.length < limit) return undefined;
  const next = nextPage(operation, args, items.length, items.at(-1));
  const isLast =
    typeof next?.offset === 'number' && typeof envelope?.total_count === 'number' && next.offset >= envelope.total_count;
  return isLast ? undefined : next;
}

/** Inputs for how a list is returned, as opposed to what is searched for. */
const MANNER = /^(?:limit|paginated|order_by|include_.*)$/;
/** A longer echo would cost more than it tells. */
const LONGEST_ASKED = 500;

/** What was searched for, without secrets; only names where it is long. Undefined where there was no filter. */
export function askedFor(operation: Operation, args: Arguments): Arguments | readonly string[] | undefined {
  const secrets = operation.spec.secrets ?? [];
  const asked = Object.entries(args).filter(
    ([name, value]) =>
      operation.places.has(name) && !MANNER.test(name) && !secrets.includes(name) && !(name === 'offset' && value === 0),
  );
  if (asked.length === 0 || !repeatable(operation)) return undefined;
  const whole = Object.fromEntries(asked);
  return JSON.stringify(whole).length <= LONGEST_ASKED ? whole : asked.map(([name]) => name);
}
