import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { organizationSettings } from './instance-settings.js';
import { type OrganizationRow, organizations } from './organization.js';
import { organizationMemberships } from './organization-membership.js';
import { roles } from './roles.js';

/** The roles that the organizations which use it can give. */
export interface RoleSetRow extends Row {
  name: string;
  /** `role_set:premium`. Organizations hold it. */
  key: string;
  description: string | null;
  role_ids: string[];
  /** Of new members. */
  default_role_id: string;
  /** The role of an organization's creator. */
  creator_role_id: string;
}

export const roleSets = defineResource<RoleSetRow>()({
  name: 'role_set',
  prefix: 'roleset',
  unique: { key: (row) => row.key },
  show: ({ role_ids, default_role_id, creator_role_id, ...row }, instance) => {
    const counts = membersByRole(instance, row.key);
    const item = (id: string) => itemOf(instance, id, counts);
    return {
      object: 'role_set',
      ...row,
      roles: role_ids.flatMap((id) => item(id) ?? []),
      default_role: item(default_role_id),
      creator_role: item(creator_role_id),
      type: instance.store.setting(organizationSettings).initial_role_set_key === row.key ? 'initial' : 'custom',
      role_set_migration: null,
    };
  },
});

function itemOf(instance: Instance, roleId: string, counts: ReadonlyMap<string, number>): object | null {
  const role = instance.get(roles, roleId);
  if (role === undefined) return null;
  const { permission_ids: _, ...shown } = role;
  const members = counts.get(role.key) ?? 0;
  return { object: 'role_set_item', ...shown, members_count: members, has_members: members > 0 };
}

/** The organizations that use a role set. Not indexed: nearly all use the same one, and few requests ask for them. */
export const organizationsWith = (instance: Instance, roleSetKey: string): OrganizationRow[] =>
  instance.all(organizations).filter((row) => row.role_set_key === roleSetKey);

/** How many members have each role, in the organizations that use the set. */
function membersByRole(instance: Instance, roleSetKey: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const organization of organizationsWith(instance, roleSetKey)) {
    for (const { role } of instance.many(organizationMemberships, 'organization_id', organization.id)) {
      counts.set(role, (counts.get(role) ?? 0) + 1);
    }
  }
  return counts;
}
