import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider, { type InteractionResults } from 'oidc-provider';
import type { Page } from 'playwright-core';
import { freePort } from './free-port.js';
import { serveProvider } from './serve-provider.js';

/**
 * An authorization server as MCP hosts meet it: clients introduce themselves by dynamic registration or a document at an
 * address of theirs, people sign in and consent scope by scope, tokens are JWTs for the one address, and can be refreshed
 * and revoked.
 */
export interface SignInIssuer {
  readonly issuer: string;
  /** Makes a document that the issuer finds at an https address. Answers with the address. */
  publish(document: { readonly redirect_uris: readonly string[]; readonly client_name: string }): string;
  /** How many clients have registered themselves. */
  registered(): number;
  /** The same token as if it had been given out long ago. */
  expired(token: string): Promise<string>;
  /** Takes back what a person gave to a client, as it does when it is told to forget them. */
  revoke(refreshToken: string, clientId: string): Promise<number>;
  /** Grants of each type that the token endpoint has answered with success. */
  readonly granted: string[];
  /** Claims beside the standard ones in the tokens of a subject. */
  readonly claims: Map<string, Record<string, unknown>>;
  stop(): Promise<void>;
}

const SCOPES = ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'];
const HOUR = 3600;

const FORM = (title: string, inside: string): string =>
  `<!doctype html><title>${title}</title><h1>${title}</h1><form method="post">${inside}<button>Continue</button></form>`;

/** Where a text of somebody else's stands in a page. */
const escaped = (text: unknown): string => String(text).replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

export async function startSignInIssuer(): Promise<SignInIssuer> {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const documents = new Map<string, string>();
  const claims: SignInIssuer['claims'] = new Map();
  const granted: string[] = [];
  let registered = 0;
  const provider: Provider = new Provider(issuer, {
    scopes: ['openid', 'offline_access', ...SCOPES],
    jwks: { keys: [jwk] },
    cookies: { keys: ['only-for-this-test'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256', grant_types: ['authorization_code', 'refresh_token'] },
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: SCOPES.join(' '),
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: HOUR,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    fetch: async (url, options) => {
      const document = documents.get(String(url));
      return document === undefined ? fetch(url, options) : new Response(document);
    },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    extraTokenClaims: (_, token) => ('accountId' in token ? claims.get(String(token.accountId)) : undefined),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      Grant: HOUR,
      IdToken: 60,
      Interaction: 600,
      Session: HOUR,
      RefreshToken: HOUR,
    },
  });
  provider.on('grant.success', ({ oidc }) => granted.push(String(oidc.params?.grant_type)));
  provider.on('registration_create.success', () => {
    registered++;
  });

  const page = async (request: IncomingMessage, response: ServerResponse): Promise<string> => {
    const { prompt, params } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') return FORM('Sign in', '<label>Subject <input name="sub"></label>');
    const asked = String(params.scope ?? '')
      .split(' ')
      .filter((scope) => SCOPES.includes(scope));
    const boxes = asked.map((scope) => `<label><input type="checkbox" name="scope" value="${scope}">${scope}</label>`);
    const client = await provider.Client.find(String(params.client_id));
    return FORM('Consent', `<p>${escaped(client?.clientName)} wants to use ${escaped(params.resource)}.</p>${boxes.join('')}`);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const form = new URLSearchParams((await request.setEncoding('utf8').toArray()).join(''));
    const finish = (result: InteractionResults) =>
      provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
    if (prompt.name === 'login') return finish({ login: { accountId: form.get('sub') ?? '' } });
    const grant = new provider.Grant({ clientId: String(params.client_id), accountId: session?.accountId ?? '' });
    const agreed = form.getAll('scope');
    const rest = String(params.scope ?? '')
      .split(' ')
      .filter((scope) => !SCOPES.includes(scope));
    grant.addOIDCScope([...rest, ...agreed].join(' '));
    grant.addResourceScope(String(params.resource), agreed.join(' '));
    const refused = SCOPES.filter((scope) => !agreed.includes(scope)).join(' ');
    grant.rejectOIDCScope(refused);
    grant.rejectResourceScope(String(params.resource), refused);
    await finish({ consent: { grantId: await grant.save() } });
  };
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      if (request.method === 'POST') return await answer(request, response);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(await page(request, response));
    } catch (error) {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end(String(error));
    }
  };
  const stop = await serveProvider(provider, interact);
  return {
    issuer,
    granted,
    claims,
    publish: ({ redirect_uris, client_name }) => {
      const client_id = `https://client.example.com/${documents.size}/client.json`;
      const document = { client_id, client_name, redirect_uris, token_endpoint_auth_method: 'none', application_type: 'native' };
      documents.set(client_id, JSON.stringify(document));
      return client_id;
    },
    registered: () => registered,
    expired: (token) =>
      new SignJWT({ ...decodeJwt(token), exp: Math.floor(Date.now() / 1000) - 120 })
        .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
        .sign(privateKey),
    revoke: async (token, client_id) =>
      (await fetch(`${issuer}/token/revocation`, { method: 'POST', body: new URLSearchParams({ token, client_id }) })).status,
    stop,
  };
}

/** A person who goes where a client sends them, signs in where they are not signed in yet, and agrees to some scopes. */
export async function signInAndAgree(page: Page, address: string, sub: string, scopes: readonly string[]): Promise<void> {
  await page.goto(address);
  const subject = page.getByLabel('Subject');
  await page.getByRole('heading').waitFor();
  if (await subject.isVisible()) {
    await subject.fill(sub);
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  await page.getByRole('heading', { name: 'Consent' }).waitFor();
  for (const scope of scopes) await page.getByLabel(scope).check();
  await page.getByRole('button', { name: 'Continue' }).click();
}
