import type { User } from '@clerk/backend';
import { Secret, TOTP } from 'otpauth';
import { beforeEach, describe, expect, it } from 'vitest';
import { NOON, PNG } from '../harness.js';
import { codeOf, deletedAs, ids, type Opened, openClerk } from './support.js';

const PASSWORD = 'violet-kettle-42';
const SECRET = 'JBSWY3DPEHPK3PXP';
const DAY = 24 * 60 * 60 * 1000;

let opened: Opened;
let ada: User;
beforeEach(async () => {
  opened = await openClerk();
  ada = await opened.clerk.users.createUser({
    emailAddress: ['ada@example.com', 'lovelace@example.com'],
    phoneNumber: ['+15555550100'],
    username: 'countess',
    firstName: 'Ada',
    lastName: 'Lovelace',
    externalId: 'ext-1',
    password: PASSWORD,
    totpSecret: SECRET,
    backupCodes: ['spare-code-1'],
    publicMetadata: { plan: 'pro', nested: { kept: true, gone: 1 } },
    privateMetadata: { crm: 7 },
    unsafeMetadata: { theme: 'dark' },
    createdAt: new Date(NOON - DAY),
    legalAcceptedAt: new Date(NOON - DAY),
    skipPasswordChecks: true,
  });
});

describe('createUser', () => {
  it('gives back what was given', () => {
    expect(ada).toMatchObject({
      id: expect.stringMatching(/^user_[0-9A-Za-z]{27}$/),
      username: 'countess',
      firstName: 'Ada',
      lastName: 'Lovelace',
      fullName: 'Ada Lovelace',
      externalId: 'ext-1',
      passwordEnabled: true,
      totpEnabled: true,
      backupCodeEnabled: true,
      twoFactorEnabled: true,
      publicMetadata: { plan: 'pro', nested: { kept: true, gone: 1 } },
      privateMetadata: { crm: 7 },
      unsafeMetadata: { theme: 'dark' },
      createdAt: NOON - DAY,
      legalAcceptedAt: NOON - DAY,
      banned: false,
      locked: false,
    });
    expect(ada.primaryEmailAddress).toMatchObject({ emailAddress: 'ada@example.com', verification: { status: 'verified' } });
    expect(ada.primaryPhoneNumber?.phoneNumber).toBe('+15555550100');
    expect(ada.emailAddresses.map((email) => email.emailAddress)).toEqual(['ada@example.com', 'lovelace@example.com']);
  });

  it('takes reserved identifiers and imported digests', async () => {
    const user = await opened.clerk.users.createUser({
      emailAddress: ['grace@example.com'],
      emailAddressIdentificationStatus: ['reserved'],
      passwordDigest: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
      passwordHasher: 'sha256',
    });
    expect(user.emailAddresses[0]?.verification).toBeNull();
    expect(await opened.clerk.users.verifyPassword({ userId: user.id, password: 'password' })).toEqual({ verified: true });
  });

  it('can be banned and locked from the start', async () => {
    const user = await opened.clerk.users.createUser({ emailAddress: ['mallory@example.com'], banned: true, locked: true });
    expect(user).toMatchObject({ banned: true, locked: true });
  });
});

