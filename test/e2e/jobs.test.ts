import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { DISCOVERY_TOOLS } from '../../src/mcp/discovery-tools.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';

const SCAN = 'Jobs_scanList';
const USERS = { list: 'Users_listSortedByCreationDate' };

describe.each(CLIENTS)('jobs with the client %s', (kind) => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startProgram(kind, { args: ['--sandbox', '--discovery'] });
  });
  afterAll(() => client.close());

  it('are listed and called by their own names beside the tools of discovery', async () => {
    const tools = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([...DISCOVERY_TOOLS, ...jobs].map(({ name }) => name));
    expect((await client.call(SCAN, USERS)).json).toMatchObject({ complete: true, read: expect.any(Number) });
    const found = await client.call('search_operations', { query: 'scan a list' });
    expect(found.text).not.toContain(SCAN);
  });
});

it.each([
  [['--tools', 'Jwks'], true],
  [['--toolsets', 'sessions'], true],
  [['--profile', 'support'], true],
  [['--read-only'], true],
  [['--exclude', 'Jobs'], false],
])('with %j are in the offer: %s', async (flags, isOffered) => {
  const { stdout } = await runCommand(['tools', '--json', '--sandbox', ...flags]);
  const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  expect(names.includes(SCAN)).toBe(isOffered);
  expect(names.length).toBeGreaterThan(0);
});

it('do not make an offer by themselves', async () => {
  const { code, stderr } = await runCommand(['tools', '--sandbox', '--tools', 'Jobs_scanList']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('No tool is left to offer') });
});

it('answer in the terminal', async () => {
  const { code, stdout } = await runCommand(['call', SCAN, JSON.stringify({ ...USERS, rows: 1 }), '--sandbox']);
  expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
    code: 0,
    answer: { rows: [{ id: expect.stringMatching(/^user_/) }] },
  });
});
