import { type Step, step } from '../step.js';

/** Somebody who waits is let in, somebody is not, and several are invited without having waited. */
export const waitlistSteps: readonly Step[] = [
  step('WaitlistEntries_createEntry', { email_address: 'wanda@example.com', notify: false }, { wanda: 'id' }),
  step('WaitlistEntries_bulkCreate', {
    entries: [{ email_address: 'will@example.com' }, { email_address: 'wes@example.com', notify: null }],
  }),
  step(
    'WaitlistEntries_list',
    { status: 'pending', query: 'W', order_by: '-created_at', limit: 2 },
    { wes: 'data.0.id', will: 'data.1.id' },
  ),
  step('WaitlistEntries_inviteEntry', { waitlist_entry_id: '{wanda}', ignore_existing: true }),
  step('WaitlistEntries_rejectEntry', { waitlist_entry_id: '{will}' }),
  step('WaitlistEntries_deleteById', { waitlist_entry_id: '{wes}' }),
  step('Invitations_bulkCreateAndSend', {
    invitations: [
      { email_address: 'xena@example.com', public_metadata: { plan: 'pro' }, expires_in_days: 2 },
      { email_address: 'yuri@example.com', notify: false, template_slug: 'waitlist_invitation' },
    ],
  }),
];
