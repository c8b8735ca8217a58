import * as z from 'zod';
import { closedMetadata, metadata, nullableText, nullableTime, optionalText, time } from './common.js';
import { listRows, secret } from './marks.js';
import { organizationMembership } from './organization.js';
import {
  accountVerification,
  emailVerification,
  passkeyVerification,
  phoneVerification,
  walletVerification,
} from './verification.js';

const linkedTo = z.array(z.strictObject({ type: z.string(), id: z.string() }));

export const emailAddress = z.strictObject({
  object: z.literal('email_address'),
  id: z.string(),
  email_address: z.string(),
  reserved: z.boolean(),
  verification: emailVerification,
  linked_to: linkedTo,
  matches_sso_connection: z.boolean(),
  created_at: time,
  updated_at: time,
});

export const phoneNumber = z.strictObject({
  object: z.literal('phone_number'),
  id: z.string(),
  phone_number: z.string(),
  reserved_for_second_factor: z.boolean(),
  default_second_factor: z.boolean(),
  reserved: z.boolean(),
  verification: phoneVerification,
  linked_to: linkedTo,
  backup_codes: z.array(secret('code', 'PhoneNumbers_getDetails with fields:["backup_codes"] shows them')).nullable(),
  created_at: time,
  updated_at: time,
});

const web3Wallet = z.strictObject({
  object: z.literal('web3_wallet'),
  id: z.string(),
  web3_wallet: z.string(),
  verification: walletVerification,
  created_at: time,
  updated_at: time,
});

const passkey = z.strictObject({
  object: z.literal('passkey'),
  id: z.string(),
  name: z.string(),
  last_used_at: time,
  verification: passkeyVerification,
});

const externalAccount = z.strictObject({
  object: z.enum(['external_account', 'facebook_account', 'google_account']),
  id: z.string(),
  provider: z.string(),
  identification_id: z.string(),
  provider_user_id: z.string(),
  approved_scopes: z.string(),
  email_address: z.string(),
  email_address_verified: z.boolean().nullable().optional(),
  first_name: z.string(),
  last_name: z.string(),
  avatar_url: optionalText,
  image_url: nullableText.optional(),
  username: nullableText.optional(),
  phone_number: nullableText.optional(),
  public_metadata: metadata,
  label: nullableText,
  verification: accountVerification,
  created_at: time,
  updated_at: time,
});

/** What SAML and enterprise accounts show of their connection. */
const connection = {
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  domain: z.string(),
  domains: z.array(z.string()).optional(),
  active: z.boolean(),
  sync_user_attributes: z.boolean(),
  allow_subdomains: z.boolean(),
  allow_idp_initiated: z.boolean(),
  disable_additional_identifications: z.boolean(),
  created_at: time,
  updated_at: time,
};

const connectedAccount = {
  id: z.string(),
  provider: z.string(),
  active: z.boolean(),
  email_address: z.string(),
  first_name: nullableText,
  last_name: nullableText,
  provider_user_id: nullableText,
  public_metadata: metadata,
  verification: accountVerification,
  last_authenticated_at: nullableTime,
};

const samlAccount = z.strictObject({
  object: z.literal('saml_account'),
  ...connectedAccount,
  saml_connection: z.strictObject(connection).nullable(),
});

const enterpriseAccount = z.strictObject({
  object: z.literal('enterprise_account'),
  ...connectedAccount,
  protocol: z.enum(['oauth', 'saml']),
  enterprise_connection_id: nullableText,
  enterprise_connection: z.strictObject({ ...connection, protocol: z.string(), logo_public_url: nullableText }).nullable(),
});

