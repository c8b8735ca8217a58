import type { JWTPayload } from 'jose';
import { answers, type Handler } from '../handler.js';
import type { BodyOf, InputsOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { renewedTokens } from '../resources/refresh-token.js';
import { isLive, type SessionRow, sessions } from '../resources/session.js';
import { refuse, type SandboxError } from '../sandbox-error.js';
import { isRefreshTokenOf } from './refresh-tokens.js';
import { sessionToken } from './session-token.js';

type RefreshBody = BodyOf<'Sessions_refreshSession'>;

/** A token that is older cannot be renewed. Clerk has a limit too, and does not publish it. */
const MOST_AGE_SECONDS = 24 * 60 * 60;
const COOKIE_SECONDS = 365 * 24 * 60 * 60;

/** Every refusal is a 401, at which Clerk's SDK falls back to the handshake. */
const unfit = (code: string, message: string, why: string): SandboxError => refuse(401, code, message, why);

/** The claims of a token of this instance, expired or not. */
async function readExpired(instance: Instance, token: string): Promise<JWTPayload> {
  const { decodeJwt } = await import('jose');
  try {
    const { exp } = decodeJwt(token);
    const whileValid = exp === undefined ? instance.now() : Math.min(instance.now(), exp * 1000 - 1000);
    return await instance.keys.verify(token, whileValid);
  } catch {
    throw unfit('expired_session_token_invalid', 'Invalid expired_token', 'expired_token is no session token of this instance.');
  }
}

/** The claims that are looked at, all of them there. */
function claimsOf(claims: JWTPayload): { sid: string; azp: string; iat: number; jti: string } {
  const { sid, azp, iat, jti } = claims;
  const missing = (code: string, name: string) => unfit(code, `missing ${name} claim`, `expired_token has no claim ${name}.`);
  if (typeof sid !== 'string') throw missing('expired_session_token_missing_sid', 'sid');
  if (typeof azp !== 'string') throw missing('expired_session_token_missing_azp', 'azp');
  if (iat === undefined) throw missing('session_refresh_expired_session_token_missing_iat', 'iat');
  return { sid, azp, iat, jti: jti ?? `${sid} ${iat}` };
}

/** The session to renew. @throws SandboxError when anything about the request does not fit it. */
function check(
  instance: Instance,
  sessionId: string,
  body: RefreshBody,
  claims: JWTPayload,
): { session: SessionRow; jti: string } {
  const { sid, azp, iat, jti } = claimsOf(claims);
  if (sid !== sessionId) {
    throw unfit('refresh_sid_mismatch', 'Session mismatch', 'expired_token is a token of another session than the path names.');
  }
  if (!URL.canParse(body.request_origin)) {
    throw unfit('refresh_request_origin_invalid', 'Invalid origin', 'request_origin must be such as https://www.example.com.');
  }
  if (new URL(body.request_origin).origin !== azp) {
    const why = 'request_origin is not the origin that expired_token was made for (its claim azp).';
    throw unfit('refresh_request_origin_azp_mismatch', 'Origin mismatch', why);
  }
  if (instance.now() / 1000 - iat > MOST_AGE_SECONDS) {
    throw unfit('session_refresh_expired_session_token_too_old', 'Token too old', 'expired_token is older than a day.');
  }
  const session = instance.get(sessions, sessionId);
  if (session === undefined) {
    throw unfit('session_refresh_session_not_found', 'Session not found', `No session was found with id ${sessionId}.`);
  }
  if (!isLive(session, instance)) {
    throw unfit('session_refresh_inactive_session', 'Session inactive', `The session ${sessionId} has ended.`);
  }
  if (!isRefreshTokenOf(instance, session, body.refresh_token)) {
    throw unfit('refresh_token_not_found', 'Refresh token not found', 'refresh_token is none of this session.');
  }
  if (instance.one(renewedTokens, 'jti', jti) !== undefined) {
    const why = 'expired_token was renewed before; each one can be renewed once.';
    throw unfit('session_refresh_expired_session_token_consumed', 'Token already renewed', why);
  }
  return { session, jti };
}

const cookie = (jwt: string): string => `__session=${jwt}; Path=/; Max-Age=${COOKIE_SECONDS}; Secure; SameSite=Lax`;

export const refresh: Handler<InputsOf<'Sessions_refreshSession'>> = answers(async ({ instance, path, body }) => {
  const sessionId = path.session_id;
  const claims = await readExpired(instance, body.expired_token);
  const { session: found } = check(instance, sessionId, body, claims);
  const jwt = await sessionToken(instance, found, { origin: String(claims.azp) });
  // While it was signed, another request may have renewed the same token, or ended the session.
  const { session, jti } = check(instance, sessionId, body, claims);
  instance.insert(renewedTokens, { session_id: session.id, jti });
  instance.update(sessions, session, { last_active_at: instance.now() });
  return body.format === 'cookie' ? { object: 'cookies', cookies: [cookie(jwt)] } : { object: 'token', jwt };
});
