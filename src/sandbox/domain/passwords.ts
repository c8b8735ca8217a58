import { createHash, pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instance } from '../instance.js';
import { instanceSettings } from '../resources/settings.js';
import { refuseParam } from '../sandbox-error.js';

/** A password as it is kept. */
export interface PasswordHash {
  readonly hasher: string;
  readonly digest: string;
}

interface Hasher {
  /** What a digest must look like, for the check when one is brought along. */
  readonly form: RegExp;
  verify(password: string, digest: string): Promise<boolean>;
}

/** bcrypt reads no more of a password than this. */
const MOST_BYTES = 72;
const LEAST_CHARACTERS = 8;
const BCRYPT_COST = 10;
const SALT_BYTES = 16;

const pbkdf2Async = promisify(pbkdf2);
const scryptAsync = promisify<string, string, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/** hash-wasm carries its code inside, so it needs no download; it is loaded when a password first needs it. */
const wasm = () => import('hash-wasm');

const bcrypt: Hasher = {
  form: /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/,
  verify: async (password, digest) => (await wasm()).bcryptVerify({ password, hash: digest.replace(/^\$2[bxy]?\$/, '$2a$') }),
};

const argon2: Hasher = {
  form: /^\$argon2(?:i|id)\$v=\d+\$[^$]+\$[^$]+\$[^$]+$/,
  verify: async (password, digest) => (await wasm()).argon2Verify({ password, hash: digest }),
};

const plainDigest = (algorithm: string, hexLength: number): Hasher => ({
  form: new RegExp(`^[0-9a-fA-F]{${hexLength}}$`),
  verify: async (password, digest) => same(createHash(algorithm).update(password).digest(), Buffer.from(digest, 'hex')),
});

/** `name$rounds$salt$digest` or `name:name:rounds$salt$digest`, salt as text, digest in base64. */
const pbkdf2Of = (algorithm: string): Hasher => ({
  form: /^pbkdf2[_:]sha\d+(?:[$:]sha\d+)?[$:]\d+\$[^$]+\$[A-Za-z0-9+/=]+$/,
  verify: async (password, digest) => {
    const [hash = '', salt = '', head = ''] = digest.split('$').reverse();
    const rounds = Number(/\d+$/.exec(head)?.[0]);
    const expected = Buffer.from(hash, 'base64');
    return same(await pbkdf2Async(password, salt, rounds, expected.length, algorithm), expected);
  },
});

/** `scrypt:N:r:p$salt$hex`. */
const scryptWerkzeug: Hasher = {
  form: /^scrypt:\d+:\d+:\d+\$[^$]+\$[0-9a-f]+$/,
  verify: async (password, digest) => {
    const [head = '', salt = '', hash = ''] = digest.split('$');
    const [N = 0, r = 0, p = 0] = head.split(':').slice(1).map(Number);
    const expected = Buffer.from(hash, 'hex');
    return same(await scryptAsync(password, salt, expected.length, { N, r, p, maxmem: 256 * N * r }), expected);
  },
};

/** `{SSHA}` and base64 of a SHA-1 followed by its salt. */
const ldapSsha: Hasher = {
  form: /^\{SSHA\}[A-Za-z0-9+/=]+$/,
  verify: async (password, digest) => {
    const raw = Buffer.from(digest.slice('{SSHA}'.length), 'base64');
    return same(createHash('sha1').update(password).update(raw.subarray(20)).digest(), raw.subarray(0, 20));
  },
};

/** The hashers whose digests the sandbox can check. */
const HASHERS: Readonly<Record<string, Hasher>> = {
  bcrypt,
  argon2i: argon2,
  argon2id: argon2,
  md5: plainDigest('md5', 32),
  sha256: plainDigest('sha256', 64),
  pbkdf2_sha1: pbkdf2Of('sha1'),
  pbkdf2_sha256: pbkdf2Of('sha256'),
  pbkdf2_sha256_django: pbkdf2Of('sha256'),
  pbkdf2_sha512: pbkdf2Of('sha512'),
  scrypt_werkzeug: scryptWerkzeug,
  ldap_ssha: ldapSsha,
};

/** Hashers that a right password moves to bcrypt, as Clerk does with the weak ones. */
const WEAK: ReadonlySet<string> = new Set(['md5', 'sha256', 'ldap_ssha', 'pbkdf2_sha1']);

/** The passwords that head every list of leaked ones. */
const PWNED = new Set(
  'password password1 password123 passw0rd 12345678 123456789 1234567890 qwertyui qwerty123 qwertyuiop iloveyou 11111111 00000000 abcd1234 letmein1 welcome1 admin123 sunshine princess football'.split(
    ' ',
  ),
);

const refusePassword = (code: string, message: string) => refuseParam(code, 'password', message);

/** @throws SandboxError with Clerk's `form_password_*` code. */
export function checkPassword(instance: Instance, password: string): void {
  if ([...password].length < LEAST_CHARACTERS) {
    throw refusePassword('form_password_length_too_short', `Passwords must be ${LEAST_CHARACTERS} characters or more.`);
  }
  checkSize(password);
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
    throw refuseParam('form_param_missing', 'password_hasher', 'is missing', 'password_hasher must come with password_digest.');
  }
  const known = HASHERS[hasher];
  if (known === undefined) {
    const why = `password_hasher must be one of ${Object.keys(HASHERS).join(', ')}.`;
    throw refuseParam('form_param_value_invalid', 'password_hasher', 'is invalid', why);
  }
  if (!known.form.test(digest)) {
    throw refuseParam('form_password_digest_invalid_code', 'password_digest', 'is invalid', `It is no digest of ${hasher}.`);
  }
  return { hasher, digest };
}

/** A digest that costs nothing to make, for the many users of a seed. The first right password strengthens it. */
export const quickHash = (password: string): PasswordHash => ({
  hasher: 'sha256',
  digest: createHash('sha256').update(password).digest('hex'),
});

export const verifyPassword = async (password: string, held: PasswordHash): Promise<boolean> =>
  (await HASHERS[held.hasher]?.verify(password, held.digest)) ?? false;

export const isWeak = (held: PasswordHash): boolean => WEAK.has(held.hasher);
