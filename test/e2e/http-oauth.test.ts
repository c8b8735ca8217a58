import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auth, extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AUDIENCE, makeKey, TestIssuer } from '../mcp/auth/test-issuer.js';
import { freePort } from '../support/free-port.js';
import { connectHttp, HTTP_CLIENTS } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
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
import { signInProvider } from '../support/sign-in-provider.js';

afterAll(stopAll);

const COUNT = 'Users_getTotalCount';

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
