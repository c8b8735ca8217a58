import { notFound, refuse } from '../errors.js';
import type { Instance } from '../instance.js';
import type { OrganizationRow } from '../resources/organization.js';
import { memberKey, type OrganizationMembershipRow, organizationMemberships } from '../resources/organization-membership.js';
import { ADMIN, roles } from '../resources/roles.js';
import { organizationSettings } from '../resources/settings.js';
import type { Metadata } from '../resources/shapes.js';

export const isAdmin = (row: OrganizationMembershipRow): boolean => row.role === ADMIN;

export const membershipOf = (instance: Instance, organizationId: string, userId: string): OrganizationMembershipRow | undefined =>
  instance.of(organizationMemberships).one('member', memberKey(organizationId, userId));

/** @throws SandboxError 404 for a role that the instance does not have. */
export function parseRole(role: string): string {
  if (!Object.hasOwn(roles, role)) throw notFound(`organization role (known: ${Object.keys(roles).join(', ')})`, role);
  return role;
}

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

/** @throws SandboxError when the user is a member already, or the organization is full. */
export function addMember(instance: Instance, organization: OrganizationRow, member: NewMember): OrganizationMembershipRow {
  if (membershipOf(instance, organization.id, member.user_id) !== undefined) {
    const why = `The user ${member.user_id} is a member of the organization already.`;
    throw refuse(400, 'already_a_member_in_organization', 'Already a member', why);
  }
  const held = instance.of(organizationMemberships);
  const most = organization.max_allowed_memberships;
  if (most > 0 && held.many('organization_id', organization.id).length >= most) {
    const why = `The organization can have at most ${most} members.`;
    throw refuse(403, 'organization_membership_quota_exceeded', 'Membership quota exceeded', why);
  }
  return held.insert({
    public_metadata: {},
    private_metadata: {},
    ...member,
    role: parseRole(member.role),
    organization_id: organization.id,
  });
}

/** @throws SandboxError when the organization would be left without an admin. */
export function refuseLastAdmin(instance: Instance, membership: OrganizationMembershipRow): void {
  if (!isAdmin(membership)) return;
  const admins = instance.of(organizationMemberships).many('organization_id', membership.organization_id).filter(isAdmin);
  if (admins.length > 1) return;
  const why = 'An organization needs at least one member with the minimum permissions: this is its last admin.';
  throw refuse(422, 'organization_minimum_permissions_needed', 'Minimum permissions needed', why);
}

/** @throws SandboxError when the user is no member of the organization. */
export function mustBeMember(instance: Instance, organizationId: string, userId: string): OrganizationMembershipRow {
  const membership = membershipOf(instance, organizationId, userId);
  if (membership !== undefined) return membership;
  const why = `The user ${userId} is not a member of the organization.`;
  throw refuse(403, 'not_a_member_in_organization', 'Not a member', why);
}

/** The admin who acts. @throws SandboxError when the user is no admin of the organization. */
export function mustBeAdmin(instance: Instance, organizationId: string, userId: string): void {
  if (!isAdmin(mustBeMember(instance, organizationId, userId))) {
    const why = `The user ${userId} may not manage memberships of the organization.`;
    throw refuse(403, 'missing_organization_permission', 'Missing permission', why);
  }
}
