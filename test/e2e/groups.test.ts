import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { groups } from '../../tools/groups.js';
import { operations } from '../../tools/index.js';
import { type ProgramClient, startProgram } from '../support/program.js';

let client: ProgramClient;
beforeAll(async () => {
  client = await startProgram('v2 (2025)', { args: ['--sandbox', '--tools', '*'] });
});
afterAll(() => client.close());

it('the built program has every operation of the sources', async () => {
  const names = (await client.listTools()).map(({ name }) => name);
  expect(names.sort()).toEqual([...operations, ...jobs].map(({ name }) => name).sort());
});

it.each(Object.entries(groups))('the built program has the schemas of the group %s', async (_, load) => {
  const [operation] = Object.values(await load());
  const { json } = await client.call(String(operation?.name), { no_such_input: true });
  expect(json).toMatchObject({ error: 'invalid_arguments' });
});
