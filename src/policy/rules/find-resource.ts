import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { Read } from '../policy-types.js';
import { isWhole, listOf } from '../preview/lookup.js';
import { pageSize } from '../preview/target-read.js';

/** One read and, if it is of a list, the id to find in it. */
export interface ResourceRead {
  readonly reader: Operation;
  readonly args: Arguments;
  readonly find?: unknown;
}

/** `missing`: it does not exist. `unknown`: it could not be read. */
export type Resource =
  | { readonly kind: 'found'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

const isReader = (operation: Operation | undefined): operation is Operation =>
  operation?.risk === 'read' && operation.method === 'GET' && operation.spec.deprecated === undefined;

const pathInputs = ({ places }: Operation): string[] => [...places].filter(([, place]) => place === 'path').map(([name]) => name);

/** A plain read by name. */
export function namedRead(catalog: Catalog, name: string, args: Arguments): ResourceRead | undefined {
  const reader = catalog.find(name);
  return isReader(reader) ? { reader, args } : undefined;
}

/**
 * The read of the thing whose id an input holds: the one whose path ends in the input, otherwise the read of the
 * list that the operation, or one of its group, names for its target.
 */
export function readOf(catalog: Catalog, operation: Operation, input: string, args: Arguments): ResourceRead | undefined {
  const id = args[input];
  const direct = catalog.operations.filter(
    (reader) =>
      isReader(reader) &&
      reader.path.endsWith(`/{${input}}`) &&
      pathInputs(reader).every((name) => typeof args[name] === 'string'),
  );
  const reader = direct.find(({ group }) => group === operation.group) ?? (input === 'id' ? undefined : direct[0]);
  if (reader !== undefined) {
    return { reader, args: Object.fromEntries(pathInputs(reader).map((name) => [name, args[name]])) };
  }
  const siblings = [operation, ...catalog.operations.filter(({ group }) => group === operation.group)];
  const target = siblings.find(({ spec }) => spec.target?.find === input)?.spec.target;
  const list = target && catalog.find(target.read);
  if (target === undefined || !isReader(list)) return undefined;
  const given = Object.fromEntries(Object.entries(target.with ?? {}).map(([name, from]) => [name, args[from]]));
  const path = Object.fromEntries(pathInputs(list).map((name) => [name, args[name]]));
  const limit = pageSize(list);
  return { reader: list, args: { ...path, ...given, ...(limit === undefined ? {} : { limit }) }, find: id };
}

/** How things are read. */
export interface Reading {
  readonly read: Read;
  /** Longest wait for one read, in milliseconds. */
  readonly timeoutMs: number;
  /** On whose behalf. */
  readonly caller: string;
}

/** What has been read for one decision, and what is still to read. Each thing is read once. */
export class Resources {
  readonly catalog: Catalog;
  readonly #known = new Map<string, Resource>();
  readonly #wanted = new Map<string, ResourceRead>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** What is known now. Anything unknown is queued for the next reads. */
  get(wanted: ResourceRead | undefined): Resource {
    if (wanted === undefined) return { kind: 'unknown' };
    const key = JSON.stringify([wanted.reader.name, wanted.args, wanted.find]);
    const known = this.#known.get(key);
    if (known === undefined) this.#wanted.set(key, wanted);
    return known ?? { kind: 'unknown' };
  }

  /** Whether anything is queued. */
  get areWanted(): boolean {
    return this.#wanted.size > 0;
  }

  /** Reads what is queued; false if nothing was. Never throws. */
  async readWanted(reading: Reading): Promise<boolean> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    await Promise.all(wanted.map(async ([key, one]) => this.#known.set(key, await readOne(one, reading))));
    return wanted.length > 0;
  }
}

async function readOne({ reader, args, find }: ResourceRead, { read, timeoutMs, caller }: Reading): Promise<Resource> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    // The race also ends reads that ignore their signal.
    const late = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => reject(deadline.reason), { once: true });
    });
    const value = await Promise.race([read(reader.name, args, deadline, caller), late]);
    return find === undefined ? { kind: 'found', value } : findIn(value, find, args.limit);
  } catch (error) {
    return { kind: error instanceof Error && 'status' in error && error.status === 404 ? 'missing' : 'unknown' };
  }
}

function findIn(answer: unknown, id: unknown, limit: unknown): Resource {
  const items = listOf(answer);
  const item = items?.find(
    (candidate) => candidate !== null && typeof candidate === 'object' && 'id' in candidate && candidate.id === id,
  );
  if (item !== undefined) return { kind: 'found', value: item };
  return { kind: items !== undefined && isWhole(answer, items, limit) ? 'missing' : 'unknown' };
}
