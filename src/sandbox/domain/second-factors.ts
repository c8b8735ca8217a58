import { createHash } from 'node:crypto';
import { trimEnd } from '../../platform/trim-end.js';
import type { Instance } from '../instance.js';
import { phoneNumbers } from '../resources/identifiers.js';
import { hasSecondFactor, type UserRow, users } from '../resources/user.js';
import { refuseParam } from '../sandbox-error.js';
import { verifyPassword } from './password-hashers.js';

/** RFC 6238 with what Clerk supports: SHA-1, 6 digits, 30 seconds, and one step of clock drift to either side. */
export const TOTP_DIGITS = 6;
const TOTP = { algorithm: 'SHA1', digits: TOTP_DIGITS, period: 30 } as const;
const DRIFT_STEPS = 1;
const BASE32 = /^[A-Z2-7]+=*$/i;
const LEAST_SECRET_LETTERS = 16;

/** @throws SandboxError when it is no base32 secret of 80 bits or more. */
export function checkTotpSecret(secret: string): string {
  if (!BASE32.test(secret) || secret.length < LEAST_SECRET_LETTERS) {
    const why = `totp_secret must be base32 of at least ${LEAST_SECRET_LETTERS} letters.`;
    throw refuseParam('invalid_totp_secret_code', 'totp_secret', 'is invalid', why);
  }
  return trimEnd(secret.toUpperCase(), '=');
}

export async function verifyTotp(secret: string, code: string, now: number): Promise<boolean> {
  const otpauth = await import('otpauth');
  const totp = new otpauth.TOTP({ ...TOTP, secret: otpauth.Secret.fromBase32(secret) });
  return totp.validate({ token: code, timestamp: now, window: DRIFT_STEPS }) !== null;
}

const isBcrypt = (text: string): boolean => text.startsWith('$2');
const digestOf = (code: string): string => createHash('sha256').update(code).digest('hex');

/** Backup codes as they are kept. Those that come as bcrypt digests stay so. */
export const keepBackupCodes = (codes: readonly string[]): string[] =>
  codes.map((code) => (isBcrypt(code) ? code : digestOf(code)));

/** The kept form of the code; undefined when it is none of the user's. */
export async function findBackupCode(held: readonly string[], code: string): Promise<string | undefined> {
  const digest = digestOf(code);
  if (held.includes(digest)) return digest;
  for (const kept of held.filter(isBcrypt)) {
    if (await verifyPassword(code, { hasher: 'bcrypt', digest: kept })) return kept;
  }
  return undefined;
}

/**
 * Carries out a change of a user's factors, and notes when two-factor authentication came or went with it. Backup codes are
 * worth nothing without another second factor, and go with the last one.
 */
export function changeFactors<T>(instance: Instance, user: UserRow, change: () => T): T {
  const had = hasSecondFactor(user, instance);
  const result = change();
  const has = hasSecondFactor(user, instance);
  if (!had && has) instance.update(users, user, { mfa_enabled_at: instance.now() });
  if (had && !has) instance.update(users, user, { backup_codes: [], mfa_disabled_at: instance.now() });
  return result;
}

/** Takes all second factors from a user. */
export function disableSecondFactors(instance: Instance, user: UserRow): void {
  changeFactors(instance, user, () => {
    for (const phone of instance.many(phoneNumbers, 'user_id', user.id)) {
      if (phone.reserved_for_second_factor) {
        instance.update(phoneNumbers, phone, { reserved_for_second_factor: false, default_second_factor: false });
      }
    }
    instance.update(users, user, { totp_secret: null, backup_codes: [] });
  });
}
