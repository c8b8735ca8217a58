import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import type { Metadata } from './shapes.js';
import type { OAuthVerification } from './verification.js';

/** A user's account with an OAuth provider, and the token that the provider gave for it. */
export interface ExternalAccountRow extends Row {
  user_id: string;
  /** With its prefix: `oauth_google`. */
  provider: string;
  provider_user_id: string;
  email_address: string;
  first_name: string;
  last_name: string;
  scopes: string[];
  public_metadata: Metadata;
  label: string | null;
  verification: OAuthVerification;
  token: string;
  /** Unix milliseconds. */
  token_expires_at: number | null;
}

/** What finds an account: a provider and the id that it gave. */
export const providerKey = (provider: string, providerUserId: string): string => `${provider}|${providerUserId}`;

/** The id of the account as something that identifies its user. */
export const identificationOf = ({ id }: { readonly id: string }): string => id.replace(/^eac/, 'idn');

export const externalAccounts = defineResource<ExternalAccountRow>()({
  name: 'external_account',
  prefix: 'eac',
  unique: { provider: (row) => providerKey(row.provider, row.provider_user_id) },
  owners: { user: 'user_id' },
  show: ({ user_id: _, token: __, token_expires_at: ___, scopes, ...row }) => ({
    object: 'external_account',
    ...row,
    identification_id: identificationOf(row),
    approved_scopes: scopes.join(' '),
  }),
});
