import { changes } from '../domain/found.js';
import { parseIdentifier } from '../domain/identifiers.js';
import { type InvitationFields, isPending, newInvitation, refuseSettled } from '../domain/invitations.js';
import { metadataOf } from '../domain/metadata.js';
import { containing, equal } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { emailAddresses } from '../resources/identifiers.js';
import { type InvitationBase, invitationStatus, invitations } from '../resources/invitation.js';
import { identifierExists, SandboxError } from '../sandbox-error.js';

interface CreateInvitation extends InvitationFields {
  readonly ignore_existing?: boolean | null;
}

/** @throws SandboxError when a user has the address. */
function refuseClaimed(instance: Instance, email: string): void {
  if (instance.of(emailAddresses).one('email_address', email) === undefined) return;
  throw identifierExists('email_address', 'email address');
}

const invitedAlready = (email: string): SandboxError =>
  new SandboxError(400, [
    {
      code: 'duplicate_record',
      message: 'duplicate invitation',
      long_message: `${email} has a pending invitation already.`,
      meta: { email_addresses: [email] },
    },
  ]);

/** @throws SandboxError when the address has an invitation that is neither answered nor over. */
function refuseInvited(instance: Instance, email: string): void {
  const held = instance.of(invitations).many('email_address', email);
  if (held.some((row) => isPending(row, instance))) throw invitedAlready(email);
}

const keep = (instance: Instance, body: CreateInvitation, email: string): InvitationBase =>
  instance
    .of(invitations)
    .insert(newInvitation(instance, { ...body, email_address: email }, metadataOf(body, 'public_metadata')));

/** Invites an address to the application. @throws SandboxError when it is invited or taken, unless that is to be ignored. */
export function invite(instance: Instance, body: CreateInvitation): InvitationBase {
  const email = parseIdentifier('email_address', body.email_address);
  if (body.ignore_existing !== true) {
    refuseClaimed(instance, email);
    refuseInvited(instance, email);
  }
  return keep(instance, body, email);
}

/** All of them or none. An address that a user has is never ignored here. */
function inviteAll(instance: Instance, bodies: readonly CreateInvitation[]): InvitationBase[] {
  const checked = bodies.map((body) => ({ body, email: parseIdentifier('email_address', body.email_address) }));
  for (const [at, { body, email }] of checked.entries()) {
    refuseClaimed(instance, email);
    metadataOf(body, 'public_metadata');
    if (body.ignore_existing === true) continue;
    refuseInvited(instance, email);
    if (checked.findIndex((other) => other.email === email) < at) throw invitedAlready(email);
  }
  return checked.map(({ body, email }) => keep(instance, body, email));
}

export const invitationsHandlers: Handlers = {
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

  Invitations_createNewInvitation: answers<CreateInvitation>(({ instance, body }) =>
    invitations.show(invite(instance, body), instance),
  ),

  Invitations_bulkCreateAndSend: answers<CreateInvitation>(({ instance, items }) =>
    inviteAll(instance, items).map((row) => invitations.show(row, instance)),
  ),

  Invitations_revokeInvitation: changes(invitations, (row, { instance }) => {
    refuseSettled(row);
    instance.of(invitations).update(row, { status: 'revoked' });
  }),
};
