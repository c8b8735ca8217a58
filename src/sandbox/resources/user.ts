import { imageUrl } from '../images.js';
import type { Instance } from '../instance.js';
import { defineResource, type Resource } from '../resource.js';
import type { Draft } from '../rows.js';
import type { Row } from '../table.js';
import { externalAccounts } from './external-account.js';
import { emailAddresses, phoneNumbers, web3Wallets } from './identifiers.js';
import { passkeys } from './passkey.js';
import type { Metadata } from './shapes.js';

/** Wrong tries that Clerk allows before it locks a user, by default. */
const MOST_ATTEMPTS = 100;

/** How long a lock lasts by default. */
export const LOCK_MS = 60 * 60 * 1000;

export interface UserRow extends Row {
  external_id: string | null;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  locale: string | null;
  timezone: string | null;
  image_id: string | null;
  primary_email_address_id: string | null;
  primary_phone_number_id: string | null;
  primary_web3_wallet_id: string | null;
  public_metadata: Metadata;
  private_metadata: Metadata;
  unsafe_metadata: Metadata;
  /** Never sent. */
  password: { readonly hasher: string; readonly digest: string } | null;
  password_last_updated_at: number | null;
  /** Must be changed at the next sign-in. Never sent; sessions show it as a task. */
  password_compromised: boolean;
  /** Base32. Never sent. */
  totp_secret: string | null;
  /** Digests. Never sent. */
  backup_codes: readonly string[];
  mfa_enabled_at: number | null;
  mfa_disabled_at: number | null;
  last_sign_in_at: number | null;
  last_active_at: number | null;
  banned: boolean;
  /** Unix milliseconds at which the lock ends; null for no lock. */
  locked_until: number | null;
  delete_self_enabled: boolean;
  create_organization_enabled: boolean;
  create_organizations_limit: number | null;
  legal_accepted_at: number | null;
  bypass_client_trust: boolean;
}

export const users = defineResource<UserRow>()({
  name: 'user',
  prefix: 'user',
  unique: {
    username: (row) => row.username?.toLowerCase(),
    external_id: (row) => row.external_id,
  },
  show,
});

function show(row: UserRow, instance: Instance): object {
  const { image_id, password, password_compromised: _, totp_secret, backup_codes, locked_until, ...sent } = row;
  const ofUser = <R extends Row, Lookup extends string>(resource: Resource<R, string, Lookup | 'user_id'>): object[] =>
    instance.many(resource, 'user_id', row.id).map((owned) => resource.show(owned, instance));
  const url = imageUrl(instance, image_id, row.id);
  const lockLeft = lockedFor(row, instance.now());
  return {
    object: 'user',
    ...sent,
    image_url: url,
    profile_image_url: url,
    has_image: image_id !== null,
    email_addresses: ofUser(emailAddresses),
    phone_numbers: ofUser(phoneNumbers),
    web3_wallets: ofUser(web3Wallets),
    passkeys: ofUser(passkeys),
    external_accounts: ofUser(externalAccounts),
    saml_accounts: [],
    enterprise_accounts: [],
    password_enabled: password !== null,
    two_factor_enabled: hasSecondFactor(row, instance),
    totp_enabled: totp_secret !== null,
    // A row that an earlier release kept has none.
    timezone: row.timezone ?? null,
    deprovisioned: false,
    backup_code_enabled: backup_codes.length > 0,
    locked: lockLeft > 0,
    lockout_expires_in_seconds: lockLeft > 0 ? Math.ceil(lockLeft / 1000) : null,
    verification_attempts_remaining: lockLeft > 0 ? 0 : MOST_ATTEMPTS,
  };
}

export const hasSecondFactor = (row: UserRow, instance: Instance): boolean =>
  row.totp_secret !== null || instance.many(phoneNumbers, 'user_id', row.id).some((phone) => phone.reserved_for_second_factor);

/** Milliseconds that the user stays locked; 0 for not at all. */
export const lockedFor = (row: UserRow, now: number): number => Math.max(0, (row.locked_until ?? 0) - now);

/** What a user is shown by beside a name: the primary e-mail address, phone number, wallet, or the username. */
export function identifierOf(row: UserRow, instance: Instance): string {
  return (
    instance.get(emailAddresses, row.primary_email_address_id ?? '')?.email_address ??
    instance.get(phoneNumbers, row.primary_phone_number_id ?? '')?.phone_number ??
    row.username ??
    instance.get(web3Wallets, row.primary_web3_wallet_id ?? '')?.web3_wallet ??
    ''
  );
}

/** The columns of a user about whom nothing is known yet. */
export const blankUser = (): Draft<UserRow> => ({
  external_id: null,
  username: null,
  first_name: null,
  last_name: null,
  locale: null,
  timezone: null,
  image_id: null,
  primary_email_address_id: null,
  primary_phone_number_id: null,
  primary_web3_wallet_id: null,
  public_metadata: {},
  private_metadata: {},
  unsafe_metadata: {},
  password: null,
  password_last_updated_at: null,
  password_compromised: false,
  totp_secret: null,
  backup_codes: [],
  mfa_enabled_at: null,
  mfa_disabled_at: null,
  last_sign_in_at: null,
  last_active_at: null,
  banned: false,
  locked_until: null,
  delete_self_enabled: true,
  create_organization_enabled: true,
  create_organizations_limit: null,
  legal_accepted_at: null,
  bypass_client_trust: false,
});
