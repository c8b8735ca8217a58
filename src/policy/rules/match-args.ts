import type { Arguments } from '../../catalog/operation-types.js';
import { fold } from './fold.js';

export type Scalar = string | number | boolean | null;

/**
 * How far a call's arguments match: `all` when every value does, exactly; `some` when a list also holds other values,
 * or a text or a key differs only in case, spaces or Unicode form; `none` otherwise.
 */
export type Extent = 'all' | 'some' | 'none';

/** The values that match, by input path; any one of them is enough. */
export type ArgumentPatterns = Readonly<Record<string, readonly Scalar[]>>;

export function matchArguments(patterns: ArgumentPatterns, args: Arguments): Extent {
  let extent: Extent = 'all';
  for (const [path, wanted] of Object.entries(patterns)) {
    const found = matchValues(args, path.split('.'), wanted);
    if (found === 'none') return 'none';
    if (found === 'some') extent = 'some';
  }
  return extent;
}

function matchValues(args: Arguments, path: readonly string[], wanted: readonly Scalar[]): Extent {
  const values = valuesAt(args, path);
  if (values.length > 0 && values.every((value) => wanted.some((pattern) => matches(value, pattern, false)))) return 'all';
  const similar = valuesAt(args, path, true);
  return similar.some((value) => wanted.some((pattern) => matches(value, pattern, true))) ? 'some' : 'none';
}

/** The values at a path; lists on the way and at its end are searched item by item. A missing value is `undefined`. */
export function valuesAt(value: unknown, path: readonly string[], anySpelling = false): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, anySpelling));
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  if (value === null || typeof value !== 'object') return [undefined];
  const keys = anySpelling
    ? Object.keys(value).filter((name) => name === key || fold(name) === fold(key))
    : Object.hasOwn(value, key)
      ? [key]
      : [];
  if (keys.length === 0) return [undefined];
  return keys.flatMap((name) => valuesAt((value as Record<string, unknown>)[name], rest, anySpelling));
}

function matches(value: unknown, pattern: Scalar, anySpelling: boolean): boolean {
  if (typeof value !== 'string' || typeof pattern !== 'string') return value === pattern;
  return anySpelling ? matchesWildcard(fold(value), fold(pattern)) : matchesWildcard(value, pattern);
}
/** Whether the text fits a pattern in which `*` stands for any characters. Linear in space, and never backtracks far. */
export function matchesWildcard(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
