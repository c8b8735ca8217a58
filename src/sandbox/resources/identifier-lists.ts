import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

/** An e-mail address, a phone number, a wallet, or a pattern such as `*@example.com`. */
export interface ListedIdentifierRow extends Row {
  /** In lower case. */
  identifier: string;
  identifier_type: 'email_address' | 'phone_number' | 'web3_wallet';
  instance_id: string;
}

export interface AllowlistIdentifierRow extends ListedIdentifierRow {
  invitation_id?: string;
}

export const allowlistIdentifiers = defineResource<AllowlistIdentifierRow>()({
  name: 'allowlist_identifier',
  prefix: 'alid',
  unique: { identifier: (row) => row.identifier },
});

export const blocklistIdentifiers = defineResource<ListedIdentifierRow>()({
  name: 'blocklist_identifier',
  prefix: 'blid',
  unique: { identifier: (row) => row.identifier },
});
