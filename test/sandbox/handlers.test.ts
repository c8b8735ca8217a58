import { expect, it } from 'vitest';
import { handlers } from '../../src/sandbox/handlers/index.js';
import { operations } from '../../tools/index.js';

it.each(Object.entries(handlers))('%s carries out operations of its group only', async (group, load) => {
  const known = operations.filter((operation) => operation.group === group).map((operation) => operation.name);
  const ruled = Object.keys(await load());
  expect(ruled.length).toBeGreaterThan(0);
  expect(ruled.filter((name) => !known.includes(name))).toEqual([]);
});

it.each([...new Set(operations.map((operation) => operation.group))])('%s is whole', async (group) => {
  const wanted = operations.filter((operation) => operation.group === group).map((operation) => operation.name);
  const ruled = await handlers[group]?.();
  expect(Object.keys(ruled ?? {}).sort()).toEqual(wanted.sort());
});
