import { isRecord } from '../../platform/is-record.js';

/** The value at a dotted path. A list on the way is searched item by item, unless the path gives an index. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(key)) return valueAt(value[Number(key)], rest);
    const found = value.map((item) => valueAt(item, path)).filter((item) => item !== undefined);
    return found.length < 2 ? found[0] : found;
  }
  return isRecord(value) && Object.hasOwn(value, key) ? valueAt(value[key], rest) : undefined;
}

export const split = (path: string): string[] => path.split('.');

/** Ascending: missing values, numbers, text, everything else. */
export function compareValues(a: unknown, b: unknown): number {
  const byKind = kindOf(a) - kindOf(b);
  if (byKind !== 0) return byKind;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [one, other] = [textOf(a), textOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

const kindOf = (value: unknown): number =>
  value === undefined || value === null ? 0 : typeof value === 'number' ? 1 : typeof value === 'string' ? 2 : 3;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const REFERENCE = /^\$\.(.+)$/;

export const isReference = (text: string): boolean => REFERENCE.test(text);

/** A reference in the arguments of `each` that leads to nothing in this row. */
export class NothingThereError extends Error {
  override readonly name = 'NothingThereError';
}

/**
 * Arguments with every reference, `$.path`, replaced by the value at that path in the row. A text that begins with `$` is
 * written with `$$`.
 * @throws NothingThereError
 */
export function fillIn(value: unknown, row: unknown): unknown {
  if (typeof value === 'string') {
    if (value.startsWith('$$')) return value.slice(1);
    const path = REFERENCE.exec(value)?.[1];
    if (path === undefined) return value;
    const found = valueAt(row, split(path));
    if (found === undefined || found === null) throw new NothingThereError(value);
    return found;
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, row));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fillIn(member, row)]));
}
