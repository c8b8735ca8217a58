import { duplicateRecord, identifierExists } from '../errors.js';
import { containing, equal } from '../filters.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { emailAddresses } from '../resources/identifiers.js';
import { type InvitationBase, invitationStatus, invitations } from '../resources/invitation.js';
import { answers, type Room } from '../rule.js';
import { changes } from '../rules/found.js';
import { parseIdentifier } from '../rules/identifiers.js';
import { type InvitationFields, isPending, newInvitation, refuseSettled } from '../rules/invitations.js';
import { metadataOf } from '../rules/metadata.js';

interface CreateInvitation extends InvitationFields {
  readonly ignore_existing?: boolean | null;
}

/** Invites an address to the application. @throws SandboxError when it is invited or taken, unless that is to be ignored. */
export function invite(instance: Instance, body: CreateInvitation): InvitationBase {
  const email = parseIdentifier('email_address', body.email_address);
  if (body.ignore_existing !== true) {
    if (instance.of(emailAddresses).one('email_address', email) !== undefined)
      throw identifierExists('email_address', 'email address');
    const pending = instance
      .of(invitations)
      .many('email_address', email)
      .some((row) => isPending(row, instance));
    if (pending) throw duplicateRecord('invitation', email);
  }
  const publicMetadata = metadataOf(body, 'public_metadata');
  return instance.of(invitations).insert(newInvitation(instance, { ...body, email_address: email }, publicMetadata));
}

export const invitationsRoom: Room = {
  Invitations_listAllNonRevoked: lists(invitations, {
    envelope: 'bare',
    // Revoked ones are left out unless they are asked for.
    within: ({ instance, query }) => {
      const all = instance.of(invitations).oldestFirst();
      return query.status === 'revoked' ? all : all.filter((row) => row.status !== 'revoked');
    },
    filters: {
      status: equal<InvitationBase, string>(invitationStatus),
      query: containing<InvitationBase>((row, has) => has(row.email_address) || has(row.id)),
    },
    orders: { email_address: (row) => row.email_address, expires_at: (row) => row.expires_at },
  }),

  Invitations_createNewInvitation: answers<CreateInvitation>(invitations.shape, ({ instance, body }) =>
    invitations.show(invite(instance, body), instance),
  ),

  Invitations_revokeInvitation: changes(invitations, (row, { instance }) => {
    refuseSettled(row);
    instance.of(invitations).update(row, { status: 'revoked' });
  }),
};
