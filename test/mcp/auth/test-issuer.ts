import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const AUDIENCE = 'https://mcp.example.com/mcp';

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** An OAuth authorization server on loopback, as much of it as publishes keys. */
export class TestIssuer {
  readonly url: string;
  /** What the next answers are made of; tests change it. */
  keys: readonly SigningKey[];
  metadataPath = '/.well-known/oauth-authorization-server';
  metadata: Record<string, unknown>;
  status = 200;
  /** The client that may ask about tokens, and what it is told. */
  readonly introspection = { client: 'asks:se%2Bcret', status: 200, asked: 0, revoked: new Set<string>() };
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(server: Server, url: string, key: SigningKey) {
    this.#server = server;
    this.url = url;
    this.keys = [key];
    this.metadata = { issuer: url, jwks_uri: `${url}/keys` };
    server.on('request', (request, response) => {
      if (request.url === '/introspect') return void this.#introspect(request, response);
      this.asked.push(request.url ?? '');
      const body = this.#answer(request.url ?? '');
      response.writeHead(body === undefined ? 404 : this.status, { 'content-type': 'application/json' });
      response.end(body);
    });
  }

  static async start(): Promise<TestIssuer> {
    const server = createServer();
    const key = await makeKey('first');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new TestIssuer(server, `http://127.0.0.1:${address.port}`, key);
  }

  /** A token like those the issuer gives out, with whatever a test wants to be different. */
  token(claims: object = {}, header: { typ?: string; kid?: string } = {}, key = this.keys[0]): Promise<string> {
    if (key === undefined) throw new Error('the issuer has no key');
    const seconds = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: this.url,
      aud: AUDIENCE,
      sub: 'user_ada',
      client_id: 'client_1',
      scope: 'clerk:read clerk:write',
      iat: seconds,
      exp: seconds + 300,
      ...claims,
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
      .sign(key.privateKey);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { introspection } = this;
    introspection.asked++;
    const form = new URLSearchParams((await request.setEncoding('utf8').toArray()).join(''));
    const isClient = request.headers.authorization === `Basic ${Buffer.from(introspection.client).toString('base64')}`;
    const active = !introspection.revoked.has(form.get('token') ?? '') && form.get('token') !== 'no-token';
    response.writeHead(isClient ? introspection.status : 401, { 'content-type': 'application/json' });
    response.end(isClient ? JSON.stringify({ active }) : '{"error":"invalid_client"}');
  }

  #answer(path: string): string | undefined {
    if (path === this.metadataPath) return JSON.stringify(this.metadata);
    if (path === '/keys') return JSON.stringify({ keys: this.keys.map((key) => key.publicJwk) });
    return undefined;
  }
}
