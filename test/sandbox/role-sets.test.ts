import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, type Json, openSandbox, rowsOf } from './harness.js';

const ROLES = ['org:admin', 'org:member'];
const SMALL = { name: 'Small plan', default_role_key: 'org:member', creator_role_key: 'org:admin', roles: ROLES };
const DEFAULT = '/role_sets/role_set:default';

let client: Client;
let ada: Json;
let bob: Json;
beforeEach(async () => {
  client = await openSandbox();
  ada = await addUser(client, 'ada@example.com');
  bob = await addUser(client, 'bob@example.com');
  await client.post('/organization_roles', { name: 'Editor', key: 'org:editor' });
});

const keysOf = (list: Json | undefined): string[] => rowsOf(list as Json).map((row) => String(row.key));
const found = async (organization: Json): Promise<Json> => (await client.get(`/organizations/${organization.id}`)).body;

/** An organization of the role set, with Ada as its creator and Bob in the given role. */
async function addOrganization(role: string, more: object = {}): Promise<Json> {
  const { status, body } = await client.post('/organizations', { name: 'Engine', created_by: ada.id, ...more });
  expect(status).toBe(200);
  const joined = await client.post(`/organizations/${body.id}/memberships`, { user_id: bob.id, role });
  expect(joined.status).toBe(200);
  return body;
}

const roleIn = async (organization: Json, user: Json): Promise<unknown> =>
  rowsOf((await client.get(`/organizations/${organization.id}/memberships?user_id=${user.id}`)).body)[0]?.role;

it('there is one from the start, which new organizations have', async () => {
  const { body } = await client.get('/role_sets');
  expect(rowsOf(body)).toMatchObject([
    {
      object: 'role_set',
      key: 'role_set:default',
      type: 'initial',
      default_role: { object: 'role_set_item', key: 'org:member' },
      creator_role: { key: 'org:admin' },
      role_set_migration: null,
    },
  ]);
  const organization = await addOrganization('org:member');
  expect(organization.role_set_key).toBe('role_set:default');
  expect(rowsOf((await client.get(DEFAULT)).body.roles as Json)).toMatchObject([
    { key: 'org:admin', members_count: 1, has_members: true },
    { key: 'org:member', members_count: 1, has_members: true },
  ]);
});

