import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, ignoreExisting, limit, notify, offset } from './schemas.js';

/** One entry, alone or in bulk. */
const entry = { email_address: z.string(), notify };

const sameEntry = { read: 'WaitlistEntries_list', with: { query: 'waitlist_entry_id' }, find: 'waitlist_entry_id' };

export const waitlistEntries = {
  list: defineOperation({
    name: 'WaitlistEntries_list',
    clerk: 'ListWaitlistEntries',
    request: 'GET /waitlist_entries',
    title: 'List waitlist entries',
    description: 'Who waits to be let into the application, or did.',
    query: {
      limit,
      offset,
      query: z.string().optional().describe('E-mail or id'),
      status: z.enum(['pending', 'invited', 'completed', 'rejected']).optional(),
      order_by: z.string().optional().describe('created_at, email_address, invited_at; - first: descending. Default -created_at'),
    },
    risk: 'read',
  }),

  createEntry: defineOperation({
    name: 'WaitlistEntries_createEntry',
    clerk: 'CreateWaitlistEntry',
    request: 'POST /waitlist_entries',
    title: 'Add to waitlist',
    description:
      'Puts an address on the waitlist and mails a confirmation; one already there is returned as it is. ' +
      'To let it in: WaitlistEntries_inviteEntry.',
    body: entry,
    risk: 'write',
    idempotent: true,
    openWorld: true,
    undo: {
      by: 'WaitlistEntries_deleteById',
      with: { waitlist_entry_id: '{answer.id}' },
      lost: 'a mail that was sent stays sent',
    },
  }),

  bulkCreate: defineOperation({
    name: 'WaitlistEntries_bulkCreate',
    clerk: 'CreateBulkWaitlistEntries',
    request: 'POST /waitlist_entries/bulk',
    title: 'Add several to waitlist',
    description: 'Puts up to 50 addresses, all different, on the waitlist as WaitlistEntries_createEntry does one.',
    body: {
      as: 'entries',
      items: z.array(z.strictObject(entry)).min(1).max(50),
    },
    risk: 'write',
    idempotent: true,
    openWorld: true,
    bulk: 'entries',
    undo: { never: 'each entry is deleted by itself' },
  }),

  deleteById: defineOperation({
    name: 'WaitlistEntries_deleteById',
    clerk: 'DeleteWaitlistEntry',
    request: 'DELETE /waitlist_entries/{waitlist_entry_id}',
    title: 'Delete waitlist entry',
    description: 'Erases an entry that is still pending. To turn it down but keep it: WaitlistEntries_rejectEntry.',
    path: { waitlist_entry_id: id },
    risk: 'destructive',
    effect: 'Deletes {target} from the waitlist for good; only a new entry puts that address back.',
    target: sameEntry,
    undo: {
      by: 'WaitlistEntries_createEntry',
      with: { email_address: '{before.email_address}' },
      lost: 'its id, its place and its state are new',
    },
  }),

  inviteEntry: defineOperation({
    name: 'WaitlistEntries_inviteEntry',
    clerk: 'InviteWaitlistEntry',
    request: 'POST /waitlist_entries/{waitlist_entry_id}/invite',
    title: 'Invite from waitlist',
    description: 'Mails a waiting person an invitation to sign up. Not on the waitlist: Invitations_createNewInvitation.',
    path: { waitlist_entry_id: id },
    body: {
      ignore_existing: ignoreExisting,
    },
    risk: 'write',
    openWorld: true,
    undo: { never: 'a mail that was sent stays sent' },
  }),

  rejectEntry: defineOperation({
    name: 'WaitlistEntries_rejectEntry',
    clerk: 'RejectWaitlistEntry',
    request: 'POST /waitlist_entries/{waitlist_entry_id}/reject',
    title: 'Reject waitlist entry',
    description: 'Turns a waiting person down; the entry stays, as rejected. To erase it: WaitlistEntries_deleteById.',
    path: { waitlist_entry_id: id },
    risk: 'destructive',
    idempotent: true,
    effect: 'Rejects waitlist entry {target}: that person is not let in.',
    target: sameEntry,
    undo: { never: 'a rejection is not taken back, but the entry can still be invited' },
  }),
};
