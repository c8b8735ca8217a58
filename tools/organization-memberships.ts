import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import {
  anyOf,
  anyOfOrNot,
  freeObject,
  grantingMetadata,
  id,
  limit,
  memberOrder,
  offset,
  personFilters,
  publicMetadata,
  role,
} from './schemas.js';

export const organizationMemberships = {
  getAllMembers: defineOperation({
    name: 'OrganizationMemberships_getAllMembers',
    clerk: 'ListOrganizationMemberships',
    request: 'GET /organizations/{organization_id}/memberships',
    title: 'List members',
    description:
      'Members of one organization, with role; times in Unix ms, ISO or -7d. Organizations of one user: Users_getOrganizationMemberships.',
    path: { organization_id: id },
    query: {
      ...personFilters,
      user_id: anyOfOrNot,
      role: anyOf.describe('E.g. org:admin'),
      order_by: memberOrder,
      limit,
      offset,
    },
    risk: 'read',
  }),

  addUserToOrganization: defineOperation({
    name: 'OrganizationMemberships_addUserToOrganization',
    clerk: 'CreateOrganizationMembership',
    request: 'POST /organizations/{organization_id}/memberships',
    title: 'Add a member',
    description:
      'Adds an existing user at once, without asking; it becomes the active organization of their next session. ' +
      'To ask by mail: OrganizationInvitations_createAndSend.',
    path: { organization_id: id },
    body: {
      user_id: z.string(),
      role,
      public_metadata: publicMetadata.nullable().optional(),
      private_metadata: freeObject.nullable().optional(),
    },
    risk: 'write',
    raises: [
      {
        when: { input: 'role', is: 'administers' },
        risk: 'access',
        effect:
          'Gives {target} the role {role} in organization {organization_id}, with which its members, domains or billing are managed.',
      },
      grantingMetadata('public_metadata', 'private_metadata'),
    ],
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: {
      by: 'OrganizationMemberships_removeUserFromOrganization',
      with: { organization_id: '{organization_id}', user_id: '{user_id}' },
      read: {
        read: 'OrganizationMemberships_getAllMembers',
        with: { organization_id: '{organization_id}', user_id: ['{user_id}'], limit: 1 },
        find: { 'public_user_data.user_id': 'user_id' },
      },
      // The organization and the user within it change by themselves.
      watch: ['role', 'public_metadata', 'private_metadata'],
    },
  }),

  removeUserFromOrganization: defineOperation({
    name: 'OrganizationMemberships_removeUserFromOrganization',
    clerk: 'DeleteOrganizationMembership',
    request: 'DELETE /organizations/{organization_id}/memberships/{user_id}',
    title: 'Remove a member',
    description: 'Ends the membership with its role and metadata; the user account stays.',
    path: { organization_id: id, user_id: id },
    risk: 'destructive',
    effect: 'Removes {target} from organization {organization_id}, with the role and metadata held there.',
    target: { read: 'Users_getUserDetails' },
    leaves: [
      { what: 'the account of the member', by: 'Users_deleteUserById' },
      { what: 'sessions that are active', by: 'Sessions_revokeSession' },
    ],
    undo: {
      by: 'OrganizationMemberships_addUserToOrganization',
      with: {
        organization_id: '{organization_id}',
        user_id: '{user_id}',
        role: '{before.role}',
        public_metadata: '{before.public_metadata}',
        private_metadata: '{before.private_metadata}',
      },
      read: {
        read: 'OrganizationMemberships_getAllMembers',
        with: { organization_id: '{organization_id}', user_id: ['{user_id}'], limit: 1 },
        find: { 'public_user_data.user_id': 'user_id' },
      },
      lost: 'the id and the dates of the membership are new',
    },
  }),

  updateMembershipProperties: defineOperation({
    name: 'OrganizationMemberships_updateMembershipProperties',
    clerk: 'UpdateOrganizationMembership',
    request: 'PATCH /organizations/{organization_id}/memberships/{user_id}',
    title: "Change a member's role",
    description: 'Gives the member another role, and so other permissions.',
    path: { organization_id: id, user_id: id },
    body: {
      role,
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'role', is: 'administers' },
        risk: 'access',
        effect:
          'Gives {target} the role {role} in organization {organization_id}, with which its members, domains or billing are managed.',
      },
      {
        when: { currentRole: { organization: 'organization_id', user: 'user_id' } },
        risk: 'access',
        effect:
          'Takes from {target} the role held now in organization {organization_id}, with which it is managed, and gives {role} instead.',
      },
    ],
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: {
      by: 'OrganizationMemberships_updateMembershipProperties',
      with: { organization_id: '{organization_id}', user_id: '{user_id}' },
      restores: 'inputs',
      read: {
        read: 'OrganizationMemberships_getAllMembers',
        with: { organization_id: '{organization_id}', user_id: ['{user_id}'], limit: 1 },
        find: { 'public_user_data.user_id': 'user_id' },
      },
    },
  }),

  updateMembershipMetadata: defineOperation({
    name: 'OrganizationMemberships_updateMembershipMetadata',
    clerk: 'UpdateOrganizationMembershipMetadata',
    request: 'PATCH /organizations/{organization_id}/memberships/{user_id}/metadata',
    title: 'Merge membership metadata',
    description: 'Deep-merges into metadata of the membership, not of the user; null removes a key.',
    path: { organization_id: id, user_id: id },
    body: {
      public_metadata: publicMetadata.optional(),
      private_metadata: freeObject.optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [grantingMetadata('public_metadata', 'private_metadata')],
    target: { read: 'Users_getUserDetails', with: { user_id: 'user_id' } },
    undo: {
      by: 'OrganizationMemberships_updateMembershipMetadata',
      with: { organization_id: '{organization_id}', user_id: '{user_id}' },
      restores: 'keys',
      read: {
        read: 'OrganizationMemberships_getAllMembers',
        with: { organization_id: '{organization_id}', user_id: ['{user_id}'], limit: 1 },
        find: { 'public_user_data.user_id': 'user_id' },
      },
    },
  }),

  listForInstance: defineOperation({
    name: 'OrganizationMemberships_listForInstance',
    clerk: 'InstanceGetOrganizationMemberships',
    request: 'GET /organization_memberships',
    title: 'List all memberships',
    description:
      'Memberships of all organizations, unfiltered. ' +
      'Of one organization: OrganizationMemberships_getAllMembers; of one user: Users_getOrganizationMemberships.',
    query: { order_by: memberOrder, limit, offset },
    risk: 'read',
  }),
};