describe('a set', () => {
  it('is made, found, and changed', async () => {
    const made = await client.post('/role_sets', { ...SMALL, description: 'For free' });
    expect(made.body).toMatchObject({ key: 'role_set:small_plan', type: 'custom', description: 'For free', name: 'Small plan' });
    expect(keysOf(made.body.roles)).toEqual(ROLES);
    expect((await client.post('/role_sets', SMALL)).body.key).toBe('role_set:small_plan_2');
    expect((await client.get(`/role_sets/${made.body.id}`)).body).toEqual(made.body);
    expect((await client.get('/role_sets?query=SMALL&order_by=key')).body.total_count).toBe(2);
    const changed = await client.patch(`/role_sets/${made.body.id}`, {
      name: 'Free',
      key: 'role_set:free',
      default_role_key: 'org:admin',
    });
    expect(changed.body).toMatchObject({ name: 'Free', key: 'role_set:free', default_role: { key: 'org:admin' } });
    expect((await client.get('/role_sets/role_set:small_plan')).status).toBe(404);
  });

  it('decides which roles its organizations give', async () => {
    const organization = await addOrganization('org:member');
    const path = `/organizations/${organization.id}`;
    const attempts = () =>
      Promise.all([
        client.patch(`${path}/memberships/${bob.id}`, { role: 'org:editor' }),
        client.post(`${path}/invitations`, { email_address: 'new@example.com', role: 'org:editor' }),
        client.post(`${path}/invitations/bulk`, [{ email_address: 'newer@example.com', role: 'org:editor' }]),
      ]);
    for (const refused of await attempts()) {
      expect([refused.status, refused.code, refused.param]).toEqual([422, 'form_param_value_invalid', 'role']);
    }
    const grown = await client.post(`${DEFAULT}/roles`, { role_keys: ['org:editor', 'org:member'] });
    expect(keysOf(grown.body.roles)).toEqual([...ROLES, 'org:editor']);
    expect((await attempts()).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('that becomes the initial one takes the place of the one before', async () => {
    const owner = {
      name: 'Owner',
      key: 'org:owner',
      permissions: ['perm_sys_profile_delete', 'perm_sys_memberships_read', 'perm_sys_memberships_manage'],
    };
    await client.post('/organization_roles', owner);
    const before = await addOrganization('org:member');
    await client.post('/role_sets', {
      name: 'New',
      type: 'initial',
      roles: ['org:owner', 'org:editor'],
      default_role_key: 'org:editor',
      creator_role_key: 'org:owner',
    });
    expect((await client.get(DEFAULT)).body.type).toBe('custom');
    const settings = await client.patch('/instance/organization_settings', {});
    expect(settings.body).toMatchObject({
      initial_role_set_key: 'role_set:new',
      creator_role: 'org:owner',
      domains_default_role: 'org:editor',
    });
    const after = await addOrganization('org:editor', { name: 'After' });
    expect([(await found(before)).role_set_key, after.role_set_key]).toEqual(['role_set:default', 'role_set:new']);
    expect(await roleIn(after, ada)).toBe('org:owner');
    expect((await client.patch(DEFAULT, { type: 'initial' })).body.type).toBe('initial');
    expect((await client.get('/role_sets/role_set:new')).body.type).toBe('custom');
  });

  it('that gets another key keeps its organizations', async () => {
    const organization = await addOrganization('org:member');
    await client.patch(DEFAULT, { key: 'role_set:basic' });
    expect((await found(organization)).role_set_key).toBe('role_set:basic');
    expect((await client.post('/organizations', { name: 'Next' })).body.role_set_key).toBe('role_set:basic');
  });

  it.each([
    [{ roles: [] }, 422, 'form_param_value_invalid'],
    [{ roles: Array.from({ length: 11 }, () => 'org:admin') }, 422, 'form_param_array_size_exceeded'],
    [{ roles: ['org:none'] }, 404, 'resource_not_found'],
    [{ default_role_key: 'org:editor' }, 422, 'form_param_value_invalid'],
    [{ creator_role_key: 'org:member' }, 422, 'organization_missing_creator_role_permissions'],
    [{ key: 'role_set:default' }, 422, 'form_identifier_exists'],
    [{ key: 'Small' }, 422, 'form_param_format_invalid'],
    [{ name: '' }, 422, 'form_param_value_invalid'],
  ])('with %j is refused, and none is made', async (wrong, status, code) => {
    const refused = await client.post('/role_sets', { ...SMALL, ...wrong });
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect((await client.get('/role_sets')).body.total_count).toBe(1);
  });

  it('is one of ten at most', async () => {
    for (let nth = 2; nth <= 10; nth++) await client.post('/role_sets', SMALL);
    const refused = await client.post('/role_sets', SMALL);
    expect([refused.status, refused.code]).toEqual([403, 'quota_exceeded']);
  });

  it('takes added roles as defaults only from among them', async () => {
    const added = await client.post(`${DEFAULT}/roles`, { role_keys: ['org:editor'], default_role_key: 'org:editor' });
    expect(added.body.default_role?.key).toBe('org:editor');
    const other = await client.post(`${DEFAULT}/roles`, { role_keys: ['org:editor'], default_role_key: 'org:member' });
    expect([other.status, other.param]).toEqual([422, 'default_role_key']);
    const unfit = await client.post(`${DEFAULT}/roles`, { role_keys: ['org:editor'], creator_role_key: 'org:editor' });
    expect(unfit.code).toBe('organization_missing_creator_role_permissions');
  });
});

describe('replacing a role in a set', () => {
  it('moves its members, its invitations and its duties', async () => {
    const organization = await addOrganization('org:member');
    const sent = { email_address: 'new@example.com', role: 'org:member' };
    const invited = (await client.post(`/organizations/${organization.id}/invitations`, sent)).body;
    const elsewhere = (await client.post('/role_sets', SMALL)).body;
    const other = await addOrganization('org:member', { name: 'Other', role_set_key: elsewhere.key });
    const answer = await client.post(`${DEFAULT}/roles/replace`, { role_key: 'org:member', to_role_key: 'org:editor' });
    expect(answer.body).toMatchObject({ default_role: { key: 'org:editor', members_count: 1 } });
    expect(keysOf(answer.body.roles)).toEqual(['org:admin', 'org:editor']);
    expect(await roleIn(organization, bob)).toBe('org:editor');
    expect((await client.get(`/organizations/${organization.id}/invitations/${invited.id}`)).body.role).toBe('org:editor');
    expect(await roleIn(other, bob)).toBe('org:member');
  });

  it('refuses what is not in it, what does not exist, and a creator who could do too little', async () => {
    const replace = async (role_key: string, to_role_key: string) => {
      const { status, code, param } = await client.post(`${DEFAULT}/roles/replace`, { role_key, to_role_key });
      return [status, code, param];
    };
    expect(await replace('org:editor', 'org:member')).toEqual([422, 'form_param_value_invalid', 'role_key']);
    expect(await replace('org:member', 'org:member')).toEqual([422, 'form_param_value_invalid', 'to_role_key']);
    expect(await replace('org:member', 'org:none')).toEqual([404, 'resource_not_found', undefined]);
    expect(await replace('org:admin', 'org:member')).toEqual([422, 'organization_missing_creator_role_permissions', undefined]);
  });
});

describe('replacing a set', () => {
  const LARGE = { ...SMALL, name: 'Large', roles: [...ROLES, 'org:editor'] };

  it('deletes it and moves its organizations, with roles as they are mapped', async () => {
    const large = (await client.post('/role_sets', LARGE)).body;
    const organization = await addOrganization('org:editor', { role_set_key: large.key });
    const path = `/role_sets/${large.key}/replace`;
    const refused = await client.post(path, { dest_role_set_key: 'role_set:default' });
    expect([refused.status, refused.code, refused.param]).toEqual([
      422,
      'form_conditional_param_missing',
      'reassignment_mappings',
    ]);
    const answer = await client.post(path, {
      dest_role_set_key: 'role_set:default',
      reassignment_mappings: { 'org:editor': 'org:member' },
    });
    expect(answer.body).toEqual({ object: 'role_set', id: large.id, deleted: true });
    expect((await client.get(`/role_sets/${large.id}`)).status).toBe(404);
    expect((await found(organization)).role_set_key).toBe('role_set:default');
    expect(await roleIn(organization, bob)).toBe('org:member');
    expect(await roleIn(organization, ada)).toBe('org:admin');
  });

  it('makes the other the initial one where it was', async () => {
    const large = (await client.post('/role_sets', { ...LARGE, default_role_key: 'org:editor' })).body;
    await client.post(`${DEFAULT}/replace`, { dest_role_set_key: large.key });
    expect((await client.get(`/role_sets/${large.id}`)).body.type).toBe('initial');
    expect((await client.post('/organizations', { name: 'Next' })).body.role_set_key).toBe(large.key);
  });

  it.each([
    ['role_set:none', {}, 404, 'resource_not_found'],
    ['role_set:default', {}, 422, 'form_param_value_invalid'],
    ['role_set:small_plan', { 'org:editor': 'org:member' }, 422, 'form_param_value_invalid'],
    ['role_set:small_plan', { 'org:member': 'org:editor' }, 422, 'form_param_value_invalid'],
  ])('by %s with %j is refused', async (dest_role_set_key, reassignment_mappings, status, code) => {
    await client.post('/role_sets', SMALL);
    const refused = await client.post(`${DEFAULT}/replace`, { dest_role_set_key, reassignment_mappings });
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect((await client.get('/role_sets')).body.total_count).toBe(2);
  });
});

describe('the set of an organization', () => {
  it('can be another one that has the roles of its members', async () => {
    const wide = { ...SMALL, name: 'Wide', roles: [...ROLES, 'org:editor'] };
    await client.post('/role_sets', wide);
    const organization = await addOrganization('org:member');
    const path = `/organizations/${organization.id}`;
    expect((await client.patch(path, { role_set_key: 'role_set:wide' })).body.role_set_key).toBe('role_set:wide');
    expect((await client.patch(`${path}/memberships/${bob.id}`, { role: 'org:editor' })).status).toBe(200);
    const refused = await client.patch(path, { role_set_key: 'role_set:default', name: 'Never' });
    expect([refused.status, refused.param]).toEqual([422, 'role_set_key']);
    expect(await found(organization)).toMatchObject({ name: 'Engine', role_set_key: 'role_set:wide' });
  });

  it('exists', async () => {
    for (const refused of [
      await client.post('/organizations', { name: 'Lost', role_set_key: 'role_set:none' }),
      await client.patch(`/organizations/${(await addOrganization('org:member')).id}`, { role_set_key: 'role_set:none' }),
    ]) {
      expect([refused.status, refused.code, refused.param]).toEqual([422, 'form_resource_not_found', 'role_set_key']);
    }
  });
});
