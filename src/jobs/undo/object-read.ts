import { createHash } from 'node:crypto';
import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments, TakenBack } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { canonicalJson } from '../../policy/confirmation/canonical.js';
import { listOf } from '../../policy/preview/lookup.js';
import { targetReadOf } from '../../policy/preview/target-read.js';
import { at } from '../plan/references.js';

/** A read that shows one object. Kept as JSON. */
export interface ObjectRead {
  readonly read: string;
  readonly args: Arguments;
  /** For a list: the path that identifies its items, and the value to look for. */
  readonly find?: { readonly path: string; readonly value: unknown } | undefined;
}

/** Where a template's values come from. */
export interface Source {
  readonly args: Arguments;
  readonly before: unknown;
  readonly answer: unknown;
}

const PLACEHOLDER = /^\{(?:(before|answer)\.)?([\w.*-]+)\}$/;

/** A template filled with values; members without a value are left out. */
export function fill(template: unknown, source: Source): unknown {
  if (Array.isArray(template)) return template.map((item) => fill(item, source));
  if (isRecord(template)) {
    const filled = Object.entries(template).map(([key, member]) => [key, fill(member, source)] as const);
    return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
  }
  if (typeof template !== 'string') return template;
  const [, from, path = ''] = PLACEHOLDER.exec(template) ?? [];
  if (path === '') return template;
  if (from === undefined) return source.args[path];
  return at(from === 'before' ? source.before : source.answer, path.split('.'));
}

/** Whether the object can be read only after the call has been answered. */
export const isMade = ({ read }: TakenBack): boolean => JSON.stringify(read?.with ?? {}).includes('{answer.');

/** The read that shows what a call changes; undefined if there is none. */
export function objectReadOf(catalog: Catalog, operation: Operation, undo: TakenBack, source: Source): ObjectRead | undefined {
  const { args } = source;
  if (undo.watch?.length === 0) return undefined;
  if (undo.read !== undefined) {
    const { read, with: template, find } = undo.read;
    const [path, input] = Object.entries(find ?? {})[0] ?? [];
    const given = fill(template, source) as Arguments;
    if (Object.keys(given).length < Object.keys(template).length) return undefined;
    return { read, args: given, ...(path === undefined ? {} : { find: { path, value: args[input ?? ''] } }) };
  }
  // The target of a call that creates something is only the owner of the new object.
  const makes = JSON.stringify(undo.with).includes('{answer.');
  const target = makes ? undefined : targetReadOf(catalog, operation, args);
  if (target === undefined) return undefined;
  const { find } = operation.spec.target ?? {};
  return {
    read: target.reader.name,
    args: target.args,
    ...(find === undefined ? {} : { find: { path: 'id', value: args[find] } }),
  };
}

/** The object in its read's answer; null if it does not exist. */
export function objectIn(found: unknown, { find }: Pick<ObjectRead, 'find'>): unknown {
  if (found === 'missing') return null;
  if (find === undefined) return found;
  return listOf(found)?.find((item) => at(item, find.path.split('.')) === find.value) ?? null;
}

/** Properties that change by themselves, or with changes to other objects. */
const VOLATILE: ReadonlySet<string> = new Set([
  'updated_at',
  'last_active_at',
  'last_sign_in_at',
  'members_count',
  'pending_invitations_count',
]);

/**
 * A digest of an object, or of the values at some paths in it. It stays equal while nothing has changed but properties that
 * change by themselves.
 */
export function digestOf(object: unknown, watch: readonly (readonly string[])[] | undefined): string {
  const isThere = object !== null && object !== undefined;
  const part = !isThere ? null : watch === undefined ? stable(object) : watch.map((path) => watched(object, path));
  return createHash('sha256').update(canonicalJson(part)).digest('hex');
}

/** What is collected from the items of a list has no order: what was taken out and put back comes last. */
function watched(object: unknown, path: readonly string[]): unknown {
  const found = at(object, path) ?? null;
  return path.includes('*') && Array.isArray(found) ? found.map((item) => canonicalJson(item)).sort() : found;
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (!isRecord(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).flatMap(([key, member]) => (VOLATILE.has(key) ? [] : [[key, stable(member)]])));
}
