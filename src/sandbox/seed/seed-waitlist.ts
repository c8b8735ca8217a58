import { parseIdentifier } from '../domain/identifiers.js';
import { newInvitation } from '../domain/invitations.js';
import type { Instance } from '../instance.js';
import { invitations } from '../resources/invitation.js';
import { waitlistEntries } from '../resources/waitlist-entry.js';
import type { SeedWaitlistEntry } from './description.js';

/** Seeds an entry, with the invitation that its status tells of. */
export function seedWaitlistEntry(instance: Instance, { status = 'pending', ...seed }: SeedWaitlistEntry): void {
  const email = parseIdentifier('email_address', seed.email_address);
  const created = seed.created_at ?? instance.now();
  const isInvited = status === 'invited' || status === 'completed';
  const invitation = !isInvited
    ? undefined
    : instance.insert(invitations, {
        ...newInvitation(instance, { email_address: email }, {}),
        status: status === 'completed' ? 'accepted' : 'pending',
        created_at: created,
      });
  instance.insert(waitlistEntries, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    email_address: email,
    status: status === 'completed' ? 'invited' : status,
    invitation_id: invitation?.id ?? null,
    invited_at: isInvited ? created : null,
    claimed: false,
    created_at: created,
  });
}
