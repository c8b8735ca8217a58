import type { Declared } from '../catalog/declared-answer.js';
import { put } from './put.js';

/** Null, `""`, `[]` or `{}`. False and 0 say something. */
export const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : !hasKeys(value)));

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

/**
 * The value without its empty properties, at any depth. An object whose properties are all empty counts as empty itself.
 * An array keeps all its elements, and what may be of any form, such as metadata, stays as its owner wrote it.
 * Where nothing is empty, the value itself comes back, not a copy.
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