describe('getUserList', () => {
  let bob: User;
  beforeEach(async () => {
    opened.client.clock.now += DAY;
    bob = await opened.clerk.users.createUser({ emailAddress: ['bob@example.org'], username: 'bob.b', externalId: 'ext-2' });
  });

  it('is newest first, with the number of all', async () => {
    const page = await opened.clerk.users.getUserList();
    expect([ids(page), page.totalCount]).toEqual([[bob.id, ada.id], 2]);
    expect(page.data[0]?.primaryEmailAddress?.emailAddress).toBe('bob@example.org');
  });

  it.each<[string, Parameters<Opened['clerk']['users']['getUserList']>[0], readonly ('ada' | 'bob')[]]>([
    ['limit', { limit: 1 }, ['bob']],
    ['offset', { limit: 5, offset: 1 }, ['ada']],
    ['order', { orderBy: '+created_at' }, ['ada', 'bob']],
    ['order by name', { orderBy: '-username' }, ['ada', 'bob']],
    ['e-mail address', { emailAddress: ['bob@example.org'] }, ['bob']],
    ['several e-mail addresses', { emailAddress: ['bob@example.org', 'ada@example.com'] }, ['bob', 'ada']],
    ['phone number', { phoneNumber: ['+15555550100'] }, ['ada']],
    ['username', { username: ['bob.b'] }, ['bob']],
    ['external id', { externalId: ['ext-1'] }, ['ada']],
    ['words', { query: 'lovelace' }, ['ada']],
    ['times', { createdAtAfter: NOON }, ['bob']],
    ['earlier times', { createdAtBefore: NOON }, ['ada']],
    ['activity', { last_active_at_since: NOON - DAY }, []],
  ])('filters by %s', async (_, params, wanted) => {
    const names = { [ada.id]: 'ada', [bob.id]: 'bob' };
    expect(ids(await opened.clerk.users.getUserList(params)).map((id) => names[id])).toEqual(wanted);
  });

  it('filters by id, and by what is left without it', async () => {
    const { users } = opened.clerk;
    expect(ids(await users.getUserList({ userId: [ada.id] }))).toEqual([ada.id]);
    expect(ids(await users.getUserList({ userId: [`-${ada.id}`] }))).toEqual([bob.id]);
  });

  it('filters by organization', async () => {
    const organization = await opened.clerk.organizations.createOrganization({ name: 'Analytical', createdBy: ada.id });
    const page = await opened.clerk.users.getUserList({ organizationId: [organization.id] });
    expect([ids(page), page.totalCount]).toEqual([[ada.id], 1]);
  });

  it('getCount counts what the filters leave', async () => {
    expect(await opened.clerk.users.getCount()).toBe(2);
    expect(await opened.clerk.users.getCount({ emailAddress: ['bob@example.org'] })).toBe(1);
    expect(await opened.clerk.users.getCount({ query: 'nobody' })).toBe(0);
  });
});

describe('one user', () => {
  it('getUser', async () => {
    expect(await opened.clerk.users.getUser(ada.id)).toEqual(ada);
  });

  it('updateUser', async () => {
    const second = ada.emailAddresses[1]?.id as string;
    const changed = await opened.clerk.users.updateUser(ada.id, {
      firstName: 'Augusta',
      username: 'augusta',
      externalId: 'ext-9',
      password: 'orange-kettle-43',
      signOutOfOtherSessions: true,
      primaryEmailAddressID: second,
      deleteSelfEnabled: false,
      createOrganizationEnabled: false,
      createOrganizationsLimit: 3,
      locale: 'en-GB',
    });
    expect(changed).toMatchObject({
      firstName: 'Augusta',
      lastName: 'Lovelace',
      username: 'augusta',
      externalId: 'ext-9',
      primaryEmailAddressId: second,
      deleteSelfEnabled: false,
      createOrganizationEnabled: false,
      createOrganizationsLimit: 3,
      locale: 'en-GB',
    });
  });

  it('updateUserMetadata merges deeply, and null removes', async () => {
    const { publicMetadata, privateMetadata } = await opened.clerk.users.updateUserMetadata(ada.id, {
      publicMetadata: { nested: { gone: null, fresh: [1] } },
    });
    expect(publicMetadata).toEqual({ plan: 'pro', nested: { kept: true, fresh: [1] } });
    expect(privateMetadata).toEqual({ crm: 7 });
  });

  it('deleteUser', async () => {
    const { users } = opened.clerk;
    expect(await users.deleteUser(ada.id)).toEqual(deletedAs('user', ada.id));
    expect(await codeOf(users.getUser(ada.id))).toEqual([404, 'resource_not_found']);
  });

  it('banUser and unbanUser', async () => {
    const { users } = opened.clerk;
    expect(await users.banUser(ada.id)).toMatchObject({ id: ada.id, banned: true });
    expect(await users.unbanUser(ada.id)).toMatchObject({ id: ada.id, banned: false });
  });

  it('lockUser and unlockUser', async () => {
    const { users } = opened.clerk;
    expect(await users.lockUser(ada.id)).toMatchObject({ id: ada.id, locked: true });
    expect(await users.unlockUser(ada.id)).toMatchObject({ id: ada.id, locked: false });
  });

  it('getOrganizationMembershipList', async () => {
    const organization = await opened.clerk.organizations.createOrganization({ name: 'Analytical', createdBy: ada.id });
    const page = await opened.clerk.users.getOrganizationMembershipList({ userId: ada.id, limit: 10 });
    expect(page).toMatchObject({ totalCount: 1, data: [{ role: 'org:admin', organization: { id: organization.id } }] });
  });
});

