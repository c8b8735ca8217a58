import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { DISCOVERY_TOKENS, DISCOVERY_TOOLS } from '../../src/mcp/discovery.js';
import { operations } from '../../tools/index.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { minimalArguments } from '../support/sample-arguments.js';

interface Found {
  readonly operations: { readonly name: string; readonly risk: string; readonly about: string }[];
}

it('costs at most 1,000 tokens, and what it says it costs', () => {
  const tokens = DISCOVERY_TOOLS.map(({ name, description, inputSchema }) => JSON.stringify({ name, description, inputSchema }));
  const total = tokens.reduce((sum, text) => sum + countTokens(text), 0);
  expect(total).toBe(DISCOVERY_TOKENS);
  expect(total).toBeLessThanOrEqual(1000);
});

describe.each(CLIENTS)('discovery mode with the client %s', (kind) => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startProgram(kind, { args: ['--sandbox', '--discovery'] });
  });
  afterAll(() => client.close());

  it('lists four tools and the jobs, one of them marked as reading only among those that call', async () => {
    const tools = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual([...DISCOVERY_TOOLS, ...jobs].map((tool) => tool.name));
    expect(tools.find((tool) => tool.name === 'call_read_operation')?.annotations).toMatchObject({ readOnlyHint: true });
    expect(tools.find((tool) => tool.name === 'call_operation')?.annotations).toMatchObject({ destructiveHint: true });
  });

  it('finds, describes and calls an operation', async () => {
    const found = await client.call('search_operations', { query: 'kick somebody out of their account for good' });
    expect((found.json as Found).operations.map((operation) => operation.name)).toContain('Users_markBanned');
    const described = await client.call('describe_operation', { name: 'Users_listSortedByCreationDate' });
    expect(described.json).toMatchObject({
      name: 'Users_listSortedByCreationDate',
      call_with: 'call_read_operation',
      inputSchema: { properties: { limit: { maximum: 500 } } },
    });
    const users = await client.call('call_read_operation', {
      name: 'Users_listSortedByCreationDate',
      arguments: { limit: 2, fields: ['id'] },
    });
    expect(users.json).toEqual([{ id: expect.stringMatching(/^user_/) }, { id: expect.stringMatching(/^user_/) }]);
  });

  it('keeps the gates: nothing destructive without its confirmation, under the real name', async () => {
    const [user] = (
      await client.call('call_read_operation', {
        name: 'Users_listSortedByCreationDate',
        arguments: { limit: 1, fields: ['id'] },
      })
    ).json as { id: string }[];
    const args = { user_id: user?.id };
    const refused = await client.call('call_operation', { name: 'Users_deleteUserById', arguments: args });
    expect(refused.json).toMatchObject({ error: 'confirmation_required', operation: 'Users_deleteUserById' });
    const read = await client.call('call_read_operation', { name: 'Users_getUserDetails', arguments: args });
    expect(read.json).toMatchObject({ id: user?.id });
  });

  it.each([
    ['call_read_operation', { name: 'Users_markBanned', arguments: {} }, { error: 'not_a_read' }],
    [
      'call_operation',
      { name: 'Users_markBaned' },
      { error: 'unknown_operation', message: expect.stringContaining('Users_markBanned') },
    ],
    ['call_operation', { name: 5 }, { error: 'invalid_arguments' }],
    ['call_operation', { nam: 'x' }, { error: 'invalid_arguments' }],
    ['describe_operation', {}, { error: 'invalid_arguments' }],
    [
      'search_operations',
      { query: 'ban', group: 'Userz' },
      { faults: [{ path: 'group', expected: expect.stringContaining('Users') }] },
    ],
    ['search_operations', { query: 'ban', risk: 'wild', limit: 0 }, { faults: [{ path: 'risk' }, { path: 'limit' }] }],
    ['call_read_operation', { name: 'Users_getUserDetails', arguments: { user: 'x' } }, { error: 'invalid_arguments' }],
  ])('%s answers %o with what is wrong', async (tool, args, model) => {
    const result = await client.call(tool, args);
    expect(result.isError).toBe(true);
    expect(result.json).toMatchObject(model);
  });

  it('has no other tools', async () => {
    await expect(client.call('Users_getTotalCount')).rejects.toThrow(/call_read_operation/);
  });
});

describe('what discovery mode sends', () => {
  let upstream: RecordingServer;
  let client: ProgramClient;
  beforeAll(async () => {
    upstream = await RecordingServer.start();
    const env = { CLERK_SECRET_KEY: 'sk_test_discovery', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' };
    client = await startProgram('v1', { args: ['--discovery', '--exclude', 'Users_deleteUserById'], env });
  });
  afterAll(async () => {
    await client.close();
    await upstream.stop();
  });
  beforeEach(() => upstream.reset());

  it('is nothing for any gated operation without confirm: true', async () => {
    for (const operation of operations.filter((one) => one.gate === 'always')) {
      for (const confirm of [undefined, 'true', 1, null]) {
        const args = { ...minimalArguments(operation), confirm };
        const { isError } = await client.call('call_operation', { name: operation.name, arguments: args, confirm: true });
        expect(isError).toBe(true);
        await client.call('call_operation', { name: operation.name, arguments: args });
        await client.call('call_read_operation', { name: operation.name, arguments: { ...args, confirm: true } });
      }
    }
    expect(upstream.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('is nothing for an operation that is not offered', async () => {
    const args = { user_id: 'user_1', confirm: true };
    const { json } = await client.call('call_operation', { name: 'Users_deleteUserById', arguments: args });
    expect(json).toMatchObject({ error: 'unknown_operation' });
    const found = await client.call('search_operations', { query: 'delete a user', limit: 50 });
    expect((found.json as Found).operations.map((operation) => operation.name)).not.toContain('Users_deleteUserById');
    expect(upstream.requests).toEqual([]);
  });
});
