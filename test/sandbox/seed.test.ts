import { describe, expect, it } from 'vitest';
import { SeedError } from '../../src/sandbox/seed/description.js';
import { idsOf, openSandbox, rowsOf } from './harness.js';

describe('the demo', () => {
  it('is a small company with all that people try', async () => {
    const client = await openSandbox({ seed: 'demo' });
    const users = rowsOf((await client.get('/users?limit=100')).body);
    expect(users).toHaveLength(25);
    for (const user of users) expect(String(user.email_addresses?.[0]?.email_address)).toMatch(/@\w+\.example\.com$/);
    expect(users.filter((user) => Boolean(user.banned))).toHaveLength(2);
    expect(users.filter((user) => Boolean(user.locked))).toHaveLength(1);
    expect(users.filter((user) => user.email_addresses?.[0]?.verification === null)).toHaveLength(2);

    const organizations = rowsOf((await client.get('/organizations?include_members_count=true')).body);
    expect(organizations.map((row) => [row.slug, row.members_count, row.pending_invitations_count])).toEqual([
      ['lumen-studio', 7, 1],
      ['juniper-bikes', 7, 1],
      ['harbor-analytics', 9, 1],
    ]);
    const active = await client.get('/sessions?status=active&paginated=true');
    expect(Number(active.body.total_count)).toBeGreaterThan(10);
    expect(rowsOf((await client.get('/invitations')).body)).toHaveLength(2);
  });

  it('sells plans to companies and people, and has somebody behind with paying', async () => {
    const client = await openSandbox({ seed: 'demo' });
    const items = rowsOf((await client.get('/billing/subscription_items')).body);
    expect(items.map((row) => [row.plan?.slug, row.plan_period, row.status, row.is_free_trial])).toEqual([
      ['pro', 'month', 'active', true],
      ['pro', 'month', 'past_due', false],
      ['team', 'month', 'active', false],
      ['enterprise', 'annual', 'active', false],
    ]);
    expect((await client.get('/billing/statements')).body).toMatchObject({ total_count: 7 });
    expect((await client.get('/waitlist_entries?status=pending')).body).toMatchObject({ total_count: 2 });
  });

  it('nobody who is banned has an active session', async () => {
    const client = await openSandbox({ seed: 'demo' });
    for (const id of idsOf((await client.get('/users?banned=true')).body)) {
      expect((await client.get(`/sessions?user_id=${id}&status=active`)).body).toEqual([]);
    }
  });
});

describe('the same chance and time', () => {
  const history = async (randomSeed: string) => {
    const client = await openSandbox({ seed: 'demo', randomSeed });
    await client.post('/users', { email_address: ['new@example.com'] });
    const users = JSON.stringify((await client.get('/users?limit=100')).body).replaceAll(client.sandbox.origin, '');
    return { users, key: client.sandbox.secretKey };
  };

  it('give the same ids, times and key in every run', async () => {
    const first = await history('a');
    expect(await history('a')).toEqual(first);
    expect((await history('b')).users).not.toBe(first.users);
  });
});

describe('a description of one’s own', () => {
  it('keeps ids, states and relations', async () => {
    const client = await openSandbox({
      seed: {
        users: [
          {
            id: 'user_1',
            email_addresses: ['a@example.com', { id: 'idn_second', email_address: 'b@example.com', verified: false }],
            password: 'violet-kettle-42',
            locked: true,
          },
          { id: 'user_2', username: 'second', banned: true },
        ],
        organizations: [
          { id: 'org_1', name: 'One', created_by: 'a@example.com', members: [{ user: 'second', role: 'org:admin' }] },
        ],
        blocklist: ['*@spam.example.com'],
      },
    });
    expect((await client.get('/users/user_1')).body).toMatchObject({
      email_addresses: [{ email_address: 'a@example.com' }, { id: 'idn_second', verification: null }],
      password_enabled: true,
      locked: true,
    });
    expect((await client.post('/users/user_1/verify_password', { password: 'violet-kettle-42' })).status).toBe(200);
    expect((await client.get('/organizations/org_1/memberships')).body).toMatchObject({
      data: [{ public_user_data: { user_id: 'user_2' } }],
    });
  });

  it('has roles of its own, which every organization offers unless it says otherwise', async () => {
    const small = { key: 'role_set:small', name: 'Small', roles: ['org:admin', 'org:member'] };
    const client = await openSandbox({
      seed: {
        users: [{ id: 'user_1', email_addresses: ['a@one.example.com'] }],
        permissions: [{ id: 'perm_publish', key: 'org:posts:publish', name: 'Publish' }],
        roles: [{ key: 'org:editor', name: 'Editor', permissions: ['org:posts:publish', 'org:sys_domains:read'] }],
        role_sets: [{ ...small, default_role: 'org:member', creator_role: 'org:admin' }],
        organizations: [
          {
            id: 'org_1',
            name: 'One',
            members: [{ user: 'user_1', role: 'org:editor' }],
            domains: [{ name: 'one.example.com' }, { name: 'example.org', verified: false, enrollment_mode: 'enterprise_sso' }],
          },
          { id: 'org_2', name: 'Two', role_set: 'role_set:small' },
        ],
      },
    });
    expect(rowsOf((await client.get('/organizations/org_1/memberships')).body)).toMatchObject([
      { role: 'org:editor', role_name: 'Editor', permissions: ['org:posts:publish', 'org:sys_domains:read'] },
    ]);
    expect((await client.get('/organization_permissions/perm_publish')).body.type).toBe('user');
    expect((await client.get('/organizations/org_2')).body.role_set_key).toBe('role_set:small');
    const refused = await client.post('/organizations/org_2/memberships', { user_id: 'user_1', role: 'org:editor' });
    expect(refused.param).toBe('role');
    expect(rowsOf((await client.get('/organizations/org_1/domains')).body)).toMatchObject([
      { name: 'example.org', enrollment_mode: 'enterprise_sso', verification: null },
      { name: 'one.example.com', enrollment_mode: 'manual_invitation', verification: { status: 'verified' } },
    ]);
  });

  it.each([
    [{ roles: [{ key: 'org:x', name: 'X', permissions: ['org:none:read'] }] }, /role org:x: .*org:none:read/],
    [
      {
        role_sets: [
          { key: 'role_set:x', name: 'X', roles: ['org:member'], default_role: 'org:member', creator_role: 'org:admin' },
        ],
      },
      /role set role_set:x: /,
    ],
    [{ organizations: [{ name: 'One', role_set: 'role_set:none' }] }, /organizations\.0: .*role_set:none/],
    [{ users: [{ email_addresses: ['a@example.com'] }, { email_addresses: ['A@example.com'] }] }, /users\.1: .*email_address/],
    [{ users: [{ email_addresses: ['nonsense'] }] }, /users\.0: /],
    [{ organizations: [{ name: 'One', members: [{ user: 'ghost', role: 'org:admin' }] }] }, /organizations\.0: .*ghost/],
    [
      {
        organizations: [
          { name: 'One', members: [] },
          { name: 'Two', slug: 'one' },
        ],
      },
      /organizations\.1: .*slug/,
    ],
    [{ people: [] }, /people/],
  ])('that is wrong stops the start and says where: %j', async (seed, why) => {
    const start = openSandbox({ seed: seed as object });
    await expect(start).rejects.toThrow(SeedError);
    await expect(start).rejects.toThrow(why);
  });
});
