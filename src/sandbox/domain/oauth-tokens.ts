import * as z from 'zod';
import type { Instance } from '../instance.js';
import { isJwt } from '../keys.js';
import { frontendApi } from '../resources/frontend-api.js';
import { oauthSettings } from '../resources/instance-settings.js';
import { type OAuthApplicationRow, oauthApplications } from '../resources/oauth-application.js';
import { type OAuthGrantRow, oauthGrants, oauthTokens } from '../resources/oauth-token.js';
import { users } from '../resources/user.js';
import { invalidParam, notFound, refuse } from '../sandbox-error.js';
import { must } from './found.js';
import { refuseBanned } from './sessions.js';
import { newVoidable, revoke } from './voidable.js';

const ACCESS_LETTERS = 32;
const REFRESH_LETTERS = 40;
const DEFAULT_SECONDS = 24 * 60 * 60;
/** What a JWT access token says that it is, in its header. */
const JWT_TYPE = 'at+jwt';

const common = {
  /** Seconds. Default: a day. */
  expires_in: z.int().min(1).optional(),
  /** Default: as oauth_jwt_access_tokens of the OAuth settings says. */
  token_format: z.enum(['opaque', 'jwt']).optional(),
};

/** What `POST /_sandbox/oauth_tokens` takes: whose leave for which application, or the refresh token of one given before. */
const tokenRequest = z.union([
  z.strictObject({ oauth_application_id: z.string(), user_id: z.string(), scopes: z.string().optional(), ...common }),
  z.strictObject({ refresh_token: z.string(), ...common }),
]);

type TokenRequest = z.infer<typeof tokenRequest>;

/** What an application gets for a user's leave, in the form of an OAuth token endpoint. */
export interface IssuedTokens {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly refresh_token: string;
  /** With spaces between them. */
  readonly scope: string;
}

/** Does what sign-in through an OAuth application would, for which the Backend API has no operation. @throws SandboxError */
export async function issueOAuthTokens(instance: Instance, given: unknown): Promise<IssuedTokens> {
  const parsed = tokenRequest.safeParse(given);
  if (!parsed.success) {
    const why =
      'Give {"oauth_application_id","user_id"} or {"refresh_token"}; further "scopes" (with spaces between them), ' +
      '"expires_in" (seconds) and "token_format" ("opaque" or "jwt").';
    throw refuse(422, 'form_param_value_invalid', 'Invalid request for tokens', why);
  }
  const grant =
    'refresh_token' in parsed.data ? grantOfRefreshToken(instance, parsed.data.refresh_token) : newGrant(instance, parsed.data);
  const application = must(instance, oauthApplications, grant.oauth_application_id);
  refuseBanned(must(instance, users, grant.user_id));
  const byDefault = instance.store.setting(oauthSettings).oauth_jwt_access_tokens ? 'jwt' : 'opaque';
  const { expires_in = DEFAULT_SECONDS, token_format = byDefault } = parsed.data;
  const columns = {
    ...newVoidable(instance, oauthTokens, expires_in),
    client_id: application.client_id,
    subject: grant.user_id,
    scopes: grant.scopes,
  };
  const scope = grant.scopes.join(' ');
  const token = `oat_${instance.random.base62(ACCESS_LETTERS)}`;
  if (token_format === 'opaque') instance.insert(oauthTokens, { ...columns, oauth_grant_id: grant.id, token });
  const access_token = token_format === 'opaque' ? token : await signJwt(instance, columns, expires_in);
  return { access_token, token_type: 'Bearer', expires_in, refresh_token: grant.refresh_token, scope };
}

function newGrant(instance: Instance, given: Extract<TokenRequest, { user_id: string }>): OAuthGrantRow {
  const application = must(instance, oauthApplications, given.oauth_application_id);
  const user = must(instance, users, given.user_id);
  refuseBanned(user);
  const allowed = application.scopes.split(' ');
  const scopes = (given.scopes ?? application.scopes).split(' ').filter((scope) => scope !== '');
  const beyond = scopes.find((scope) => !allowed.includes(scope));
  if (beyond !== undefined) {
    throw invalidParam('scopes', `${application.id} may not ask for the scope ${beyond}. It has: ${application.scopes}.`);
  }
  const refresh_token = instance.random.base62(REFRESH_LETTERS);
  return instance.insert(oauthGrants, {
    oauth_application_id: application.id,
    user_id: user.id,
    scopes,
    refresh_token,
    revoked: false,
  });
}

function grantOfRefreshToken(instance: Instance, token: string): OAuthGrantRow {
  const grant = instance.one(oauthGrants, 'refresh_token', token);
  if (grant === undefined || grant.revoked) throw notFound('refresh token that is good');
  return grant;
}

interface JwtColumns {
  readonly id: string;
  readonly client_id: string;
  readonly subject: string;
  readonly scopes: readonly string[];
}

function signJwt(instance: Instance, { id, client_id, subject, scopes }: JwtColumns, lifetime: number): Promise<string> {
  const iat = Math.floor(instance.now() / 1000);
  const claims = { iss: frontendApi(instance), sub: subject, client_id, scope: scopes.join(' '), jti: id };
  return instance.keys.sign({ ...claims, iat, nbf: iat, exp: iat + lifetime }, { typ: JWT_TYPE });
}

/** What a JWT access token says, or that it is not active any more. @throws SandboxError 404 when it is none of this instance. */
export async function readOAuthJwt(instance: Instance, token: string): Promise<object> {
  const { decodeProtectedHeader, errors } = await import('jose');
  const none = notFound('OAuth access token with this secret');
  try {
    if (decodeProtectedHeader(token).typ !== JWT_TYPE) throw none;
    const { jti, client_id, sub, scope, exp, iat } = await instance.keys.verify(token, instance.now());
    return {
      object: oauthTokens.name,
      id: jti,
      client_id,
      subject: sub,
      scopes: String(scope).split(' '),
      revoked: false,
      revocation_reason: null,
      expired: false,
      expiration: exp,
      created_at: iat,
      updated_at: iat,
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { active: false };
    throw none;
  }
}

/** Voids the grant that an access or refresh token came from, with all its tokens. @throws SandboxError */
export function revokeGrantOf(instance: Instance, application: OAuthApplicationRow, token: string): void {
  if (isJwt(token))
    throw refuse(400, 'bad_request', 'Bad Request', 'A JWT access token cannot be revoked; it runs out by itself.');
  const grants = instance.of(oauthGrants);
  const access = instance.one(oauthTokens, 'token', token);
  const grant = access === undefined ? grants.one('refresh_token', token) : grants.get(access.oauth_grant_id);
  if (grant?.oauth_application_id !== application.id) throw notFound(`token of the OAuth application ${application.id}`);
  if (!grant.revoked) grants.update(grant, { revoked: true });
  for (const row of instance.many(oauthTokens, 'oauth_grant_id', grant.id)) revoke(instance, oauthTokens, row, null);
}
