import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, idsOf, type Json, NOON, openSandbox, rowsOf } from './harness.js';

let client: Client;
let ada: Json;
let engine: string;
let other: string;
beforeEach(async () => {
  client = await openSandbox();
  ada = await addUser(client, 'ada@engine.example.com');
  engine = `/organizations/${(await client.post('/organizations', { name: 'Engine', created_by: ada.id })).body.id}`;
  other = `/organizations/${(await client.post('/organizations', { name: 'Other' })).body.id}`;
});

const enable = (...modes: string[]) => client.patch('/instance/organization_settings', { domains_enrollment_modes: modes });

async function add(organization: string, name: string, more: object = {}): Promise<Json> {
  const { status, body } = await client.post(`${organization}/domains`, { name, enrollment_mode: 'manual_invitation', ...more });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

const namesOf = async (path: string): Promise<string[]> => rowsOf((await client.get(path)).body).map((row) => String(row.name));

describe('a domain', () => {
  it('is verified unless it is said not to be', async () => {
    const domain = await add(engine, 'Engine.example.com ');
    const verified = { status: 'verified', strategy: 'admin', verified_at: null };
    expect(domain).toMatchObject({
      object: 'organization_domain',
      name: 'engine.example.com',
      enrollment_mode: 'manual_invitation',
      verification: verified,
      affiliation_verification: verified,
      ownership_verification: null,
      affiliation_email_address: null,
      total_pending_invitations: 0,
      total_pending_suggestions: 0,
      public_organization_data: { name: 'Engine', slug: 'engine', has_image: false },
    });
    const unproven = await add(engine, 'example.org', { verified: false });
    expect([unproven.verification, unproven.affiliation_verification]).toEqual([null, null]);
    const path = `${engine}/domains/${unproven.id}`;
    expect((await client.patch(path, { verified: true })).body.verification).toMatchObject(verified);
    expect((await client.patch(path, { verified: false })).body.verification).toBeNull();
  });

  it('is owned once somebody vouches for it, for good', async () => {
    const domain = await add(engine, 'engine.example.com');
    const path = `${engine}/domains/${domain.id}/verify_ownership`;
    client.clock.now += 5000;
    const ownership = { status: 'verified', strategy: 'manual_override', verified_at: NOON + 5000 };
    const first = (await client.post(path)).body;
    expect(first.ownership_verification).toMatchObject(ownership);
    client.clock.now += 5000;
    expect((await client.post(path)).body).toEqual(first);
  });

  it('goes by itself or with its organization, and only by that', async () => {
    const domain = await add(engine, 'engine.example.com');
    expect((await client.delete(`${other}/domains/${domain.id}`)).status).toBe(404);
    expect((await client.patch(`${other}/domains/${domain.id}`, { verified: false })).status).toBe(404);
    expect((await client.post(`${other}/domains/${domain.id}/verify_ownership`)).status).toBe(404);
    const deleted = await client.delete(`${engine}/domains/${domain.id}`);
    expect(deleted.body).toEqual({ object: 'organization_domain', id: domain.id, deleted: true });
    expect((await client.delete(`${engine}/domains/${domain.id}`)).status).toBe(404);
    await add(engine, 'engine.example.com');
    await client.delete(engine);
    expect(await namesOf('/organization_domains')).toEqual([]);
    await add(other, 'engine.example.com');
  });

  it('is verified in one organization only', async () => {
    const claimed = await add(other, 'engine.example.com', { verified: false });
    const domain = await add(engine, 'engine.example.com');
    const third = await client.post(`${engine}/domains`, { name: 'ENGINE.example.com' });
    const late = await client.patch(`${other}/domains/${claimed.id}`, { verified: true });
    const early = await client.post(`${other}/domains`, { name: 'engine.example.com' });
    for (const refused of [third, late, early]) {
      expect([refused.status, refused.code, refused.param]).toEqual([422, 'organization_domain_already_exists', 'name']);
    }
    await client.delete(`${engine}/domains/${domain.id}`);
    expect((await client.patch(`${other}/domains/${claimed.id}`, { verified: true })).status).toBe(200);
  });

  it.each([
    [{}, 422, 'form_param_missing'],
    [{ name: 'https://example.com' }, 422, 'form_param_format_invalid'],
    [{ name: 'gmail.com' }, 422, 'organization_domain_common'],
    [{ name: 'mailinator.com' }, 422, 'organization_domain_blocked'],
    [{ name: 'example.com', enrollment_mode: 'sometimes' }, 422, 'form_param_value_invalid'],
    [{ name: 'example.com', enrollment_mode: 'automatic_invitation' }, 403, 'organization_domain_enrollment_mode_not_enabled'],
  ])('of %j is refused', async (body, status, code) => {
    const refused = await client.post(`${engine}/domains`, body);
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect((await client.get(`${engine}/domains`)).body.total_count).toBe(0);
  });

  it('is one of ten in an organization', async () => {
    for (let nth = 1; nth <= 10; nth++) await add(engine, `d${nth}.example.com`);
    const refused = await client.post(`${engine}/domains`, { name: 'd11.example.com' });
    expect([refused.status, refused.code]).toEqual([403, 'organization_domain_quota_exceeded']);
    await add(other, 'd11.example.com');
  });
});

describe('enrollment', () => {
  const invited = async (): Promise<unknown[]> =>
    rowsOf((await client.get(`${engine}/invitations?order_by=email_address`)).body).map((row) => [row.email_address, row.role]);

  it('by invitation reaches who has an address of the domain, now and later', async () => {
    await enable('automatic_invitation');
    const bob = await addUser(client, 'bob@engine.example.com');
    await addUser(client, 'carol@example.com');
    const domain = await add(engine, 'engine.example.com', { enrollment_mode: 'automatic_invitation' });
    expect(domain.total_pending_invitations).toBe(1);
    expect(await invited()).toEqual([['bob@engine.example.com', 'org:member']]);
    const dave = await addUser(client, 'dave@engine.example.com');
    const address = { user_id: dave.id, email_address: 'second@engine.example.com' };
    const unproven = (await client.post('/email_addresses', address)).body;
    expect((await invited()).length).toBe(2);
    await client.patch(`/email_addresses/${unproven.id}`, { verified: true });
    expect((await invited()).map((row) => (row as string[])[0])).toEqual([
      'bob@engine.example.com',
      'dave@engine.example.com',
      'second@engine.example.com',
    ]);
    // Saying the same again invites nobody twice.
    const path = `${engine}/domains/${domain.id}`;
    expect((await client.patch(path, { verified: true })).body.total_pending_invitations).toBe(3);
    const own = (await client.get(`/users/${bob.id}/organization_invitations`)).body;
    expect(rowsOf(own)).toMatchObject([{ email_address: 'bob@engine.example.com', status: 'pending' }]);
  });

  it('waits for the domain to be verified', async () => {
    await enable('automatic_invitation');
    await addUser(client, 'bob@engine.example.com');
    const more = { enrollment_mode: 'automatic_invitation', verified: false };
    const domain = await add(engine, 'engine.example.com', more);
    expect(await invited()).toEqual([]);
    const verified = await client.patch(`${engine}/domains/${domain.id}`, { verified: true });
    expect(verified.body.total_pending_invitations).toBe(1);
  });

  it('by suggestion counts who could come, until they have', async () => {
    await enable('automatic_suggestion');
    const bob = await addUser(client, 'bob@engine.example.com');
    const domain = await add(engine, 'engine.example.com', { enrollment_mode: 'automatic_suggestion' });
    expect([domain.total_pending_suggestions, await invited()]).toEqual([1, []]);
    await client.post(`${engine}/memberships`, { user_id: bob.id, role: 'org:member' });
    const later = rowsOf((await client.get(`${engine}/domains`)).body)[0];
    expect(later?.total_pending_suggestions).toBe(0);
    const manual = await client.patch(`${engine}/domains/${domain.id}`, { enrollment_mode: 'manual_invitation' });
    expect(manual.body.enrollment_mode).toBe('manual_invitation');
  });
});

describe('lists', () => {
  beforeEach(async () => {
    await enable('automatic_suggestion');
    await add(engine, 'b.example.com');
    client.clock.now += 1000;
    await add(engine, 'a.example.com', { enrollment_mode: 'automatic_suggestion' });
    client.clock.now += 1000;
    await add(other, 'c.example.org', { verified: false, enrollment_mode: 'enterprise_sso' });
  });

  const ENGINE = () => engine.split('/').at(-1);

  it.each([
    ['', ['c.example.org', 'a.example.com', 'b.example.com']],
    ['order_by=name', ['a.example.com', 'b.example.com', 'c.example.org']],
    ['order_by=-name&limit=1&offset=1', ['b.example.com']],
    ['query=EXAMPLE.com', ['a.example.com', 'b.example.com']],
    ['query=ENGINE', ['a.example.com', 'b.example.com']],
    ['organization_id=ENGINE&verified=true', ['a.example.com', 'b.example.com']],
    ['verified=false', ['c.example.org']],
    ['enrollment_mode=manual_invitation,enterprise_sso', ['c.example.org', 'b.example.com']],
    ['enrollment_mode=-manual_invitation,-enterprise_sso', ['a.example.com']],
    ['domains=A.example.com&domains=c.example.org', ['c.example.org', 'a.example.com']],
    ['organization_id=org_none', []],
  ])('of all organizations with %j', async (query, names) => {
    expect(await namesOf(`/organization_domains?${query.replace('ENGINE', String(ENGINE()))}`)).toEqual(names);
  });

  it.each([
    ['', ['a.example.com', 'b.example.com']],
    ['verified=false', []],
    ['enrollment_mode=automatic_suggestion', ['a.example.com']],
    ['enrollment_mode=-automatic_suggestion', ['b.example.com']],
    ['limit=1', ['a.example.com']],
  ])('of one with %j', async (query, names) => {
    expect(await namesOf(`${engine}/domains?${query}`)).toEqual(names);
  });

  it('refuse filters that say nothing', async () => {
    expect((await client.get('/organization_domains?query=%20')).param).toBe('query');
    expect((await client.get(`${engine}/domains?verified=maybe`)).param).toBe('verified');
    expect((await client.get(`${engine}/domains?enrollment_mode=-never`)).param).toBe('enrollment_mode');
    expect((await client.get('/organization_domains?order_by=verified')).param).toBe('order_by');
    expect((await client.get('/organizations/org_none/domains')).status).toBe(404);
  });
});

describe('across organizations', () => {
  it('memberships are listed by who they are of', async () => {
    const bob = await addUser(client, 'bob@example.com');
    await client.post(`${other}/memberships`, { user_id: bob.id, role: 'org:admin' });
    const { body } = await client.get('/organization_memberships?order_by=-email_address');
    expect(rowsOf(body).map((row) => row.public_user_data?.user_id)).toEqual([bob.id, ada.id]);
    expect(body.total_count).toBe(2);
    expect(idsOf((await client.get('/organization_memberships?limit=1&offset=2')).body)).toEqual([]);
  });

  it('invitations are listed with their organization, by address and status', async () => {
    const bob = await addUser(client, 'bob@example.com');
    const invite = (path: string, email_address: string) =>
      client.post(`${path}/invitations`, { email_address, role: 'org:member', expires_in_days: 1 });
    const first = (await invite(engine, 'bob@example.com')).body;
    client.clock.now += 1000;
    const second = (await invite(other, 'Bob@example.com')).body;
    client.clock.now += 1000;
    const third = (await invite(other, 'carol@example.com')).body;
    await client.post(`${engine}/invitations/${first.id}/revoke`);
    const list = async (query: string) => idsOf((await client.get(`/organization_invitations?${query}`)).body);
    expect(await list('')).toEqual([third.id, second.id, first.id]);
    expect(await list('query=BOB')).toEqual([second.id, first.id]);
    expect(await list('status=revoked')).toEqual([first.id]);
    expect(await list('order_by=email_address&limit=1&offset=2')).toEqual([third.id]);
    const own = await client.get(`/users/${bob.id}/organization_invitations`);
    expect(rowsOf(own.body)).toMatchObject([
      { id: second.id, status: 'pending', public_organization_data: { name: 'Other', slug: 'other' } },
      { id: first.id, status: 'revoked', public_organization_data: { name: 'Engine' } },
    ]);
    client.clock.now += 2 * 24 * 60 * 60 * 1000;
    const expired = await client.get(`/users/${bob.id}/organization_invitations?status=expired`);
    expect(idsOf(expired.body)).toEqual([second.id]);
    expect((await client.get('/users/user_none/organization_invitations')).status).toBe(404);
  });
});

it('metadata of an organization is replaced where it is given', async () => {
  await client.patch(`${engine}/metadata`, { public_metadata: { a: 1, b: 2 }, private_metadata: { c: 3 } });
  const replaced = await client.put(`${engine}/metadata`, { public_metadata: { b: null } });
  expect([replaced.body.public_metadata, replaced.body.private_metadata]).toEqual([{ b: null }, { c: 3 }]);
  expect((await client.put(`${engine}/metadata`, { private_metadata: {} })).body.private_metadata).toEqual({});
  expect((await client.put(`${engine}/metadata`, { public_metadata: null })).code).toBe('form_param_nil');
  const large = await client.put(`${engine}/metadata`, { public_metadata: { text: 'x'.repeat(9000) } });
  expect(large.code).toBe('form_param_exceeds_allowed_size');
});