describe('passwords and second factors', () => {
  it('verifyPassword', async () => {
    const { users } = opened.clerk;
    expect(await users.verifyPassword({ userId: ada.id, password: PASSWORD })).toEqual({ verified: true });
    const wrong = users.verifyPassword({ userId: ada.id, password: 'not-it' });
    expect(await codeOf(wrong)).toEqual([422, 'incorrect_password', 'password']);
  });

  it('verifyTOTP takes the code of the moment, and a backup code once', async () => {
    const { users } = opened.clerk;
    const code = new TOTP({ secret: Secret.fromBase32(SECRET) }).generate({ timestamp: opened.client.clock.now });
    expect(await users.verifyTOTP({ userId: ada.id, code })).toEqual({ verified: true, code_type: 'totp' });
    const spare = { userId: ada.id, code: 'spare-code-1' };
    expect(await users.verifyTOTP(spare)).toEqual({ verified: true, code_type: 'backup_code' });
    expect(await codeOf(users.verifyTOTP(spare))).toEqual([422, 'totp_incorrect_code', 'code']);
  });

  it('disableUserMFA', async () => {
    const { users } = opened.clerk;
    expect(await users.disableUserMFA(ada.id)).toEqual({ user_id: ada.id });
    const after = await users.getUser(ada.id);
    expect(after).toMatchObject({ totpEnabled: false, backupCodeEnabled: false, twoFactorEnabled: false });
  });
});

describe('profile images', () => {
  const file = new Blob([PNG], { type: 'image/png' });

  it('are kept, served and taken away', async () => {
    const { users } = opened.clerk;
    const user = await users.updateUserProfileImage(ada.id, { file });
    expect(user.hasImage).toBe(true);
    const served = await fetch(user.imageUrl);
    expect([served.headers.get('content-type'), Buffer.from(await served.arrayBuffer())]).toEqual(['image/png', PNG]);
    expect((await users.deleteUserProfileImage(ada.id)).hasImage).toBe(false);
  });

  it('must be images', async () => {
    const text = new Blob(['no image'], { type: 'image/png' });
    const refused = opened.clerk.users.updateUserProfileImage(ada.id, { file: text });
    expect(await codeOf(refused)).toEqual([400, 'form_param_format_invalid', 'file']);
  });
});

describe('getUserOauthAccessToken', () => {
  const account = { provider: 'oauth_github', provider_user_id: '42', email_address: 'gh@example.com', scopes: ['repo'] };

  it('by provider', async () => {
    const { clerk } = await openClerk({ seed: { users: [{ id: 'user_1', username: 'hubber', external_accounts: [account] }] } });
    const page = await clerk.users.getUserOauthAccessToken('user_1', 'github');
    expect(page.totalCount).toBe(1);
    expect(page.data).toMatchObject([{ provider: 'oauth_github', scopes: ['repo'], token: expect.any(String) }]);
    const user = await clerk.users.getUser('user_1');
    expect(user.externalAccounts).toMatchObject([{ provider: 'oauth_github', emailAddress: 'gh@example.com' }]);
    expect((await clerk.users.getUserOauthAccessToken('user_1', 'google')).data).toEqual([]);
  });
});
