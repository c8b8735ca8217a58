import type { JWTPayload } from 'jose';
import type { Instance } from '../instance.js';
import { TOKEN_CATEGORY } from '../keys.js';
import { frontendApi } from '../resources/frontend-api.js';
import { m2mTokens } from '../resources/m2m-token.js';
import { notFound, refuseParam } from '../sandbox-error.js';
import { secondsFromNow } from './voidable.js';

/** What the token says of itself, which its maker cannot. */
const RESERVED: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'scopes']);

export interface M2mJwt {
  readonly id: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly claims: unknown;
  /** Unix milliseconds, of whole seconds. */
  readonly expiration: number;
  readonly created_at: number;
}

/** As it is sent. It is not kept, so it cannot be revoked and its last use is not known. */
export const showM2mJwt = (jwt: M2mJwt): object => ({
  object: m2mTokens.name,
  ...jwt,
  revoked: false,
  revocation_reason: null,
  expired: false,
  last_used_at: null,
  updated_at: jwt.created_at,
});

/** @throws SandboxError for claims that a JWT cannot have. */
function parseClaims(claims: unknown): Record<string, unknown> {
  if (claims === null || claims === undefined) return {};
  if (typeof claims !== 'object' || Array.isArray(claims)) {
    throw refuseParam('form_param_type_invalid', 'claims', 'is invalid', 'claims of a JWT must be an object.');
  }
  const reserved = Object.keys(claims).find((name) => RESERVED.has(name));
  if (reserved !== undefined) {
    const why = `The claim ${reserved} is set by Clerk and cannot be chosen.`;
    throw refuseParam('machine_token_reserved_claim', reserved, 'reserved claim used', why, 400);
  }
  return claims as Record<string, unknown>;
}

/** Signs a token. @param made Its id, maker, scopes and claims. @param lifetime Seconds. */
export async function signM2mJwt(
  instance: Instance,
  made: Pick<M2mJwt, 'id' | 'subject' | 'scopes' | 'claims'>,
  lifetime: number,
): Promise<{ jwt: M2mJwt; token: string }> {
  const custom = parseClaims(made.claims);
  const issued = Math.floor(instance.now() / 1000);
  const expires = Math.ceil(secondsFromNow(instance, lifetime) / 1000);
  const { id, subject, scopes } = made;
  const token = await instance.keys.sign(
    {
      ...custom,
      iss: frontendApi(instance),
      sub: subject,
      aud: [...scopes],
      scopes: scopes.join(' '),
      iat: issued,
      nbf: issued,
      exp: expires,
      jti: id,
    },
    { cat: TOKEN_CATEGORY.m2m },
  );
  return { jwt: { ...made, claims: made.claims ?? null, created_at: issued * 1000, expiration: expires * 1000 }, token };
}

/** What a JWT of a machine says, while it is good. @throws SandboxError 404 */
export async function readM2mJwt(instance: Instance, token: string): Promise<M2mJwt> {
  const payload = await instance.keys.verify(token, instance.now()).catch(() => undefined);
  // The instance signs tokens of other kinds as well, and of none of them is a machine the subject.
  if (payload?.sub?.startsWith('mch_') !== true) throw notFound('M2M token that is good');
  return {
    id: String(payload.jti),
    subject: payload.sub,
    scopes: [payload.aud ?? []].flat(),
    claims: customClaims(payload),
    expiration: Number(payload.exp) * 1000,
    created_at: Number(payload.iat) * 1000,
  };
}

function customClaims(payload: JWTPayload): Record<string, unknown> | null {
  const custom = Object.entries(payload).filter(([name]) => !RESERVED.has(name));
  return custom.length === 0 ? null : Object.fromEntries(custom);
}
