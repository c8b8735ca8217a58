import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';
import { adminVerification, type IdentifierVerification, identifierVerification } from './verification.js';

const linkedTo = z.array(z.strictObject({ type: z.string(), id: z.string() }));

/** What e-mail addresses, phone numbers and wallets have in common. */
export interface IdentifierRow extends Row {
  user_id: string;
  verification: IdentifierVerification;
  /** Unverified, yet nobody else may claim it. */
  reserved: boolean;
}

export const isVerified = (row: IdentifierRow): boolean => row.verification?.status === 'verified';

export interface EmailAddressRow extends IdentifierRow {
  /** In lower case. */
  email_address: string;
}

/** What follows the `@`. */
export const domainOf = (address: string): string => address.slice(address.indexOf('@') + 1);

export const emailAddresses = defineResource<EmailAddressRow>()({
  name: 'email_address',
  prefix: 'idn',
  shape: z.strictObject({
    object: z.literal('email_address'),
    id: z.string(),
    email_address: z.string(),
    reserved: z.boolean(),
    verification: identifierVerification,
    linked_to: linkedTo,
    matches_sso_connection: z.boolean(),
    created_at: time,
    updated_at: time,
  }),
  unique: { email_address: (row) => row.email_address },
  lookup: { user_id: (row) => row.user_id, domain: (row) => domainOf(row.email_address) },
  owners: { user: 'user_id' },
  show: ({ user_id: _, ...row }) => ({ object: 'email_address', ...row, linked_to: [], matches_sso_connection: false }),
});

export interface PhoneNumberRow extends IdentifierRow {
  /** E.164: `+15555550100`. */
  phone_number: string;
  reserved_for_second_factor: boolean;
  default_second_factor: boolean;
}

export const phoneNumbers = defineResource<PhoneNumberRow>()({
  name: 'phone_number',
  prefix: 'idn',
  shape: z.strictObject({
    object: z.literal('phone_number'),
    id: z.string(),
    phone_number: z.string(),
    reserved_for_second_factor: z.boolean(),
    default_second_factor: z.boolean(),
    reserved: z.boolean(),
    verification: identifierVerification,
    linked_to: linkedTo,
    backup_codes: z.array(z.string()).nullable(),
    created_at: time,
    updated_at: time,
  }),
  unique: { phone_number: (row) => row.phone_number },
  lookup: { user_id: (row) => row.user_id },
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
  shape: z.strictObject({
    object: z.literal('web3_wallet'),
    id: z.string(),
    web3_wallet: z.string(),
    verification: adminVerification,
    created_at: time,
    updated_at: time,
  }),
  unique: { web3_wallet: (row) => row.web3_wallet },
  lookup: { user_id: (row) => row.user_id },
  owners: { user: 'user_id' },
  show: ({ user_id: _, reserved: __, ...row }) => ({ object: 'web3_wallet', ...row }),
});
