import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, idsOf, type Json, openSandbox, PNG } from './harness.js';

let client: Client;
let ada: Json;
beforeEach(async () => {
  client = await openSandbox();
  ada = await addUser(client, 'ada@example.com', { first_name: 'Ada' });
});

const create = async (name: string, more: object = {}): Promise<Json> =>
  (await client.post('/organizations', { name, ...more })).body;

describe('creating an organization', () => {
  it('makes its creator the admin', async () => {
    const organization = await create('Acme, Inc.', { created_by: ada.id, public_metadata: { plan: 'pro' } });
    expect(organization).toMatchObject({
      name: 'Acme, Inc.',
      slug: 'acme-inc',
      created_by: ada.id,
      public_metadata: { plan: 'pro' },
    });
    const members = (await client.get(`/organizations/${organization.id}/memberships`)).body;
    expect(members).toMatchObject({
      total_count: 1,
      data: [{ role: 'org:admin', role_name: 'Admin', public_user_data: { user_id: ada.id, identifier: 'ada@example.com' } }],
    });
  });

  it('finds a free slug, and refuses a taken or malformed one', async () => {
    await create('Acme');
    expect((await create('Acme')).slug).toBe('acme-2');
    const taken = await client.post('/organizations', { name: 'Other', slug: 'acme' });
    expect([taken.status, taken.code, taken.param]).toEqual([422, 'form_identifier_exists', 'slug']);
    expect((await client.post('/organizations', { name: 'Other', slug: 'No Good' })).code).toBe('form_param_format_invalid');
  });

  it.each([
    ['', 'empty'],
    ['<b>bold</b>', 'markup'],
    ['see https://evil.example.com', 'URL'],
    ['x'.repeat(257), 'characters'],
  ])('refuses the name %j', async (name, why) => {
    const answer = await client.post('/organizations', { name });
    expect([answer.status, answer.param]).toEqual([422, 'name']);
    expect(JSON.stringify(answer.body)).toContain(why);
  });

  it('refuses a creator who does not exist', async () => {
    const answer = await client.post('/organizations', { name: 'Acme', created_by: 'user_none' });
    expect([answer.status, answer.code]).toEqual([400, 'organization_creator_not_found']);
    expect((await client.get('/organizations')).body.total_count).toBe(0);
  });

  it('is off when the instance says so', async () => {
    await client.patch('/instance/organization_settings', { enabled: false });
    const answer = await client.post('/organizations', { name: 'Acme' });
    expect([answer.status, answer.code]).toEqual([403, 'organization_not_enabled_in_instance']);
  });
});

describe('reading organizations', () => {
  it('by id and by slug, with counts when asked for', async () => {
    const organization = await create('Acme', { created_by: ada.id });
    await client.post(`/organizations/${organization.id}/invitations`, { email_address: 'new@example.com', role: 'org:member' });
    expect((await client.get(`/organizations/${organization.id}`)).body.members_count).toBeUndefined();
    const query = 'include_members_count=true&include_missing_member_with_elevated_permissions=true';
    expect((await client.get(`/organizations/acme?${query}`)).body).toMatchObject({
      id: organization.id,
      members_count: 1,
      pending_invitations_count: 1,
      missing_member_with_elevated_permissions: false,
    });
    expect((await client.get('/organizations/nope')).status).toBe(404);
  });

  it('lists, finds and orders', async () => {
    const acme = await create('Acme', { created_by: ada.id });
    client.clock.now += 1000;
    const zeta = await create('Zeta Works');
    const get = async (query: string) => idsOf((await client.get(`/organizations?${query}`)).body);
    expect(await get('')).toEqual([zeta.id, acme.id]);
    expect(await get('order_by=name')).toEqual([acme.id, zeta.id]);
    expect(await get('order_by=-members_count')).toEqual([acme.id, zeta.id]);
    expect(await get('query=work')).toEqual([zeta.id]);
    expect(await get(`query=${acme.id}`)).toEqual([acme.id]);
    expect(await get(`user_id=${ada.id}`)).toEqual([acme.id]);
    expect(await get(`user_id=-${ada.id}`)).toEqual([zeta.id]);
    expect(await get(`organization_id=${zeta.id}`)).toEqual([zeta.id]);
    expect((await client.get('/organizations?limit=1')).body.total_count).toBe(2);
  });
});

describe('changing an organization', () => {
  it('its name, slug and limits', async () => {
    const { id } = await create('Acme');
    await create('Taken');
    const change = { name: 'Acme 2', slug: 'acme-two', max_allowed_memberships: 9, admin_delete_enabled: false };
    expect((await client.patch(`/organizations/${id}`, change)).body).toMatchObject(change);
    expect((await client.patch(`/organizations/${id}`, { slug: 'taken' })).code).toBe('form_identifier_exists');
    expect((await client.patch(`/organizations/${id}`, { slug: 'acme-two' })).status).toBe(200);
    expect((await client.patch(`/organizations/${id}`, { colour: 'red' })).code).toBe('form_param_unknown');
  });

  it('its metadata, by merging', async () => {
    const { id } = await create('Acme', { public_metadata: { a: { b: 1 } } });
    const { body } = await client.patch(`/organizations/${id}/metadata`, {
      public_metadata: { a: { b: null, c: 2 } },
      private_metadata: { x: 1 },
    });
    expect(body).toMatchObject({ public_metadata: { a: { c: 2 } }, private_metadata: { x: 1 } });
    expect(body.public_metadata?.a).toEqual({ c: 2 });
  });

  it('its logo', async () => {
    const { id } = await create('Acme');
    const { body } = await client.upload('PUT', `/organizations/${id}/logo`, PNG, { uploader_user_id: String(ada.id) });
    expect(body).toMatchObject({ has_image: true });
    expect((await fetch(String(body.image_url))).headers.get('content-type')).toBe('image/png');
    expect((await client.delete(`/organizations/${id}/logo`)).body.has_image).toBe(false);
    expect((await client.delete(`/organizations/${id}/logo`)).code).toBe('image_not_found');
    expect((await client.upload('PUT', `/organizations/${id}/logo`, PNG, { uploader_user_id: 'user_none' })).status).toBe(404);
  });
});

it('deleting an organization deletes its memberships and invitations', async () => {
  const { id } = await create('Acme', { created_by: ada.id });
  const invited = await client.post(`/organizations/${id}/invitations`, { email_address: 'new@example.com', role: 'org:member' });
  expect((await client.delete(`/organizations/${id}`)).body).toMatchObject({ object: 'organization', id, deleted: true });
  expect((await client.get(`/organizations/${id}`)).status).toBe(404);
  expect((await client.get(`/users/${ada.id}/organization_memberships`)).body).toEqual({ data: [], total_count: 0 });
  expect((await client.get(`/organizations/${id}/invitations/${invited.body.id}`)).status).toBe(404);
  expect((await create('Acme')).slug).toBe('acme');
});
