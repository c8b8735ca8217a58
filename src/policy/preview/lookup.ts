import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Consequence } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import type { Read } from '../policy-types.js';
import { type Label, labelOf } from './label.js';
import { pageSize, readerNamed, targetInputsOf, targetReadOf } from './target-read.js';

/**
 * `missing`: it does not exist. `unknown`: it could not be looked up, or the operation has no target.
 * `about`: the values by which the call names it.
 */
export type LookupResult =
  | { readonly kind: 'found'; readonly label: Label; readonly value: unknown; readonly about: readonly unknown[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unknown' };

export interface LookupOptions {
  readonly catalog: Catalog;
  readonly read: Read;
  /** Longest wait for one lookup, in milliseconds. */
  readonly timeoutMs: number;
}

/** Whether those who will see what a read finds may make that read. */
export type MayRead = (reader: Operation, args: Arguments) => boolean;

/** For whom something is looked up, and until when. */
export interface LookupContext {
  readonly mayRead: MayRead;
  readonly signal?: AbortSignal | undefined;
  /** On whose behalf. */
  readonly caller?: string | undefined;
}

const UNKNOWN: LookupResult = { kind: 'unknown' };

/** How ids of one kind get their names: many with one read of a list, or each with its own read. */
interface Namer {
  readonly prefix: string;
  readonly read: string;
  /** The input for the ids; none if the read lists everything. */
  readonly input?: string;
  /** How many ids go into one read. */
  readonly atOnce: number;
}

const NAMERS: readonly Namer[] = [
  { prefix: 'user_', read: 'Users_listSortedByCreationDate', input: 'user_id', atOnce: 100 },
  { prefix: 'org_', read: 'Organizations_listSortedByCreationDate', input: 'organization_id', atOnce: 100 },
  { prefix: 'mch_', read: 'Machines_getById', input: 'machine_id', atOnce: 1 },
  { prefix: 'role_', read: 'OrganizationRoles_getById', input: 'organization_role_id', atOnce: 1 },
  { prefix: 'perm_', read: 'OrganizationPermissions_getById', input: 'permission_id', atOnce: 1 },
  { prefix: 'cprice_', read: 'Billing_listPrices', atOnce: 100 },
];
/** Reads that name the ids of one call. Further ids are shown without names. */
const MOST_NAMING_READS = 8;

/** The list of users can be filtered by an address or a number; the resources themselves do not tell whose they are. */
const HOLDER_FILTERS = ['email_address', 'phone_number'] as const;

/** Looks things up for people, only ever by operations that read. Never throws: a failed lookup stays in this class. */
export class Lookup {
  readonly #options: LookupOptions;

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  async target(operation: Operation, args: Arguments, context: LookupContext): Promise<LookupResult> {
    const wanted = targetReadOf(this.#options.catalog, operation, args);
    if (wanted === undefined) return UNKNOWN;
    const answer = await this.#read(wanted.reader, wanted.args, context);
    if (answer.kind !== 'found') return answer;
    const find = operation.spec.target?.find;
    if (find === undefined) return toFound(answer.value, this.targetIds(operation, args));
    const items = listOf(answer.value);
    const item = items?.find((candidate) => isRecord(candidate) && candidate.id === args[find]);
    if (item !== undefined) return toFound(item, [args[find]]);
    return items !== undefined && isWhole(answer.value, items, wanted.args.limit) ? { kind: 'missing' } : UNKNOWN;
  }

  /** The names behind ids, as far as they can be found. `missing`: ids absent from a complete answer. */
  async names(ids: readonly string[], context: LookupContext): Promise<ReadonlyMap<string, Label | 'missing'>> {
    const names = new Map<string, Label | 'missing'>();
    const batches = NAMERS.flatMap((namer) => batchesOf(namer, ids)).slice(0, MOST_NAMING_READS);
    await Promise.all(batches.map(async (batch) => this.#nameBatch(batch, names, context)));
    return names;
  }

  async #nameBatch({ namer, ids }: Batch, names: Map<string, Label | 'missing'>, context: LookupContext): Promise<void> {
    const reader = this.#reader(namer.read);
    if (reader === undefined) return;
    const [first = ''] = ids;
    const { input } = namer;
    const args: Arguments =
      input === undefined
        ? { limit: pageSize(reader) }
        : namer.atOnce === 1
          ? { [input]: first }
          : { [input]: ids, limit: ids.length };
    const answer = await this.#read(reader, args, context);
    if (answer.kind === 'missing' && namer.atOnce === 1) names.set(first, 'missing');
    if (answer.kind !== 'found') return;
    const items = namer.atOnce === 1 ? [answer.value] : listOf(answer.value);
    if (items === undefined) return;
    const found = new Map(items.filter(isRecord).map((item) => [item.id, labelOf(item)]));
    const isComplete = input !== undefined || isWhole(answer.value, items, args.limit);
    for (const id of ids) {
      const label = found.get(id);
      if (label !== undefined) names.set(id, label);
      else if (!found.has(id) && isComplete) names.set(id, 'missing');
    }
  }

  /** The user who holds an address or a number. */
  async holder(value: unknown, context: LookupContext): Promise<Label | undefined> {
    const field = HOLDER_FILTERS.find((name) => isRecord(value) && value.object === name);
    const reader = this.#reader('Users_listSortedByCreationDate');
    if (field === undefined || reader === undefined || !isRecord(value)) return undefined;
    const answer = await this.#read(reader, { [field]: [value[field]], limit: 2 }, context);
    const users = answer.kind === 'found' ? (listOf(answer.value) ?? []) : [];
    return users.length === 1 ? labelOf(users[0]) : undefined;
  }

  /** `3 active sessions end`; `undefined` when it cannot be counted. */
  async count(consequence: Consequence, args: Arguments, context: LookupContext): Promise<string | undefined> {
    const reader = this.#reader(consequence.read);
    const given = fill(consequence.with, args);
    if (reader === undefined || given === undefined) return undefined;
    const answer = await this.#read(reader, given, context);
    const counted = answer.kind === 'found' ? countOf(answer.value, given.limit) : undefined;
    return counted === undefined ? undefined : counted === '1' ? consequence.one : consequence.says.replaceAll('{n}', counted);
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

  /** Whether the domain may be looked up for this caller. */
  mayReadDomain({ mayRead }: LookupContext): boolean {
    const reader = this.#reader('Domains_getAllDomains');
    return reader !== undefined && mayRead(reader, {});
  }

  /** The value by which the target is read, if there is exactly one and the read is not of a list. */
  targetIds(operation: Operation, args: Arguments): readonly unknown[] {
    const values = Object.values(targetReadOf(this.#options.catalog, operation, args)?.args ?? {});
    return operation.spec.target?.find === undefined && values.length === 1 ? values : [];
  }

  /** The inputs that name a call's target, the most specific first: a member before the organization. */
  targetInputs(operation: Operation): readonly string[] {
    return targetInputsOf(this.#options.catalog, operation);
  }

  #reader(name: string): Operation | undefined {
    return readerNamed(this.#options.catalog, name);
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
      // The race also ends reads that ignore their signal.
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

function toFound(value: unknown, about: readonly unknown[]): LookupResult {
  const label = labelOf(value);
  return label === undefined ? UNKNOWN : { kind: 'found', label, value, about };
}

interface Batch {
  readonly namer: Namer;
  readonly ids: readonly string[];
}

function batchesOf(namer: Namer, all: readonly string[]): Batch[] {
  const ids = all.filter((id) => id.startsWith(namer.prefix));
  const starts = Array.from({ length: Math.ceil(ids.length / namer.atOnce) }, (_, at) => at * namer.atOnce);
  return starts.map((start) => ({ namer, ids: ids.slice(start, start + namer.atOnce) }));
}

/** Fills in the call's inputs; `undefined` if one of them was not given. */
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

/** The API lists in two forms: a bare array, or one under `data`. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  return isRecord(value) && Array.isArray(value.data) ? value.data : undefined;
}

const totalOf = (value: unknown): number | undefined =>
  isRecord(value) && typeof value.total_count === 'number' && Number.isSafeInteger(value.total_count) && value.total_count >= 0
    ? value.total_count
    : undefined;

/** Whether a list is complete, so that what is not in it does not exist. */
export function isWhole(value: unknown, items: readonly unknown[], limit: unknown): boolean {
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
