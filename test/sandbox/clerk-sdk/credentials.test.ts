import { expect, it } from 'vitest';
import { codeOf, deletedAs, openClerk } from './support.js';

const SEED = {
  users: [
    {
      id: 'user_ada',
      email_addresses: ['ada@example.com'],
      phone_numbers: [{ phone_number: '+15555550100', reserved_for_second_factor: true }],
      web3_wallets: [{ id: 'idn_wallet', web3_wallet: '0x52908400098527886e0f7030069857d2e4169ee7' }],
      external_accounts: [{ id: 'eac_1', provider: 'oauth_google', provider_user_id: '42', email_address: 'ada@example.org' }],
      passkeys: [{ id: 'idn_passkey', name: 'Laptop' }],
      password: 'violet-kettle-42',
      totp_secret: 'JBSWY3DPEHPK3PXP',
      backup_codes: ['spare-1'],
    },
  ],
  sessions: [{ id: 'sess_1', user: 'user_ada' }],
};
const userId = 'user_ada';

it('users: passkeys, wallets and external accounts are deleted', async () => {
  const { clerk } = await openClerk({ seed: SEED });
  const { users } = clerk;
  const passkey = { userId, passkeyIdentificationId: 'idn_passkey' };
  expect(await users.deleteUserPasskey(passkey)).toEqual(deletedAs('passkey', 'idn_passkey'));
  expect(await codeOf(users.deleteUserPasskey(passkey))).toEqual([404, 'resource_not_found']);
  expect(await users.deleteUserWeb3Wallet({ userId, web3WalletIdentificationId: 'idn_wallet' })).toEqual(
    deletedAs('web3_wallet', 'idn_wallet'),
  );
  expect(await users.deleteUserExternalAccount({ userId, externalAccountId: 'eac_1' })).toEqual(
    deletedAs('external_account', 'eac_1'),
  );
  expect(await users.getUser(userId)).toMatchObject({ web3Wallets: [], externalAccounts: [], primaryWeb3WalletId: null });
});

it('users: second factors are deleted one by one', async () => {
  const { clerk } = await openClerk({ seed: SEED });
  const { users } = clerk;
  expect(await users.deleteUserBackupCodes(userId)).toEqual({ user_id: userId });
  expect(await users.deleteUserTOTP(userId)).toEqual({ user_id: userId });
  expect(await users.getUser(userId)).toMatchObject({ totpEnabled: false, backupCodeEnabled: false, twoFactorEnabled: true });
  const phone = await users.replaceUserPhoneNumber(userId, { phoneNumber: '+15555550142' });
  expect(phone).toMatchObject({ phoneNumber: '+15555550142', verification: { status: 'verified', strategy: 'admin' } });
  expect(await users.getUser(userId)).toMatchObject({ twoFactorEnabled: false, primaryPhoneNumberId: phone.id });
});

it('users: the password is compromised, cleared and removed', async () => {
  const { clerk } = await openClerk({ seed: SEED });
  const { users, sessions } = clerk;
  expect(await users.setPasswordCompromised(userId, { revokeAllSessions: true })).toMatchObject({ passwordEnabled: true });
  expect((await sessions.getSession('sess_1')).status).toBe('revoked');
  const session = await sessions.createSession({ userId });
  expect(session.status).toBe('pending');
  await users.unsetPasswordCompromised(userId);
  expect((await sessions.getSession(session.id)).status).toBe('active');
  expect(await users.removePassword(userId, { signOutOfOtherSessions: true })).toMatchObject({ passwordEnabled: false });
  expect((await sessions.getSession(session.id)).status).toBe('revoked');
  expect(await codeOf(users.setPasswordCompromised(userId))).toEqual([400, 'no_password_set']);
});

it('users: metadata and the e-mail address are replaced', async () => {
  const { clerk } = await openClerk({ seed: SEED });
  const { users } = clerk;
  await users.updateUserMetadata(userId, { publicMetadata: { plan: 'pro' }, privateMetadata: { crm: 7 } });
  const replaced = await users.replaceUserMetadata(userId, { publicMetadata: { seats: 3 } });
  expect([replaced.publicMetadata, replaced.privateMetadata]).toEqual([{ seats: 3 }, { crm: 7 }]);
  // An update with metadata is two requests, the second of which replaces.
  const updated = await users.updateUser(userId, { firstName: 'Ada', publicMetadata: { plan: 'free' } });
  expect([updated.firstName, updated.publicMetadata]).toEqual(['Ada', { plan: 'free' }]);
  const email = await users.replaceUserEmailAddress(userId, { emailAddress: 'countess@example.com' });
  const { emailAddresses, primaryEmailAddressId } = await users.getUser(userId);
  expect([emailAddresses, primaryEmailAddressId]).toEqual([[email], email.id]);
});