export const user = z
  .strictObject({
    id: z.string(),
    object: z.literal('user'),
    external_id: nullableText,
    username: nullableText,
    first_name: nullableText,
    last_name: nullableText,
    locale: nullableText,
    timezone: nullableText.optional(),
    image_url: z.string(),
    profile_image_url: z.string(),
    has_image: z.boolean(),
    primary_email_address_id: nullableText,
    primary_phone_number_id: nullableText,
    primary_web3_wallet_id: nullableText,
    public_metadata: metadata,
    private_metadata: closedMetadata.nullable(),
    unsafe_metadata: closedMetadata,
    email_addresses: z.array(emailAddress),
    phone_numbers: z.array(phoneNumber),
    web3_wallets: z.array(web3Wallet),
    passkeys: z.array(passkey),
    external_accounts: z.array(externalAccount),
    saml_accounts: z.array(samlAccount),
    enterprise_accounts: z.array(enterpriseAccount),
    organization_memberships: z.array(organizationMembership).optional(),
    password_enabled: z.boolean(),
    two_factor_enabled: z.boolean(),
    totp_enabled: z.boolean(),
    backup_code_enabled: z.boolean(),
    password_last_updated_at: nullableTime,
    mfa_enabled_at: nullableTime,
    mfa_disabled_at: nullableTime,
    last_sign_in_at: nullableTime,
    last_active_at: nullableTime,
    banned: z.boolean(),
    locked: z.boolean(),
    deprovisioned: z.boolean().optional(),
    lockout_expires_in_seconds: z.int().nullable(),
    verification_attempts_remaining: z.int().nullable(),
    delete_self_enabled: z.boolean(),
    create_organization_enabled: z.boolean(),
    create_organizations_limit: z.int().nullable(),
    legal_accepted_at: nullableTime,
    bypass_client_trust: z.boolean(),
    scim: z
      .strictObject({ directory_id: z.string(), directory_enabled: z.boolean(), external_id: nullableText })
      .nullable()
      .optional(),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: `id first_name last_name username email_addresses.email_address phone_numbers.phone_number banned locked
      last_sign_in_at created_at`,
    state: 'id banned locked lockout_expires_in_seconds',
    primary: { email_addresses: 'primary_email_address_id', phone_numbers: 'primary_phone_number_id' },
  });

/** The answer to removing a factor from a user. */
export const userId = z.strictObject({ user_id: z.string() });

export const passwordCheck = z.strictObject({ verified: z.boolean() });
export const totpCheck = z.strictObject({ verified: z.boolean(), code_type: z.enum(['totp', 'backup_code']) });

/** A user who may sign in without the identity provider of their connection. */
export const ssoBypassUser = z
  .strictObject({
    object: z.literal('sso_bypass_allowlist_user'),
    user_id: z.string(),
    public_user_data: z.strictObject({
      first_name: nullableText,
      last_name: nullableText,
      image_url: optionalText,
      profile_image_url: nullableText,
      has_image: z.boolean(),
      identifier: z.string(),
      username: nullableText,
    }),
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: 'user_id public_user_data.identifier public_user_data.first_name public_user_data.last_name created_at',
  });

/** Also stands for a biometric credential: Clerk's answers kept the old name. */
export const trustedDevice = z
  .strictObject({
    object: z.literal('trusted_device'),
    id: z.string(),
    platform: z.enum(['ios', 'android']),
    app_identifier: z.string(),
    name: nullableText,
    algorithm: z.literal('ES256'),
    status: z.enum(['active', 'revoked']),
    last_used_at: nullableTime,
    revoked_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, { short: 'id name platform status last_used_at created_at' });

/** What an OAuth provider issued for a user's account there. A token is fetched in order to be used, so lists show it whole. */
export const oauthAccessToken = z.strictObject({
  object: z.literal('oauth_access_token'),
  external_account_id: z.string(),
  provider_user_id: z.string(),
  token: secret('token', 'Users_getOAuthAccessToken shows it'),
  expires_at: z.int().nullable(),
  provider: z.string(),
  public_metadata: metadata,
  label: nullableText,
  scopes: z.array(z.string()),
  id_token: secret('token', 'Users_getOAuthAccessToken shows it').optional(),
  /** Only with OAuth 1.0a. */
  token_secret: secret('key', 'Users_getOAuthAccessToken shows it').optional(),
});
