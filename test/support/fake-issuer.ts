import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** What the issuer does otherwise than it should. */
export interface Quirks {
  /** In the place of the claims that belong into the ID token. */
  readonly claims?: JWTPayload;
  /** Granted scopes. Default: those that were asked for. */
  readonly scope?: string;
  /** Signs with a key that it does not publish. */
  readonly strangeKey?: boolean;
  /** What is put behind the address to which the browser comes back. */
  readonly query?: Readonly<Record<string, string>>;
  /** Who has signed in. Default: `sub-grace`. */
  readonly sub?: string;
}

interface Grant extends Quirks {
  readonly clientId: string;
  readonly challenge: string;
  readonly nonce: string;
  readonly scope: string;
}

/** An OpenID issuer that answers as a test wants it to, at `http://localhost`; nobody is asked to sign in. */
export interface FakeIssuer {
  readonly url: string;
  /** What a browser brings back that was sent to this address. */
  comeBack(address: string, quirks?: Quirks): string;
  /** How clients showed who they are at the token endpoint: headers and bodies. */
  readonly asked: readonly { readonly authorization: string | undefined; readonly body: URLSearchParams }[];
  stop(): Promise<void>;
}

/** @param signedInAt when people sign in, in Unix milliseconds */
export async function startFakeIssuer(
  methods: readonly string[] = ['none', 'client_secret_basic'],
  signedInAt: () => number = Date.now,
): Promise<FakeIssuer> {
  const [key, strange] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const jwk = { ...(await exportJWK(key.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  const grants = new Map<string, Grant>();
  const asked: { authorization: string | undefined; body: URLSearchParams }[] = [];
  let url = '';
  const token = async (request: IncomingMessage): Promise<[status: number, body: object]> => {
    const body = new URLSearchParams((await request.setEncoding('utf8').toArray()).join(''));
    asked.push({ authorization: request.headers.authorization, body });
    const grant = grants.get(body.get('code') ?? '');
    grants.delete(body.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant === undefined || grant.challenge !== challenge) return [400, { error: 'invalid_grant' }];
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: url,
      sub: grant.sub ?? 'sub-grace',
      aud: grant.clientId,
      iat: now,
      exp: now + 300,
      auth_time: Math.floor(signedInAt() / 1000),
      nonce: grant.nonce,
      ...grant.claims,
    };
    const signer = new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one' });
    const idToken = await signer.sign(grant.strangeKey === true ? strange.privateKey : key.privateKey);
    return [200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 60, scope: grant.scope, id_token: idToken }];
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/token') return send(...(await token(request)));
    if (request.url === '/jwks') return send(200, { keys: [jwk] });
    if (request.url !== '/.well-known/openid-configuration') return send(404, {});
    return send(200, {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: methods,
      authorization_response_iss_parameter_supported: true,
    });
  };
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    comeBack: (address, quirks = {}) => {
      const { searchParams } = new URL(address);
      const value = (name: string): string => searchParams.get(name) ?? '';
      const code = randomUUID();
      grants.set(code, {
        clientId: value('client_id'),
        challenge: value('code_challenge'),
        nonce: value('nonce'),
        scope: value('scope'),
        ...quirks,
      });
      return `?${new URLSearchParams({ code, state: value('state'), iss: url, ...quirks.query })}`;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
