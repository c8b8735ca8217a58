import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Consequence } from '../../catalog/types.js';
import type { Read } from '../types.js';
import { type Label, labelOf } from './label.js';

/** `missing`: it does not exist. `unknown`: it could not be looked up, or the operation has no target. */
export type Found =
  | { readonly kind: 'found'; readonly label: Label }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

export interface LookupOptions {
  readonly catalog: Catalog;
  readonly read: Read;
  /** Longest wait for one lookup, in milliseconds. */
  readonly timeoutMs: number;
}

/** Whether a read may be made for those who will see what it finds. */
export type MayRead = (reader: Operation, args: Arguments) => boolean;

/** For whom something is looked up, and until when. */
export interface LookupContext {
  readonly mayRead: MayRead;
  readonly signal?: AbortSignal | undefined;
  /** On whose behalf. */
  readonly caller?: string | undefined;
}

const UNKNOWN: Found = { kind: 'unknown' };
/** Asked of a list in which one item is to be found; lists that take less are asked for that. */
const PAGE_SIZES = [500, 100] as const;

/** Looks things up for people, only ever by operations that read. No failure of a lookup leaves this class. */
export class Lookup {
  readonly #options: LookupOptions;

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  async target(operation: Operation, args: Arguments, context: LookupContext): Promise<Found> {
    const wanted = this.#targetRead(operation, args);
    if (wanted === undefined) return UNKNOWN;
    const answer = await this.#read(wanted.reader, wanted.args, context);
    if (answer.kind !== 'found') return answer;
    const find = operation.spec.target?.find;
    if (find === undefined) return toFound(labelOf(answer.value));
    const items = listOf(answer.value);
    const item = items?.find((candidate) => isRecord(candidate) && candidate.id === args[find]);
    if (item !== undefined) return toFound(labelOf(item));
    return items !== undefined && isWhole(answer.value, items, wanted.args.limit) ? { kind: 'missing' } : UNKNOWN;
  }

  /** `3 active sessions end`; `undefined` when it cannot be counted. */
  async count(consequence: Consequence, args: Arguments, context: LookupContext): Promise<string | undefined> {
    const reader = this.#reader(consequence.read);
    const given = fill(consequence.with, args);
    if (reader === undefined || given === undefined) return undefined;
    const answer = await this.#read(reader, given, context);
    const counted = answer.kind === 'found' ? countOf(answer.value, given.limit) : undefined;
    return counted === undefined ? undefined : consequence.says.replaceAll('{n}', counted);
  }

  /** The primary domain of the instance. */
  async domain(context: LookupContext): Promise<string | undefined> {
    const reader = this.#reader('Domains_getAllDomains');
    const answer = reader && (await this.#read(reader, {}, context));
    if (answer?.kind !== 'found') return undefined;
    const domains = (listOf(answer.value) ?? []).filter(isRecord);
    const primary = domains.find((domain) => domain.is_satellite === false) ?? domains[0];
    return typeof primary?.name === 'string' && primary.name !== '' ? primary.name : undefined;
  }

  /** The inputs by which a call names its target, the most particular first: a member before the organization. */
  targetInputs(operation: Operation): readonly string[] {
    const { target } = operation.spec;
    if (target?.find !== undefined) return [target.find];
    return [...Object.values(this.#readInputs(operation)).reverse(), ...pathInputs(operation).reverse()];
  }

  /** Inputs of the read that finds the target, to inputs of the operation. */
  #readInputs(operation: Operation): Readonly<Record<string, string>> {
    const { target } = operation.spec;
    const reader = target && this.#reader(target.read);
    const shared = reader === undefined ? [] : pathInputs(reader).filter((name) => operation.places.has(name));
    return target?.with ?? Object.fromEntries(shared.map((name) => [name, name]));
  }

  /** `undefined` when there is nothing to look up, or an input for it was not given. */
  #targetRead(operation: Operation, args: Arguments): { reader: Operation; args: Arguments } | undefined {
    const { target } = operation.spec;
    const reader = target && this.#reader(target.read);
    if (target === undefined || reader === undefined) return undefined;
    const given: Record<string, unknown> = {};
    for (const [name, input] of Object.entries(this.#readInputs(operation))) {
      if (args[input] === undefined || args[input] === null) return undefined;
      given[name] = args[input];
    }
    if (!pathInputs(reader).every((name) => name in given)) return undefined;
    const limit = target.find === undefined ? undefined : pageSize(reader);
    return { reader, args: limit === undefined ? given : { ...given, limit } };
  }

  #reader(name: string): Operation | undefined {
    const reader = this.#options.catalog.find(name);
    return reader?.risk === 'read' && reader.method === 'GET' ? reader : undefined;
  }

  async #read(
    reader: Operation,
    args: Arguments,
    { mayRead, signal, caller }: LookupContext,
  ): Promise<{ kind: 'found'; value: unknown } | { kind: 'missing' } | { kind: 'unknown' }> {
    if (!mayRead(reader, args)) return { kind: 'unknown' };
    const deadline = AbortSignal.timeout(this.#options.timeoutMs);
    const until = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
    try {
      // The race holds also against a read that does not listen to its signal.
      const value = await Promise.race([this.#options.read(reader.name, args, until, caller), aborted(until)]);
      return { kind: 'found', value };
    } catch (error) {
      return isRecord(error) && error.status === 404 ? { kind: 'missing' } : { kind: 'unknown' };
    }
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

const toFound = (label: Label | undefined): Found => (label === undefined ? UNKNOWN : { kind: 'found', label });

const pathInputs = (operation: Operation): string[] =>
  [...operation.places].filter(([, place]) => place === 'path').map(([name]) => name);

function pageSize(reader: Operation): number | undefined {
  const limit = reader.inputSchema.properties?.limit as { readonly maximum?: number } | undefined;
  return limit && PAGE_SIZES.find((size) => size <= (limit.maximum ?? size));
}

/** Puts the call's inputs in; `undefined` where one of them was not given. */
function fill(template: Consequence['with'], args: Arguments): Arguments | undefined {
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(template)) {
    const input = typeof value === 'string' ? /^\{(\w+)\}$/.exec(value)?.[1] : undefined;
    const given = input === undefined ? value : args[input];
    if (given === undefined || given === null) return undefined;
    filled[name] = given;
  }
  return filled;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === 'object';

/** Both forms in which the API lists: a bare array, and one under `data`. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return isRecord(value) && Array.isArray(value.data) ? value.data : undefined;
}

const totalOf = (value: unknown): number | undefined =>
  isRecord(value) && typeof value.total_count === 'number' && Number.isSafeInteger(value.total_count) && value.total_count >= 0
    ? value.total_count
    : undefined;

/** Whether a list holds all there is, so that what is not in it does not exist. */
function isWhole(value: unknown, items: readonly unknown[], limit: unknown): boolean {
  const total = totalOf(value);
  if (total !== undefined) return items.length >= total;
  return typeof limit !== 'number' || items.length < limit;
}

function countOf(value: unknown, limit: unknown): string | undefined {
  const total = totalOf(value);
  if (total !== undefined) return String(total);
  const items = listOf(value);
  if (items === undefined) return undefined;
  return items.length === limit ? `${items.length} or more` : String(items.length);
}
