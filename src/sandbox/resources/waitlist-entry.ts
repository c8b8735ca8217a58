import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { emailAddresses } from './identifiers.js';
import { invitations } from './invitation.js';

export type WaitlistStatus = 'pending' | 'invited' | 'completed' | 'rejected';

export interface WaitlistEntryRow extends Row {
  /** In lower case. */
  email_address: string;
  /** As last set. What became of an invitation is said by {@link waitlistStatus}. */
  status: 'pending' | 'invited' | 'rejected';
  /** The last of its invitations. */
  invitation_id: string | null;
  invited_at: number | null;
  /** A user already had the address when it was invited, so that having it is no sign of a sign-up. */
  claimed: boolean;
}

/** Who was invited is through when the invitation was accepted or the address has become a user's. */
export function waitlistStatus(row: WaitlistEntryRow, instance: Instance): WaitlistStatus {
  if (row.status !== 'invited') return row.status;
  const accepted = instance.get(invitations, row.invitation_id ?? '')?.status === 'accepted';
  const joined = !row.claimed && instance.one(emailAddresses, 'email_address', row.email_address) !== undefined;
  return accepted || joined ? 'completed' : 'invited';
}

export const waitlistEntries = defineResource<WaitlistEntryRow>()({
  name: 'waitlist_entry',
  prefix: 'wle',
  unique: { email_address: (row) => row.email_address },
  show: (row, instance) => {
    const { invitation_id, invited_at: _, claimed: __, ...sent } = row;
    const invitation = instance.get(invitations, invitation_id ?? '');
    return {
      object: 'waitlist_entry',
      ...sent,
      status: waitlistStatus(row, instance),
      is_locked: false,
      invitation: invitation === undefined ? null : invitations.show(invitation, instance),
    };
  },
});
