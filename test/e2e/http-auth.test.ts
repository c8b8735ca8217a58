import { readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auth, extractWWWAuthenticateParams, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, makeKey, TestIssuer } from '../mcp/auth/test-issuer.js';
import { freePort } from '../support/free-port.js';
import { connectHttp, HTTP_CLIENTS } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { runProgram } from '../support/program.js';
import {
  bearer,
  call,
  EventStream,
  initialize,
  modernCall,
  openSession,
  openSse,
  post,
  readAnswer,
} from '../support/raw-http.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

afterAll(stopAll);

const COUNT = 'Users_getTotalCount';

/** A client of the SDK that can sign in, up to where it would open a browser. */
const signInProvider = (client?: string, opened: (address: URL) => void = () => {}): OAuthClientProvider => ({
  redirectUrl: 'http://localhost:9/callback',
  clientMetadata: { redirect_uris: ['http://localhost:9/callback'] },
  clientInformation: () => (client === undefined ? undefined : { client_id: client }),
  saveClientInformation: () => {},
  tokens: () => undefined,
  saveTokens: () => {},
  redirectToAuthorization: opened,
  saveCodeVerifier: () => {},
  codeVerifier: () => '',
});

/** Whoever shows a bad token often is slowed down. */
const SELDOM = { timeout: 10_000, interval: 400 };

