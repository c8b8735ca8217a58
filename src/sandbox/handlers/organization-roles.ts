import { changes, creates, deletes, gets, must } from '../domain/found.js';
import { isPending } from '../domain/invitations.js';
import { listsKeyed, parseKey, parseKeyedName } from '../domain/keyed.js';
import { initialRoleSet, keepInitial } from '../domain/role-sets.js';
import { refuseForCreator } from '../domain/roles.js';
import type { Handler, Handlers } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { organizationSettings } from '../resources/instance-settings.js';
import { organizationInvitations } from '../resources/organization-invitation.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { roleSets } from '../resources/role-set.js';
import { type PermissionRow, permissions, type RoleRow, roles } from '../resources/roles.js';
import { refuse, type SandboxError } from '../sandbox-error.js';

type UpdateRole = BodyOf<'OrganizationRoles_updateRole'>;

type CreateRole = BodyOf<'OrganizationRoles_createRole'>;

const ROLE = { param: 'organization_role_id' };
const KEY = { pattern: /^org:[a-z0-9_]+$/, rule: 'org: and then lower-case letters, digits and "_"' };

const key = (instance: Instance, text: string, except?: RoleRow): string => parseKey(instance, roles, text, { ...KEY, except });

/** @throws SandboxError 404 for an id that no permission has. */
const permissionIds = (instance: Instance, ids: readonly string[]): string[] => [
  ...new Set(ids.map((id) => must(instance, permissions, id).id)),
];

function create(instance: Instance, body: CreateRole): RoleRow {
  const most = instance.store.setting(organizationSettings).max_allowed_roles;
  if (instance.of(roles).size >= most) {
    const why = `An instance can have at most ${most} roles.`;
    throw refuse(403, 'organization_instance_roles_quota_exceeded', 'Roles quota exceeded', why);
  }
  const row = instance.insert(roles, {
    name: parseKeyedName(body.name),
    key: key(instance, body.key),
    description: body.description ?? null,
    permission_ids: permissionIds(instance, body.permissions ?? []),
  });
  if (body.include_in_initial_role_set === true) {
    const set = initialRoleSet(instance);
    instance.update(roleSets, set, { role_ids: [...set.role_ids, row.id] });
  }
  return row;
}

/** @throws SandboxError when organizations' creators get the role, and could do too little with these permissions. */
function setPermissions(instance: Instance, row: RoleRow, ids: string[]): void {
  const ofCreators = instance.all(roleSets).some((set) => set.creator_role_id === row.id);
  if (ofCreators) refuseForCreator(instance, ids);
  instance.update(roles, row, { permission_ids: ids });
}

function update(row: RoleRow, body: UpdateRole, instance: Instance): void {
  const patch: Partial<Omit<RoleRow, 'id'>> = {};
  if (typeof body.name === 'string') patch.name = parseKeyedName(body.name);
  if (typeof body.key === 'string') patch.key = key(instance, body.key, row);
  if (typeof body.description === 'string') patch.description = body.description;
  // Looked at first, for it may refuse, and then nothing is to change.
  if (body.permissions !== undefined && body.permissions !== null) {
    setPermissions(instance, row, permissionIds(instance, body.permissions));
  }
  const before = row.key;
  instance.update(roles, row, patch);
  if (row.key !== before) renamed(instance, before, row.key);
}

const membersWith = (instance: Instance, role: string) =>
  instance.all(organizationMemberships).filter((member) => member.role === role);

const invitationsWith = (instance: Instance, role: string) =>
  instance.all(organizationInvitations).filter((invitation) => invitation.role === role);

/** Whatever holds the key of a role gets the new one. */
function renamed(instance: Instance, before: string, role: string): void {
  for (const member of membersWith(instance, before)) instance.update(organizationMemberships, member, { role });
  for (const invitation of invitationsWith(instance, before)) instance.update(organizationInvitations, invitation, { role });
  keepInitial(instance);
}

/** @throws SandboxError when a member has the role, or new members get it by default. */
function refuseInUse(instance: Instance, row: RoleRow): void {
  const inUse = (code: string, why: string): SandboxError => refuse(422, code, 'role is in use', `The role ${row.key} ${why}.`);
  const sets = instance.all(roleSets);
  const ofCreators = sets.find((set) => set.creator_role_id === row.id);
  if (ofCreators !== undefined) throw inUse('organization_role_default_creator_role', `is the creator role of ${ofCreators.key}`);
  const ofNewcomers = sets.find((set) => set.default_role_id === row.id);
  if (ofNewcomers !== undefined)
    throw inUse('organization_role_domain_default_role', `is the default role of ${ofNewcomers.key}`);
  const members = membersWith(instance, row.key).length;
  if (members > 0) throw inUse('organization_role_assigned_members', `is that of ${members} members`);
  const invited = invitationsWith(instance, row.key).some((invitation) => isPending(invitation, instance));
  if (invited) throw inUse('organization_role_exists_in_invitations', 'is that of a pending invitation');
}

function remove(row: RoleRow, instance: Instance): void {
  refuseInUse(instance, row);
  for (const set of instance.all(roleSets)) {
    if (!set.role_ids.includes(row.id)) continue;
    instance.update(roleSets, set, { role_ids: set.role_ids.filter((id) => id !== row.id) });
  }
  instance.delete(roles, row);
}

/** A handler about a role and a permission that the path names. */
const onPermission = (
  act: (role: RoleRow, permission: PermissionRow, instance: Instance) => void,
): Handler<InputsOf<'OrganizationRoles_assignPermission'>> =>
  changes(roles, (row, { instance, path }) => act(row, must(instance, permissions, path.permission_id), instance), ROLE);

export const organizationRolesHandlers: Handlers = {
  OrganizationRoles_list: listsKeyed(roles),
  OrganizationRoles_getById: gets(roles, ROLE.param),

  OrganizationRoles_createRole: creates(roles, ({ instance, body }) => create(instance, body)),

  OrganizationRoles_updateRole: changes(roles, (row, { instance, body }) => update(row, body, instance), {
    ...ROLE,
  }),

  OrganizationRoles_deleteById: deletes(roles, { ...ROLE, remove }),

  OrganizationRoles_assignPermission: onPermission((role, permission, instance) => {
    if (role.permission_ids.includes(permission.id)) {
      const why = `The role ${role.key} has the permission ${permission.key} already.`;
      throw refuse(409, 'organization_role_permission_association_exists', 'Permission already assigned to role', why);
    }
    instance.update(roles, role, { permission_ids: [...role.permission_ids, permission.id] });
  }),

  OrganizationRoles_removePermission: onPermission((role, permission, instance) => {
    if (!role.permission_ids.includes(permission.id)) {
      const why = `The role ${role.key} does not have the permission ${permission.key}.`;
      throw refuse(404, 'organization_role_permission_association_not_found', 'Permission not assigned to role', why);
    }
    setPermissions(
      instance,
      role,
      role.permission_ids.filter((id) => id !== permission.id),
    );
  }),
};
