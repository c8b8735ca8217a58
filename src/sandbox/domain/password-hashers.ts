import { createCipheriv, createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

interface Hasher {
  /** What a digest must look like. */
  readonly form: RegExp;
  verify(password: string, digest: string): Promise<boolean>;
}

const pbkdf2Async = promisify(pbkdf2);
const scryptAsync = promisify<string, string | Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
const hash = (algorithm: string, ...parts: (string | Buffer)[]): Buffer => {
  const digest = createHash(algorithm);
  for (const part of parts) digest.update(part);
  return digest.digest();
};

/** hash-wasm carries its code inside, so it needs no download; it is loaded when a password first needs it. */
export const wasm = () => import('hash-wasm');

const BCRYPT = '\\$2[abxy]?\\$\\d\\d\\$[./A-Za-z0-9]{53}';
const verifyBcrypt = async (password: string, digest: string): Promise<boolean> =>
  (await wasm()).bcryptVerify({ password, hash: digest.replace(/^\$2[bxy]?\$/, '$2a$') });

const argon2 = (variant: string): Hasher => ({
  form: new RegExp(`^\\$${variant}\\$v=\\d+\\$[^$]+\\$[^$]+\\$[^$]+$`),
  verify: async (password, digest) => (await wasm()).argon2Verify({ password, hash: digest }),
});

const plain = (algorithm: string, hexLength: number): Hasher => ({
  form: new RegExp(`^[0-9a-fA-F]{${hexLength}}$`),
  verify: async (password, digest) => same(hash(algorithm, password), Buffer.from(digest, 'hex')),
});

/** `salt$hash`. Which of salt and password came first is not published, so either will do. */
const salted = (algorithm: string, hexLength: number): Hasher => ({
  form: new RegExp(`^[^$]+\\$[0-9a-fA-F]{${hexLength}}$`),
  verify: async (password, digest) => {
    const [salt = '', hex = ''] = digest.split('$');
    const expected = Buffer.from(hex, 'hex');
    return [hash(algorithm, salt, password), hash(algorithm, password, salt)].some((found) => same(found, expected));
  },
});

type Encoding = 'utf8' | 'base64' | 'hex' | 'hex or utf8';

const CHARACTERS: Readonly<Record<Encoding, string>> = {
  utf8: '[^$]+',
  'hex or utf8': '[^$]+',
  base64: '[A-Za-z0-9+/]+={0,2}',
  hex: '(?:[0-9a-fA-F]{2})+',
};

function bytesOf(text: string, encoding: Encoding): Buffer {
  if (encoding !== 'hex or utf8') return Buffer.from(text, encoding);
  return Buffer.from(text, /^(?:[0-9a-fA-F]{2})+$/.test(text) ? 'hex' : 'utf8');
}

/** `label$rounds$salt$hash`; the length of the key may follow and is the hash's anyway. */
const pbkdf2Of = (algorithm: string, label: string, salt: Encoding, hashed: Encoding): Hasher => ({
  form: new RegExp(`^${label}\\$[1-9]\\d{0,7}\\$${CHARACTERS[salt]}\\$${CHARACTERS[hashed]}(?:\\$\\d+)?$`),
  verify: async (password, digest) => {
    const [, rounds, saltText = '', hashText = ''] = digest.split('$');
    const expected = bytesOf(hashText, hashed);
    return same(await pbkdf2Async(password, bytesOf(saltText, salt), Number(rounds), expected.length, algorithm), expected);
  },
});

const ITOA64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Base 64 with the lowest bits first, as crypt writes it. */
function crypt64(bytes: Buffer): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const value = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    const letters = Math.min(4, Math.ceil(((bytes.length - at) * 8) / 6));
    for (let nth = 0; nth < letters; nth++) out += ITOA64[(value >> (6 * nth)) & 63];
  }
  return out;
}

/** `$P$`, the logarithm of the rounds, eight letters of salt and the checksum. @param before What is done to the password first. */
const phpassOf = (before: (password: string) => string): Hasher => ({
  form: /^\$[PH]\$[5-9A-J][./0-9A-Za-z]{30}$/,
  verify: async (password, digest) => {
    const rounds = 2 ** ITOA64.indexOf(digest[3] ?? '.');
    const given = before(password);
    let value = hash('md5', digest.slice(4, 12), given);
    for (let round = 0; round < rounds; round++) value = hash('md5', value, given);
    return same(Buffer.from(crypt64(value)), Buffer.from(digest.slice(12)));
  },
});

/** `scrypt:N:r:p$salt$hash` as Werkzeug writes it, in hex, or the hash in base64. */
const scryptWerkzeug: Hasher = {
  form: /^\$?scrypt:\d+:\d+:\d+\$[^$]+\$[A-Za-z0-9+/=]+$/,
  verify: async (password, digest) => {
    const [head = '', salt = '', text = ''] = digest.replace(/^\$/, '').split('$');
    const [N = 0, r = 0, p = 0] = head.split(':').slice(1).map(Number);
    const expected = Buffer.from(text, /^[0-9a-f]+$/.test(text) ? 'hex' : 'base64');
    return same(await scryptAsync(password, salt, expected.length, { N, r, p, maxmem: 256 * N * r }), expected);
  },
};

