import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import {
  expiresInDays,
  grantingMetadata,
  id,
  ignoreExisting,
  invitationStatus,
  limit,
  notify,
  offset,
  paginated,
  publicMetadata,
  redirecting,
  showing,
} from './schemas.js';

export const invitations = {
  listAllNonRevoked: defineOperation({
    name: 'Invitations_listAllNonRevoked',
    clerk: 'ListInvitations',
    request: 'GET /invitations',
    title: 'List invitations',
    description: 'Invitations to sign up to the application. To an organization: OrganizationInvitations_list.',
    query: {
      status: invitationStatus.describe('Default: all but revoked'),
      query: z.string().optional().describe('E-mail or id'),
      email_address: z.string().optional(),
      order_by: z.string().optional().describe('created_at, email_address, expires_at; -field descends. Default -created_at'),
      paginated,
      limit,
      offset,
    },
    risk: 'read',
    raises: [showing('url', "Shows {where} the links of invitations: whoever opens one signs up in that person's place.")],
  }),

  createNewInvitation: defineOperation({
    name: 'Invitations_createNewInvitation',
    clerk: 'CreateInvitation',
    request: 'POST /invitations',
    title: 'Invite to sign up',
    description:
      'Mails an invitation to sign up; at most 100 an hour. ' +
      'To an organization: OrganizationInvitations_createAndSend. An account at once: Users_createNewUser.',
    body: {
      email_address: z.string(),
      public_metadata: publicMetadata.optional().describe('Passed on to the user'),
      redirect_url: z.string().optional().describe('Where the link leads'),
      notify,
      ignore_existing: ignoreExisting,
      expires_in_days: expiresInDays,
      template_slug: z.enum(['invitation', 'waitlist_invitation']).optional(),
    },
    risk: 'write',
    openWorld: true,
    raises: [grantingMetadata('public_metadata'), redirecting('redirect_url')],
    undo: { by: 'Invitations_revokeInvitation', with: { invitation_id: '{answer.id}' }, lost: 'a mail that was sent stays sent' },
  }),

  revokeInvitation: defineOperation({
    name: 'Invitations_revokeInvitation',
    clerk: 'RevokeInvitation',
    request: 'POST /invitations/{invitation_id}/revoke',
    title: 'Revoke an invitation',
    description:
      'Voids an invitation to sign up; where sign-up is open, the person still can. ' +
      'To an organization: OrganizationInvitations_revokeInvitation.',
    path: { invitation_id: id },
    risk: 'destructive',
    defensive: true,
    idempotent: true,
    effect: 'Voids the link of invitation {target} for good; inviting that person again takes a new one.',
    target: { read: 'Invitations_listAllNonRevoked', with: { query: 'invitation_id' }, find: 'invitation_id' },
    undo: { never: 'a new invitation is a new mail' },
  }),

  deleteById: defineOperation({
    name: 'Invitations_deleteById',
    clerk: 'DeleteInvitation',
    request: 'DELETE /invitations/{invitation_id}',
    title: 'Delete an invitation',
    description:
      'Erases an invitation of any status with the stored copies of its mail. Only to void it: Invitations_revokeInvitation.',
    path: { invitation_id: id },
    risk: 'destructive',
    effect: 'Deletes invitation {target} and the stored copies of its mail for good; an open link to sign up ends with it.',
    target: { read: 'Invitations_listAllNonRevoked', with: { query: 'invitation_id' }, find: 'invitation_id' },
    undo: { never: 'a new invitation is a new mail' },
  }),

  bulkCreateAndSend: defineOperation({
    name: 'Invitations_bulkCreateAndSend',
    clerk: 'CreateBulkInvitations',
    request: 'POST /invitations/bulk',
    title: 'Invite several to sign up',
    description:
      'Mails up to 10 invitations to the application in one call, as Invitations_createNewInvitation does for one; at most 25 calls an hour. ' +
      'Into an organization: OrganizationInvitations_bulkCreateAndSend.',
    body: {
      as: 'invitations',
      items: z
        .array(
          z.strictObject({
            email_address: z.string(),
            public_metadata: publicMetadata.nullable().optional().describe('Passed on to the user'),
            redirect_url: z.string().nullable().optional().describe('Where the link in the mail leads'),
            notify,
            ignore_existing: ignoreExisting,
            expires_in_days: expiresInDays,
            template_slug: z.enum(['invitation', 'waitlist_invitation']).optional(),
          }),
        )
        .min(1)
        .max(10),
    },
    risk: 'write',
    openWorld: true,
    bulk: 'invitations',
    raises: [
      {
        when: { input: 'invitations.public_metadata', is: 'grants' },
        risk: 'access',
        effect: 'Passes metadata on to new users that applications take rights from: {invitations}.',
      },
      redirecting('invitations.redirect_url'),
    ],
    undo: { never: 'mails that were sent stay sent, and each invitation is revoked by itself' },
  }),
};
