import type { Arguments } from '../../catalog/types.js';

export type Scalar = string | number | boolean | null;

/**
 * How far a call's arguments match: `all` when every value does, exactly; `some` when a list holds other
 * values beside, or a text differs in upper and lower case only; `none`.
 */
export type Extent = 'all' | 'some' | 'none';

/** Input paths to the values of which any matches. */
export type ArgumentPatterns = Readonly<Record<string, readonly Scalar[]>>;

export function matchArguments(patterns: ArgumentPatterns, args: Arguments): Extent {
  let extent: Extent = 'all';
  for (const [path, wanted] of Object.entries(patterns)) {
    const found = matchValues(valuesAt(args, path.split('.')), wanted);
    if (found === 'none') return 'none';
    if (found === 'some') extent = 'some';
  }
  return extent;
}

function matchValues(values: readonly unknown[], wanted: readonly Scalar[]): Extent {
  const exact = values.filter((value) => wanted.some((pattern) => matches(value, pattern, false))).length;
  if (values.length > 0 && exact === values.length) return 'all';
  return values.some((value) => wanted.some((pattern) => matches(value, pattern, true))) ? 'some' : 'none';
}

/** The values at a path; lists on the way and at its end are gone through. What is absent is `undefined`. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return [undefined];
  return valuesAt((value as Record<string, unknown>)[key], rest);
}

function matches(value: unknown, pattern: Scalar, anyCase: boolean): boolean {
  if (typeof value !== 'string' || typeof pattern !== 'string') return value === pattern;
  return anyCase ? matchesWildcard(fold(value), fold(pattern)) : matchesWildcard(value, pattern);
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Whether `*` in the pattern can be filled so that it is the text. In linear space, and without backtracking that grows. */
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
