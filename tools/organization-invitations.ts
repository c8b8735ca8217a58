import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import {
  expiresInDays,
  freeObject,
  grantingMetadata,
  id,
  invitationOrder,
  invitationStatus,
  limit,
  notify,
  offset,
  publicMetadata,
  redirecting,
  role,
  showing,
} from './schemas.js';

/** What one invitation says, alone or in bulk. */
const invitation = {
  email_address: z.string(),
  inviter_user_id: z.string().nullable().optional().describe('Organization admin'),
  role,
  public_metadata: publicMetadata.nullable().optional(),
  private_metadata: freeObject.nullable().optional(),
  redirect_url: z.string().nullable().optional().describe('Where the link leads'),
  expires_in_days: expiresInDays,
  notify,
};

export const organizationInvitations = {
  list: defineOperation({
    name: 'OrganizationInvitations_list',
    clerk: 'ListOrganizationInvitations',
    request: 'GET /organizations/{organization_id}/invitations',
    title: 'List organization invitations',
    description: 'Invitations to one organization. To the application: Invitations_listAllNonRevoked.',
    path: { organization_id: id },
    query: {
      status: invitationStatus,
      email_address: z.string().optional(),
      order_by: z.string().optional().describe('created_at, email_address; -field descends. Default -created_at'),
      limit,
      offset,
    },
    risk: 'read',
  }),

  createAndSend: defineOperation({
    name: 'OrganizationInvitations_createAndSend',
    clerk: 'CreateOrganizationInvitation',
    request: 'POST /organizations/{organization_id}/invitations',
    title: 'Invite to organization',
    description:
      'Mails an invitation to join; its metadata passes to the membership. ' +
      'Several: OrganizationInvitations_bulkCreateAndSend. ' +
      'Existing user, unasked: OrganizationMemberships_addUserToOrganization.',
    path: { organization_id: id },
    body: invitation,
    risk: 'write',
    openWorld: true,
    raises: [
      {
        when: { input: 'role', is: 'administers' },
        risk: 'access',
        effect:
          'Invites {email_address} to organization {target} as {role}, with which its members, domains or billing are managed.',
      },
      grantingMetadata('public_metadata', 'private_metadata'),
      redirecting('redirect_url'),
    ],
    target: { read: 'Organizations_getByIdOrSlug' },
    undo: {
      by: 'OrganizationInvitations_revokeInvitation',
      with: { organization_id: '{organization_id}', invitation_id: '{answer.id}' },
      lost: 'a mail that was sent stays sent',
    },
  }),

  bulkCreateAndSend: defineOperation({
    name: 'OrganizationInvitations_bulkCreateAndSend',
    clerk: 'CreateOrganizationInvitationBulk',
    request: 'POST /organizations/{organization_id}/invitations/bulk',
    title: 'Invite several to organization',
    description: 'Mails several invitations, each as OrganizationInvitations_createAndSend does.',
    path: { organization_id: id },
    body: {
      as: 'invitations',
      items: z.array(z.strictObject(invitation)).min(1).max(10),
    },
    risk: 'write',
    openWorld: true,
    bulk: 'invitations',
    raises: [
      {
        when: { input: 'invitations.role', is: 'administers' },
        risk: 'access',
        effect: 'Invites people to organization {target}, some with a role that manages it: {invitations}.',
      },
      {
        when: { input: ['invitations.public_metadata', 'invitations.private_metadata'], is: 'grants' },
        risk: 'access',
        effect: 'Passes metadata on that applications take rights from: {invitations}.',
      },
      redirecting('invitations.redirect_url'),
    ],
    target: { read: 'Organizations_getByIdOrSlug' },
    undo: { never: 'mails that were sent stay sent, and each invitation is revoked by itself' },
  }),

  listPending: defineOperation({
    name: 'OrganizationInvitations_listPending',
    clerk: 'ListPendingOrganizationInvitations',
    request: 'GET /organizations/{organization_id}/invitations/pending',
    title: 'List pending organization invitations',
    description: 'Invitations that can still be accepted.',
    deprecated: 'Use OrganizationInvitations_list with status pending.',
    path: { organization_id: id },
    query: { limit, offset },
    risk: 'read',
  }),

  getById: defineOperation({
    name: 'OrganizationInvitations_getById',
    clerk: 'GetOrganizationInvitation',
    request: 'GET /organizations/{organization_id}/invitations/{invitation_id}',
    title: 'Get organization invitation',
    description: 'One invitation with status, role and expiry.',
    path: { organization_id: id, invitation_id: id },
    risk: 'read',
    raises: [showing('url', "Shows {where} the link of the invitation: whoever opens it accepts in that person's place.")],
    target: { read: 'OrganizationInvitations_getById' },
  }),

  revokeInvitation: defineOperation({
    name: 'OrganizationInvitations_revokeInvitation',
    clerk: 'RevokeOrganizationInvitation',
    request: 'POST /organizations/{organization_id}/invitations/{invitation_id}/revoke',
    title: 'Revoke organization invitation',
    description:
      'Voids a pending invitation to an organization. ' +
      'Already accepted: OrganizationMemberships_removeUserFromOrganization. To the application: Invitations_revokeInvitation.',
    path: { organization_id: id, invitation_id: id },
    body: {
      requesting_user_id: z.string().nullable().optional().describe('Organization admin'),
    },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Voids invitation {target} to organization {organization_id} for good; joining then takes a new one.',
    target: { read: 'OrganizationInvitations_getById' },
    undo: { never: 'a new invitation is a new mail' },
  }),

  listForInstance: defineOperation({
    name: 'OrganizationInvitations_listForInstance',
    clerk: 'ListInstanceOrganizationInvitations',
    request: 'GET /organization_invitations',
    title: 'List all organization invitations',
    description:
      'Invitations to join any organization. To one: OrganizationInvitations_list; of one user: Users_getOrganizationInvitations.',
    query: {
      order_by: invitationOrder,
      status: invitationStatus,
      query: z.string().optional().describe('Invited e-mail'),
      limit,
      offset,
    },
    risk: 'read',
  }),
};
