import { parseIdentifier } from '../domain/identifiers.js';
import { quickHash } from '../domain/passwords.js';
import { keepBackupCodes } from '../domain/second-factors.js';
import type { Instance } from '../instance.js';
import { externalAccounts } from '../resources/external-account.js';
import { emailAddresses, isVerified, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { passkeys } from '../resources/passkey.js';
import { ssoBypassUsers } from '../resources/sso-bypass-user.js';
import { trustedDevices } from '../resources/trusted-device.js';
import { blankUser, LOCK_MS, type UserRow, users } from '../resources/user.js';
import { VERIFIED_BY_ADMIN } from '../resources/verification.js';
import type { Draft } from '../rows.js';
import type { SeedUser } from './description.js';

const TOKEN_LETTERS = 40;

/** The columns that a seed gives straight away. */
const PLAIN = [
  'id',
  'external_id',
  'username',
  'first_name',
  'last_name',
  'locale',
  'timezone',
  'totp_secret',
  'public_metadata',
  'private_metadata',
  'unsafe_metadata',
  'banned',
  'last_sign_in_at',
  'last_active_at',
] as const;

/** Seeds a user with all identifiers. */
export function seedUser(instance: Instance, seed: SeedUser): void {
  const created = seed.created_at ?? instance.now();
  const user = instance.insert(users, { ...columns(instance, seed), created_at: created });
  const owned = { user_id: user.id, reserved: false, created_at: created };
  const verification = (verified = true) => (verified ? VERIFIED_BY_ADMIN : null);

  const emails = seed.email_addresses?.map((given) => {
    const { email_address, verified, ...id } = typeof given === 'string' ? { email_address: given } : given;
    const address = parseIdentifier('email_address', email_address);
    return instance.insert(emailAddresses, {
      ...owned,
      ...withId(id),
      email_address: address,
      verification: verification(verified),
    });
  });
  const phones = seed.phone_numbers?.map((given) => {
    const {
      phone_number,
      verified,
      reserved_for_second_factor: factor = false,
      ...id
    } = typeof given === 'string' ? { phone_number: given } : given;
    const number = parseIdentifier('phone_number', phone_number);
    return instance.insert(phoneNumbers, {
      ...owned,
      ...withId(id),
      phone_number: number,
      verification: verification(verified),
      reserved_for_second_factor: factor,
      default_second_factor: factor,
    });
  });
  const wallets = seed.web3_wallets?.map((given) => {
    const { web3_wallet, ...id } = typeof given === 'string' ? { web3_wallet: given } : given;
    const address = parseIdentifier('web3_wallet', web3_wallet);
    return instance.insert(web3Wallets, { ...owned, ...withId(id), web3_wallet: address, verification: VERIFIED_BY_ADMIN });
  });
  for (const account of seed.external_accounts ?? []) seedAccount(instance, user, account);
  for (const passkey of seed.passkeys ?? []) {
    instance.insert(passkeys, {
      ...withId(passkey),
      user_id: user.id,
      name: passkey.name,
      last_used_at: passkey.last_used_at ?? created,
      created_at: created,
    });
  }
  for (const device of seed.trusted_devices ?? []) {
    instance.insert(trustedDevices, {
      ...withId(device),
      user_id: user.id,
      platform: device.platform,
      app_identifier: device.app_identifier,
      name: device.name ?? null,
      last_used_at: device.last_used_at ?? null,
      revoked_at: null,
      created_at: device.created_at ?? created,
    });
  }
  if (seed.sso_bypass === true) instance.insert(ssoBypassUsers, { user_id: user.id, created_at: created });
  const hasFactor = user.totp_secret !== null || phones?.some((phone) => phone.reserved_for_second_factor);
  instance.update(users, user, {
    primary_email_address_id: (emails?.find(isVerified) ?? emails?.[0])?.id ?? null,
    primary_phone_number_id: (phones?.find(isVerified) ?? phones?.[0])?.id ?? null,
    primary_web3_wallet_id: wallets?.[0]?.id ?? null,
    ...(hasFactor ? { mfa_enabled_at: created } : {}),
    updated_at: created,
  });
}

const withId = (given: { readonly id?: string | undefined }): { id?: string } => (given.id === undefined ? {} : { id: given.id });

function columns(instance: Instance, seed: SeedUser): Draft<UserRow> {
  const row = blankUser();
  for (const name of PLAIN) if (seed[name] !== undefined) Object.assign(row, { [name]: seed[name] });
  return {
    ...row,
    ...(seed.password === undefined
      ? {}
      : { password: quickHash(seed.password), password_last_updated_at: seed.created_at ?? instance.now() }),
    ...(seed.backup_codes === undefined ? {} : { backup_codes: keepBackupCodes(seed.backup_codes) }),
    ...(seed.locked === true ? { locked_until: instance.now() + LOCK_MS } : {}),
  };
}

function seedAccount(instance: Instance, user: UserRow, account: NonNullable<SeedUser['external_accounts']>[number]): void {
  instance.insert(externalAccounts, {
    ...withId(account),
    user_id: user.id,
    provider: account.provider,
    provider_user_id: account.provider_user_id,
    email_address: account.email_address,
    first_name: user.first_name ?? '',
    last_name: user.last_name ?? '',
    scopes: account.scopes ?? ['openid', 'email', 'profile'],
    public_metadata: {},
    label: null,
    verification: {
      object: 'verification_oauth',
      status: 'verified',
      strategy: account.provider,
      attempts: null,
      expire_at: user.created_at,
    },
    token: account.token ?? instance.random.base62(TOKEN_LETTERS),
    token_expires_at: null,
    created_at: user.created_at,
  });
}
