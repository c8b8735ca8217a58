import type { User } from '@clerk/backend';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf, deletedAs, type Opened, openClerk } from './support.js';

let opened: Opened;
let user: User;
beforeEach(async () => {
  opened = await openClerk();
  user = await opened.clerk.users.createUser({ emailAddress: ['ada@example.com'], phoneNumber: ['+15555550100'] });
});

describe('emailAddresses', () => {
  it('are created, read, made primary and deleted', async () => {
    const { emailAddresses, users } = opened.clerk;
    const created = await emailAddresses.createEmailAddress({ userId: user.id, emailAddress: 'Ada@Example.org' });
    expect(created).toMatchObject({ emailAddress: 'ada@example.org', verification: null, linkedTo: [] });
    expect(await emailAddresses.getEmailAddress(created.id)).toEqual(created);
    const primary = await emailAddresses.updateEmailAddress(created.id, { verified: true, primary: true });
    expect(primary.verification).toMatchObject({ status: 'verified', strategy: 'admin' });
    expect((await users.getUser(user.id)).primaryEmailAddressId).toBe(created.id);
    expect(await emailAddresses.deleteEmailAddress(created.id)).toEqual(deletedAs('email_address', created.id));
    expect((await users.getUser(user.id)).primaryEmailAddress?.emailAddress).toBe('ada@example.com');
  });

  it('belong to one user', async () => {
    const again = opened.clerk.emailAddresses.createEmailAddress({ userId: user.id, emailAddress: 'ada@example.com' });
    expect(await codeOf(again)).toEqual([422, 'form_identifier_exists', 'email_address']);
  });
});

describe('phoneNumbers', () => {
  it('are created, read, made a second factor and deleted', async () => {
    const { phoneNumbers, users } = opened.clerk;
    const created = await phoneNumbers.createPhoneNumber({
      userId: user.id,
      phoneNumber: '+15555550177',
      verified: true,
      primary: true,
    });
    expect(created).toMatchObject({ phoneNumber: '+15555550177', reservedForSecondFactor: false });
    expect(await phoneNumbers.getPhoneNumber(created.id)).toEqual(created);
    const factor = await phoneNumbers.updatePhoneNumber(created.id, { reservedForSecondFactor: true });
    expect(factor).toMatchObject({ reservedForSecondFactor: true, defaultSecondFactor: true });
    expect(await users.getUser(user.id)).toMatchObject({ twoFactorEnabled: true, primaryPhoneNumberId: created.id });
    expect(await phoneNumbers.deletePhoneNumber(created.id)).toEqual(deletedAs('phone_number', created.id));
  });

  it('must be numbers', async () => {
    const wrong = opened.clerk.phoneNumbers.createPhoneNumber({ userId: user.id, phoneNumber: 'none' });
    expect(await codeOf(wrong)).toEqual([422, 'form_param_format_invalid', 'phone_number']);
  });
});
