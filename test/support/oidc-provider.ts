import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import { freePort } from './free-port.js';
import { serveProvider } from './serve-provider.js';

/** An OpenID provider of the test's own, where everybody signs in by the subject that they type. */
export interface OidcProvider {
  readonly issuer: string;
  /** An access token as a caller shows it. */
  callerToken(sub: string, audience: string): Promise<string>;
  stop(): Promise<void>;
}

const SCOPES = 'clerk:read clerk:write clerk:destructive clerk:credential clerk:access';

/** @param redirect where its one client, `approvals`, is sent back to; a public one without a secret */
export async function startOidcProvider(redirect: string, secret?: string): Promise<OidcProvider> {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'approvals',
        redirect_uris: [redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        id_token_signed_response_alg: 'ES256',
        token_endpoint_auth_method: secret === undefined ? 'none' : 'client_secret_basic',
        ...(secret !== undefined && { client_secret: secret }),
      },
    ],
    scopes: ['openid', 'clerk:approve'],
    jwks: { keys: [jwk] },
    cookies: { keys: ['only-for-this-test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 60, Interaction: 600, Session: 600 },
    // Whoever signs in agrees.
    loadExistingGrant: async ({ oidc: { client, session } }) => {
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope('openid clerk:approve');
      await grant.save();
      return grant;
    },
  });
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'POST') {
      const form = new URLSearchParams((await request.setEncoding('utf8').toArray()).join(''));
      await provider.interactionFinished(request, response, { login: { accountId: form.get('sub') ?? '' } });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      '<!doctype html><title>Issuer</title><form method="post"><label>Subject <input name="sub"></label><button>Sign in</button></form>',
    );
  };
  const stop = await serveProvider(provider, interact);
  return {
    issuer,
    callerToken: (sub, audience) =>
      new SignJWT({ scope: SCOPES })
        .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(privateKey),
    stop,
  };
}
