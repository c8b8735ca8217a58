import { invite, inviteAll } from '../domain/application-invitations.js';
import { changes, creates, deletes } from '../domain/found.js';
import { refuseSettled } from '../domain/invitations.js';
import { containing, equal } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import { lists } from '../list.js';
import { type InvitationBase, invitationStatus, invitations } from '../resources/invitation.js';

export const invitationsHandlers: Handlers = {
  Invitations_listAllNonRevoked: lists(invitations, {
    envelope: 'bare',
    // Revoked ones are left out unless they are asked for.
    within: ({ instance, query }) => {
      const all = instance.all(invitations);
      return query.status === 'revoked' ? all : all.filter((row) => row.status !== 'revoked');
    },
    filters: {
      status: equal<InvitationBase, string>(invitationStatus),
      query: containing<InvitationBase>((row, has) => has(row.email_address) || has(row.id)),
      email_address: (email: string, instance) => ({
        rows: instance.many(invitations, 'email_address', email.trim().toLowerCase()),
      }),
    },
    orders: { email_address: (row) => row.email_address, expires_at: (row) => row.expires_at },
  }),

  Invitations_createNewInvitation: creates(invitations, ({ instance, body }) => invite(instance, body)),

  Invitations_bulkCreateAndSend: answers(({ instance, items }) =>
    inviteAll(instance, items).map((row) => invitations.show(row, instance)),
  ),

  Invitations_deleteById: deletes(invitations),

  Invitations_revokeInvitation: changes(invitations, (row, { instance }) => {
    refuseSettled(row);
    instance.update(invitations, row, { status: 'revoked' });
  }),
};
