import { describe, expect, it } from 'vitest';
import { type ApiContent, seedFromApi } from '../../src/sandbox/seed/from-api.js';
import { type Json, openSandbox, rowsOf } from './harness.js';

const NOTHING: ApiContent = {
  users: [],
  organizations: [],
  organization_domains: [],
  permissions: [],
  roles: [],
  role_sets: [],
  invitations: [],
  allowlist: [],
  blocklist: [],
  domains: [],
};

const email = (address: string, status?: string) => ({
  id: `idn_${address}`,
  email_address: address,
  verification: status === undefined ? null : { status },
});

const user = (id: string, more: object = {}) => ({
  id,
  email_addresses: [],
  phone_numbers: [],
  web3_wallets: [],
  external_accounts: [],
  banned: false,
  locked: false,
  created_at: 1_700_000_000_000,
  ...more,
});

const membership = (userId: string, role = 'org:member') => ({ role, public_user_data: { user_id: userId }, created_at: 1 });

describe('a seed from what an instance answered', () => {
  it('puts the primary address first and keeps who verified what', () => {
    const given = user('user_1', {
      primary_email_address_id: 'idn_b@example.com',
      email_addresses: [email('a@example.com'), email('b@example.com', 'verified'), email('c@example.com', 'unverified')],
      something_new: true,
    });
    const { seed } = seedFromApi({ ...NOTHING, users: [given] });
    expect(seed.users?.[0]?.email_addresses).toEqual([
      { id: 'idn_b@example.com', email_address: 'b@example.com', verified: true },
      { id: 'idn_a@example.com', email_address: 'a@example.com', verified: false },
      { id: 'idn_c@example.com', email_address: 'c@example.com', verified: false },
    ]);
  });

  it('gives an address that several have to the one who verified it, and says what it left out', async () => {
    const given: ApiContent = {
      ...NOTHING,
      users: [
        user('user_1', { email_addresses: [email('Shared@example.com'), email('own@example.com')] }),
        user('user_2', { email_addresses: [email('shared@example.com', 'verified')] }),
        user('user_3', { email_addresses: [email('own@example.com')] }),
        user('user_4', {
          external_accounts: [
            { id: 'idn_x', provider: 'saml_okta', provider_user_id: 'x' },
            { id: 'idn_7', provider: 'oauth_google', provider_user_id: '7' },
          ],
        }),
      ],
      organizations: [
        {
          organization: { id: 'org_1', name: 'One', slug: 'one', created_by: 'user_gone', created_at: 1 },
          memberships: [membership('user_1', 'org:admin'), membership('user_2', 'org:billing'), membership('user_gone')],
          invitations: [
            { email_address: 'x@example.com', role: 'org:member', status: 'expired', created_at: 1 },
            { email_address: 'y@example.com', role: 'org:member', status: 'pending', inviter_id: 'user_gone', created_at: 1 },
          ],
        },
      ],
      invitations: [{ email_address: 'z@example.com', status: 'expired', created_at: 1 }],
      domains: [
        { name: 'shop.example.org', is_satellite: true },
        { name: 'acme.example.com', is_satellite: false },
      ],
    };
    const { seed, omitted } = seedFromApi(given);
    expect(Object.fromEntries(omitted)).toEqual({
      'unverified addresses and numbers that another user has too': 2,
      'accounts at other providers than OAuth ones': 1,
      'members who are no users any more': 1,
      'roles that the organization does not offer, here org:member': 1,
      'invitations that ran out': 2,
    });
    // Whatever it makes can be seeded.
    const client = await openSandbox({ seed });
    const users = rowsOf((await client.get('/users')).body);
    const addresses = users.flatMap((row) => rowsOf(row.email_addresses as never).map((each) => [row.id, each.email_address]));
    expect(addresses.sort()).toEqual([
      ['user_1', 'own@example.com'],
      ['user_2', 'shared@example.com'],
    ]);
    const members = rowsOf((await client.get('/organizations/org_1/memberships')).body);
    expect(members.map((row) => [row.public_user_data?.user_id, row.role]).sort()).toEqual([
      ['user_1', 'org:admin'],
      ['user_2', 'org:member'],
    ]);
    expect(rowsOf((await client.get('/domains')).body)).toMatchObject([{ name: 'acme.example.com' }]);
  });

  it('has the roles, role sets and e-mail domains that another sandbox shows', async () => {
    const first = await openSandbox();
    const rows = async (path: string) => rowsOf((await first.get(`${path}?limit=100`)).body);
    const permission = (await first.post('/organization_permissions', { name: 'Publish', key: 'org:posts:publish' })).body;
    const editor = { name: 'Editor', key: 'org:editor', description: 'Writes', permissions: [permission.id] };
    await first.post('/organization_roles', editor);
    await first.post('/role_sets', {
      name: 'Press',
      type: 'initial',
      roles: ['org:admin', 'org:editor'],
      default_role_key: 'org:editor',
      creator_role_key: 'org:admin',
    });
    const ada = (await first.post('/users', { email_address: ['ada@example.com'] })).body;
    const organization = (await first.post('/organizations', { name: 'Gazette' })).body;
    const path = `/organizations/${organization.id}`;
    await first.post(`${path}/memberships`, { user_id: ada.id, role: 'org:editor' });
    await first.post(`${path}/domains`, { name: 'gazette.example.com', verified: false });
    const { seed, omitted } = seedFromApi({
      ...NOTHING,
      users: await rows('/users'),
      organizations: [{ organization, memberships: await rows(`${path}/memberships`), invitations: [] }],
      organization_domains: await rows('/organization_domains'),
      permissions: await rows('/organization_permissions'),
      roles: await rows('/organization_roles'),
      role_sets: await rows('/role_sets'),
    });
    expect([...omitted]).toEqual([]);

    const second = await openSandbox({ seed });
    const timeless = (list: readonly Json[]): unknown[] =>
      list
        .toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1))
        .map((row) => JSON.parse(JSON.stringify(row, (key, value: unknown) => (/_at$/.test(key) ? undefined : value))));
    for (const list of ['/organization_permissions', '/organization_roles', '/role_sets']) {
      expect(timeless(rowsOf((await second.get(`${list}?limit=100`)).body)), list).toEqual(timeless(await rows(list)));
    }
    expect(rowsOf((await second.get(`${path}/memberships`)).body)).toMatchObject([
      { role: 'org:editor', permissions: ['org:posts:publish'], organization: { role_set_key: 'role_set:press' } },
    ]);
    expect(rowsOf((await second.get(`${path}/domains`)).body)).toMatchObject([
      { name: 'gazette.example.com', enrollment_mode: 'manual_invitation', verification: null },
    ]);
  });

  it('refuses answers that are none of the API', () => {
    expect(() => seedFromApi({ ...NOTHING, users: [{ id: 7 }] })).toThrow(/id/);
  });
});

describe('the example seed', () => {
  it('can be seeded, all of it', async () => {
    const { readSeed } = await import('../../src/sandbox/seed/read-seed.js');
    const client = await openSandbox({
      seed: readSeed(new URL('../../examples/sandbox.seed.example.json', import.meta.url).pathname),
    });
    expect(rowsOf((await client.get('/users')).body)).toHaveLength(3);
    expect((await client.get('/users/user_ada')).body).toMatchObject({
      totp_enabled: true,
      backup_code_enabled: true,
      two_factor_enabled: true,
    });
    expect(rowsOf((await client.get('/organizations/org_acme/memberships')).body)).toHaveLength(2);
    expect(rowsOf((await client.get('/sessions?user_id=user_ada')).body)).toMatchObject([{ status: 'active' }]);
    expect(rowsOf((await client.get('/invitations')).body)).toHaveLength(1);
    expect(rowsOf((await client.get('/waitlist_entries')).body)).toHaveLength(2);
    expect(rowsOf((await client.get('/billing/subscription_items')).body)).toHaveLength(2);
    expect(rowsOf((await client.get('/allowlist_identifiers')).body)).toHaveLength(1);
  });
});
