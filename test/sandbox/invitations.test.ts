import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, idsOf, type Json, openSandbox, rowsOf } from './harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

describe('invitations to the application', () => {
  const invite = (email_address: string, more: object = {}) => client.post('/invitations', { email_address, ...more });

  it('are pending for thirty days, or as many as asked for', async () => {
    const { body } = await invite('New@Example.com', { public_metadata: { plan: 'pro' } });
    expect(body).toMatchObject({
      object: 'invitation',
      email_address: 'new@example.com',
      status: 'pending',
      revoked: false,
      public_metadata: { plan: 'pro' },
    });
    expect(body.expires_at).toBe(client.clock.now + 30 * DAY_MS);
    const short = await invite('short@example.com', { expires_in_days: 1 });
    client.clock.now += DAY_MS;
    expect(rowsOf((await client.get('/invitations?status=expired')).body)).toMatchObject([
      { id: short.body.id, status: 'expired' },
    ]);
  });

  it('one address is invited once, and not when it has a user', async () => {
    await invite('new@example.com');
    const twice = await invite('NEW@example.com');
    expect([twice.status, twice.code]).toEqual([400, 'duplicate_record']);
    expect((await invite('new@example.com', { ignore_existing: true })).status).toBe(200);
    await addUser(client, 'ada@example.com');
    expect((await invite('ada@example.com')).code).toBe('form_identifier_exists');
    expect((await invite('nobody')).code).toBe('form_param_format_invalid');
    expect((await invite('x@example.com', { expires_in_days: 366 })).code).toBe('form_param_value_too_large');
  });

  it('are revoked once, and then listed only when asked for', async () => {
    const { body } = await invite('new@example.com');
    const kept = await invite('kept@example.com');
    expect((await client.post(`/invitations/${body.id}/revoke`)).body).toMatchObject({ status: 'revoked', revoked: true });
    const again = await client.post(`/invitations/${body.id}/revoke`);
    expect([again.status, again.code]).toEqual([400, 'invitation_already_revoked']);
    expect(idsOf((await client.get('/invitations')).body)).toEqual([kept.body.id]);
    expect(idsOf((await client.get('/invitations?status=revoked')).body)).toEqual([body.id]);
    expect((await client.post('/invitations/inv_none/revoke')).status).toBe(404);
    await (await client.sandbox.app()).seed({ invitations: [{ email_address: 'in@example.com', status: 'accepted' }] });
    const [{ id } = {}] = rowsOf((await client.get('/invitations?status=accepted')).body);
    const late = await client.post(`/invitations/${id}/revoke`);
    expect([late.status, late.code]).toEqual([400, 'invitation_already_accepted']);
    expect((await invite('new@example.com')).status).toBe(200);
  });

  it('are deleted whatever became of them, and are found by their address before', async () => {
    const { body } = await invite('new@example.com');
    await invite('kept@example.com');
    expect(idsOf((await client.get('/invitations?email_address=NEW@example.com')).body)).toEqual([body.id]);
    await client.post(`/invitations/${body.id}/revoke`);
    expect((await client.delete(`/invitations/${body.id}`)).body).toEqual({ object: 'invitation', id: body.id, deleted: true });
    expect((await client.delete(`/invitations/${body.id}`)).code).toBe('resource_not_found');
    expect(rowsOf((await client.get('/invitations?status=revoked')).body)).toEqual([]);
  });

  it('are found and ordered', async () => {
    const b = await invite('b@example.com');
    client.clock.now += 1000;
    const a = await invite('a@example.com', { expires_in_days: 2 });
    const get = async (query: string) => idsOf((await client.get(`/invitations?${query}`)).body);
    expect(await get('')).toEqual([a.body.id, b.body.id]);
    expect(await get('order_by=-email_address')).toEqual([b.body.id, a.body.id]);
    expect(await get('order_by=expires_at')).toEqual([a.body.id, b.body.id]);
    expect(await get('query=B@')).toEqual([b.body.id]);
    expect(await get(`query=${a.body.id}`)).toEqual([a.body.id]);
    expect((await client.get('/invitations?paginated=true&limit=1')).body.total_count).toBe(2);
  });
});

describe('several invitations to the application', () => {
  const inviteAll = (...items: object[]) => client.post('/invitations/bulk', items);

  it('are made in one go', async () => {
    const { status, body } = await inviteAll(
      { email_address: 'A@example.com', public_metadata: { plan: 'pro' }, expires_in_days: 2 },
      { email_address: 'b@example.com', public_metadata: null, redirect_url: null, notify: null },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { email_address: 'a@example.com', public_metadata: { plan: 'pro' }, expires_at: client.clock.now + 2 * DAY_MS },
      { email_address: 'b@example.com', status: 'pending', public_metadata: {} },
    ]);
    expect(idsOf((await client.get('/invitations')).body).toSorted()).toEqual(idsOf(body).toSorted());
  });

  it('are all made or none', async () => {
    await client.post('/invitations', { email_address: 'held@example.com' });
    await addUser(client, 'ada@example.com');
    const good = { email_address: 'good@example.com' };
    const refused = [
      [{ email_address: 'held@example.com' }, 400, 'duplicate_record'],
      [{ email_address: 'GOOD@example.com' }, 400, 'duplicate_record'],
      [{ email_address: 'ada@example.com' }, 422, 'form_identifier_exists'],
      [{ email_address: 'ada@example.com', ignore_existing: true }, 422, 'form_identifier_exists'],
      [{ email_address: 'nobody' }, 422, 'form_param_format_invalid'],
      [{ email_address: 'x@example.com', role: 'org:admin' }, 422, 'form_param_unknown'],
    ] as const;
    for (const [bad, ...outcome] of refused) {
      const { status, code } = await inviteAll(good, bad);
      expect([status, code]).toEqual(outcome);
    }
    const many = Array.from({ length: 11 }, (_, nth) => ({ email_address: `${nth}@example.com` }));
    expect((await inviteAll(...many)).code).toBe('bulk_size_exceeded');
    expect((await inviteAll()).status).toBe(422);
    expect(rowsOf((await client.get('/invitations')).body)).toHaveLength(1);
    const ignoring = await inviteAll(good, { email_address: 'held@example.com', ignore_existing: true });
    expect(rowsOf(ignoring.body)).toHaveLength(2);
  });
});

