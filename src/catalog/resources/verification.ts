import * as z from 'zod';
import { metadata, nullableText } from './common.js';
import { secret } from './marks.js';

const attempts = z.int().nullable();
const expireAt = z.int().nullable();
/** The nonce that the verifying client gave. */
const byClient = nullableText.optional();
const provenAt = secret('link').nullable().optional();

const error = z
  .strictObject({ message: z.string(), long_message: z.string(), code: z.string(), meta: metadata.optional() })
  .nullable()
  .optional();

/** Set to `verified` without proof, through the Backend API. */
const byAdmin = z.strictObject({
  object: z.literal('verification_admin'),
  status: z.literal('verified'),
  strategy: z.literal('admin'),
  attempts,
  expire_at: expireAt,
  verified_at_client: byClient,
});

const byCode = z.strictObject({
  object: z.literal('verification_otp'),
  status: z.enum(['unverified', 'verified', 'failed', 'expired']),
  strategy: z.enum(['phone_code', 'email_code', 'reset_password_email_code']),
  attempts,
  expire_at: expireAt,
  channel: nullableText.optional(),
  verified_at_client: byClient,
});

const other = z.strictObject({
  object: z.enum([
    'verification_from_oauth',
    'verification_oauth',
    'verification_google_one_tap',
    'verification_ticket',
    'verification_saml',
    'verification_email_link',
    'verification_scim',
  ]),
  status: z.enum(['unverified', 'verified', 'failed', 'expired', 'transferable']),
  strategy: z.string(),
  attempts,
  expire_at: expireAt,
  verified_at_client: byClient,
  error,
  external_verification_redirect_url: provenAt,
});

/** How an e-mail address was verified; null for not yet. */
export const emailVerification = z.discriminatedUnion('object', [byAdmin, byCode, other]).nullable();

export const phoneVerification = z.discriminatedUnion('object', [byAdmin, byCode]).nullable();

/** How an account with an OAuth provider, a SAML or an enterprise connection was verified. */
export const accountVerification = other.nullable();

export const walletVerification = z
  .discriminatedUnion('object', [
    byAdmin,
    z.strictObject({
      object: z.literal('verification_web3'),
      status: z.enum(['unverified', 'verified', 'failed', 'expired']),
      strategy: z.string(),
      nonce: nullableText,
      message: nullableText.optional(),
      attempts,
      expire_at: expireAt,
      verified_at_client: byClient,
    }),
  ])
  .nullable();

export const passkeyVerification = z
  .strictObject({
    object: z.literal('verification_passkey'),
    status: z.literal('verified'),
    strategy: z.literal('passkey'),
    nonce: z.string().optional(),
    message: nullableText.optional(),
    attempts,
    expire_at: expireAt,
    verified_at_client: byClient,
  })
  .nullable();

/** The answer to preparing or attempting a verification by a code that was sent. */
export const codeVerification = byCode.extend({ id: z.string() });
