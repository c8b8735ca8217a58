import * as z from 'zod';
import { defineResource, type Row } from '../resource.js';
import { time } from './shapes.js';

const identifierTypes = ['email_address', 'phone_number', 'web3_wallet'] as const;

/** An e-mail address, a phone number, a wallet, or a pattern such as `*@example.com`. */
export interface ListedIdentifierRow extends Row {
  /** In lower case. */
  identifier: string;
  identifier_type: (typeof identifierTypes)[number];
  instance_id: string;
}

export interface AllowlistIdentifierRow extends ListedIdentifierRow {
  invitation_id?: string;
}

const listed = {
  id: z.string(),
  identifier: z.string(),
  identifier_type: z.enum(identifierTypes),
  instance_id: z.string(),
  created_at: time,
  updated_at: time,
};

export const allowlistIdentifiers = defineResource<AllowlistIdentifierRow>()({
  name: 'allowlist_identifier',
  prefix: 'alid',
  shape: z.strictObject({ object: z.literal('allowlist_identifier'), ...listed, invitation_id: z.string().optional() }),
  unique: { identifier: (row) => row.identifier },
});

export const blocklistIdentifiers = defineResource<ListedIdentifierRow>()({
  name: 'blocklist_identifier',
  prefix: 'blid',
  shape: z.strictObject({ object: z.literal('blocklist_identifier'), ...listed }),
  unique: { identifier: (row) => row.identifier },
});
