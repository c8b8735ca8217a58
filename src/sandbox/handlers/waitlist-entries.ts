import { invite } from '../domain/application-invitations.js';
import { changes, creates, deletes } from '../domain/found.js';
import { parseIdentifier } from '../domain/identifiers.js';
import { sendMessage } from '../domain/messages.js';
import { containing, equal } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { emailAddresses } from '../resources/identifiers.js';
import { type WaitlistEntryRow, waitlistEntries, waitlistStatus } from '../resources/waitlist-entry.js';
import { refuse, refuseParam } from '../sandbox-error.js';

/** The entry of an address: the one that is there, or a new one, of which a mail tells unless nobody is to be told. */
function join(instance: Instance, email: string, notify: boolean | null = true): WaitlistEntryRow {
  const held = instance.one(waitlistEntries, 'email_address', email);
  if (held !== undefined) return held;
  if (notify !== false) sendMessage(instance, { type: 'email', slug: 'waitlist_confirmation', to: email, values: {} });
  return instance.insert(waitlistEntries, {
    email_address: email,
    status: 'pending',
    invitation_id: null,
    invited_at: null,
    claimed: false,
  });
}

/** @throws SandboxError 409 unless the entry is as it must be. */
function mustBe(entry: WaitlistEntryRow, instance: Instance, wanted: readonly string[], what: string): void {
  const status = waitlistStatus(entry, instance);
  if (wanted.includes(status)) return;
  const why = `The waitlist entry is ${status}; only one that is ${wanted.join(' or ')} can be ${what}.`;
  throw refuse(409, `waitlist_entry_${status}`, `The entry is ${status}`, why);
}

export const waitlistEntriesHandlers: Handlers = {
  WaitlistEntries_list: lists(waitlistEntries, {
    envelope: 'page',
    filters: {
      status: equal<WaitlistEntryRow, string>(waitlistStatus),
      query: containing<WaitlistEntryRow>((row, has) => has(row.email_address) || has(row.id)),
    },
    orders: { email_address: (row) => row.email_address, invited_at: (row) => row.invited_at },
  }),

  WaitlistEntries_createEntry: creates(waitlistEntries, ({ instance, body }) =>
    join(instance, parseIdentifier('email_address', body.email_address), body.notify),
  ),

  WaitlistEntries_bulkCreate: answers(({ instance, items }) => {
    const emails = items.map((item) => parseIdentifier('email_address', item.email_address));
    const twice = emails.find((email, at) => emails.indexOf(email) !== at);
    if (twice !== undefined) {
      throw refuseParam('form_param_duplicate', 'email_address', 'is duplicate', `${twice} is given twice.`);
    }
    return emails.map((email, at) => waitlistEntries.show(join(instance, email, items[at]?.notify), instance));
  }),

  WaitlistEntries_deleteById: deletes(waitlistEntries, {
    remove: (entry, instance) => {
      mustBe(entry, instance, ['pending'], 'deleted');
      instance.delete(waitlistEntries, entry);
    },
  }),

  /** Who was turned down can still be let in, and who lost the invitation gets another. */
  WaitlistEntries_inviteEntry: changes(waitlistEntries, (entry, { instance, body }) => {
    mustBe(entry, instance, ['pending', 'rejected', 'invited'], 'invited');
    const { id } = invite(instance, { email_address: entry.email_address, ignore_existing: body.ignore_existing ?? false });
    instance.update(waitlistEntries, entry, {
      status: 'invited',
      invitation_id: id,
      invited_at: instance.now(),
      claimed: instance.one(emailAddresses, 'email_address', entry.email_address) !== undefined,
    });
  }),

  WaitlistEntries_rejectEntry: changes(waitlistEntries, (entry, { instance }) => {
    mustBe(entry, instance, ['pending', 'rejected'], 'rejected');
    if (entry.status !== 'rejected') instance.update(waitlistEntries, entry, { status: 'rejected' });
  }),
};
