import type * as z from 'zod';
import { didYouMean } from './nearest.js';

/**
 * What is wrong in a file that people write, a sentence for each fault, which begins with its path.
 * @param raw what was checked
 * @param keysOf the keys that the object under this key may have; the outermost has the key ''
 */
export function faultsOf(issue: z.core.$ZodIssue, raw: unknown, keysOf: (key: string) => readonly string[]): string[] {
  const named = issue.path.filter((key) => typeof key === 'string').at(-1);
  const at = issue.path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  const where = at === '' ? '' : `${at}: `;
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(String(named ?? ''));
    return issue.keys.map(
      (key) => `${where}unknown key ${JSON.stringify(key)}.${didYouMean(key, known) || ` Known: ${known.join(', ')}.`}`,
    );
  }
  if (issue.code === 'invalid_value') {
    const given = valueAt(raw, issue.path);
    const known = issue.values.map(String);
    const near = typeof given === 'string' ? didYouMean(given, known) : '';
    return [`${where}${JSON.stringify(given) ?? 'nothing'} is unknown.${near || ` One of ${known.join(', ')}.`}`];
  }
  if (issue.code === 'invalid_union') {
    const branch = Array.isArray(valueAt(raw, issue.path)) ? issue.errors.at(-1) : issue.errors[0];
    return (branch ?? []).flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, raw, keysOf));
  }
  return [`${where}${issue.message}`];
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
