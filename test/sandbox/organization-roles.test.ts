import { beforeEach, describe, expect, it } from 'vitest';
import { addUser, type Client, idsOf, type Json, openSandbox, rowsOf } from './harness.js';

let client: Client;
let ada: Json;
let bob: Json;
let engine: string;
beforeEach(async () => {
  client = await openSandbox();
  ada = await addUser(client, 'ada@example.com');
  bob = await addUser(client, 'bob@example.com');
  engine = `/organizations/${(await client.post('/organizations', { name: 'Engine', created_by: ada.id })).body.id}`;
});

const keysOf = (list: Json): string[] => rowsOf(list).map((row) => String(row.key));

/** A new role that every organization can give, with a permission of its own. */
async function addEditor(): Promise<{ role: Json; permission: Json }> {
  const permission = (await client.post('/organization_permissions', { name: 'Publish', key: 'org:posts:publish' })).body;
  const role = await client.post('/organization_roles', {
    name: 'Editor',
    key: 'org:editor',
    permissions: [permission.id],
    include_in_initial_role_set: true,
  });
  expect(role.status).toBe(200);
  return { role: role.body, permission };
}

const join = (role: string) => client.post(`${engine}/memberships`, { user_id: bob.id, role });
const bobsMembership = async (): Promise<Json> =>
  rowsOf((await client.get(`/users/${bob.id}/organization_memberships`)).body)[0] as Json;

describe('permissions', () => {
  it('of Clerk’s are there from the start, and stay as they are', async () => {
    const { body } = await client.get('/organization_permissions?query=SYS_PROFILE&order_by=key');
    expect(keysOf(body)).toEqual(['org:sys_profile:delete', 'org:sys_profile:manage']);
    const [first] = rowsOf(body);
    expect(first).toMatchObject({ object: 'permission', type: 'system', name: 'Delete organization' });
    const path = `/organization_permissions/${first?.id}`;
    for (const refused of [await client.patch(path, { name: 'Mine' }), await client.delete(path)]) {
      expect([refused.status, refused.code]).toEqual([403, 'organization_system_permission_not_modifiable']);
    }
    expect((await client.get(path)).body).toEqual(first);
  });

  it('of one’s own are made, found, changed and deleted, which takes them from every role', async () => {
    const { role, permission } = await addEditor();
    expect(permission).toMatchObject({ type: 'user', description: '', key: 'org:posts:publish' });
    expect(idsOf((await client.get(`/organization_permissions?query=${permission.id}`)).body)).toEqual([permission.id]);
    await join('org:editor');
    const path = `/organization_permissions/${permission.id}`;
    const changed = await client.patch(path, { key: 'org:posts:release', description: 'To all' });
    expect(changed.body).toMatchObject({ name: 'Publish', key: 'org:posts:release', description: 'To all' });
    expect((await bobsMembership()).permissions).toEqual(['org:posts:release']);
    expect((await client.delete(path)).body).toEqual({ object: 'permission', id: permission.id, deleted: true });
    expect((await bobsMembership()).permissions).toEqual([]);
    expect((await client.get(`/organization_roles/${role.id}`)).body.permissions).toEqual([]);
    expect((await client.delete(path)).status).toBe(404);
  });

  it.each([
    [{ name: 'X', key: 'posts:publish' }, 'form_param_format_invalid', 'key'],
    [{ name: 'X', key: 'org:posts' }, 'form_param_format_invalid', 'key'],
    [{ name: 'X', key: 'org:Posts:read' }, 'form_param_format_invalid', 'key'],
    [{ name: 'X', key: 'org:sys_posts:read' }, 'form_param_format_invalid', 'key'],
    [{ name: ' ', key: 'org:posts:read' }, 'form_param_value_invalid', 'name'],
    [{ name: 'X', key: 'org:sys_domains:read' }, 'form_param_format_invalid', 'key'],
  ])('%j is refused', async (body, code, param) => {
    const refused = await client.post('/organization_permissions', body);
    expect([refused.status, refused.code, refused.param]).toEqual([422, code, param]);
  });

  it('do not share a key', async () => {
    const { permission } = await addEditor();
    const other = (await client.post('/organization_permissions', { name: 'Read', key: 'org:posts:read' })).body;
    const again = { name: 'Again', key: permission.key };
    for (const refused of [
      await client.post('/organization_permissions', again),
      await client.patch(`/organization_permissions/${other.id}`, again),
    ]) {
      expect([refused.status, refused.code, refused.param]).toEqual([422, 'form_identifier_exists', 'key']);
    }
    expect((await client.patch(`/organization_permissions/${other.id}`, { key: 'org:posts:read', name: 'Same' })).status).toBe(
      200,
    );
  });
});