describe('invitations to an organization', () => {
  let ada: Json;
  let bob: Json;
  let path: string;

  beforeEach(async () => {
    ada = await addUser(client, 'ada@example.com', { first_name: 'Ada' });
    bob = await addUser(client, 'bob@example.com');
    const { id } = (await client.post('/organizations', { name: 'Acme', created_by: ada.id })).body;
    await client.post(`/organizations/${id}/memberships`, { user_id: bob.id, role: 'org:member' });
    path = `/organizations/${id}/invitations`;
  });

  const invite = (email_address: string, more: object = {}) => client.post(path, { email_address, role: 'org:member', ...more });

  it('name who invites', async () => {
    const { body } = await invite('new@example.com', { inviter_user_id: ada.id, private_metadata: { source: 'fair' } });
    expect(body).toMatchObject({
      object: 'organization_invitation',
      status: 'pending',
      role_name: 'Member',
      inviter_id: ada.id,
      public_inviter_data: { user_id: ada.id, first_name: 'Ada', identifier: 'ada@example.com' },
      private_metadata: { source: 'fair' },
    });
    expect((await client.get(`${path}/${body.id}`)).body).toEqual(body);
  });

  it('only an admin may invite', async () => {
    const member = await invite('new@example.com', { inviter_user_id: bob.id });
    expect([member.status, member.code]).toEqual([403, 'missing_organization_permission']);
    const cleo = await addUser(client, 'cleo@example.com');
    const stranger = await invite('new@example.com', { inviter_user_id: cleo.id });
    expect([stranger.status, stranger.code]).toEqual([403, 'not_a_member_in_organization']);
    expect((await invite('new@example.com', { inviter_user_id: 'user_none' })).status).toBe(404);
  });

  it('one address is invited once, and not when a member has it', async () => {
    await invite('new@example.com');
    expect((await invite('new@example.com')).code).toBe('organization_invitation_not_unique');
    expect((await invite('bob@example.com')).code).toBe('already_a_member_in_organization');
    expect((await invite('new2@example.com', { role: 'org:wizard' })).status).toBe(404);
  });

  it('of several, all or none are sent', async () => {
    const bulk = (emails: string[]) =>
      client.post(
        `${path}/bulk`,
        emails.map((email_address) => ({ email_address, role: 'org:member' })),
      );
    expect((await bulk(['one@example.com', 'bob@example.com'])).status).toBe(400);
    expect((await bulk(['one@example.com', 'ONE@example.com'])).code).toBe('organization_invitation_not_unique');
    expect((await client.get(path)).body.total_count).toBe(0);
    expect((await bulk(['one@example.com', 'two@example.com'])).body).toMatchObject({
      total_count: 2,
      data: [{ email_address: 'one@example.com' }, {}],
    });
    const many = await bulk(Array.from({ length: 11 }, (_, nth) => `many${nth}@example.com`));
    expect([many.status, many.code]).toEqual([400, 'bulk_size_exceeded']);
    const missing = await client.post(`${path}/bulk`, [{ email_address: 'x@example.com' }]);
    expect([missing.status, missing.code, missing.param]).toEqual([422, 'form_param_missing', 'role']);
  });

  it('are revoked while they are pending, by an admin', async () => {
    const { body } = await invite('new@example.com');
    expect((await client.post(`${path}/${body.id}/revoke`, { requesting_user_id: bob.id })).status).toBe(403);
    expect((await client.post(`${path}/${body.id}/revoke`, { requesting_user_id: ada.id })).body.status).toBe('revoked');
    const again = await client.post(`${path}/${body.id}/revoke`);
    expect([again.status, again.code]).toEqual([400, 'organization_invitation_not_pending']);
  });

  it('are listed by status and address', async () => {
    const first = await invite('first@example.com', { expires_in_days: 1 });
    client.clock.now += 2 * DAY_MS;
    const second = await invite('second@example.com');
    expect(idsOf((await client.get(path)).body)).toEqual([second.body.id, first.body.id]);
    expect(idsOf((await client.get(`${path}?status=expired`)).body)).toEqual([first.body.id]);
    expect(idsOf((await client.get(`${path}/pending`)).body)).toEqual([second.body.id]);
    expect(idsOf((await client.get(`${path}?email_address=first@example.com`)).body)).toEqual([first.body.id]);
    expect(idsOf((await client.get(`${path}?order_by=email_address`)).body)).toEqual([first.body.id, second.body.id]);
  });

  it('belong to their own organization', async () => {
    const { body } = await invite('new@example.com');
    const other = (await client.post('/organizations', { name: 'Other' })).body;
    expect((await client.get(`/organizations/${other.id}/invitations/${body.id}`)).status).toBe(404);
  });
});
