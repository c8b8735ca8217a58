import { isDeepStrictEqual } from 'node:util';
import type { Declared, Resource } from '../catalog/declared-answer.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { isRecord } from '../platform/is-record.js';
import { withoutEmpty } from './empty.js';
import { put } from './put.js';
import { Selection } from './selection.js';

/** A value that came back as it was sent is repeated only up to this length. */
const LONGEST_ECHO = 200;

/**
 * The answer to a change: what identifies the object, its state, and what the call set, as it is now. From metadata, it
 * has the keys that were given. A resource of an unknown kind, or without a state, comes whole, except for empty values
 * and restricted metadata.
 */
export function changedItem(item: unknown, resource: Resource | undefined, operation: Operation, args: Arguments): unknown {
  const rest = withoutClosed(item, resource?.shape);
  const state = stateOf(resource, operation);
  // A deleted object still carries the `object` of what it was.
  if (resource === undefined || state === undefined || !isRecord(rest) || rest.deleted === true) {
    return withoutEmpty(rest, resource?.shape);
  }
  const paths = new Selection([...state.split(/\s+/), ...(operation.spec.changes ?? [])]);
  return {
    ...(withoutEmpty(paths.pick(rest), resource.shape) as object),
    ...setBy(args, rest, resource, operation),
    ...secretsIn(rest, resource.shape),
  };
}

/** Where an object has secrets, which were masked by now: each mask says how to get what it stands for. */
function secretsIn(value: unknown, shape: Declared): Readonly<Record<string, unknown>> | undefined {
  if (!isRecord(value)) return undefined;
  const found = Object.entries(value).flatMap(([key, member]): [string, unknown][] => {
    const declared = shape.properties.get(key);
    if (declared === undefined) return [];
    if (declared.secret !== undefined) return typeof member === 'string' && member !== '' ? [[key, member]] : [];
    const below = secretsIn(member, declared);
    return below === undefined ? [] : [[key, below]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** The paths of an object's state. An answer that hands out a secret holds little else, and comes whole. */
export const stateOf = (resource: Resource | undefined, operation: Operation): string | undefined =>
  operation.risk === 'credential' ? undefined : (resource?.state ?? resource?.short);

/** The inputs of the call that the object has too, under the same names. */
function setBy(args: Arguments, item: Readonly<Record<string, unknown>>, { shape }: Resource, { places }: Operation): object {
  const set: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(args)) {
    if (places.get(name) !== 'body' || !Object.hasOwn(item, name)) continue;
    const now = shape.properties.get(name)?.free === true ? ofGiven(item[name], given) : item[name];
    if (!isLongEcho(now, given)) put(set, name, now);
  }
  return set;
}

const isLongEcho = (now: unknown, given: unknown): boolean =>
  isDeepStrictEqual(now, given) && JSON.stringify(given).length > LONGEST_ECHO;

/** An object with only the properties that were given, at any depth. */
function ofGiven(now: unknown, given: unknown): unknown {
  if (!isRecord(now) || !isRecord(given)) return now;
  const kept: Record<string, unknown> = {};
  for (const [key, below] of Object.entries(given)) if (Object.hasOwn(now, key)) put(kept, key, ofGiven(now[key], below));
  return kept;
}

/** The value without restricted metadata; the value itself where it has none. */
function withoutClosed(value: unknown, shape: Declared | undefined): unknown {
  if (value === null || typeof value !== 'object' || shape === undefined || shape.free) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutClosed(item, shape));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value);
  const kept = entries
    .filter(([key]) => shape.properties.get(key)?.closed !== true)
    .map(([key, member]) => [key, withoutClosed(member, shape.properties.get(key))] as const);
  const same =
    kept.length === entries.length && kept.every(([key, member]) => member === (value as Record<string, unknown>)[key]);
  return same ? value : Object.fromEntries(kept);
}
