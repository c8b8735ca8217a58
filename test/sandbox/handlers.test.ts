import { expect, test } from 'vitest';
import { rooms } from '../../src/sandbox/handlers/index.js';
import { operations } from '../../tools/index.js';

test.each(Object.entries(rooms))('%s carries out operations of its group only', async (group, load) => {
  const known = operations.filter((operation) => operation.group === group).map((operation) => operation.name);
  const ruled = Object.keys(await load());
  expect(ruled.length).toBeGreaterThan(0);
  expect(ruled.filter((name) => !known.includes(name))).toEqual([]);
});

test.each([...new Set(operations.map((operation) => operation.group))])('%s is whole', async (group) => {
  const wanted = operations.filter((operation) => operation.group === group).map((operation) => operation.name);
  const ruled = await rooms[group]?.();
  expect(Object.keys(ruled ?? {}).sort()).toEqual(wanted.sort());
});
