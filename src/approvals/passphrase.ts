import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** The text stored for a passphrase is not a scrypt hash that can be checked here. */
export class PassphraseFormError extends Error {
  override readonly name = 'PassphraseFormError';
}

/** The shortest passphrase, in characters. */
export const LEAST_PASSPHRASE = 12;
export const MOST_PASSPHRASE = 1024;

/** 128 MB and about half a second for each check, as OWASP advises. */
const COST = { ln: 17, r: 8, p: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

interface ScryptHash extends Cost {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const PHC = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22,64})\$([\w+/]{43,86})$/;

/** @throws PassphraseFormError */
export function parseHash(text: string): ScryptHash {
  const [, ln, r, p, salt = '', hash = ''] = PHC.exec(text) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const isWeak = !(cost.ln >= 14 && cost.r >= 8 && cost.p >= 1);
  if (isWeak) throw new PassphraseFormError('expected an scrypt hash as clerk-mcp approver add writes it');
  if (cost.ln > 20 || cost.r > 16 || cost.p > 4) throw new PassphraseFormError('the hash would take too much memory to check');
  return { ...cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

/** The hash in PHC form: `$scrypt$ln=17,r=8,p=1$salt$hash`. */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(passphrase, salt, COST, HASH_BYTES);
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${encode(salt)}$${encode(hash)}`;
}

/** @param stored `undefined` if there is none: the check takes as long and always fails */
export async function isPassphrase(passphrase: string, stored: string | undefined): Promise<boolean> {
  const { salt, hash, ...cost } = stored === undefined ? NO_ONE : parseHash(stored);
  const given = await derive(passphrase.slice(0, MOST_PASSPHRASE), salt, cost, hash.length);
  return timingSafeEqual(given, hash) && stored !== undefined;
}

const NO_ONE: ScryptHash = { ...COST, salt: Buffer.alloc(SALT_BYTES), hash: Buffer.alloc(HASH_BYTES) };

const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** Makes the two ways to encode an accented letter equal. */
function derive(passphrase: string, salt: Buffer, { ln, r, p }: Cost, bytes: number): Promise<Buffer> {
  const N = 2 ** ln;
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, bytes, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
