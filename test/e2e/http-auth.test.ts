import { readFileSync } from 'node:fs';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE } from '../mcp/auth/test-issuer.js';
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
import { signInProvider } from '../support/sign-in-provider.js';

afterAll(stopAll);

const COUNT = 'Users_getTotalCount';

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
    await expect.poll(() => lines('throttled').some(({ leftOut }) => Number(leftOut) > 0)).toBe(true);
    const [invalid] = lines('invalid');
    expect(invalid).toMatchObject({ level: 40, address: '127.0.0.1', reason: expect.stringMatching(/^The /) });
    expect(lines('missing')[0]).toMatchObject({ level: 30, address: '127.0.0.1' });
    await attacked.stop();
    expect(attacked.stderr()).not.toContain('not-a-token-of-anybody');
    expect((await server.stop()).stderr).not.toMatch(/cmcp_|not-a-token-of-anybody|sk_test/);
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
