import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { domainOf, type EmailAddressRow, emailAddresses, isVerified } from './identifiers.js';
import { invitationStatus } from './invitation.js';
import { publicDataOf } from './organization.js';
import { organizationInvitations } from './organization-invitation.js';
import { memberKey, organizationMemberships } from './organization-membership.js';

export const enrollmentModes = ['manual_invitation', 'automatic_invitation', 'automatic_suggestion', 'enterprise_sso'] as const;
export type EnrollmentMode = (typeof enrollmentModes)[number];

/** An e-mail domain of an organization. Several may claim one; only one can have it verified. */
export interface OrganizationDomainRow extends Row {
  organization_id: string;
  /** In lower case. */
  name: string;
  enrollment_mode: EnrollmentMode;
  verified: boolean;
  /** Unix milliseconds at which the ownership was affirmed; null for never. */
  owned_at: number | null;
}

export const newDomain = (name: string, verified: boolean): Pick<OrganizationDomainRow, 'name' | 'verified' | 'owned_at'> => ({
  name,
  verified,
  owned_at: null,
});

export const domainKey = (organizationId: string, name: string): string => `${organizationId}|${name}`;

export const organizationDomains = defineResource<OrganizationDomainRow>()({
  name: 'organization_domain',
  prefix: 'orgdmn',
  unique: { domain: (row) => domainKey(row.organization_id, row.name) },
  lookup: { name: (row) => row.name },
  owners: { organization: 'organization_id' },
  show: ({ verified, owned_at, ...row }, instance) => {
    const affiliation = verified ? { ...BY_ADMIN, strategy: 'admin' } : null;
    return {
      object: 'organization_domain',
      ...row,
      // Only a member who signs in can prove the domain by an address of his own.
      affiliation_email_address: null,
      affiliation_verification: affiliation,
      ownership_verification: owned_at === null ? null : { ...BY_ADMIN, strategy: 'manual_override', verified_at: owned_at },
      verification: affiliation,
      total_pending_invitations: pendingInvitations(instance, row).length,
      total_pending_suggestions: verified && row.enrollment_mode === 'automatic_suggestion' ? newcomers(instance, row).length : 0,
      public_organization_data: publicDataOf(instance, row.organization_id),
    };
  },
});

const BY_ADMIN = { status: 'verified', attempts: null, expire_at: null, verified_at: null };

type Named = Pick<OrganizationDomainRow, 'organization_id' | 'name'>;

const pendingInvitations = (instance: Instance, { organization_id, name }: Named) =>
  instance
    .many(organizationInvitations, 'organization_id', organization_id)
    .filter((row) => domainOf(row.email_address) === name && invitationStatus(row, instance) === 'pending');

/** Verified addresses of the domain whose users are neither members of the organization nor invited. */
export function newcomers(instance: Instance, domain: Named): EmailAddressRow[] {
  const invited = new Set(pendingInvitations(instance, domain).map((row) => row.email_address));
  const { organization_id, name } = domain;
  return instance
    .many(emailAddresses, 'domain', name)
    .filter(
      (address) =>
        isVerified(address) &&
        !invited.has(address.email_address) &&
        instance.one(organizationMemberships, 'member', memberKey(organization_id, address.user_id)) === undefined,
    );
}
