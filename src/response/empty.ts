import type { Declared } from './declared.js';
import { put } from './put.js';

/** Null, `""`, `[]` or `{}`. False and 0 say something. */
export const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : !hasKeys(value)));

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

/**
 * The value without the properties that are empty, however deep; what has no other properties counts as empty.
 * An array keeps its elements, and what is declared to be of any form, as metadata is, stays as its owner wrote it.
 * A value in which nothing is empty is given back itself.
 */
export function withoutEmpty(value: unknown, shape: Declared | undefined): unknown {
  if (value === null || typeof value !== 'object' || shape?.free === true) return value;
  if (Array.isArray(value)) {
    const elements = value.map((element) => withoutEmpty(element, shape));
    return elements.every((element, index) => element === value[index]) ? value : elements;
  }
  const given = value as Readonly<Record<string, unknown>>;
  let changed = false;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(given)) {
    const whole = given[key];
    const rest = whole !== null && typeof whole === 'object' ? withoutEmpty(whole, shape?.properties.get(key)) : whole;
    if (rest !== whole) changed = true;
    if (isEmpty(rest)) changed = true;
    else put(kept, key, rest);
  }
  return changed ? kept : value;
}
