import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { ticketUrl } from '../resources/frontend-api.js';
import type { InvitationBase } from '../resources/invitation.js';
import { invitationStatus } from '../resources/invitation.js';
import type { Metadata } from '../resources/shapes.js';
import type { Draft } from '../rows.js';
import { refuse } from '../sandbox-error.js';
import type { Values } from './interpolate.js';
import { sendMessage } from './messages.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS = 30;
const TICKET_LETTERS = 48;

export type InvitationFields = Pick<
  BodyOf<'Invitations_createNewInvitation' | 'Invitations_bulkCreateAndSend' | 'OrganizationInvitations_createAndSend'>,
  'email_address' | 'redirect_url' | 'expires_in_days' | 'notify'
>;

/** The columns of a new invitation that the two kinds share. `email_address` is to be checked already. */
export function newInvitation(instance: Instance, fields: InvitationFields, publicMetadata: Metadata): Draft<InvitationBase> {
  const ticket = instance.random.base62(TICKET_LETTERS);
  const redirect = typeof fields.redirect_url === 'string' ? `&redirect_url=${encodeURIComponent(fields.redirect_url)}` : '';
  return {
    email_address: fields.email_address,
    status: 'pending',
    public_metadata: publicMetadata,
    url: ticketUrl(instance, ticket) + redirect,
    expires_at: instance.now() + daysOf(fields) * DAY_MS,
  };
}

const daysOf = ({ expires_in_days }: InvitationFields): number => expires_in_days ?? DEFAULT_DAYS;

/** Mails an invitation, unless nobody is to be told. @param values What the template names beside the link and its lifetime. */
export function mailInvitation(
  instance: Instance,
  slug: 'invitation' | 'organization_invitation',
  row: InvitationBase,
  fields: InvitationFields,
  values: Values = {},
): void {
  if (fields.notify === false) return;
  const days = String(daysOf(fields));
  const filled = { action_url: row.url, 'invitation.expires_in_days': days, ...values };
  sendMessage(instance, { type: 'email', slug, to: row.email_address, values: filled });
}

export const isPending = (row: InvitationBase, instance: Instance): boolean => invitationStatus(row, instance) === 'pending';

/** @throws SandboxError when the invitation was accepted or revoked. One that ran out can still be revoked. */
export function refuseSettled(row: InvitationBase): void {
  if (row.status === 'accepted') {
    throw refuse(400, 'invitation_already_accepted', 'Already accepted', 'The invitation was accepted and cannot be revoked.');
  }
  if (row.status === 'revoked') {
    throw refuse(400, 'invitation_already_revoked', 'Already revoked', 'The invitation was revoked before.');
  }
}
