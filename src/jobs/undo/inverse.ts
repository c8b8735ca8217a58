import type { Catalog } from '../../catalog/catalog.js';
import type { Arguments, TakenBack } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { withValue } from '../../policy/confirmation/passes.js';
import { holdsWithheld } from '../../policy/secrets/answer-secrets.js';
import type { Unchanged } from '../plan/plan.js';
import { at } from '../plan/references.js';
import type { KeptChange } from './changes.js';
import { digestOf, fill, objectReadOf, type Source } from './object-read.js';

/** The call that undoes another. */
export interface Inverse {
  readonly operation: string;
  readonly args: Arguments;
  /** What must be unchanged; undefined if nothing can be read. */
  readonly unless: Unchanged | undefined;
  /** A digest of the same before the call: if it matches, nothing is left to undo. */
  readonly wasSha256: string | undefined;
}

/** How a kept change is undone, or why it cannot be. */
export function inverseOf(change: KeptChange, catalog: Catalog): Inverse | string {
  const operation = catalog.find(change.operation);
  const undo = operation?.spec.undo;
  if (operation === undefined || undo === undefined) return 'its tool is not offered here';
  if ('never' in undo) return undo.never;
  const { args, before, answer } = change;
  const source: Source = { args, before, answer };
  const given = fill(undo.with, source) as Arguments;
  const { put, watch } = restored(undo, source, given);
  const values = { ...given, ...put };
  if (undo.restores !== undefined && Object.keys(put).length === 0) return 'the former values are not known';
  const reading = objectReadOf(catalog, operation, undo, source);
  if (reading === undefined) return { operation: undo.by, args: values, unless: undefined, wasSha256: undefined };
  // A deletion leaves nothing; any other call answers with the changed object, or with nothing.
  const isGone = operation.method === 'DELETE' && undo.watch === undefined;
  const left = isGone ? null : (answer ?? withInputs(before, undo, args));
  return {
    operation: undo.by,
    args: values,
    unless: { read: reading.read, args: reading.args, find: reading.find, watch, sha256: digestOf(left, watch) },
    wasSha256: before === undefined ? undefined : digestOf(before, watch),
  };
}

/** The object as it should be now, going by the inputs. */
function withInputs(before: unknown, { stands, restores }: TakenBack, args: Arguments): unknown {
  if (restores !== 'inputs' || !isRecord(before)) return undefined;
  return Object.entries(args).reduce<unknown>(
    (object, [name, value]) => withValue(object, (stands?.[name] ?? name).split('.'), value),
    before,
  );
}

interface Restored {
  readonly put: Readonly<Record<string, unknown>>;
  /** The paths of the object that the call has changed. */
  readonly watch: readonly (readonly string[])[] | undefined;
}

function restored(undo: TakenBack, { args, before }: Source, given: Arguments): Restored {
  const watched = undo.watch?.map((path) => path.split('.'));
  if (undo.restores === undefined) return { put: {}, watch: watched };
  const names = Object.keys(args).filter((name) => !(name in given) && !undo.unread?.includes(name));
  const put: Record<string, unknown> = {};
  const watch: (readonly string[])[] = [];
  for (const name of names) {
    const path = (undo.stands?.[name] ?? name).split('.');
    const was = at(before, path);
    // A property that is not shown cannot be restored.
    if (holdsWithheld(was)) continue;
    if (undo.restores === 'keys' || undo.merged?.includes(name)) {
      if (!isRecord(args[name])) continue;
      const { patch, paths } = unmerged(args[name], isRecord(was) ? was : {}, path);
      put[name] = patch;
      watch.push(...paths);
    } else if (was !== undefined) {
      put[name] = was === null && undo.emptied?.includes(name) ? '' : was;
      watch.push(path);
    }
  }
  return { put, watch: watched ?? watch };
}

/** The value that, merged over the result of a merge, restores the former value: null removes a key. */
function unmerged(
  merged: Readonly<Record<string, unknown>>,
  was: Readonly<Record<string, unknown>>,
  to: readonly string[],
): { readonly patch: Readonly<Record<string, unknown>>; readonly paths: readonly (readonly string[])[] } {
  const patch: Record<string, unknown> = {};
  const paths: (readonly string[])[] = [];
  for (const [key, value] of Object.entries(merged)) {
    const path = [...to, key];
    const former = Object.hasOwn(was, key) ? was[key] : undefined;
    if (isRecord(value) && isRecord(former)) {
      const inner = unmerged(value, former, path);
      patch[key] = inner.patch;
      paths.push(...inner.paths);
    } else {
      patch[key] = former ?? null;
      paths.push(path);
    }
  }
  return { patch, paths };
}
