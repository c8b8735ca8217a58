import type { webcrypto } from 'node:crypto';
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose';

/** RS256 with a 2048-bit key, as Clerk signs session tokens. */
const ALGORITHM = 'RS256';

interface Signing {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly jwk: JWK;
}

/** The instance's own key pair. Made when first needed, since making one takes a tenth of a second. */
export class Keys {
  /** Clerk names an instance's key after the instance. */
  readonly kid: string;
  #signing: Promise<Signing> | undefined;

  constructor(instanceId: string) {
    this.kid = instanceId;
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
    this.#signing ??= makePair(this.kid);
    return this.#signing;
  }
}

async function makePair(kid: string): Promise<Signing> {
  const { exportJWK, generateKeyPair } = await import('jose');
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { modulusLength: 2048 });
  const { kty, n, e } = await exportJWK(publicKey);
  return { privateKey, publicKey, jwk: { use: 'sig', kty, kid, alg: ALGORITHM, n, e } as JWK };
}
