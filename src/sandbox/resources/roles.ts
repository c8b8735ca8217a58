import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** The two roles, and the role set, that every instance starts with. */
export const ADMIN = 'org:admin';
export const MEMBER = 'org:member';
export const DEFAULT_ROLE_SET = 'role_set:default';

/** What a member needs to be able to invite and to revoke. */
export const MANAGE_MEMBERS = 'org:sys_memberships:manage';

/** What a role must allow to be the creator's role. At least one member of each organization should have all of these. */
export const CREATOR_PERMISSIONS: readonly string[] = ['org:sys_profile:delete', 'org:sys_memberships:read', MANAGE_MEMBERS];

export interface PermissionRow extends Row {
  name: string;
  /** `org:invoices:create`. */
  key: string;
  description: string;
  /** Clerk's own are `system` and stay as they are. */
  type: 'system' | 'user';
}

export const permissions = defineResource<PermissionRow>()({
  name: 'permission',
  title: 'organization permission',
  prefix: 'perm',
  unique: { key: (row) => row.key },
});

export interface RoleRow extends Row {
  name: string;
  /** `org:editor`. Memberships and invitations hold it. */
  key: string;
  description: string | null;
  permission_ids: string[];
}

export const roles = defineResource<RoleRow>()({
  name: 'role',
  title: 'organization role',
  prefix: 'role',
  unique: { key: (row) => row.key },
  show: ({ permission_ids, ...row }, instance) => ({
    object: 'role',
    ...row,
    is_creator_eligible: isCreatorEligible(instance, permission_ids),
    permissions: permissionRows(instance, permission_ids).map((permission) => permissions.show(permission, instance)),
  }),
});

const permissionRows = (instance: Instance, ids: readonly string[]): PermissionRow[] =>
  ids.flatMap((id) => instance.get(permissions, id) ?? []);

/** Whether a role of these permissions may be that of an organization's creator. */
export function isCreatorEligible(instance: Instance, permissionIds: readonly string[]): boolean {
  const keys = permissionRows(instance, permissionIds).map((permission) => permission.key);
  return CREATOR_PERMISSIONS.every((key) => keys.includes(key));
}

/** The keys of the role's permissions; none where there is no such role. */
export const permissionsOf = (instance: Instance, roleKey: string): string[] =>
  permissionRows(instance, instance.one(roles, 'key', roleKey)?.permission_ids ?? []).map((permission) => permission.key);

export const roleName = (instance: Instance, roleKey: string): string => instance.one(roles, 'key', roleKey)?.name ?? roleKey;
