import type { Instance } from '../instance.js';
import { organizationSettings } from '../resources/instance-settings.js';
import type { OrganizationRow } from '../resources/organization.js';
import { memberKey, type OrganizationMembershipRow, organizationMemberships } from '../resources/organization-membership.js';
import { isCreatorEligible, MANAGE_MEMBERS, permissionsOf, roles } from '../resources/roles.js';
import type { Metadata } from '../resources/shapes.js';
import { refuse } from '../sandbox-error.js';
import { parseRole } from './roles.js';

const NO_LIMIT = 0;

/** Whether the role lets its holder run an organization; every organization needs such a member. */
function runsOrganization(instance: Instance, roleKey: string): boolean {
  const role = instance.one(roles, 'key', roleKey);
  return role !== undefined && isCreatorEligible(instance, role.permission_ids);
}

export const isAdmin = (instance: Instance, row: OrganizationMembershipRow): boolean => runsOrganization(instance, row.role);

export const membershipOf = (instance: Instance, organizationId: string, userId: string): OrganizationMembershipRow | undefined =>
  instance.one(organizationMemberships, 'member', memberKey(organizationId, userId));

/** @throws SandboxError when the instance has organizations switched off. */
export function mustHaveOrganizations(instance: Instance): void {
  if (instance.store.setting(organizationSettings).enabled) return;
  const why = 'Organizations are not enabled for this instance.';
  throw refuse(403, 'organization_not_enabled_in_instance', 'Organizations not enabled', why);
}

export interface NewMember {
  readonly user_id: string;
  readonly role: string;
  readonly public_metadata?: Metadata;
  readonly private_metadata?: Metadata;
}

/** @param more Members, or people who may become members. @throws SandboxError when the organization has no place for them. */
export function refuseFull(instance: Instance, organization: OrganizationRow, more: number): void {
  const most = organization.max_allowed_memberships;
  const members = instance.many(organizationMemberships, 'organization_id', organization.id).length;
  if (most === NO_LIMIT || members + more <= most) return;
  const why = `The organization can have at most ${most} members.`;
  throw refuse(403, 'organization_membership_quota_exceeded', 'Membership quota exceeded', why);
}

/** @throws SandboxError when the user is a member already, or the organization is full. */
export function addMember(instance: Instance, organization: OrganizationRow, member: NewMember): OrganizationMembershipRow {
  if (membershipOf(instance, organization.id, member.user_id) !== undefined) {
    const why = `The user ${member.user_id} is a member of the organization already.`;
    throw refuse(400, 'already_a_member_in_organization', 'Already a member', why);
  }
  refuseFull(instance, organization, 1);
  return instance.insert(organizationMemberships, {
    public_metadata: {},
    private_metadata: {},
    ...member,
    role: parseRole(instance, member.role, organization),
    organization_id: organization.id,
  });
}

/**
 * @param next The role that takes the place of the present one. Default: none, the membership ends.
 * @throws SandboxError when the organization would be left without an admin.
 */
export function refuseLastAdmin(instance: Instance, membership: OrganizationMembershipRow, next?: string): void {
  if (!isAdmin(instance, membership) || (next !== undefined && runsOrganization(instance, next))) return;
  const members = instance.many(organizationMemberships, 'organization_id', membership.organization_id);
  if (members.some((other) => other !== membership && isAdmin(instance, other))) return;
  const why = 'An organization needs at least one member with the minimum permissions: this is its last admin.';
  throw refuse(422, 'organization_minimum_permissions_needed', 'Minimum permissions needed', why);
}

/** @throws SandboxError when the user is no member of the organization. */
export function mustBeMember(instance: Instance, organizationId: string, userId: string): OrganizationMembershipRow {
  const membership = membershipOf(instance, organizationId, userId);
  if (membership !== undefined) return membership;
  throw refuse(403, 'not_a_member_in_organization', 'Not a member', `The user ${userId} is not a member of the organization.`);
}

/** @throws SandboxError when the user may not manage the members of the organization. */
export function mustManageMembers(instance: Instance, organizationId: string, userId: string): void {
  const { role } = mustBeMember(instance, organizationId, userId);
  if (!permissionsOf(instance, role).includes(MANAGE_MEMBERS)) {
    const why = `The user ${userId} may not manage memberships of the organization.`;
    throw refuse(403, 'missing_organization_permission', 'Missing permission', why, { permissions: [MANAGE_MEMBERS] });
  }
}
