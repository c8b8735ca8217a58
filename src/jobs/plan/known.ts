import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import { isRecord } from '../../platform/is-record.js';
import { type Label, labelOf } from '../../policy/preview/label.js';
import { idsIn } from '../../policy/preview/target-names.js';
import { targetInputsOf, targetReadOf } from '../../policy/preview/target-read.js';
import { inTurns, type Reader } from './expand.js';
import type { PlanItem } from './plan.js';

/** Lists that can look up many ids in one read. */
const NAMING_LISTS = [
  { prefix: 'user_', list: 'Users_listSortedByCreationDate', input: 'user_id', more: {} },
  {
    prefix: 'org_',
    list: 'Organizations_listSortedByCreationDate',
    input: 'organization_id',
    more: { include_members_count: true },
  },
] as const;
const IDS_AT_ONCE = 100;
/** How many targets to read one by one for their names; further ones are shown by their ids. */
const MOST_SINGLE_READS = 200;
const AT_ONCE = 6;
/** The most objects to keep. */
const MOST_OBJECTS = 50_000;
const DEEPEST = 6;

type Resource = Readonly<Record<string, unknown>>;

/** What has been read from the instance, by id. */
export class Known {
  readonly #objects = new Map<string, Resource>();
  readonly #missing = new Set<string>();

  /** Takes in every object in an answer. */
  add(value: unknown, depth = 0): void {
    if (depth > DEEPEST || this.#objects.size >= MOST_OBJECTS || value === null || typeof value !== 'object') return;
    if (isRecord(value) && typeof value.id === 'string' && typeof value.object === 'string' && !this.#isPoorer(value)) {
      this.#objects.set(value.id, value);
    }
    for (const member of Object.values(value)) this.add(member, depth + 1);
  }

  get objects(): Iterable<Resource> {
    return this.#objects.values();
  }

  get missing(): ReadonlySet<string> {
    return this.#missing;
  }

  get(id: string): Resource | undefined {
    return this.#objects.get(id);
  }

  has(id: string): boolean {
    return this.#objects.has(id) || this.#missing.has(id);
  }

  markMissing(id: string): void {
    if (!this.#objects.has(id)) this.#missing.add(id);
  }

  /** The names behind the ids. */
  labels(ids: Iterable<string>): Record<string, Label> {
    const labels: Record<string, Label> = {};
    for (const id of ids) {
      const label = labelOf(this.#objects.get(id));
      if (label === undefined) continue;
      labels[id] = label;
      const { owner } = label;
      const whose = owner === undefined ? undefined : labelOf(this.#objects.get(owner));
      if (owner !== undefined && whose !== undefined) labels[owner] = whose;
    }
    return labels;
  }

  /** An organization within a membership has fewer properties than the organization itself. */
  #isPoorer(value: Resource): boolean {
    const known = this.#objects.get(String(value.id));
    return known !== undefined && Object.keys(known).length > Object.keys(value).length;
  }
}

/** The ids that the calls name. */
export function idsOf(items: readonly PlanItem[], catalog: Catalog): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const item of items) {
    for (const id of idsIn(item.args)) ids.add(id);
    const target = targetIdOf(item, catalog);
    if (target !== undefined) ids.add(target);
  }
  return ids;
}

/** The id by which a call names its target. */
export function targetIdOf({ operation: name, args, later }: PlanItem, catalog: Catalog): string | undefined {
  const operation = catalog.get(name);
  const input = targetInputsOf(catalog, operation).find((candidate) => typeof args[candidate] === 'string');
  const isLater = later.some(({ to }) => to.length === 1 && to[0] === input);
  return input === undefined || isLater ? undefined : String(args[input]);
}

/** Looks up the targets of the calls that are not known yet. What cannot be read stays unknown. */
export async function lookUp(
  items: readonly PlanItem[],
  known: Known,
  { catalog, reader, signal }: { readonly catalog: Catalog; readonly reader: Reader; readonly signal: AbortSignal },
): Promise<void> {
  const unknown = [...idsOf(items, catalog)].filter((id) => !known.has(id));
  const batches = NAMING_LISTS.flatMap((naming) => {
    const operation = catalog.find(naming.list);
    const ids = unknown.filter((id) => id.startsWith(naming.prefix));
    if (operation === undefined) return [];
    return chunks(ids, IDS_AT_ONCE).map((part) => ({ naming, operation, ids: part }));
  });
  await inTurns(
    batches,
    AT_ONCE,
    async ({ naming, operation, ids }) => {
      const found = await quietly(reader.read(operation, { [naming.input]: ids, limit: ids.length, ...naming.more }));
      if (found === undefined) return;
      known.add(found);
      for (const id of ids) known.markMissing(id);
    },
    signal,
  );
  const single = singleReads(items, known, catalog).slice(0, MOST_SINGLE_READS);
  await inTurns(
    single,
    AT_ONCE,
    async ({ reader: operation, args }) => known.add(await quietly(reader.read(operation, args))),
    signal,
  );
}

/** Targets whose names no list can give: sessions, invitations, keys. */
function singleReads(items: readonly PlanItem[], known: Known, catalog: Catalog) {
  const reads = new Map<string, { reader: Operation; args: Readonly<Record<string, unknown>> }>();
  for (const item of items) {
    const id = targetIdOf(item, catalog);
    if (id === undefined || known.has(id)) continue;
    const read = targetReadOf(catalog, catalog.get(item.operation), item.args);
    if (read !== undefined) reads.set(`${read.reader.name} ${JSON.stringify(read.args)}`, read);
  }
  return [...reads.values()];
}

/** A name that cannot be read is not a reason to stop. */
const quietly = <T>(reading: Promise<T>): Promise<T | undefined> => reading.catch(() => undefined);

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
