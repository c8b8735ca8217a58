import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HOST_LIMITS, offencesOf } from '../../scripts/host-limits.js';
import { renderHosts } from '../../scripts/hosts-table.js';
import { catalog } from '../../src/app/load-catalog.js';
import { OpenApiDocument } from '../../src/openapi/document.js';
import { unreviewedOperations } from '../../src/openapi/unreviewed.js';
import { startProgram } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const scratch = await scratchDirectory();
const everything = ['--sandbox', '--profile', 'everything'];
const policy = await scratchFile(scratch, {
  rules: [
    { tools: 'Users_markBanned', args: { user_id: 'user_1' }, action: 'confirm', strength: 'token' },
    { tools: 'Users_createNewUser', action: 'confirm', strength: 'two' },
  ],
});

type Listed = Awaited<ReturnType<Awaited<ReturnType<typeof startProgram>>['listTools']>>;

async function listed(...args: string[]): Promise<Listed> {
  const client = await startProgram('v2 (2026)', { args });
  const tools = await client.listTools();
  await client.close();
  return tools;
}

const confirmOf = (tools: Listed, name: string): unknown => {
  const schema = tools.find((tool) => tool.name === name)?.inputSchema as { properties?: Record<string, unknown> } | undefined;
  return schema?.properties?.confirm;
};

it('the page has the tables that limits and catalog have (npm run docs:hosts writes them), and no offence', () => {
  const page = readFileSync(new URL('../../docs/hosts.md', import.meta.url), 'utf8');
  expect(renderHosts(page)).toBe(page);
  expect(page).toContain('Offences: 0.');
});

describe('every host takes what is listed', () => {
  it.each<[string, number, string[]]>([
    ['all tools, with their output schemas', 250, [...everything, '--structured']],
    ['all tools where tokens confirm', 250, [...everything, '--confirm', 'token']],
    ['all tools where people confirm, and rules ask for more', 250, [...everything, '--confirm', 'person', '--policy', policy]],
    ['the discovery tools', 4, ['--sandbox', '--discovery']],
  ])('%s', async (_, least, args) => {
    const tools = await listed(...args);
    expect(tools.length).toBeGreaterThanOrEqual(least);
    expect(tools.flatMap(offencesOf)).toEqual([]);
    if (args.includes('--structured')) expect(tools.filter(({ outputSchema }) => outputSchema).length).toBeGreaterThan(250);
    else if (least === 4) for (const { mostTools } of HOST_LIMITS) expect(tools.length).toBeLessThan(mostTools);
  });

  it('tools of an OpenAPI document, whatever types it gives', () => {
    const properties = {
      both: { type: ['string', 'integer', 'null'], description: 'x' },
      mixed: { enum: ['one', 2, null] },
      any: {},
      list: { type: 'array' },
      open: { type: 'object', additionalProperties: { type: ['boolean', 'null'] } },
      above: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 9 },
      union: { anyOf: [{ type: ['string', 'null'] }, { type: 'array', items: {} }] },
    };
    const body = { content: { 'application/json': { schema: { type: 'object', properties, required: ['both'] } } } };
    const responses = { 200: { description: '' } };
    const paths = { '/widgets': { post: { requestBody: body, responses }, patch: { requestBody: body, responses } } };
    const document = new OpenApiDocument({ openapi: '3.1.0', info: { version: '2026-05-12' }, paths });
    const { operations } = unreviewedOperations(document, catalog, []);
    expect(operations).toHaveLength(2);
    expect(operations.flatMap(({ tool }) => offencesOf(tool))).toEqual([]);
    const [created, updated] = operations.map(({ inputSchema }) => inputSchema.properties as Record<string, object>);
    expect(created).toMatchObject({
      both: { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] },
      mixed: {
        anyOf: [
          { type: 'string', enum: ['one'] },
          { type: 'number', description: 'One of 2' },
        ],
      },
      list: { type: 'array', items: { type: 'string' } },
      above: { type: 'number', minimum: 0, maximum: 9 },
      union: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'object' } }] },
    });
    expect(updated?.union).toMatchObject({ anyOf: [{ type: 'string' }, { type: 'array' }, { type: 'null' }] });
  });

  it('and the check finds what they do not', () => {
    const tool = (input: object, name = 'Users_ban'): string[] =>
      offencesOf({ name, description: 'x', inputSchema: { type: 'object', properties: { input } } }).map(
        (offence) => offence.split(': ')[1] ?? '',
      );
    const nested = (depth: number): object => (depth === 0 ? { type: 'string' } : { type: 'array', items: nested(depth - 1) });
    expect(tool({ type: 'string' })).toEqual([]);
    expect(tool({ type: ['string', 'null'] })).toEqual(['one type for each value, no list of types']);
    expect(tool({ description: 'any' })).toEqual(['a type for each value']);
    expect(tool({ type: 'array' })).toEqual(['what a list holds']);
    expect(tool({ type: 'integer', enum: [1] })).toEqual(['values to choose from are texts']);
    expect(tool({ type: 'string', $ref: '#' })).toEqual(HOST_LIMITS.map(() => 'keywords'));
    expect(tool({ type: 'string', enum: Array(1001).fill('x') })).toEqual(['how many values there are to choose from']);
    expect(tool(nested(10))).toEqual(['how deep it nests']);
    expect(tool({ type: 'object', properties: { 'a b': { type: 'string' } } })).toHaveLength(2);
    expect(tool({ type: 'string' }, 'U'.repeat(60))).toHaveLength(HOST_LIMITS.length);
  });
});

describe('confirm is listed as what confirms', () => {
  it('a boolean by flag, a text by token and by person, and either where rules differ', async () => {
    const flag = { type: 'boolean', description: 'Person agreed' };
    const token = { type: 'string', description: 'Token from the refusal' };
    const approval = { type: 'string', description: 'Approval id' };
    const byFlag = await listed('--sandbox', '--policy', policy, '--tools', 'Users_*');
    expect(confirmOf(byFlag, 'Users_deleteUserById')).toEqual(flag);
    expect(confirmOf(byFlag, 'Users_markBanned')).toEqual({ anyOf: [token, flag] });
    expect(confirmOf(byFlag, 'Users_createNewUser')).toEqual(approval);
    expect(confirmOf(byFlag, 'Users_getUserDetails')).toBeUndefined();
    const byToken = await listed('--sandbox', '--confirm', 'token', '--tools', 'Users_*');
    expect(confirmOf(byToken, 'Users_deleteUserById')).toEqual(token);
    const byPerson = await listed('--sandbox', '--confirm', 'person', '--tools', 'Users_*');
    expect(confirmOf(byPerson, 'Users_deleteUserById')).toEqual(approval);
  });
});
