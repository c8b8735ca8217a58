import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { externalAccounts, identificationOf } from './external-account.js';
import type { IdentifierVerification } from './verification.js';

/** What e-mail addresses, phone numbers and wallets have in common. */
export interface IdentifierRow extends Row {
  user_id: string;
  verification: IdentifierVerification;
  /** Unverified, yet no other user may claim it. */
  reserved: boolean;
}

export const isVerified = (row: IdentifierRow): boolean => row.verification?.status === 'verified';

/** Whether no other user may have it. Several users may hold one that is neither verified nor reserved, until one of them proves it. */
export const isClaimed = (row: IdentifierRow): boolean => row.reserved || isVerified(row);

export interface EmailAddressRow extends IdentifierRow {
  /** In lower case. */
  email_address: string;
}

/** What follows the `@`. */
export const domainOf = (address: string): string => address.slice(address.indexOf('@') + 1);

export const emailAddresses = defineResource<EmailAddressRow>()({
  name: 'email_address',
  prefix: 'idn',
  unique: { email_address: (row) => (isClaimed(row) ? row.email_address : null) },
  lookup: { held: (row) => row.email_address, domain: (row) => domainOf(row.email_address) },
  owners: { user: 'user_id' },
  show: (row, instance) => {
    const { user_id: _, ...sent } = row;
    return { object: 'email_address', ...sent, linked_to: linksOf(row, instance), matches_sso_connection: false };
  },
});

/** Clerk links to social accounts whose provider's name has no more than letters behind the prefix. */
const LINKED = /^oauth_[a-z]+$/;

/** The social accounts that brought the address along. */
export const linksOf = (row: EmailAddressRow, instance: Instance): { type: string; id: string }[] =>
  instance
    .many(externalAccounts, 'user_id', row.user_id)
    .filter(({ provider, email_address: address }) => LINKED.test(provider) && address.toLowerCase() === row.email_address)
    .map((account) => ({ type: account.provider, id: identificationOf(account) }));

export interface PhoneNumberRow extends IdentifierRow {
  /** E.164: `+15555550100`. */
  phone_number: string;
  reserved_for_second_factor: boolean;
  default_second_factor: boolean;
}

export const phoneNumbers = defineResource<PhoneNumberRow>()({
  name: 'phone_number',
  prefix: 'idn',
  unique: { phone_number: (row) => (isClaimed(row) ? row.phone_number : null) },
  lookup: { held: (row) => row.phone_number },
  owners: { user: 'user_id' },
  show: ({ user_id: _, ...row }) => ({ object: 'phone_number', ...row, linked_to: [], backup_codes: null }),
});

export interface Web3WalletRow extends IdentifierRow {
  /** In lower case. */
  web3_wallet: string;
}

export const web3Wallets = defineResource<Web3WalletRow>()({
  name: 'web3_wallet',
  prefix: 'idn',
  unique: { web3_wallet: (row) => row.web3_wallet },
  lookup: { held: (row) => row.web3_wallet },
  owners: { user: 'user_id' },
  show: ({ user_id: _, reserved: __, ...row }) => ({ object: 'web3_wallet', ...row }),
});
