import { expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import { type Each, Joins } from '../../../src/jobs/scan/each.js';
import { ScanFault } from '../../../src/jobs/scan/fault.js';
import type { Reads } from '../../../src/jobs/scan/reads.js';
import { operations } from '../../../tools/index.js';

const catalog = new Catalog(operations);

/** A read that finds this many items, whatever the row. */
function joining(items: number) {
  let tested = 0;
  const found = Array.from({ length: items }, (_, nth) => ({ object: 'permission', id: `perm_${nth}` }));
  const reads = { read: async () => ({ data: found, total_count: items }) } as unknown as Reads;
  const each: Each = {
    read: catalog.get('OrganizationPermissions_list'),
    args: {},
    as: 'item',
    where: () => {
      tested++;
      return false;
    },
    keep: 'some',
    each: undefined,
  };
  return { join: (rows: number) => new Joins(reads).join(Array(rows).fill({}), each), tested: () => tested };
}

it('rows are joined with so many items, and no more, whatever rows times items would be', async () => {
  const { join, tested } = joining(100);
  expect(await join(10_000)).toEqual([]);
  expect(tested()).toBe(1_000_000);
  await expect(join(10_001)).rejects.toThrow(ScanFault);
  expect(tested()).toBeLessThanOrEqual(2_000_000);
});
