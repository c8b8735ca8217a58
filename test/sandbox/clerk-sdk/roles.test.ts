import type { Organization, User } from '@clerk/backend';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf, deletedAs, ids, type Opened, openClerk } from './support.js';

type Clerk = Opened['clerk'];
type Role = Awaited<ReturnType<Clerk['organizationRoles']['createOrganizationRole']>>;
type RoleSet = Awaited<ReturnType<Clerk['roleSets']['createRoleSet']>>;

let opened: Opened;
let ada: User;
let engine: Organization;
beforeEach(async () => {
  opened = await openClerk();
  const { users, organizations } = opened.clerk;
  ada = await users.createUser({ emailAddress: ['ada@example.com'], firstName: 'Ada' });
  engine = await organizations.createOrganization({ name: 'Analytical Engine', createdBy: ada.id });
});

const publish = { name: 'Publish', key: 'org:posts:publish' };
const keys = (rows: readonly { key: string }[]): string[] => rows.map((row) => row.key);

describe('permissions', () => {
  it('are made, read, listed, changed and deleted', async () => {
    const { organizationPermissions } = opened.clerk;
    const made = await organizationPermissions.createOrganizationPermission({ ...publish, description: 'To all' });
    expect(made).toMatchObject({ ...publish, description: 'To all' });
    expect(await organizationPermissions.getOrganizationPermission(made.id)).toEqual(made);
    const page = await organizationPermissions.getOrganizationPermissionList({ orderBy: '-key', limit: 2 });
    expect([keys(page.data), page.totalCount]).toEqual([['org:sys_profile:manage', 'org:sys_profile:delete'], 9]);
    expect(ids(await organizationPermissions.getOrganizationPermissionList({ query: 'posts' }))).toEqual([made.id]);
    const changed = await organizationPermissions.updateOrganizationPermission({ permissionId: made.id, name: 'Release' });
    expect(changed).toMatchObject({ name: 'Release', key: publish.key });
    const deleted = await organizationPermissions.deleteOrganizationPermission(made.id);
    expect(deleted).toEqual(deletedAs('permission', made.id));
    expect(await codeOf(organizationPermissions.getOrganizationPermission(made.id))).toEqual([404, 'resource_not_found']);
    expect(await codeOf(organizationPermissions.deleteOrganizationPermission('perm_sys_profile_manage'))).toEqual([
      403,
      'organization_system_permission_not_modifiable',
    ]);
  });
});

describe('roles', () => {
  let editor: Role;
  beforeEach(async () => {
    const params = { name: 'Editor', key: 'org:editor', description: 'Writes', includeInInitialRoleSet: true };
    editor = await opened.clerk.organizationRoles.createOrganizationRole(params);
  });

  it('are made, read, listed, changed and deleted', async () => {
    const { organizationRoles } = opened.clerk;
    expect(editor).toMatchObject({ key: 'org:editor', description: 'Writes', isCreatorEligible: false, permissions: [] });
    expect(await organizationRoles.getOrganizationRole(editor.id)).toEqual(editor);
    const page = await organizationRoles.getOrganizationRoleList({ orderBy: '+name' });
    expect(keys(page.data)).toEqual(['org:admin', 'org:editor', 'org:member']);
    const change = { organizationRoleId: editor.id, key: 'org:writer', permissions: ['perm_sys_domains_read'] };
    const changed = await organizationRoles.updateOrganizationRole(change);
    expect([changed.key, keys(changed.permissions)]).toEqual(['org:writer', ['org:sys_domains:read']]);
    expect(await organizationRoles.deleteOrganizationRole(editor.id)).toEqual(deletedAs('role', editor.id));
    expect(await codeOf(organizationRoles.deleteOrganizationRole('role_admin'))).toEqual([
      422,
      'organization_role_default_creator_role',
    ]);
  });

  it('get and lose permissions, and with them their members', async () => {
    const { organizationRoles, organizationPermissions, organizations, users } = opened.clerk;
    const bob = await users.createUser({ emailAddress: ['bob@example.com'] });
    await organizations.createOrganizationMembership({ organizationId: engine.id, userId: bob.id, role: 'org:editor' });
    const permission = await organizationPermissions.createOrganizationPermission(publish);
    const pair = { organizationRoleId: editor.id, permissionId: permission.id };
    const permissions = async () => (await users.getOrganizationMembershipList({ userId: bob.id })).data[0]?.permissions;
    expect(keys((await organizationRoles.assignPermissionToOrganizationRole(pair)).permissions)).toEqual([publish.key]);
    expect(await permissions()).toEqual([publish.key]);
    expect((await organizationRoles.removePermissionFromOrganizationRole(pair)).permissions).toEqual([]);
    expect(await permissions()).toEqual([]);
  });
});

