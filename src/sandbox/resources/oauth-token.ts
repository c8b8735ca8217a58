import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { isExpired, type VoidableRow } from './voidable.js';

/** A user's leave for an application, from which all its tokens come. */
export interface OAuthGrantRow extends Row {
  oauth_application_id: string;
  user_id: string;
  scopes: string[];
  refresh_token: string;
  revoked: boolean;
}

export const oauthGrants = defineResource<OAuthGrantRow>()({
  name: 'oauth_grant',
  title: 'OAuth grant',
  prefix: 'oauthgrant',
  unique: { refresh_token: (row) => row.refresh_token },
  owners: { oauth_application: 'oauth_application_id', user: 'user_id' },
});

/** An opaque access token. JWTs are kept nowhere. */
export interface OAuthTokenRow extends VoidableRow {
  oauth_grant_id: string;
  client_id: string;
  subject: string;
  scopes: string[];
  token: string;
}

export const oauthTokens = defineResource<OAuthTokenRow>()({
  name: 'clerk_idp_oauth_access_token',
  title: 'OAuth access token',
  prefix: 'oat',
  unique: { token: (row) => row.token },
  owners: { oauth_grant: 'oauth_grant_id' },
  show: ({ token: _, oauth_grant_id: __, ...row }, instance) => ({
    object: 'clerk_idp_oauth_access_token',
    ...row,
    expired: isExpired(row, instance),
    // Its times are Unix seconds, unlike those of all other resources.
    expiration: row.expiration === null ? null : inSeconds(row.expiration),
    created_at: inSeconds(row.created_at),
    updated_at: inSeconds(row.updated_at),
  }),
});

/** @param at Unix milliseconds. */
const inSeconds = (at: number): number => Math.floor(at / 1000);
