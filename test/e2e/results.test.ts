import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProgramClient, startProgram } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const LIST = 'Users_listSortedByCreationDate';

const idsOf = (page: unknown): string[] => (page as { data: { id: string }[] }).data.map(({ id }) => id);

describe('what comes back', () => {
  let client: ProgramClient;
  beforeAll(async () => {
    client = await startProgram('v2 (2025)');
  });
  afterAll(() => client.close());

  it('is short for a list: ten users cost at most 1,300 tokens and say how to get the rest', async () => {
    const { text, json } = await client.call(LIST, { limit: 10 });
    const { _, data } = json as { _: { rest: string }; data: Record<string, unknown>[] };
    expect(data).toHaveLength(10);
    expect(_.rest).toContain('fields:["*"]');
    expect(data[0]).toMatchObject({ id: expect.any(String), banned: expect.any(Boolean), created_at: expect.any(Number) });
    expect(countTokens(text)).toBeLessThanOrEqual(1300);
  });

  it('is what fields pick, and nothing else', async () => {
    const { json } = await client.call(LIST, { limit: 2, fields: ['id', 'email_addresses.email_address'] });
    const data = [
      { id: expect.any(String), email_addresses: expect.any(Array) },
      { id: expect.any(String), email_addresses: expect.any(Array) },
    ];
    expect(json).toEqual({ _: { next: { offset: 2 } }, data });
  });

  it('is everything with ["*"]', async () => {
    const { json } = await client.call(LIST, { limit: 1, fields: ['*'] });
    const data = [expect.objectContaining({ object: 'user', web3_wallets: [], private_metadata: expect.anything() })];
    expect(json).toEqual({ _: { next: { offset: 1 } }, data });
  });

  it('reports paths that are unknown', async () => {
    const { text } = await client.call(LIST, { limit: 1, fields: ['id', 'first_nam'] });
    expect(text).toContain('first_nam');
    expect(text).toContain('first_name');
  });

  it.each([['id'], [[1]], [['']], [{}]])('refuses fields given as %j', async (fields) => {
    const { isError, json } = await client.call(LIST, { fields });
    expect(isError).toBe(true);
    expect(json).toMatchObject({ faults: [{ path: 'fields', expected: expect.stringContaining('a list of paths') }] });
  });

  it('is of a change what changed: a metadata key set for one user costs at most 105 tokens, question and answer', async () => {
    const { json } = await client.call(LIST, { limit: 1, fields: ['id'] });
    const args = { user_id: idsOf(json)[0], public_metadata: { plan: 'pro' } };
    const changed = await client.call('Users_mergeUserMetadataAttributes', args);
    expect(changed.json).toMatchObject({ id: args.user_id, public_metadata: { plan: 'pro' } });
    expect(changed.text).not.toMatch(/private_metadata|unsafe_metadata/);
    expect(countTokens(JSON.stringify(args)) + countTokens(changed.text)).toBeLessThanOrEqual(105);
  });

  it.each<[string, string[]]>([
    ['of 200,000 names', ['.'.repeat(200_000)]],
    ['of 21 names', [Array(21).fill('a').join('.')]],
    ['of 301 characters', ['a'.repeat(301)]],
    ['101 times', Array(101).fill('id')],
  ])('refuses a path %s, and says what a path may be', async (_, fields) => {
    const { isError, text } = await client.call(LIST, { fields });
    expect(isError).toBe(true);
    expect(text).toContain('at most 100, each of at most 20 names and 300 characters');
    expect(text.length).toBeLessThan(1000);
  });

  it('takes the deepest paths that it may', async () => {
    const fields = ['id', ...Array.from({ length: 99 }, (_, nth) => `public_metadata${`.${nth}`.repeat(19)}`)];
    const { isError, json } = await client.call(LIST, { limit: 1, fields });
    expect(isError).toBeFalsy();
    expect((json as { data: object[] }).data[0]).toMatchObject({ id: expect.any(String) });
  });

  it('says of an empty list what was asked for', async () => {
    const { json } = await client.call(LIST, { email_address: ['nobody@example.com'], limit: 5 });
    expect(json).toEqual({ _: { none_for: { email_address: ['nobody@example.com'] } }, data: [] });
  });

  it('leaves out what is empty from a single object', async () => {
    const { json } = await client.call(LIST, { limit: 1, fields: ['id'] });
    const [id] = idsOf(json);
    const user = (await client.call('Users_getUserDetails', { user_id: id })).json as Record<string, unknown>;
    expect(user.id).toBe(id);
    expect(Object.values(user)).not.toContain(null);
    expect(user).not.toHaveProperty('web3_wallets');
  });
});

