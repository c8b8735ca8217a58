import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { emailAddresses } from '../resources/identifiers.js';
import { type InvitationBase, invitations } from '../resources/invitation.js';
import { identifierExists, refuse, type SandboxError } from '../sandbox-error.js';
import { parseIdentifier } from './identifiers.js';
import { isPending, mailInvitation, newInvitation } from './invitations.js';
import { metadataOf } from './metadata.js';

export type CreateInvitation = BodyOf<'Invitations_createNewInvitation' | 'Invitations_bulkCreateAndSend'>;

/** @throws SandboxError when a user has the address. */
function refuseClaimed(instance: Instance, email: string): void {
  if (instance.one(emailAddresses, 'email_address', email) === undefined) return;
  throw identifierExists('email_address', 'email address');
}

const invitedAlready = (email: string): SandboxError =>
  refuse(400, 'duplicate_record', 'duplicate invitation', `${email} has a pending invitation already.`, {
    email_addresses: [email],
  });

/** @throws SandboxError when the address has an invitation that is neither answered nor over. */
function refuseInvited(instance: Instance, email: string): void {
  const held = instance.many(invitations, 'email_address', email);
  if (held.some((row) => isPending(row, instance))) throw invitedAlready(email);
}

function keep(instance: Instance, body: CreateInvitation, email: string): InvitationBase {
  const draft = newInvitation(instance, { ...body, email_address: email }, metadataOf(body, 'public_metadata'));
  const row = instance.insert(invitations, draft);
  mailInvitation(instance, 'invitation', row, body);
  return row;
}

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
export function inviteAll(instance: Instance, bodies: readonly CreateInvitation[]): InvitationBase[] {
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
