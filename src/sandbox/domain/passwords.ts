import { createHash, randomBytes } from 'node:crypto';
import type { Instance } from '../instance.js';
import { authentication, instanceSettings } from '../resources/instance-settings.js';
import { invalidParam, refuseParam } from '../sandbox-error.js';
import { fitsHasher, HASHER_NAMES, type PasswordHash, wasm } from './password-hashers.js';

/** bcrypt reads no more of a password than this. */
const MOST_BYTES = 72;
const BCRYPT_COST = 10;
const SALT_BYTES = 16;

/** The passwords that head every list of leaked ones. */
const PWNED = new Set(
  'password password1 password123 passw0rd 12345678 123456789 1234567890 qwertyui qwerty123 qwertyuiop iloveyou 11111111 00000000 abcd1234 letmein1 welcome1 admin123 sunshine princess football'.split(
    ' ',
  ),
);

const CHARACTER_RULES = [
  { rule: 'password_require_lowercase', pattern: /\p{Ll}/u, code: 'form_password_no_lowercase', what: 'a lower-case letter' },
  { rule: 'password_require_uppercase', pattern: /\p{Lu}/u, code: 'form_password_no_uppercase', what: 'an upper-case letter' },
  { rule: 'password_require_number', pattern: /\d/, code: 'form_password_no_number', what: 'a digit' },
  {
    rule: 'password_require_special_char',
    pattern: /[^\p{L}\p{N}\s]/u,
    code: 'form_password_no_special_char',
    what: 'a character that is neither a letter nor a digit',
  },
] as const;

const refusePassword = (code: string, message: string) => refuseParam(code, 'password', message);

/** @throws SandboxError with Clerk's `form_password_*` code. */
export function checkPassword(instance: Instance, password: string): void {
  const rules = instance.store.setting(authentication);
  const { length } = [...password];
  if (length < rules.password_min_length) {
    throw refusePassword('form_password_length_too_short', `Passwords must be ${rules.password_min_length} characters or more.`);
  }
  if (length > rules.password_max_length) {
    throw refusePassword('form_password_length_too_long', `Passwords must be ${rules.password_max_length} characters or fewer.`);
  }
  checkSize(password);
  for (const { rule, pattern, code, what } of CHARACTER_RULES) {
    if (rules[rule] && !pattern.test(password)) throw refusePassword(code, `Passwords must have ${what}.`);
  }
  if (instance.store.setting(instanceSettings).hibp && PWNED.has(password.toLowerCase())) {
    throw refusePassword('form_password_pwned', 'This password is on a list of leaked ones. Choose another.');
  }
}

export function checkSize(password: string): void {
  if (Buffer.byteLength(password) > MOST_BYTES) {
    throw refusePassword('form_password_size_in_bytes_exceeded', `Passwords can have at most ${MOST_BYTES} bytes.`);
  }
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const { bcrypt: hash } = await wasm();
  const digest = await hash({ password, salt: randomBytes(SALT_BYTES), costFactor: BCRYPT_COST, outputType: 'encoded' });
  return { hasher: 'bcrypt', digest };
}

/** A digest that was made elsewhere. @throws SandboxError when no such hasher is known or the digest is not of its form. */
export function bringDigest(digest: string, hasher: string | undefined): PasswordHash {
  if (hasher === undefined) {
    const why = 'password_hasher must come with password_digest.';
    throw refuseParam('form_conditional_param_missing', 'password_hasher', 'is missing', why);
  }
  const fits = fitsHasher(hasher, digest);
  if (fits === undefined) throw invalidParam('password_hasher', `password_hasher must be one of ${HASHER_NAMES.join(', ')}.`);
  if (!fits) {
    throw refuseParam('form_password_digest_invalid_code', 'password_digest', 'is invalid', `It is no digest of ${hasher}.`);
  }
  return { hasher, digest };
}

/** A digest that costs nothing to make, for the many users of a seed. The first right password strengthens it. */
export const quickHash = (password: string): PasswordHash => ({
  hasher: 'sha256',
  digest: createHash('sha256').update(password).digest('hex'),
});