describe('the limit of an answer', () => {
  it('ends a list at an item and says how to go on', async () => {
    const client = await startProgram('v1', { args: ['--sandbox', '--max-result-tokens', '1000'] });
    const seen: string[] = [];
    let next: Record<string, unknown> | undefined = { limit: 25, fields: ['*'] };
    while (next !== undefined && seen.length < 25) {
      const { text, json } = await client.call(LIST, next);
      expect(countTokens(text)).toBeLessThanOrEqual(1000);
      type Page = { _?: { next?: { offset: number } }; data: { id?: string }[] };
      const { _, data }: Page = Array.isArray(json) ? { data: json } : (json as Page);
      seen.push(...data.map((user) => user.id ?? ''));
      next = _?.next === undefined ? undefined : { limit: 25, fields: ['*'], ..._.next };
    }
    const { json } = await client.call(LIST, { limit: 25, fields: ['id'] });
    expect(seen).toEqual(idsOf(json));
    await client.close();
  });

  it('can be lifted: --results full gives the answer of the API, with ISO times where they are wanted', async () => {
    const client = await startProgram('v1', { args: ['--sandbox', '--results', 'full', '--times', 'iso'] });
    const { json } = await client.call(LIST, { limit: 3 });
    expect((json as { created_at: string }[])[0]?.created_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(json).toEqual([expect.objectContaining({ object: 'user', web3_wallets: [] }), expect.anything(), expect.anything()]);
    await client.close();
  });
});

describe('what an operation leaves behind', () => {
  const ADDRESS = 'ada@example.com';
  const SEED = {
    settings: { organizations: { max_allowed_memberships: 5 } },
    users: [
      { id: 'user_ada', email_addresses: [ADDRESS] },
      { id: 'user_bob', email_addresses: ['bob@example.com'] },
    ],
    organizations: [
      {
        id: 'org_acme',
        name: 'Acme',
        members: [{ user: 'user_bob', role: 'org:admin' }],
        invitations: [{ email_address: ADDRESS, role: 'org:member' }],
      },
    ],
    invitations: [{ email_address: ADDRESS }],
    waitlist: [{ id: 'wle_ada', email_address: ADDRESS }],
  };

  it('is said before it is done and beside the answer, and is there afterwards', async () => {
    const seed = await scratchFile(await scratchDirectory(), SEED);
    const client = await startProgram('v1', { args: ['--sandbox', '--seed', seed] });
    const args = { user_id: 'user_ada' };
    const refused = await client.call('Users_deleteUserById', args);
    expect(refused.json).toMatchObject({
      effect: expect.stringMatching(/What stays: pending invitations to .*waitlist entries/),
    });
    const { json } = await client.call('Users_deleteUserById', { ...args, confirm: true });
    expect(json).toMatchObject({
      deleted: true,
      _: { left: expect.arrayContaining([expect.stringMatching(/: WaitlistEntries_deleteById$/)]) },
    });
    for (const [list, found] of [
      ['Invitations_listAllNonRevoked', {}],
      ['OrganizationInvitations_list', { organization_id: 'org_acme', status: 'pending' }],
      ['WaitlistEntries_list', {}],
    ] as const) {
      const { text, json: page } = await client.call(list, found);
      expect((page as { data: unknown[] }).data, `${list}: ${text}`).toHaveLength(1);
    }
    await client.close();
  });
});
