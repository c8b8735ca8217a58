import type { webcrypto } from 'node:crypto';
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose';
import type { Store } from './rows.js';
import { defineSetting } from './table.js';

/** RS256 with a 2048-bit key, as Clerk signs session tokens. */
const ALGORITHM = 'RS256';

/** Kept like everything else, so that tokens outlive a restart where the store does. Never sent. */
const signingKey = defineSetting('signing_key', () => ({ private_jwk: null as JWK | null }));

/** Whether a text has the three parts of a compact JWT. */
export const isJwt = (text: string): boolean => text.split('.').length === 3;

/** What Clerk's SDKs tell the kinds of JWT apart by, in the header `cat`. */
export const TOKEN_CATEGORY = { session: 'cl_B7d4PD111AAA', template: 'cl_B7d4PD222AAA', m2m: 'cl_B7d4PD333AAA' } as const;

interface Signing {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly jwk: JWK;
}

/** The instance's own key pair. Made when first needed, since making one takes a tenth of a second. */
export class Keys {
  /** Clerk names an instance's key after the instance. */
  readonly kid: string;
  readonly #store: Store;
  #signing: Promise<Signing> | undefined;

  constructor(instanceId: string, store: Store) {
    this.kid = instanceId;
    this.#store = store;
  }

  /** The public key with all that a JWK Set holds about it. */
  async publicJwk(): Promise<JWK> {
    return (await this.#pair()).jwk;
  }

  /** A compact JWT. @param header Added to `alg`, `kid` and `typ`. */
  async sign(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const { SignJWT } = await import('jose');
    const { privateKey } = await this.#pair();
    return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, kid: this.kid, typ: 'JWT', ...header }).sign(privateKey);
  }

  /** The claims of a token that this instance signed. @param at Unix milliseconds. @throws JOSEError */
  async verify(token: string, at: number): Promise<JWTPayload> {
    const { jwtVerify } = await import('jose');
    const { publicKey } = await this.#pair();
    return (await jwtVerify(token, publicKey, { algorithms: [ALGORITHM], currentDate: new Date(at) })).payload;
  }

  #pair(): Promise<Signing> {
    this.#signing ??= this.#readOrMake();
    return this.#signing;
  }

  async #readOrMake(): Promise<Signing> {
    const { exportJWK, generateKeyPair, importJWK } = await import('jose');
    let jwk = this.#store.setting(signingKey).private_jwk;
    if (jwk === null) {
      const pair = await generateKeyPair(ALGORITHM, { modulusLength: 2048, extractable: true });
      jwk = await exportJWK(pair.privateKey);
      this.#store.set(signingKey, { private_jwk: jwk });
    }
    const { kty, n, e } = jwk;
    const shown = { use: 'sig', kty, kid: this.kid, alg: ALGORITHM, n, e } as JWK;
    const [privateKey, publicKey] = await Promise.all([importJWK(jwk, ALGORITHM), importJWK(shown, ALGORITHM)]);
    return { privateKey: privateKey as webcrypto.CryptoKey, publicKey: publicKey as webcrypto.CryptoKey, jwk: shown };
  }
}
