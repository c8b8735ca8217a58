import type { Instance } from '../instance.js';
import type { OrganizationRow } from '../resources/organization.js';
import { CREATOR_PERMISSIONS, isCreatorEligible, type RoleRow, roles } from '../resources/roles.js';
import { invalidParam, notFound, refuse } from '../sandbox-error.js';
import { roleSetOf } from './role-sets.js';

/** @throws SandboxError 404 for a key that no role has. */
export function mustBeRole(instance: Instance, key: string): RoleRow {
  const role = instance.one(roles, 'key', key);
  if (role !== undefined) return role;
  const known = instance.all(roles);
  throw notFound(`organization role (known: ${known.map((one) => one.key).join(', ')})`, key);
}

/** The key of a role that the organization can give. @throws SandboxError for an unknown one, or one outside its role set. */
export function parseRole(instance: Instance, key: string, organization: OrganizationRow): string {
  const role = mustBeRole(instance, key);
  const set = roleSetOf(instance, organization);
  if (!set.role_ids.includes(role.id)) {
    throw invalidParam('role', `The role ${key} is not in ${set.key}, the role set of the organization.`);
  }
  return role.key;
}

/** @throws SandboxError when the creator of an organization could do too little with these permissions. */
export function refuseForCreator(instance: Instance, permissionIds: readonly string[]): void {
  if (isCreatorEligible(instance, permissionIds)) return;
  const why = `The role of a creator needs the permissions ${CREATOR_PERMISSIONS.join(', ')}.`;
  throw refuse(422, 'organization_missing_creator_role_permissions', 'Missing permissions for the creator role', why);
}
