import { imageUrl } from '../images.js';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import { type InvitationBase, invitationStatus } from './invitation.js';
import { roleName } from './roles.js';
import type { Metadata } from './shapes.js';
import { identifierOf, users } from './user.js';

export interface OrganizationInvitationRow extends InvitationBase {
  organization_id: string;
  role: string;
  inviter_id: string | null;
  private_metadata: Metadata;
}

export const organizationInvitations = defineResource<OrganizationInvitationRow>()({
  name: 'organization_invitation',
  prefix: 'orginv',
  lookup: { email_address: (row) => row.email_address },
  owners: { organization: 'organization_id' },
  show: (row, instance) => ({
    object: 'organization_invitation',
    ...row,
    role_name: roleName(instance, row.role),
    public_inviter_data: inviterOf(row, instance),
    status: invitationStatus(row, instance),
    url: invitationStatus(row, instance) === 'pending' ? row.url : null,
  }),
});

function inviterOf(row: OrganizationInvitationRow, instance: Instance): object | null {
  const inviter = row.inviter_id === null ? undefined : instance.get(users, row.inviter_id);
  if (inviter === undefined) return null;
  return {
    user_id: inviter.id,
    first_name: inviter.first_name,
    last_name: inviter.last_name,
    image_url: imageUrl(instance, inviter.image_id, inviter.id),
    has_image: inviter.image_id !== null,
    identifier: identifierOf(inviter, instance),
  };
}