const FIREBASE_KEY_BYTES = 32;

/** `hash$salt$signer key$salt separator$rounds$memory cost`: the key that scrypt makes encrypts the signer key. */
const scryptFirebase: Hasher = {
  form: /^[A-Za-z0-9+/_-]+=*\$[A-Za-z0-9+/_-]*=*\$[A-Za-z0-9+/_-]+=*\$[A-Za-z0-9+/_-]*=*\$\d{1,2}\$\d{1,2}$/,
  verify: async (password, digest) => {
    const [hashed = '', salt = '', signer = '', separator = '', rounds, memory] = digest.split('$');
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
    const [N, r] = [2 ** Number(memory), Number(rounds)];
    const whole = Buffer.concat([bytes(salt), bytes(separator)]);
    const key = await scryptAsync(password, whole, FIREBASE_KEY_BYTES, { N, r, p: 1, maxmem: 256 * N * r });
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    return same(Buffer.concat([cipher.update(bytes(signer)), cipher.final()]), bytes(hashed));
  },
};

/** `{SSHA}` and base64 of a SHA-1 followed by its salt. */
const ldapSsha: Hasher = {
  form: /^\{SSHA\}[A-Za-z0-9+/=]+$/,
  verify: async (password, digest) => {
    const raw = Buffer.from(digest.slice('{SSHA}'.length), 'base64');
    return same(hash('sha1', password, raw.subarray(20)), raw.subarray(0, 20));
  },
};

/** `sha512_symfony$rounds$salt$hash`. */
const sha512Symfony: Hasher = {
  form: /^sha512_symfony\$[1-9]\d{0,5}\$[^$]+\$[A-Za-z0-9+/=]+$/,
  verify: async (password, digest) => {
    const [, rounds, salt = '', expected = ''] = digest.split('$');
    const whole = `${password}{${salt}}`;
    let value = hash('sha512', whole);
    for (let round = 1; round < Number(rounds); round++) value = hash('sha512', value, whole);
    return same(value, Buffer.from(expected, 'base64'));
  },
};

/** Every hasher that Clerk's document and its SDK name, with the form that its digests have. */
const HASHERS: Readonly<Record<string, Hasher>> = {
  bcrypt: { form: new RegExp(`^${BCRYPT}$`), verify: verifyBcrypt },
  bcrypt_sha256_django: {
    form: new RegExp(`^bcrypt_sha256\\$${BCRYPT}$`),
    verify: (password, digest) => verifyBcrypt(hash('sha256', password).toString('hex'), digest.slice('bcrypt_sha256$'.length)),
  },
  bcrypt_peppered: {
    form: new RegExp(`^${BCRYPT}\\$[^$]+$`),
    verify: (password, digest) => {
      const end = digest.lastIndexOf('$');
      return verifyBcrypt(password + digest.slice(end + 1), digest.slice(0, end));
    },
  },
  argon2i: argon2('argon2i'),
  argon2id: argon2('argon2id'),
  md5: plain('md5', 32),
  md5_salted: salted('md5', 32),
  sha256: plain('sha256', 64),
  sha256_salted: salted('sha256', 64),
  sha512_symfony: sha512Symfony,
  pbkdf2_sha1: pbkdf2Of('sha1', 'pbkdf2_sha1', 'hex or utf8', 'hex'),
  pbkdf2_sha256: pbkdf2Of('sha256', 'pbkdf2_sha256', 'base64', 'base64'),
  pbkdf2_sha256_django: pbkdf2Of('sha256', 'pbkdf2_sha256', 'utf8', 'base64'),
  pbkdf2_sha512: pbkdf2Of('sha512', 'pbkdf2_sha512', 'utf8', 'hex'),
  pbkdf2_sha512_hex: pbkdf2Of('sha512', 'pbkdf2_sha512_hex', 'hex', 'hex'),
  phpass: phpassOf((password) => password),
  md5_phpass: phpassOf((password) => hash('md5', password).toString('hex')),
  scrypt_firebase: scryptFirebase,
  scrypt_werkzeug: scryptWerkzeug,
  ldap_ssha: ldapSsha,
  // Amazon alone can check it, so here it matches no password.
  awscognito: { form: /^awscognito#[^#]+#[^#]+#[^#]+$/, verify: async () => false },
};

/** Hashers that the first right password moves to bcrypt. */
const WEAK: ReadonlySet<string> = new Set(['md5', 'md5_salted', 'sha256', 'sha256_salted', 'sha512_symfony']);

export const HASHER_NAMES: readonly string[] = Object.keys(HASHERS);

/** Whether the digest has the form that the hasher gives it; undefined for a hasher that is not known. */
export const fitsHasher = (hasher: string, digest: string): boolean | undefined => HASHERS[hasher]?.form.test(digest);

/** A password as it is kept. */
export interface PasswordHash {
  readonly hasher: string;
  readonly digest: string;
}

export const verifyPassword = async (password: string, held: PasswordHash): Promise<boolean> =>
  (await HASHERS[held.hasher]?.verify(password, held.digest)) ?? false;

export const isWeak = (held: PasswordHash): boolean => WEAK.has(held.hasher);