describe('a server with a file of tokens', () => {
  const tokens = new OperatorTokens();
  let server: HttpProgram;
  /** Of its own, since whoever shows many bad tokens is slowed down. */
  let attacked: HttpProgram;
  let ada: string;
  let bob: string;

  beforeAll(async () => {
    [ada, bob] = [await tokens.add('ada', 'admin'), await tokens.add('bob', 'viewer')];
    server = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path] });
    attacked = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path] });
  });

  it('keeps no token, only its hash', () => {
    const text = readFileSync(tokens.path, 'utf8');
    for (const token of [ada, bob]) expect(text).not.toContain(token);
  });

  it.each(HTTP_CLIENTS)('answers the client %s with a token', async (kind) => {
    const client = await connectHttp(kind, server.url, { token: ada });
    expect((await client.call(COUNT)).json).toMatchObject({ object: 'total_count' });
    await client.close();
  });

  it.each(HTTP_CLIENTS)('does not answer the client %s without', async (kind) => {
    await expect(connectHttp(kind, server.url)).rejects.toThrow();
  });

  const requests: [string, (headers: Record<string, string>) => Promise<number>][] = [
    ['POST /mcp', async (headers) => (await post(`${attacked.url}/mcp`, initialize(), headers)).status],
    ['POST /mcp of 2026-07-28', async (headers) => (await modernCall(attacked.url, COUNT, {}, headers)).status],
    ['GET /mcp', async (headers) => (await readAnswer(await fetch(`${attacked.url}/mcp`, { headers }))).status],
    [
      'DELETE /mcp',
      async (headers) => (await readAnswer(await fetch(`${attacked.url}/mcp`, { method: 'DELETE', headers }))).status,
    ],
    ['GET /sse', async (headers) => (await readAnswer(await fetch(`${attacked.url}/sse`, { headers }))).status],
    ['POST /messages', async (headers) => (await post(`${attacked.url}/messages?sessionId=x`, initialize(), headers)).status],
  ];
  const bad: [string, () => Record<string, string>][] = [
    ['no token', () => ({})],
    ['an empty one', () => ({ authorization: '' })],
    ['another scheme', () => ({ authorization: `Basic ${Buffer.from(`ada:${ada}`).toString('base64')}` })],
    ['two at once', () => ({ authorization: `Bearer ${ada}, Bearer ${bob}` })],
    ['a wrong one', () => bearer(`${ada.slice(0, -1)}${ada.endsWith('x') ? 'y' : 'x'}`)],
    ['its hash', () => bearer('0'.repeat(64))],
  ];
  it.each(requests.flatMap(([request, send]) => bad.map(([what, headers]) => [request, what, send, headers] as const)))(
    'answers %s with %s: 401, or 429 after many',
    async (_, __, send, headers) => {
      expect([401, 429]).toContain(await send(headers()));
    },
  );

  it('does not take a token from the address', async () => {
    expect((await post(`${server.url}/mcp?access_token=${ada}&token=${ada}`, initialize())).status).toBe(401);
  });

  it('says which header it takes where the token is missing', async () => {
    const { status, headers, json } = await post(`${server.url}/mcp`, initialize());
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(json).toEqual({
      jsonrpc: '2.0',
      error: { code: -32_000, message: expect.stringContaining('the header Authorization: Bearer <token>') },
      id: null,
    });
  });

  it.each([
    ['GET', '/.well-known/oauth-protected-resource/mcp'],
    ['GET', '/.well-known/oauth-authorization-server'],
    ['GET', '/.well-known/openid-configuration'],
    ['POST', '/register'],
  ])('says so too to a client that looks for a sign-in: %s %s', async (method, path) => {
    const response = await fetch(`${server.url}${path}`, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: expect.stringContaining('This server takes a fixed token'),
    });
  });

  it('has a client that tries to sign in all the same show which header is wanted', async () => {
    const signingIn = auth(signInProvider(), { serverUrl: `${server.url}/mcp` });
    await expect(signingIn).rejects.toThrow(/takes a fixed token.*Authorization: Bearer <token>/);
  });

  it('slows down an address that shows many bad tokens, and lets those pass that were good', async () => {
    const own = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path] });
    expect((await modernCall(own.url, COUNT, {}, bearer(ada))).status).toBe(200);
    const statuses = [];
    for (let i = 0; i < 25; i++) statuses.push((await post(`${own.url}/mcp`, initialize(), bearer(`wrong${i}`))).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    expect(statuses.at(-1)).toBe(429);
    expect((await modernCall(own.url, COUNT, {}, bearer(ada))).status).toBe(200);
  });

  it('keeps a session for who opened it: with the token of another it is not found', async () => {
    const session = await openSession(server.url, bearer(ada));
    const stolen = { ...session, ...bearer(bob) };
    for (const method of ['GET', 'DELETE']) {
      const headers = { accept: 'text/event-stream', ...stolen };
      expect((await readAnswer(await fetch(`${server.url}/mcp`, { method, headers }))).status).toBe(404);
    }
    expect((await post(`${server.url}/mcp`, call(1, COUNT), stolen)).status).toBe(404);
    expect(
      (await post(`${server.url}/mcp`, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, stolen))
        .status,
    ).toBe(404);
    const unknown = await post(`${server.url}/mcp`, call(1, COUNT), { ...stolen, 'mcp-session-id': 'no-such-session' });
    const known = await post(`${server.url}/mcp`, call(1, COUNT), stolen);
    expect(known.text).toBe(unknown.text);
    expect((await post(`${server.url}/mcp`, call(1, COUNT), session)).json.result).toBeDefined();
  });

  it('keeps a session over HTTP+SSE for who opened it', async () => {
    const { stream, messages, headers } = await openSse(server.url, bearer(ada));
    expect((await post(messages, call(1, COUNT), bearer(bob))).status).toBe(404);
    expect((await post(messages, call(1, COUNT), headers)).status).toBe(202);
    await stream.until(/"id":1/);
    await stream.cancel();
  });

  it('does not mix the transports: a session of one is not found in the other', async () => {
    const session = await openSession(server.url, bearer(ada));
    const id = session['mcp-session-id'] ?? '';
    expect((await post(`${server.url}/messages?sessionId=${id}`, call(1, COUNT), bearer(ada))).status).toBe(404);
    const { stream, messages } = await openSse(server.url, bearer(ada));
    const other = new URL(messages).searchParams.get('sessionId') ?? '';
    expect((await post(`${server.url}/mcp`, call(1, COUNT), { ...bearer(ada), 'mcp-session-id': other })).status).toBe(404);
    await stream.cancel();
  });

  it('ends the sessions and streams of a token that is removed, and no others', async () => {
    const eve = await tokens.add('eve', 'operator');
    await expect.poll(async () => (await modernCall(server.url, COUNT, {}, bearer(eve))).status, SELDOM).toBe(200);
    const session = await openSession(server.url, bearer(eve));
    const listening = new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }));
    const sse = await openSse(server.url, bearer(eve));
    const kept = await openSession(server.url, bearer(ada));
    tokens.remove('eve');
    await listening.ended();
    await sse.stream.ended();
    expect((await post(`${server.url}/mcp`, call(1, COUNT), session)).status).toBe(401);
    expect((await post(`${server.url}/mcp`, call(1, COUNT), kept)).json.result).toBeDefined();
  });

  it('ends the sessions of a token that the command replaces or revokes, and answers the new one', async () => {
    const command = (...args: string[]) => runProgram(['token', ...args, '--tokens', tokens.path]);
    const status = async (token: string): Promise<number> => (await modernCall(server.url, COUNT, {}, bearer(token))).status;
    const old = await tokens.add('zoe', 'operator', '--expires', '90d');
    await expect.poll(() => status(old), SELDOM).toBe(200);
    const sse = await openSse(server.url, bearer(old));
    const rotated = await command('rotate', 'zoe');
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cmcp_[\w-]{43}\n$/) });
    const fresh = rotated.stdout.trim();
    await sse.stream.ended();
    expect(await status(fresh)).toBe(200);
    expect([401, 429]).toContain(await status(old));
    const listed = await command('list');
    expect(listed.stdout.split('\n').find((line) => line.startsWith('zoe'))).toMatch(
      /^zoe; operator; created 20\S+Z; expires 20\S+Z$/,
    );
    for (const secret of [old, fresh, 'sha256', 'cmcp_']) expect(listed.stdout).not.toContain(secret);
    expect(await command('revoke', 'zoe')).toMatchObject({ code: 0, stdout: '' });
    await expect.poll(() => status(fresh), SELDOM).not.toBe(200);
    expect((await command('list')).stdout).not.toContain('zoe');
    expect(await status(ada)).toBe(200);
  });

  it('looks at the file at once on SIGHUP, and keeps the good tokens of one that became faulty', async () => {
    const own = new OperatorTokens();
    const token = await own.add('ada', 'admin');
    const program = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', own.path] });
    own.change((entries) => [...entries, { name: 'broken' }]);
    program.child.kill('SIGHUP');
    await program.logged('the token file could not be read again');
    expect((await modernCall(program.url, COUNT, {}, bearer(token))).status).toBe(200);
  });

  it('ends the sessions of a token that expires', async () => {
    const own = new OperatorTokens();
    const token = await own.add('ada', 'admin');
    const program = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', own.path] });
    const session = await openSession(program.url, bearer(token));
    const listening = new EventStream(
      await fetch(`${program.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }),
    );
    own.change((entries) => entries.map((entry) => ({ ...entry, expires: new Date(Date.now() - 1000).toISOString() })));
    await listening.ended();
    const { status, headers } = await post(`${program.url}/mcp`, call(1, COUNT), session);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('logs who was refused and why, one line a second for each reason, and never a token', async () => {
    const lines = (why: string) => attacked.log.filter((line) => line.msg === 'a caller was refused' && line.why === why);
    await post(`${attacked.url}/mcp`, initialize());
    for (let i = 0; i < 30; i++) await post(`${attacked.url}/mcp`, initialize(), bearer('not-a-token-of-anybody'));
    await expect.poll(() => lines('throttled').some(({ leftOut }) => Number(leftOut) > 0), { timeout: 10_000 }).toBe(true);
    const [invalid] = lines('invalid');
    expect(invalid).toMatchObject({ level: 40, address: '127.0.0.1', reason: expect.stringMatching(/^The /) });
    expect(lines('missing')[0]).toMatchObject({ level: 30, address: '127.0.0.1' });
    await attacked.stop();
    expect(attacked.stderr()).not.toContain('not-a-token-of-anybody');
    expect((await server.stop()).stderr).not.toMatch(/cmcp_|not-a-token-of-anybody|sk_test/);
  });
});

describe('a server that trusts an OAuth issuer', () => {
  let issuer: TestIssuer;
  let server: HttpProgram;
  const scraper = 'the-token-that-prometheus-shows-0001';
  let scraperFile: string;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    scraperFile = await scratchFile(await scratchDirectory(), `${scraper}\n`);
    const args = [
      '--sandbox',
      '--auth',
      'oauth',
      '--issuer',
      issuer.url,
      '--audience',
      AUDIENCE,
      '--metrics-token-file',
      scraperFile,
    ];
    server = await startHttp({ args: [...args, '--allowed-hosts', 'mcp.example.com', '127.0.0.1'] });
  });
  afterAll(() => issuer.stop());

  it.each(['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'])(
    'tells at %s who issues tokens',
    async (path) => {
      const response = await fetch(`${server.url}${path}`);
      expect(await response.json()).toMatchObject({
        resource: AUDIENCE,
        authorization_servers: [issuer.url],
        scopes_supported: ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'],
        bearer_methods_supported: ['header'],
      });
    },
  );

  it('has metadata of its own for HTTP+SSE, and points a client there', async () => {
    const response = await fetch(`${server.url}/sse`);
    await response.body?.cancel();
    expect(response.status).toBe(401);
    const address = /resource_metadata="https:\/\/mcp\.example\.com([^"]+)"/.exec(
      response.headers.get('www-authenticate') ?? '',
    )?.[1];
    expect(address).toBe('/.well-known/oauth-protected-resource/sse');
    expect(await (await fetch(`${server.url}${address}`)).json()).toMatchObject({
      resource: 'https://mcp.example.com/sse',
      authorization_servers: [issuer.url],
    });
    const token = await issuer.token({ aud: 'https://mcp.example.com/sse' });
    const { stream, messages, headers } = await openSse(server.url, bearer(token));
    expect((await post(messages, call(1, COUNT), headers)).status).toBe(202);
    await stream.cancel();
  });

  it('points a client without a token there', async () => {
    const { status, headers } = await post(`${server.url}/mcp`, initialize());
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe(
      'Bearer scope="clerk:read clerk:write clerk:destructive clerk:credential clerk:access", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
    );
  });

  it.each(HTTP_CLIENTS)('answers the client %s with a token of the issuer', async (kind) => {
    const client = await connectHttp(kind, server.url, { token: await issuer.token() });
    expect((await client.call(COUNT)).isError).toBe(false);
    await client.close();
  });

  it.each([
    ['for another server', async () => issuer.token({ aud: 'https://other.example.com/mcp' })],
    ['of another issuer', async () => issuer.token({ iss: 'https://evil.example.com' })],
    ['that has expired', async () => issuer.token({ exp: Math.floor(Date.now() / 1000) - 120 })],
    ['that is not good yet', async () => issuer.token({ nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['signed with a key of its own', async () => issuer.token({}, {}, await makeKey('first'))],
    [
      'without a signature',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`,
    ],
    ['that is none', async () => 'abc'],
  ])('does not answer a token %s', async (_, make) => {
    const { status, headers } = await post(`${server.url}/mcp`, initialize(), bearer(await make()));
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+", .*resource_metadata=/,
    );
  });

  it('names the scope that a call beyond the token needs, with those that it has', async () => {
    const { status, headers } = await modernCall(
      server.url,
      'Users_markBanned',
      { user_id: 'user_1' },
      bearer(await issuer.token()),
    );
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope", .*scope="clerk:read clerk:write clerk:destructive", resource_metadata="https:\/\/mcp/,
    );
  });

  it('shows its figures to who has the token for them, which is good for nothing else and can be replaced', async () => {
    const status = async (token: string): Promise<number> =>
      (await readAnswer(await fetch(`${server.url}/metrics`, { headers: { via: '1.1 proxy', ...bearer(token) } }))).status;
    expect([await status(scraper), await status(`${scraper}x`)]).toEqual([200, 401]);
    expect((await post(`${server.url}/mcp`, initialize(), bearer(scraper))).status).toBe(401);
    writeFileSync(scraperFile, 'short');
    server.child.kill('SIGHUP');
    expect(await server.logged('the token for the metrics')).toMatchObject({ reason: expect.stringContaining('openssl rand') });
    expect(await status(scraper)).toBe(200);
    const next = scraper.replace('0001', '0002');
    writeFileSync(scraperFile, next);
    server.child.kill('SIGHUP');
    await expect.poll(() => status(next)).toBe(200);
    expect(await status(scraper)).toBe(401);
  });

  it('ends a session with the token that was shown last', async () => {
    // Clocks may differ by a minute: this one has five seconds left.
    const session = await openSession(server.url, bearer(await issuer.token({ exp: Math.floor(Date.now() / 1000) - 55 })));
    const listening = new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }));
    await listening.ended();
    const later = { ...session, ...bearer(await issuer.token()) };
    expect((await post(`${server.url}/mcp`, call(1, COUNT), later)).status).toBe(404);
  });

  it('refuses rather than allows when the issuer cannot be reached', async () => {
    const other = await TestIssuer.start();
    const token = await other.token();
    const args = ['--sandbox', '--auth', 'oauth', '--issuer', other.url, '--audience', AUDIENCE, '--allowed-hosts', '127.0.0.1'];
    const program = await startHttp({ args });
    await other.stop();
    const { status, headers } = await post(`${program.url}/mcp`, initialize(), bearer(token));
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

it('sends a client to the issuer for the address that it has and for all scopes, over HTTP+SSE too', async () => {
  const issuer = await TestIssuer.start();
  issuer.metadata = {
    ...issuer.metadata,
    authorization_endpoint: `${issuer.url}/authorize`,
    token_endpoint: `${issuer.url}/token`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
  const port = String(await freePort());
  const audience = `http://127.0.0.1:${port}/mcp`;
  const args = ['--sandbox', '--auth', 'oauth', '--issuer', issuer.url, '--audience', audience, '--port', port];
  const server = await startHttp({ args });
  for (const path of ['/mcp', '/sse']) {
    const serverUrl = `${server.url}${path}`;
    const refused = await fetch(serverUrl, { headers: { accept: 'text/event-stream' } });
    await refused.body?.cancel();
    const opened: URL[] = [];
    const provider = signInProvider('https://client.example.com/cimd', (address) => opened.push(address));
    expect(await auth(provider, { serverUrl, ...extractWWWAuthenticateParams(refused) })).toBe('REDIRECT');
    expect(Object.fromEntries(opened[0]?.searchParams ?? [])).toMatchObject({
      resource: serverUrl,
      scope: 'clerk:read clerk:write clerk:destructive clerk:credential clerk:access',
    });
  }
  await issuer.stop();
});

it('refuses a token that was revoked, where the issuer is asked, on both endpoints', async () => {
  const issuer = await TestIssuer.start();
  issuer.metadata = { ...issuer.metadata, introspection_endpoint: `${issuer.url}/introspect` };
  const secret = join(await scratchDirectory(), 'secret');
  await writeFile(secret, 'se+cret');
  const args = ['--sandbox', '--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--allowed-hosts', '127.0.0.1'];
  const server = await startHttp({
    args: [...args, '--introspection-client-id', 'asks', '--introspection-secret-file', secret],
  });
  const [good, revoked] = [await issuer.token(), await issuer.token({ sub: 'user_bob' })];
  issuer.introspection.revoked.add(revoked);
  expect((await post(`${server.url}/mcp`, initialize(), bearer(good))).status).toBe(200);
  expect((await post(`${server.url}/mcp`, initialize(), bearer(revoked))).status).toBe(401);
  const sse = await fetch(`${server.url}/sse`, { headers: { accept: 'text/event-stream', ...bearer(revoked) } });
  expect(sse.status).toBe(401);
  expect(sse.headers.get('www-authenticate')).toContain('it was revoked');
  expect(server.stderr()).not.toContain('se+cret');
  await issuer.stop();
});

describe('a server that trusts an OAuth issuer up to a ceiling', () => {
  const ALL = 'clerk:read clerk:write clerk:destructive clerk:credential clerk:access';
  let issuer: TestIssuer;
  let server: HttpProgram;
  let file: string;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    file = join(await scratchDirectory(), 'grants.yaml');
    await writeFile(file, 'grants:\n  - who: { subject: user_ada }\n    scopes: [clerk:read, clerk:write]\n    tools: Users\n');
    const args = ['--sandbox', '--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--grants', file];
    server = await startHttp({ args: [...args, '--allowed-hosts', '127.0.0.1'] });
  });
  afterAll(() => issuer.stop());

  const ask = async (name: string, input: object, claims: object = {}) =>
    modernCall(server.url, name, input, bearer(await issuer.token({ scope: ALL, ...claims })));

  it('lists and calls what is below it', async () => {
    const client = await connectHttp('v1', server.url, { token: await issuer.token({ scope: ALL }) });
    const names = (await client.listTools()).map(({ name }) => name);
    await client.close();
    expect(names).toContain('Users_createNewUser');
    expect(names).not.toContain('Users_deleteUserById');
    expect(names).not.toContain('Organizations_listSortedByCreationDate');
    expect((await ask(COUNT, {})).status).toBe(200);
  });

  it('lets clients ask for what someone may have', async () => {
    const { headers } = await post(`${server.url}/mcp`, initialize());
    expect(headers.get('www-authenticate')).toContain('scope="clerk:read clerk:write", ');
    const metadata = await (await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`)).json();
    expect(metadata).toMatchObject({ scopes_supported: ['clerk:read', 'clerk:write'] });
  });

  it('refuses a scope that the token has, and asks for no other token', async () => {
    const { status, headers, json } = await ask('Users_markBanned', { user_id: 'user_1' });
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toBeNull();
    expect(JSON.stringify(json.error)).toMatch(/clerk:destructive, which this server does not grant to user_ada.*operator/);
  });

  it('asks for another token where the ceiling has the scope and the token has not', async () => {
    const { status, headers } = await ask('Users_createNewUser', {}, { scope: 'clerk:read' });
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toContain('scope="clerk:read clerk:write"');
  });

  it('says that the grant leaves tools out, and not a scope that the caller has', async () => {
    const session = await openSession(server.url, bearer(await issuer.token({ scope: ALL })));
    const read = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'clerk-mcp://offer' } };
    const { text } = await post(`${server.url}/mcp`, read, session);
    expect(text).toContain("the caller's grant");
    expect(text).not.toContain('scope clerk:read is lacking');
  });

  it('refuses a tool that is not granted', async () => {
    const { json } = await ask('Organizations_listSortedByCreationDate', {});
    expect(JSON.stringify(json.result)).toContain('tool_not_granted');
  });

  it('refuses it inside a job as well', async () => {
    const step = { tool: 'Organizations_updateOrganization', arguments: { organization_id: 'org_1', name: 'Taken' } };
    const planned = await ask('Jobs_planChanges', { steps: [step] });
    expect(planned.text).toContain('may not use this tool here');
    const scanned = await ask('Jobs_scanList', { list: 'Organizations_listSortedByCreationDate' });
    expect(scanned.text).toContain('may not use this tool here');
    const steps = [{ name: 'all', tool: 'Organizations_listSortedByCreationDate' }];
    expect((await ask('Jobs_planChanges', { steps })).text).toMatch(/grants file\. Nothing was changed\./);
  });

  it('grants nothing to who is not named, and says what to ask for, until the file names them', async () => {
    const { status, headers, json } = await ask(COUNT, {}, { sub: 'user_bob' });
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toBeNull();
    expect(JSON.stringify(json.error)).toMatch(/signed in as user_bob.*Ask its operator.*subject user_bob/);
    await writeFile(file, JSON.stringify({ grants: [{ who: { subject: 'user_bob' }, scopes: ['clerk:read'] }] }));
    await vi.waitFor(async () => expect((await ask(COUNT, {}, { sub: 'user_bob' })).status).toBe(200), {
      timeout: 10_000,
      interval: 200,
    });
    expect((await ask(COUNT, {})).status).toBe(403);
    await writeFile(file, '{"grants": [], "oops": 1}');
    server.child.kill('SIGHUP');
    await server.logged('the grants file could not be read again');
    expect((await ask(COUNT, {}, { sub: 'user_bob' })).status).toBe(200);
  });
});

describe('a start that would leave the server open, or half set up', () => {
  const tokens = new OperatorTokens();
  it.each([
    ['nobody is asked who they are, and others can reach it', ['--host', '0.0.0.0'], {}, /--auth token or --auth oauth/],
    ['the same by the environment', [], { CLERK_MCP_HOST: '::' }, /loopback/],
    ['tokens without --auth token', ['--tokens', tokens.path], {}, /--auth token/],
    ['--auth token without a file', ['--auth', 'token'], {}, /--tokens FILE/],
    ['a file that is not there', ['--auth', 'token', '--tokens', '/nowhere/tokens.json'], {}, /cannot be read/],
    ['--auth oauth without an issuer', ['--auth', 'oauth', '--audience', AUDIENCE], {}, /--issuer URL/],
    ['an issuer in the clear', ['--auth', 'oauth', '--issuer', 'http://issuer.example.com', '--audience', AUDIENCE], {}, /https/],
    [
      'a client to ask the issuer with, and no secret',
      ['--auth', 'oauth', '--issuer', 'https://issuer.example.com', '--audience', AUDIENCE, '--introspection-client-id', 'asks'],
      {},
      /go together/,
    ],
    ['an issuer without --auth oauth', ['--issuer', 'https://issuer.example.com'], {}, /--auth oauth/],
    ['grants without --auth oauth', ['--grants', '/nowhere/grants.yaml'], {}, /--grants works only with --auth oauth/],
    [
      'grants that cannot be read',
      ['--auth', 'oauth', '--issuer', 'https://issuer.example.com', '--audience', AUDIENCE, '--grants', '/nowhere/grants.yaml'],
      {},
      /grants file \S+ cannot be read/,
    ],
    ['a store without a signing key', ['--store', 'redis://127.0.0.1:1'], {}, /CLERK_MCP_SIGNING_KEY/],
    ['a store that is none', ['--store', 'http://x'], { CLERK_MCP_SIGNING_KEY: 'k'.repeat(32) }, /redis:/],
    ['a record of reads without a record', ['--audit-reads'], {}, /--audit-reads needs --audit-log FILE/],
    ['a token for the metrics that is not there', ['--metrics-token-file', tokens.path], {}, /cannot be read/],
    ['a host that is none', ['--allowed-hosts', 'http://x/y'], {}, /is not a host/],
    ['an origin that is none', ['--allowed-origins', 'example.com'], {}, /is not an origin/],
    ['a proxy that is none', ['--trusted-proxies', 'proxy.example.com'], {}, /is not an address/],
    ['a port that is none', ['--port', '70000'], {}, /--port/],
    ['a limit that is none', ['--max-body', 'much'], {}, /--max-body: expected a whole number/],
    ['a variable misspelt', [], { CLERK_MCP_ALLOWED_HOST: 'x' }, /CLERK_MCP_ALLOWED_HOSTS/],
  ])('is stopped: %s', async (_, args, env, message) => {
    const ended = await runProgram(['http', '--sandbox', '--port', '0', ...args], { env });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it('is stopped where the port is taken', async () => {
    const server = await startHttp();
    const ended = await runProgram(['http', '--sandbox', '--port', String(server.port)]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.stderr).toMatch(/Cannot listen on 127\.0\.0\.1, port \d+: .*EADDRINUSE.* --port/);
  });
});

describe('clerk-mcp token', () => {
  it.each([
    ['revoke', ['ade'], /no token named "ade".*ada/],
    ['rotate', ['nobody'], /no token named "nobody"/],
    ['rotate', ['late'], /expired at .*--expires/],
    ['list', ['--tokens', '/nowhere/tokens.json'], /cannot be read/],
  ])('%s %j says what is wrong, and changes nothing', async (name, args, message) => {
    const path = await scratchFile(await scratchDirectory(), {
      tokens: [
        { name: 'ada', sha256: 'a'.repeat(64), role: 'viewer' },
        { name: 'late', sha256: 'b'.repeat(64), scopes: ['clerk:read'], expires: '2001-01-01T00:00:00Z' },
      ],
    });
    const before = readFileSync(path, 'utf8');
    const ended = await runProgram(['token', name, '--tokens', path, ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('clerk-mcp token new', () => {
  it.each([
    ['a name that is none', ['../x'], /A name has/],
    ['a role that is none', ['x', '--role', 'root'], /viewer, operator, admin/],
    ['an expiry in the past', ['x', '--expires', '2001-01-01T00:00:00Z'], /to come/],
    ['no file', [], /--tokens/],
  ])('refuses %s', async (what, args, message) => {
    const file = what === 'no file' ? ['x'] : ['--tokens', new OperatorTokens().path];
    const ended = await runProgram(['token', 'new', ...args, ...file]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it('makes no second token of a name', async () => {
    const tokens = new OperatorTokens();
    await tokens.add('ada', 'viewer', '--expires', '90d');
    expect(readFileSync(tokens.path, 'utf8')).toMatch(/"expires": "20/);
    await expect(tokens.add('ada', 'admin')).rejects.toThrow(/already/);
  });
});
