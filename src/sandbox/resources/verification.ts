import * as z from 'zod';

const attempts = z.int().nullable();
const expireAt = z.int().nullable();

const byAdmin = z.strictObject({
  object: z.literal('verification_admin'),
  status: z.literal('verified'),
  strategy: z.literal('admin'),
  attempts,
  expire_at: expireAt,
});

const byCode = z.strictObject({
  object: z.literal('verification_otp'),
  status: z.enum(['unverified', 'verified', 'failed', 'expired']),
  strategy: z.enum(['phone_code', 'email_code', 'reset_password_email_code']),
  attempts,
  expire_at: expireAt,
});

const byOAuth = z.strictObject({
  object: z.literal('verification_oauth'),
  status: z.enum(['unverified', 'verified', 'failed', 'expired', 'transferable']),
  strategy: z.string(),
  attempts,
  expire_at: z.int(),
});

/** How an e-mail address, a phone number or a wallet was proven; null for not yet. */
export const identifierVerification = z.discriminatedUnion('object', [byAdmin, byCode]).nullable();
export const adminVerification = byAdmin.nullable();
export const oauthVerification = byOAuth.nullable();

export type IdentifierVerification = z.infer<typeof identifierVerification>;
export type OAuthVerification = z.infer<typeof oauthVerification>;

/** What the Backend API leaves behind on an identifier that it calls verified. Shared by all of them. */
export const VERIFIED_BY_ADMIN: NonNullable<z.infer<typeof adminVerification>> = Object.freeze({
  object: 'verification_admin',
  status: 'verified',
  strategy: 'admin',
  attempts: null,
  expire_at: null,
});