describe('roles', () => {
  it('of Clerk’s are there from the start', async () => {
    const { body } = await client.get('/organization_roles?order_by=key');
    expect(keysOf(body)).toEqual(['org:admin', 'org:member']);
    const [admin, member] = rowsOf(body);
    expect(admin).toMatchObject({ object: 'role', name: 'Admin', description: null, is_creator_eligible: true });
    expect(rowsOf(admin?.permissions as Json)).toHaveLength(8);
    expect([member?.is_creator_eligible, keysOf(member?.permissions as Json)]).toEqual([
      false,
      ['org:sys_memberships:read', 'org:sys_billing:read'],
    ]);
  });

  it('are what members have: a change of the role is theirs at once', async () => {
    const { role, permission } = await addEditor();
    expect((await join('org:editor')).body).toMatchObject({
      role: 'org:editor',
      role_name: 'Editor',
      permissions: ['org:posts:publish'],
    });
    const path = `/organization_roles/${role.id}`;
    const taken = await client.delete(`${path}/permissions/${permission.id}`);
    expect(taken.body).toMatchObject({ object: 'role', id: role.id, permissions: [] });
    expect((await bobsMembership()).permissions).toEqual([]);
    const given = await client.post(`${path}/permissions/${permission.id}`);
    expect(keysOf(given.body.permissions as Json)).toEqual(['org:posts:publish']);
    expect((await bobsMembership()).permissions).toEqual(['org:posts:publish']);
    await client.patch(path, { permissions: ['perm_sys_domains_read', 'perm_sys_domains_read'] });
    expect((await bobsMembership()).permissions).toEqual(['org:sys_domains:read']);
  });

  it('keep their members, invitations and defaults when their key changes', async () => {
    const { role } = await addEditor();
    await join('org:editor');
    const invited = await client.post(`${engine}/invitations`, { email_address: 'new@example.com', role: 'org:editor' });
    await client.patch('/instance/organization_settings', { domains_default_role_id: role.id });
    const changed = await client.patch(`/organization_roles/${role.id}`, { key: 'org:writer', name: 'Writer', description: 'W' });
    expect(changed.body).toMatchObject({ id: role.id, key: 'org:writer', name: 'Writer', description: 'W' });
    expect(await bobsMembership()).toMatchObject({ role: 'org:writer', role_name: 'Writer', permissions: ['org:posts:publish'] });
    expect((await client.get(`${engine}/invitations/${invited.body.id}`)).body).toMatchObject({
      role: 'org:writer',
      role_name: 'Writer',
    });
    const settings = await client.patch('/instance/organization_settings', { max_allowed_memberships: 9 });
    expect(settings.body.domains_default_role).toBe('org:writer');
    expect((await client.get(`${engine}/memberships?role=org:writer`)).body.total_count).toBe(1);
    expect((await client.get(`${engine}/memberships?role=org:editor`)).body.total_count).toBe(0);
  });

  it('that are in use stay, and go when nobody has them', async () => {
    const { role } = await addEditor();
    const path = `/organization_roles/${role.id}`;
    const refusal = async (): Promise<unknown> => {
      const { status, code } = await client.delete(path);
      return [status, code];
    };
    await client.patch('/instance/organization_settings', { domains_default_role_id: role.id });
    expect(await refusal()).toEqual([422, 'organization_role_domain_default_role']);
    await client.patch('/instance/organization_settings', { domains_default_role_id: 'org:member' });
    await join('org:editor');
    expect(await refusal()).toEqual([422, 'organization_role_assigned_members']);
    await client.patch(`${engine}/memberships/${bob.id}`, { role: 'org:member' });
    await client.post(`${engine}/invitations`, { email_address: 'new@example.com', role: 'org:editor', expires_in_days: 1 });
    expect(await refusal()).toEqual([422, 'organization_role_exists_in_invitations']);
    client.clock.now += 2 * 24 * 60 * 60 * 1000;
    expect((await client.delete(path)).body).toEqual({ object: 'role', id: role.id, deleted: true });
    expect(keysOf((await client.get('/role_sets/role_set:default')).body.roles as Json)).toEqual(['org:admin', 'org:member']);
    expect((await client.patch(`${engine}/memberships/${bob.id}`, { role: 'org:editor' })).status).toBe(404);
    expect((await client.get(path)).status).toBe(404);
  });

  it('of creators can neither go nor lose what creators need', async () => {
    const admin = '/organization_roles/role_admin';
    expect((await client.delete(admin)).code).toBe('organization_role_default_creator_role');
    for (const refused of [
      await client.delete(`${admin}/permissions/perm_sys_memberships_manage`),
      await client.patch(admin, { permissions: [], name: 'Boss' }),
    ]) {
      expect([refused.status, refused.code]).toEqual([422, 'organization_missing_creator_role_permissions']);
    }
    expect((await client.get(admin)).body.name).toBe('Admin');
    expect((await client.delete(`${admin}/permissions/perm_sys_billing_read`)).status).toBe(200);
    const refused = await client.patch('/instance/organization_settings', { creator_role_id: 'role_member' });
    expect([refused.status, refused.code]).toEqual([422, 'organization_missing_creator_role_permissions']);
  });

  it('hold a permission once, and lose only what they have', async () => {
    const { role, permission } = await addEditor();
    const path = `/organization_roles/${role.id}/permissions`;
    const twice = await client.post(`${path}/${permission.id}`);
    expect([twice.status, twice.code]).toEqual([409, 'organization_role_permission_association_exists']);
    const never = await client.delete(`${path}/perm_sys_domains_read`);
    expect([never.status, never.code]).toEqual([404, 'organization_role_permission_association_not_found']);
    expect((await client.post(`${path}/perm_none`)).code).toBe('resource_not_found');
    expect((await client.post(`/organization_roles/role_none/permissions/${permission.id}`)).status).toBe(404);
  });

  it.each([
    [{ name: 'X', key: 'editor' }, 422, 'form_param_format_invalid'],
    [{ name: 'X', key: 'org:a:b' }, 422, 'form_param_format_invalid'],
    [{ name: 'X', key: 'org:member' }, 422, 'form_identifier_exists'],
    [{ name: '', key: 'org:x' }, 422, 'form_param_value_invalid'],
    [{ name: 'X', key: 'org:x', permissions: ['org:sys_domains:read'] }, 404, 'resource_not_found'],
    [{ name: 'X', key: 'org:x', color: 'red' }, 422, 'form_param_unknown'],
  ])('%j is refused, and nothing is made', async (body, status, code) => {
    const refused = await client.post('/organization_roles', body);
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect((await client.get('/organization_roles')).body.total_count).toBe(2);
  });

  it('are ten at most', async () => {
    for (let nth = 3; nth <= 10; nth++) await client.post('/organization_roles', { name: `${nth}`, key: `org:r${nth}` });
    const refused = await client.post('/organization_roles', { name: '11', key: 'org:r11' });
    expect([refused.status, refused.code]).toEqual([403, 'organization_instance_roles_quota_exceeded']);
  });

  it('with all that it takes count as admins', async () => {
    const needed = ['perm_sys_profile_delete', 'perm_sys_memberships_read', 'perm_sys_memberships_manage'];
    const owner = { name: 'Owner', key: 'org:owner', permissions: needed, include_in_initial_role_set: true };
    expect((await client.post('/organization_roles', owner)).body.is_creator_eligible).toBe(true);
    expect((await client.patch(`${engine}/memberships/${ada.id}`, { role: 'org:member' })).status).toBe(422);
    expect((await client.patch(`${engine}/memberships/${ada.id}`, { role: 'org:owner' })).status).toBe(200);
    const asked = await client.get(`${engine}?include_missing_member_with_elevated_permissions=true`);
    expect(asked.body.missing_member_with_elevated_permissions).toBe(false);
    const invite = { email_address: 'new@example.com', role: 'org:member', inviter_user_id: ada.id };
    expect((await client.post(`${engine}/invitations`, invite)).status).toBe(200);
    // The new creator role is that of whoever creates the next one.
    await client.patch('/instance/organization_settings', { creator_role_id: 'org:owner' });
    const next = await client.post('/organizations', { name: 'Next', created_by: bob.id });
    expect((await client.get(`/organizations/${next.body.id}/memberships`)).body).toMatchObject({
      data: [{ role: 'org:owner' }],
    });
  });
});
