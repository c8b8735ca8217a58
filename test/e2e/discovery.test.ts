import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { DISCOVERY_TOKENS, DISCOVERY_TOOLS } from '../../src/mcp/discovery-tools.js';
import { operations } from '../../tools/index.js';
import { CLIENTS, type ProgramClient, startProgram } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { minimalArguments } from '../support/sample-arguments.js';

interface Found {
  readonly operations: { readonly name: string; readonly risk: string; readonly about: string }[];
}

it('costs at most 1,000 tokens with the tools for whole jobs, and what it says it costs', () => {
  const tokens = DISCOVERY_TOOLS.map(({ name, description, inputSchema }) => JSON.stringify({ name, description, inputSchema }));
  const total = tokens.reduce((sum, text) => sum + countTokens(text), 0);
  expect(total).toBe(DISCOVERY_TOKENS);
  const withJobs = jobs.reduce(
    (sum, { tool: { name, description, inputSchema } }) => sum + countTokens(JSON.stringify({ name, description, inputSchema })),
    total,
  );
  expect(withJobs).toBeLessThanOrEqual(1000);
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
    const found = await client.call('search_operations', { queries: ['kick somebody out of their account for good'] });
    expect((found.json as Found).operations).toContainEqual({
      name: 'Users_markBanned',
      risk: 'destructive',
      about: expect.any(String),
      needs: { user_id: 'string' },
    });
    const described = await client.call('describe_operation', { names: ['Users_listSortedByCreationDate'] });
    expect(described.json).toMatchObject({
      name: 'Users_listSortedByCreationDate',
      call_with: 'call_read_operation',
      inputSchema: { properties: { limit: { maximum: 500 } } },
    });
    const users = await client.call('call_read_operation', {
      name: 'Users_listSortedByCreationDate',
      arguments: { limit: 2, fields: ['id'] },
    });
    expect(users.json).toEqual({
      _: { next: { offset: 2 } },
      data: [{ id: expect.stringMatching(/^user_/) }, { id: expect.stringMatching(/^user_/) }],
    });
  });

  it('answers several questions and describes several operations at once', async () => {
    const queries = ['lock a user', 'who is in an organization'];
    const { results } = (await client.call('search_operations', { queries, limit: 3 })).json as { results: Found[] };
    expect(results).toMatchObject(queries.map((query) => ({ query, operations: [{}, {}, {}] })));
    expect(results[1]?.operations[0]).toMatchObject({ needs: { organization_id: 'string' }, optional: expect.any(Number) });
    const names = ['Users_lockUser', 'organizations.list', 'Users_lok'];
    const described = (await client.call('describe_operation', { names })).json;
    expect(described).toMatchObject({
      operations: [{ name: 'Users_lockUser' }, { name: 'Organizations_listSortedByCreationDate' }],
      unknown: ['Users_lok'],
    });
  });

  it('still takes one question or name where a list is expected, and says what it read', async () => {
    const found = (await client.call('search_operations', { query: 'lock a user' })).json;
    expect(found).toMatchObject({ operations: expect.anything(), read_as: ['query: text read as queries'] });
    const described = (await client.call('describe_operation', { names: '["Users_lockUser"]' })).json;
    expect(described).toMatchObject({ name: 'Users_lockUser', read_as: ['names: text read as list'] });
  });

  it('keeps the gates: nothing destructive without its confirmation, under the real name', async () => {
    const { data } = (
      await client.call('call_read_operation', {
        name: 'Users_listSortedByCreationDate',
        arguments: { limit: 1, fields: ['id'] },
      })
    ).json as { data: { id: string }[] };
    const [user] = data;
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
    ['call_operation', { name: 'Jobs_applyPlan' }, { message: expect.stringContaining('call it by its name') }],
    ['call_operation', { name: 5 }, { error: 'invalid_arguments' }],
    ['call_operation', { nam: 'x' }, { error: 'invalid_arguments' }],
    [
      'call_operation',
      { name: 'Users_markBanned', arguments: { user_id: 'user_1' }, confirm: true },
      { faults: [{ path: 'confirm', expected: expect.stringContaining('go into arguments') }] },
    ],
    ['describe_operation', {}, { error: 'invalid_arguments' }],
    ['describe_operation', { names: [] }, { faults: [{ path: 'names' }] }],
    ['describe_operation', { names: ['Users_lok'] }, { error: 'unknown_operation' }],
    ['search_operations', { queries: Array(11).fill('ban') }, { faults: [{ path: 'queries' }] }],
    [
      'search_operations',
      { queries: ['ban'], group: 'Userz' },
      { faults: [{ path: 'group', expected: expect.stringContaining('Users') }] },
    ],
    ['search_operations', { queries: ['ban'], risk: 'wild', limit: 0 }, { faults: [{ path: 'risk' }, { path: 'limit' }] }],
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
    expect(json).toMatchObject({
      error: 'unknown_operation',
      operation: 'Users_deleteUserById',
      message: expect.stringContaining('--tools Users_deleteUserById'),
    });
    const names = ['Users_lockUser', 'users.delete', 'Users_lok'];
    expect((await client.call('describe_operation', { names })).json).toMatchObject({
      operations: [{ name: 'Users_lockUser' }],
      not_offered: [expect.stringContaining('Users_deleteUserById: ')],
      unknown: ['Users_lok'],
    });
    const found = await client.call('search_operations', { queries: ['delete a user'], limit: 50 });
    expect((found.json as Found).operations.map((operation) => operation.name)).not.toContain('Users_deleteUserById');
    expect(upstream.requests).toEqual([]);
  });
});

describe('discovery mode with tools of its own', () => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startProgram('v2 (2026)', {
      args: ['--sandbox', '--discovery', '--tools', 'Users_lockUser,Jwks', '--exclude', 'Billing'],
    });
  });
  afterAll(() => client.close());

  it('lists them beside the four, and offers all others through these', async () => {
    const tools = (await client.listTools()).map((tool) => tool.name);
    const own = ['Users_lockUser', 'Jwks_getJsonWebKeySet'];
    expect(tools.toSorted()).toEqual(
      [...DISCOVERY_TOOLS, ...jobs]
        .map((tool) => tool.name)
        .concat(own)
        .sort(),
    );
    expect((await client.call('Jwks_getJsonWebKeySet')).isError).toBe(false);
    const users = await client.call('call_read_operation', { name: 'Users_getTotalCount' });
    expect(users.isError).toBe(false);
    const gone = await client.call('call_read_operation', { name: 'Billing_listPlans' });
    expect(gone.json).toMatchObject({ error: 'unknown_operation' });
  });
});
