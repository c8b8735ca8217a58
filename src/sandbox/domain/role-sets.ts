import type { Instance } from '../instance.js';
import { organizationSettings } from '../resources/instance-settings.js';
import type { OrganizationRow } from '../resources/organization.js';
import { organizationInvitations } from '../resources/organization-invitation.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { type RoleSetRow, roleSets } from '../resources/role-set.js';
import { DEFAULT_ROLE_SET, roles } from '../resources/roles.js';
import { isPending } from './invitations.js';

const held = (instance: Instance, key: string): RoleSetRow => {
  const set = instance.one(roleSets, 'key', key);
  if (set === undefined) throw new Error(`the role set ${key} is lost`);
  return set;
};

/** The set that new organizations get. */
export const initialRoleSet = (instance: Instance): RoleSetRow =>
  held(instance, instance.store.setting(organizationSettings).initial_role_set_key ?? DEFAULT_ROLE_SET);

export const roleSetOf = (instance: Instance, organization: OrganizationRow): RoleSetRow =>
  held(instance, organization.role_set_key);

/** The keys of the set's roles. */
export const roleKeysOf = (instance: Instance, set: RoleSetRow): string[] => set.role_ids.map((id) => roleKey(instance, id));

export function roleKey(instance: Instance, id: string): string {
  const role = instance.get(roles, id);
  if (role === undefined) throw new Error(`the role ${id} of a role set is lost`);
  return role.key;
}

/** What the instance's settings repeat of the initial role set, as that is now. */
export function keepInitial(instance: Instance, set: RoleSetRow = initialRoleSet(instance)): void {
  instance.store.set(organizationSettings, {
    initial_role_set_key: set.key,
    creator_role: roleKey(instance, set.creator_role_id),
    domains_default_role: roleKey(instance, set.default_role_id),
  });
}

/** Members, and who may become one, of the organizations. Who declined, or came too late, counts no more. */
const holders = (instance: Instance, within: readonly OrganizationRow[]) => ({
  members: within.flatMap(({ id }) => instance.many(organizationMemberships, 'organization_id', id)),
  invited: within
    .flatMap(({ id }) => instance.many(organizationInvitations, 'organization_id', id))
    .filter((invitation) => isPending(invitation, instance)),
});

/** The keys of the roles that members have, or are invited to, in the organizations. */
export function rolesInUse(instance: Instance, within: readonly OrganizationRow[]): string[] {
  const { members, invited } = holders(instance, within);
  return [...new Set([...members, ...invited].map((holder) => holder.role))];
}

/** Gives everybody in the organizations who has one role the role that it is mapped to. */
export function reassign(instance: Instance, within: readonly OrganizationRow[], mapped: Readonly<Record<string, string>>): void {
  const { members, invited } = holders(instance, within);
  const next = (role: string): string | undefined => (Object.hasOwn(mapped, role) ? mapped[role] : undefined);
  for (const member of members) {
    const role = next(member.role);
    if (role !== undefined) instance.update(organizationMemberships, member, { role });
  }
  for (const invitation of invited) {
    const role = next(invitation.role);
    if (role !== undefined) instance.update(organizationInvitations, invitation, { role });
  }
}
