import * as z from 'zod';
import { closedMetadata, metadata, nullableText, nullableTime, optionalText, time } from './common.js';
import { listRows, secret } from './marks.js';

export const organization = z
  .strictObject({
    object: z.literal('organization'),
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    image_url: z.string(),
    logo_url: nullableText.optional(),
    has_image: z.boolean(),
    members_count: z.int().optional(),
    pending_invitations_count: z.int().optional(),
    missing_member_with_elevated_permissions: z.boolean().optional(),
    /** 0 for no limit. */
    max_allowed_memberships: z.int(),
    admin_delete_enabled: z.boolean(),
    public_metadata: metadata,
    private_metadata: closedMetadata,
    created_by: optionalText,
    role_set_key: nullableText,
    last_active_at: time.optional(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: 'id name slug members_count pending_invitations_count max_allowed_memberships created_by created_at',
    state: 'id slug',
  });

/** What others may see of an organization that is named in passing. */
export const publicOrganizationData = z.strictObject({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  image_url: z.string(),
  has_image: z.boolean(),
});

export const organizationMembership = z
  .strictObject({
    object: z.literal('organization_membership'),
    id: z.string(),
    role: z.string(),
    role_name: z.string(),
    permissions: z.array(z.string()),
    public_metadata: metadata,
    private_metadata: closedMetadata,
    organization,
    public_user_data: z.strictObject({
      user_id: z.string(),
      first_name: nullableText,
      last_name: nullableText,
      profile_image_url: nullableText,
      image_url: z.string(),
      has_image: z.boolean(),
      identifier: nullableText,
      username: nullableText,
      banned: z.boolean(),
      deprovisioned: z.boolean().optional(),
    }),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: `id role role_name organization.id organization.name organization.slug public_user_data.user_id
      public_user_data.identifier public_user_data.first_name public_user_data.last_name created_at`,
    state: 'id role organization.id public_user_data.user_id',
  });

const invitationRow = {
  short: 'id email_address role organization_id public_organization_data.name status expires_at created_at',
};

export const organizationInvitation = z
  .strictObject({
    object: z.literal('organization_invitation'),
    id: z.string(),
    email_address: z.string(),
    role: z.string(),
    role_name: z.string(),
    organization_id: z.string(),
    inviter_id: nullableText,
    public_inviter_data: z
      .strictObject({
        user_id: z.string(),
        first_name: nullableText,
        last_name: nullableText,
        image_url: z.string(),
        has_image: z.boolean(),
        identifier: z.string(),
      })
      .nullable(),
    status: z.enum(['pending', 'accepted', 'revoked', 'expired']),
    public_metadata: metadata,
    private_metadata: closedMetadata,
    /** Null once it is no longer pending. */
    url: secret('link', 'OrganizationInvitations_getById with fields:["url"] shows it').nullable(),
    expires_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, invitationRow);

/** In lists across organizations, each invitation names its organization. */
export const namedOrganizationInvitation = organizationInvitation
  .extend({ public_organization_data: publicOrganizationData })
  .register(listRows, invitationRow);

const domainVerification = z
  .strictObject({
    status: z.string(),
    strategy: z.string(),
    attempts: z.int().nullable(),
    expire_at: nullableTime,
    verified_at: nullableTime,
  })
  .nullable();

export const organizationDomain = z
  .strictObject({
    object: z.literal('organization_domain'),
    id: z.string(),
    organization_id: z.string(),
    name: z.string(),
    enrollment_mode: z.enum(['manual_invitation', 'automatic_invitation', 'automatic_suggestion', 'enterprise_sso']),
    affiliation_email_address: nullableText,
    affiliation_verification: domainVerification,
    ownership_verification: domainVerification,
    verification: domainVerification,
    total_pending_invitations: z.int(),
    total_pending_suggestions: z.int(),
    public_organization_data: publicOrganizationData.nullable(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: `id organization_id name enrollment_mode verification.status total_pending_invitations
      total_pending_suggestions created_at`,
  });

export const permission = z
  .strictObject({
    object: z.literal('permission'),
    id: z.string(),
    name: z.string(),
    key: z.string(),
    description: z.string(),
    /** Clerk's own are `system`. */
    type: z.enum(['system', 'user']),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name key description type' });

export const role = z
  .strictObject({
    object: z.literal('role'),
    id: z.string(),
    name: z.string(),
    key: z.string(),
    description: nullableText,
    is_creator_eligible: z.boolean(),
    permissions: z.array(permission),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name key description is_creator_eligible permissions.key' });

const roleSetItem = z.strictObject({
  object: z.literal('role_set_item'),
  id: z.string(),
  name: z.string(),
  key: z.string(),
  description: nullableText,
  members_count: z.int().nullable(),
  has_members: z.boolean().nullable(),
  created_at: time,
  updated_at: time,
});

/** The migration of members from the roles of one set to those of another. */
const roleSetMigration = z.strictObject({
  object: z.literal('role_set_migration'),
  id: z.string(),
  organization_id: nullableText,
  instance_id: z.string(),
  source_role_set_id: z.string(),
  dest_role_set_id: nullableText,
  trigger_type: z.string(),
  status: z.string(),
  migrated_members: z.int(),
  mappings: z.record(z.string(), z.unknown()).nullable(),
  started_at: nullableTime,
  completed_at: nullableTime,
  created_at: time,
  updated_at: time,
});

export const roleSet = z
  .strictObject({
    object: z.literal('role_set'),
    id: z.string(),
    name: z.string(),
    key: z.string(),
    description: nullableText,
    roles: z.array(roleSetItem),
    default_role: roleSetItem.nullable(),
    creator_role: roleSetItem.nullable(),
    type: z.enum(['initial', 'custom']),
    role_set_migration: roleSetMigration.nullable(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name key description type roles.key default_role.key creator_role.key' });