describe('role sets', () => {
  let small: RoleSet;
  beforeEach(async () => {
    small = await opened.clerk.roleSets.createRoleSet({
      name: 'Small',
      defaultRoleKey: 'org:member',
      creatorRoleKey: 'org:admin',
      roles: ['org:admin', 'org:member'],
    });
    await opened.clerk.organizationRoles.createOrganizationRole({ name: 'Editor', key: 'org:editor' });
  });

  it('are made, read, listed and changed', async () => {
    const { roleSets } = opened.clerk;
    expect(small).toMatchObject({ key: 'role_set:small', type: 'custom', roleSetMigration: null });
    expect([small.defaultRole?.key, small.creatorRole?.key]).toEqual(['org:member', 'org:admin']);
    expect(await roleSets.getRoleSet(small.key)).toEqual(small);
    expect(keys((await roleSets.getRoleSetList({ orderBy: '-key' })).data)).toEqual(['role_set:small', 'role_set:default']);
    const changed = await roleSets.updateRoleSet({ roleSetKeyOrId: small.id, name: 'Free', type: 'initial' });
    expect(changed).toMatchObject({ name: 'Free', type: 'initial' });
  });

  it('get roles, swap them, and are replaced, with members moved along', async () => {
    const { organizations, roleSets, users } = opened.clerk;
    const bob = await users.createUser({ emailAddress: ['bob@example.com'] });
    await roleSets.updateRoleSet({ roleSetKeyOrId: small.key, type: 'initial' });
    const organization = await organizations.createOrganization({ name: 'Small', createdBy: ada.id });
    const roleNow = async () => (await users.getOrganizationMembershipList({ userId: bob.id })).data[0]?.role;
    await organizations.createOrganizationMembership({ organizationId: organization.id, userId: bob.id, role: 'org:member' });
    const grown = await roleSets.addRolesToRoleSet({ roleSetKeyOrId: small.key, roleKeys: ['org:editor'] });
    expect(keys(grown.roles)).toEqual(['org:admin', 'org:member', 'org:editor']);
    const swap = { roleSetKeyOrId: small.key, roleKey: 'org:member', toRoleKey: 'org:editor' };
    expect((await roleSets.replaceRoleInRoleSet(swap)).defaultRole).toMatchObject({ key: 'org:editor', membersCount: 1 });
    expect(await roleNow()).toBe('org:editor');
    const replaced = await roleSets.replaceRoleSet({
      roleSetKeyOrId: small.key,
      destRoleSetKey: 'role_set:default',
      reassignmentMappings: { 'org:editor': 'org:member' },
    });
    expect(replaced).toEqual(deletedAs('role_set', small.id));
    expect(await roleNow()).toBe('org:member');
    expect(await codeOf(roleSets.getRoleSet(small.id))).toEqual([404, 'resource_not_found']);
  });
});

describe('domains of organizations', () => {
  it('are made, listed, changed and deleted', async () => {
    const { organizations } = opened.clerk;
    const organizationId = engine.id;
    const made = await organizations.createOrganizationDomain({
      organizationId,
      name: 'engine.example.com',
      enrollmentMode: 'manual_invitation',
      verified: false,
    });
    // The SDK hands a domain on as it came.
    expect(made).toMatchObject({ organization_id: organizationId, name: 'engine.example.com', verification: null });
    expect(ids(await organizations.getOrganizationDomainList({ organizationId, limit: 5 }))).toEqual([made.id]);
    const at = { organizationId, domainId: made.id };
    const changed = await organizations.updateOrganizationDomain({ ...at, verified: true });
    expect(changed.verification).toMatchObject({ status: 'verified', strategy: 'admin' });
    const automatic = organizations.updateOrganizationDomain({ ...at, enrollmentMode: 'automatic_invitation' });
    expect(await codeOf(automatic)).toEqual([403, 'organization_domain_enrollment_mode_not_enabled']);
    const deleted = await organizations.deleteOrganizationDomain(at);
    expect(deleted.id).toBe(made.id);
    expect((await organizations.getOrganizationDomainList({ organizationId })).totalCount).toBe(0);
  });
});

describe('across organizations', () => {
  it('getInstanceOrganizationMembershipList', async () => {
    const { organizations } = opened.clerk;
    const page = await organizations.getInstanceOrganizationMembershipList({ orderBy: '-created_at', limit: 5 });
    expect(page.data.map((row) => [row.organization.id, row.publicUserData?.userId])).toEqual([[engine.id, ada.id]]);
  });

  it('a user’s getOrganizationInvitationList', async () => {
    const { organizations, users } = opened.clerk;
    const bob = await users.createUser({ emailAddress: ['bob@example.com'] });
    const invitation = { organizationId: engine.id, emailAddress: 'bob@example.com', role: 'org:member' };
    const sent = await organizations.createOrganizationInvitation(invitation);
    const page = await users.getOrganizationInvitationList({ userId: bob.id, status: 'pending' });
    expect(page.data).toMatchObject([{ id: sent.id, publicOrganizationData: { id: engine.id, name: 'Analytical Engine' } }]);
  });

  it('replaceOrganizationMetadata, and updateOrganization with metadata', async () => {
    const { organizations } = opened.clerk;
    await organizations.updateOrganizationMetadata(engine.id, { publicMetadata: { a: 1 }, privateMetadata: { b: 2 } });
    const replaced = await organizations.replaceOrganizationMetadata(engine.id, { publicMetadata: { c: 3 } });
    expect([replaced.publicMetadata, replaced.privateMetadata]).toEqual([{ c: 3 }, { b: 2 }]);
    const updated = await organizations.updateOrganization(engine.id, { name: 'Engine', privateMetadata: { d: 4 } });
    expect([updated.name, updated.privateMetadata]).toEqual(['Engine', { d: 4 }]);
  });
});
