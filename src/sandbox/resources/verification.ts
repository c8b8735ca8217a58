import type * as z from 'zod';
import type { accountVerification, phoneVerification, walletVerification } from '../../catalog/resources/verification.js';

export type IdentifierVerification = z.infer<typeof phoneVerification>;
export type OAuthVerification = z.infer<typeof accountVerification>;

/** What the Backend API leaves behind on an identifier that it calls verified. Shared by all of them. */
export const VERIFIED_BY_ADMIN: Extract<z.infer<typeof walletVerification>, { object: 'verification_admin' }> = Object.freeze({
  object: 'verification_admin',
  status: 'verified',
  strategy: 'admin',
  attempts: null,
  expire_at: null,
});
