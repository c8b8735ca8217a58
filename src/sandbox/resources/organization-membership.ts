import { imageUrl } from '../images.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { organizations } from './organization.js';
import { permissionsOf, roleName } from './roles.js';
import type { Metadata } from './shapes.js';
import { identifierOf, users } from './user.js';

export interface OrganizationMembershipRow extends Row {
  organization_id: string;
  user_id: string;
  /** The key of a role. */
  role: string;
  public_metadata: Metadata;
  private_metadata: Metadata;
}

/** What finds the one membership of a user in an organization. */
export const memberKey = (organizationId: string, userId: string): string => `${organizationId}|${userId}`;

export const organizationMemberships = defineResource<OrganizationMembershipRow>()({
  name: 'organization_membership',
  prefix: 'orgmem',
  unique: { member: (row) => memberKey(row.organization_id, row.user_id) },
  owners: { organization: 'organization_id', user: 'user_id' },
  show: ({ organization_id, user_id, ...row }, instance) => {
    const organization = instance.get(organizations, organization_id);
    const user = instance.get(users, user_id);
    if (organization === undefined || user === undefined) throw new Error(`membership ${row.id} has lost an end`);
    const url = imageUrl(instance, user.image_id, user.id);
    return {
      object: 'organization_membership',
      ...row,
      role_name: roleName(instance, row.role),
      permissions: permissionsOf(instance, row.role),
      organization: organizations.show(organization, instance),
      public_user_data: {
        user_id,
        first_name: user.first_name,
        last_name: user.last_name,
        profile_image_url: url,
        image_url: url,
        has_image: user.image_id !== null,
        identifier: identifierOf(user, instance) || null,
        username: user.username,
        banned: user.banned,
      },
    };
  },
});
