import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import {
  anyOfOrNot,
  creditAdjustment,
  freeObject,
  grantingMetadata,
  id,
  limit,
  offset,
  publicMetadata,
  timestamp,
} from './schemas.js';

const organizationId = id.describe('Id or slug');
const includeMembersCount = z.boolean().optional();
const includeMissingMember = z.boolean().optional().describe('Adds whether it lacks such a member');
const roleSetKey = z.string().nullable().optional();

export const organizations = {
  listSortedByCreationDate: defineOperation({
    name: 'Organizations_listSortedByCreationDate',
    clerk: 'ListOrganizations',
    request: 'GET /organizations',
    title: 'List organizations',
    description: 'Finds organizations by name, slug or member. One known id or slug: Organizations_getByIdOrSlug.',
    query: {
      include_members_count: includeMembersCount,
      include_missing_member_with_elevated_permissions: includeMissingMember,
      query: z.string().optional().describe('Part of name or slug, or whole id'),
      user_id: anyOfOrNot,
      organization_id: anyOfOrNot,
      order_by: z.string().optional().describe('name, created_at, members_count; -field descends. Default -created_at'),
      limit,
      offset,
    },
    risk: 'read',
  }),

  createNewOrganization: defineOperation({
    name: 'Organizations_createNewOrganization',
    clerk: 'CreateOrganization',
    request: 'POST /organizations',
    title: 'Create an organization',
    description:
      'Creates an organization; created_by becomes admin. ' +
      'Add others with OrganizationMemberships_addUserToOrganization or OrganizationInvitations_createAndSend.',
    body: {
      name: z.string().describe('Up to 256 characters, no URL or HTML'),
      created_by: z.string().nullable().optional().describe('User id'),
      private_metadata: freeObject.nullable().optional(),
      public_metadata: publicMetadata.nullable().optional(),
      slug: z.string().nullable().optional().describe('Unique; a-z, 0-9, -; only if slugs are enabled'),
      max_allowed_memberships: z.int().min(0).nullable().optional(),
      created_at: timestamp,
      role_set_key: roleSetKey,
    },
    risk: 'write',
    raises: [
      grantingMetadata('public_metadata', 'private_metadata'),
      {
        when: { input: 'role_set_key', is: 'filled' },
        risk: 'access',
        effect: 'Sets which roles the organization can give, to role set {role_set_key}.',
      },
      {
        when: { input: 'max_allowed_memberships', is: 'filled' },
        risk: 'access',
        effect: 'Sets how many members the organization may have to {max_allowed_memberships}; 0 stands for any number.',
      },
    ],
    undo: {
      by: 'Organizations_deleteOrganization',
      with: { organization_id: '{answer.id}' },
      read: { read: 'Organizations_getByIdOrSlug', with: { organization_id: '{answer.id}' } },
    },
  }),

  deleteOrganization: defineOperation({
    name: 'Organizations_deleteOrganization',
    clerk: 'DeleteOrganization',
    request: 'DELETE /organizations/{organization_id}',
    title: 'Delete an organization',
    description: 'Erases it with memberships and invitations; irreversible. Users keep their accounts.',
    path: { organization_id: id },
    risk: 'destructive',
    effect: 'Deletes {target} for good, with all its memberships and invitations; this cannot be undone.',
    target: { read: 'Organizations_getByIdOrSlug' },
    consequences: [
      {
        read: 'OrganizationMemberships_getAllMembers',
        with: { organization_id: '{organization_id}', limit: 1 },
        says: '{n} members lose their membership',
        one: '1 member loses their membership',
      },
      {
        read: 'OrganizationInvitations_list',
        with: { organization_id: '{organization_id}', status: 'pending', limit: 1 },
        says: '{n} pending invitations become void',
        one: '1 pending invitation becomes void',
      },
    ],
    typed: 'target',
    leaves: [{ what: 'the accounts of its members', by: 'Users_deleteUserById' }],
    undo: { never: 'a deleted organization cannot be brought back' },
  }),

  getByIdOrSlug: defineOperation({
    name: 'Organizations_getByIdOrSlug',
    clerk: 'GetOrganization',
    request: 'GET /organizations/{organization_id}',
    title: 'Get an organization',
    description: 'One organization with settings and metadata. Its people: OrganizationMemberships_getAllMembers.',
    path: { organization_id: organizationId },
    query: {
      include_members_count: includeMembersCount,
      include_missing_member_with_elevated_permissions: includeMissingMember,
    },
    risk: 'read',
  }),

  updateOrganization: defineOperation({
    name: 'Organizations_updateOrganization',
    clerk: 'UpdateOrganization',
    request: 'PATCH /organizations/{organization_id}',
    title: 'Update an organization',
    description: 'Changes only what is given. Metadata: Organizations_mergeOrganizationMetadata.',
    path: { organization_id: id },
    body: {
      name: z.string().nullable().optional(),
      slug: z.string().nullable().optional(),
      max_allowed_memberships: z.int().min(0).nullable().optional(),
      admin_delete_enabled: z.boolean().nullable().optional().describe('Admins may delete it'),
      created_at: timestamp,
      role_set_key: roleSetKey,
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'slug', is: 'given' },
        risk: 'access',
        effect: 'Changes the slug of {target}, by which applications know it, to {slug}.',
      },
      {
        when: { input: 'max_allowed_memberships', is: 'given' },
        risk: 'access',
        effect: 'Sets how many members {target} may have to {max_allowed_memberships}; 0 stands for any number.',
      },
      {
        when: { input: 'admin_delete_enabled', is: 'given' },
        risk: 'access',
        effect: 'Sets whether its admins may delete {target} to {admin_delete_enabled}.',
      },
      {
        when: { input: 'role_set_key', is: 'given' },
        risk: 'access',
        effect: 'Changes which roles {target} can give, to role set {role_set_key}.',
      },
    ],
    target: { read: 'Organizations_getByIdOrSlug' },
    undo: {
      by: 'Organizations_updateOrganization',
      with: { organization_id: '{organization_id}' },
      restores: 'inputs',
      unread: ['created_at'],
    },
  }),

  removeLogo: defineOperation({
    name: 'Organizations_removeLogo',
    clerk: 'DeleteOrganizationLogo',
    request: 'DELETE /organizations/{organization_id}/logo',
    title: 'Delete organization logo',
    description: 'Removes the logo. To replace it: Organizations_updateOrganizationLogo.',
    path: { organization_id: id },
    risk: 'destructive',
    effect: 'Deletes the logo of {target}; getting it back takes a new upload.',
    target: { read: 'Organizations_getByIdOrSlug' },
    changes: ['has_image'],
    undo: { never: 'the picture is not kept' },
  }),

  updateOrganizationLogo: defineOperation({
    name: 'Organizations_updateOrganizationLogo',
    clerk: 'UploadOrganizationLogo',
    request: 'PUT /organizations/{organization_id}/logo',
    title: 'Set organization logo',
    description: 'Uploads a logo of at most 10 MB, replacing the present one.',
    path: { organization_id: id },
    body: {
      uploader_user_id: z.string().optional(),
    },
    image: 'file',
    risk: 'write',
    changes: ['has_image'],
    undo: { never: 'the former picture is not kept' },
  }),

  mergeOrganizationMetadata: defineOperation({
    name: 'Organizations_mergeOrganizationMetadata',
    clerk: 'MergeOrganizationMetadata',
    request: 'PATCH /organizations/{organization_id}/metadata',
    title: 'Merge organization metadata',
    description: 'Deep-merges; null removes a key.',
    path: { organization_id: id },
    body: {
      public_metadata: publicMetadata.optional(),
      private_metadata: freeObject.optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [grantingMetadata('public_metadata', 'private_metadata')],
    target: { read: 'Organizations_getByIdOrSlug' },
    undo: { by: 'Organizations_mergeOrganizationMetadata', with: { organization_id: '{organization_id}' }, restores: 'keys' },
  }),

  getBillingCreditBalance: defineOperation({
    name: 'Organizations_getBillingCreditBalance',
    clerk: 'GetOrganizationBillingCreditBalance',
    request: 'GET /organizations/{organization_id}/billing/credits',
    title: 'Get organization credit',
    description: 'Billing credit that an organization has left to pay with.',
    path: { organization_id: id },
    risk: 'read',
  }),

  adjustBillingCreditBalance: defineOperation({
    name: 'Organizations_adjustBillingCreditBalance',
    clerk: 'AdjustOrganizationBillingCreditBalance',
    request: 'POST /organizations/{organization_id}/billing/credits',
    title: 'Adjust organization credit',
    description: 'Adds to or takes from the billing credit of an organization, by an amount, not to a total.',
    path: { organization_id: id },
    body: creditAdjustment,
    risk: 'destructive',
    idempotent: true,
    effect:
      'Changes the billing credit of {target}, which is money it can pay with: {action} by {amount} cents (currency {currency}, USD by default).',
    target: { read: 'Organizations_getByIdOrSlug' },
    raises: [
      {
        when: { input: 'action', is: { oneOf: ['increase'] } },
        risk: 'access',
        effect: 'Gives {amount} cents of credit away (currency {currency}, USD by default).',
      },
    ],
    undo: { never: 'a booking is only balanced by another one' },
  }),

  getBillingSubscription: defineOperation({
    name: 'Organizations_getBillingSubscription',
    clerk: 'GetOrganizationBillingSubscription',
    request: 'GET /organizations/{organization_id}/billing/subscription',
    title: 'Get organization subscription',
    description:
      'The plans that one organization subscribes to, with payment state. Of all payers: Billing_listSubscriptionItems.',
    path: { organization_id: id },
    risk: 'read',
  }),

  replaceOrganizationMetadata: defineOperation({
    name: 'Organizations_replaceOrganizationMetadata',
    clerk: 'ReplaceOrganizationMetadata',
    request: 'PUT /organizations/{organization_id}/metadata',
    title: 'Replace organization metadata',
    description:
      'Overwrites each kind of metadata given, losing keys that are left out. ' +
      'To change only some keys: Organizations_mergeOrganizationMetadata.',
    path: { organization_id: id },
    body: {
      public_metadata: publicMetadata.optional(),
      private_metadata: freeObject.optional(),
    },
    risk: 'destructive',
    effect:
      'Overwrites the metadata of {target}, public: {public_metadata}, private: {private_metadata}; what a kind given here held before is lost.',
    target: { read: 'Organizations_getByIdOrSlug' },
    raises: [grantingMetadata('public_metadata', 'private_metadata')],
    undo: { by: 'Organizations_replaceOrganizationMetadata', with: { organization_id: '{organization_id}' }, restores: 'inputs' },
  }),
};
