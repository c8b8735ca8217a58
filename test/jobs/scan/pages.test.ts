import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Operation } from '../../../src/catalog/operation.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import { Pages } from '../../../src/jobs/scan/pages.js';
import { ReadError, type Reads } from '../../../src/jobs/scan/reads.js';
import { operations } from '../../../tools/index.js';

const catalog = new Catalog(operations);

interface Item {
  readonly id: string;
  readonly created_at: number;
}

/** A list that others change between two requests. */
class ChangingList {
  readonly asked: Arguments[] = [];
  items: Item[];
  readonly #change: (list: ChangingList, nth: number) => void;
  readonly #total: boolean;
  #next: number;

  constructor(length: number, change: (list: ChangingList, nth: number) => void, total = false) {
    this.items = Array.from({ length }, (_, nth) => ({ id: `id_${nth}`, created_at: nth }));
    this.#next = length;
    this.#change = change;
    this.#total = total;
  }

  add(): void {
    this.items.push({ id: `id_${this.#next}`, created_at: this.#next++ });
  }

  remove(at: number): void {
    this.items.splice(at % Math.max(1, this.items.length), 1);
  }

  /** Oldest first where it is asked for, newest first otherwise, as Clerk does. */
  readonly read = async (_: Operation, args: Arguments): Promise<unknown> => {
    this.asked.push(args);
    const {
      order_by,
      offset = 0,
      limit = 10,
      starting_after,
    } = args as {
      order_by?: string;
      offset?: number;
      limit?: number;
      starting_after?: string;
    };
    const ordered = order_by === 'created_at' ? [...this.items] : [...this.items].reverse();
    const from = starting_after === undefined ? offset : ordered.findIndex(({ id }) => id === starting_after) + 1;
    if (from === 0 && starting_after !== undefined) {
      throw new ReadError({ kind: 'failed', text: JSON.stringify({ error: 'form_param_value_invalid', status: 422 }) });
    }
    const data = ordered.slice(from, from + limit);
    const total_count = ordered.length;
    this.#change(this, this.asked.length);
    return this.#total ? { data, total_count } : data;
  };
}

async function readAll(name: string, list: ChangingList, most = 100_000) {
  const reads = { read: list.read } as unknown as Reads;
  const pages = new Pages({ operation: catalog.get(name), args: {}, reads, most, countWith: undefined });
  const ids: string[] = [];
  for await (const items of pages) for (const item of items) ids.push((item as Item).id);
  return { ids, ...pages.result };
}

/** By a cursor; by places, the oldest first; by places, the newest first. */
const KINDS = ['Users_listSortedByCreationDate', 'Organizations_listSortedByCreationDate', 'Sessions_listSortedByCreationDate'];

describe.each(KINDS)('reading %s to its end', (name) => {
  it('gives every item once, and asks for as many as a page holds', async () => {
    const list = new ChangingList(1_700, () => {});
    const { ids, read, isCut } = await readAll(name, list);
    expect({ ids: new Set(ids).size, read, isCut, asked: list.asked.length }).toEqual({
      ids: 1_700,
      read: 1_700,
      isCut: false,
      asked: 4,
    });
    expect(list.asked.every(({ limit }) => limit === 500)).toBe(true);
  });

  it('misses nothing that was there from the beginning to the end, whatever comes and goes meanwhile', async () => {
    const changes = fc.array(fc.oneof(fc.constant('add' as const), fc.nat(400), fc.nat(5_000)), { maxLength: 300, size: 'max' });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2_600 }),
        fc.array(changes, { maxLength: 8, size: 'max' }),
        async (length, turns) => {
          const list = new ChangingList(length, (changing, nth) => {
            for (const change of turns[nth - 1] ?? []) {
              if (change === 'add') changing.add();
              else changing.remove(change);
            }
          });
          const before = list.items.map(({ id }) => id);
          const { ids } = await readAll(name, list);
          const after = new Set(list.items.map(({ id }) => id));
          const lasting = before.filter((id) => after.has(id));
          expect(new Set(ids).size).toBe(ids.length);
          expect(lasting.filter((id) => !ids.includes(id))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends at the bound on items, and says so', async () => {
    expect(await readAll(name, new ChangingList(900, () => {}), 620)).toMatchObject({ read: 620, isCut: true });
  });
});

it('goes on after the one before where the object of the cursor is gone, and by places where all are', async () => {
  const list = new ChangingList(1_200, (changing, nth) => {
    if (nth === 1) changing.items.splice(480, 20);
  });
  const before = list.items.map(({ id }) => id);
  const { ids } = await readAll('Users_listSortedByCreationDate', list);
  expect(ids).toEqual(before);
  expect(list.asked.some(({ offset }) => typeof offset === 'number' && offset > 0)).toBe(true);
});

it('looks again where the API tells of more than were read', async () => {
  let turned = false;
  const list = new ChangingList(
    700,
    (changing) => {
      // An order that is not kept from one page to the next.
      if (turned) return;
      turned = true;
      changing.items.unshift(...changing.items.splice(650, 40));
    },
    true,
  );
  const { ids, total } = await readAll('OrganizationDomains_list', list);
  expect({ ids: new Set(ids).size, total }).toEqual({ ids: 700, total: 700 });
});

it('asks for smaller pages where they are too large to be read', async () => {
  const list = new ChangingList(300, () => {});
  const read = list.read;
  const fussy = Object.assign(list, {
    read: async (operation: Operation, args: Arguments) => {
      if (Number(args.limit) > 40) throw new ReadError({ kind: 'failed', text: JSON.stringify({ error: 'answer_too_large' }) });
      return read(operation, args);
    },
  });
  const { ids } = await readAll('Sessions_listSortedByCreationDate', fussy);
  expect(new Set(ids).size).toBe(300);
});
