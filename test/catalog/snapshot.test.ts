import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);
const fileOf = (group: string): string => `${group}.json`;

describe('what models see', () => {
  it.each(catalog.groups)('%s', async (group) => {
    const tools = catalog.operations.filter((operation) => operation.group === group).map((operation) => operation.tool);
    await expect(`${JSON.stringify(tools, null, 2)}\n`).toMatchFileSnapshot(`./snapshots/${fileOf(group)}`);
  });
});

it('no snapshot outlives its group', () => {
  const known = new Set(catalog.groups.map(fileOf));
  const left = readdirSync(new URL('./snapshots/', import.meta.url)).filter((file) => !known.has(file));
  expect(left).toEqual([]);
});
