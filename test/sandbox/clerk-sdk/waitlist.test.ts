import { expect, it } from 'vitest';
import { codeOf, deletedAs, ids, openClerk } from './support.js';

it('waitlistEntries', async () => {
  const { clerk } = await openClerk();
  const ada = await clerk.waitlistEntries.create({ emailAddress: 'ada@example.com', notify: false });
  expect(ada).toMatchObject({ emailAddress: 'ada@example.com', status: 'pending', isLocked: false, invitation: null });
  expect(await clerk.waitlistEntries.create({ emailAddress: 'ada@example.com' })).toEqual(ada);
  const page = await clerk.waitlistEntries.list({ status: 'pending', orderBy: '-created_at', limit: 5 });
  expect([ids(page), page.totalCount]).toEqual([[ada.id], 1]);

  const invited = await clerk.waitlistEntries.invite(ada.id, { ignoreExisting: true });
  expect(invited).toMatchObject({ status: 'invited', invitation: { emailAddress: 'ada@example.com', status: 'pending' } });
  expect(await codeOf(clerk.waitlistEntries.reject(ada.id))).toEqual([409, 'waitlist_entry_invited']);

  const many = await clerk.waitlistEntries.createBulk([{ emailAddress: 'bob@example.com' }, { emailAddress: 'cy@example.com' }]);
  const [bob, cy] = Array.isArray(many) ? many : [];
  expect(await clerk.waitlistEntries.reject(String(bob?.id))).toMatchObject({ status: 'rejected' });
  expect(await clerk.waitlistEntries.delete(String(cy?.id))).toEqual(deletedAs('waitlist_entry', String(cy?.id)));
});

it('createInvitationBulk', async () => {
  const { clerk } = await openClerk();
  const invite = () =>
    clerk.invitations.createInvitationBulk([
      { emailAddress: 'ada@example.com', publicMetadata: { plan: 'pro' }, templateSlug: 'waitlist_invitation' },
      { emailAddress: 'bob@example.com', expiresInDays: 3 },
    ]);
  expect(await invite()).toMatchObject([{ publicMetadata: { plan: 'pro' } }, { emailAddress: 'bob@example.com' }]);
  expect(await codeOf(invite())).toEqual([400, 'duplicate_record']);
});
