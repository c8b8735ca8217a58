import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, TestIssuer } from '../mcp/auth/test-issuer.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import { bearer, call, EventStream, initialize, modern, openSession, openSse, post, readAnswer } from '../support/raw-http.js';

const COUNT = 'Users_getTotalCount';

/** A POST with exactly these headers and what `fetch` adds: an `Accept` of everything where none is given. */
const postAs = async (url: string, body: unknown, headers: Record<string, string>) =>
  readAnswer(
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
  );

describe('what HTTP leaves open', () => {
  let server: HttpProgram;
  let session: Record<string, string>;
  beforeAll(async () => {
    server = await startHttp();
    session = await openSession(server.url);
  });
  afterAll(stopAll);

  it.each([
    '*/*',
    'APPLICATION/JSON, Text/Event-Stream',
    'application/*, text/*',
    'text/event-stream;q=0.5,application/json',
    '',
  ])('an Accept of %j is answered as one of both forms is', async (accept) => {
    const opened = await postAs(`${server.url}/mcp`, initialize(), { accept });
    expect(opened).toMatchObject({ status: 200, json: { result: { protocolVersion: '2025-11-25' } } });
    const { json } = await postAs(`${server.url}/mcp`, call(1, COUNT), { ...session, accept });
    expect(json).toMatchObject({ id: 1, result: { content: [{ type: 'text' }] } });
  });

  it('JSON alone is answered as JSON: the handshake, a call and the list', async () => {
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    const accept = 'application/json';
    for (const [body, headers] of [
      [initialize(), {}],
      [call(1, COUNT), session],
      [list, session],
    ] as const) {
      const { status, headers: answered, text } = await postAs(`${server.url}/mcp`, body, { ...headers, accept });
      expect([status, answered.get('content-type')]).toEqual([200, 'application/json']);
      expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', result: expect.anything() });
    }
  });

  it('a client that takes JSON alone is not asked anything, for it could not be', async () => {
    const opened = await postAs(`${server.url}/mcp`, initialize({ elicitation: {} }), { accept: 'application/json' });
    const own = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '', accept: 'application/json' };
    const { json } = await postAs(`${server.url}/mcp`, call(1, 'Users_markBanned', { user_id: 'user_1' }), own);
    expect(JSON.stringify(json.result)).toMatch(/isError/);
  });

  it('a stream alone is answered as a stream, and neither is refused', async () => {
    const stream = await postAs(`${server.url}/mcp`, call(1, COUNT), { ...session, accept: 'text/event-stream' });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    for (const accept of ['text/html', 'application/json;q=0']) {
      expect((await postAs(`${server.url}/mcp`, call(1, COUNT), { ...session, accept })).status).toBe(406);
    }
    expect((await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'application/json' } })).status).toBe(406);
  });

  it.each(['text/html', 'application/json', ''])('a notification is taken with the Accept %j', async (accept) => {
    const message = { jsonrpc: '2.0', method: 'notifications/initialized' };
    expect((await postAs(`${server.url}/mcp`, message, { ...session, accept })).status).toBe(202);
  });

  it('/mcp/ is /mcp, in both protocols', async () => {
    const { body, headers } = modern('tools/call', { name: COUNT, arguments: {} });
    expect((await post(`${server.url}/mcp/`, body, headers)).json).toMatchObject({ result: expect.anything() });
    expect((await post(`${server.url}/mcp/`, call(1, COUNT), session)).json).toMatchObject({ result: expect.anything() });
    expect((await post(`${server.url}/mcp/x`, body, headers)).status).toBe(404);
  });

  it.each(['2026-07-28', '2024-11-05', '1999-01-01', 'x'])(
    'initialize does not look at MCP-Protocol-Version: %s',
    async (version) => {
      const opened = await post(`${server.url}/mcp`, initialize(), { 'mcp-protocol-version': version });
      expect(opened).toMatchObject({ status: 200, json: { result: { protocolVersion: '2025-11-25' } } });
    },
  );

  it('wrong parameters are -32602 and say what is wrong', async () => {
    const list = { jsonrpc: '2.0', id: 5, method: 'tools/list', params: { cursor: null } };
    const inSession = await post(`${server.url}/mcp`, list, session);
    expect(inSession.json).toMatchObject({ id: 5, error: { code: -32_602, message: expect.stringContaining('cursor') } });
    const current = modern('tools/list', { cursor: null });
    expect((await post(`${server.url}/mcp`, current.body, current.headers)).json).toMatchObject({ error: { code: -32_602 } });
    for (const params of [{}, { protocolVersion: 1 }, { ...(initialize().params as object), capabilities: [] }]) {
      const { json } = await post(`${server.url}/mcp`, { ...initialize(), id: 6, params });
      expect(json).toMatchObject({ id: 6, error: { code: -32_602, message: expect.stringContaining('initialize') } });
    }
  });

  it('a stream that is left is no error', async () => {
    const listening = new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } }));
    const { stream } = await openSse(server.url);
    const { body, headers } = modern('subscriptions/listen', { notifications: {} });
    for (const open of [listening, stream, new EventStream(await fetch(`${server.url}/sse`))]) await open.cancel();
    await post(`${server.url}/mcp`, body, headers);
    await expect
      .poll(async () =>
        (await fetch(`${server.url}/metrics`)).text().then((text) => /^clerk_mcp_sessions (\d+)$/m.exec(text)?.[1]),
      )
      .not.toBe('0');
    await server.stop();
    await server.ended;
    expect(server.log.filter(({ level }) => Number(level) >= 40 || level === 'error' || level === 'warn')).toEqual([]);
  });
});

describe('sessions that clients leave behind', () => {
  afterEach(stopAll);

  it('make room for the next, those in use stay', async () => {
    const server = await startHttp({ args: ['--sandbox', '--max-sessions-per-caller', '3'] });
    const listening = await openSession(server.url);
    const stream = await fetch(`${server.url}/mcp`, { headers: { ...listening, accept: 'text/event-stream' } });
    const first = await openSession(server.url);
    const second = await openSession(server.url);
    await post(`${server.url}/mcp`, call(1, COUNT), first);
    const third = await openSession(server.url);
    const statuses = [];
    for (const session of [listening, first, second, third]) {
      statuses.push((await post(`${server.url}/mcp`, call(2, COUNT), session)).status);
    }
    expect(statuses).toEqual([200, 200, 404, 200]);
    await stream.body?.cancel();
  });

  it('where all are in use, the refusal does not say when to come back', async () => {
    const server = await startHttp({ args: ['--sandbox', '--max-sessions-per-caller', '1'] });
    const { stream } = await openSse(server.url);
    const refused = await post(`${server.url}/mcp`, initialize());
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    await stream.cancel();
  });
});

describe('bad tokens from an address', () => {
  afterEach(stopAll);

  it('do not lock out a good one that was never seen', async () => {
    const tokens = new OperatorTokens();
    const good = await tokens.add('ada', 'viewer');
    const server = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path] });
    const statuses = [];
    for (let i = 0; i < 24; i++) statuses.push((await post(`${server.url}/mcp`, initialize(), bearer(`bad-${i}`))).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
    expect(statuses.slice(20)).toEqual([429, 429, 429, 429]);
    expect((await post(`${server.url}/mcp`, initialize(), bearer(good))).status).toBe(200);
  });
});

describe('an issuer’s tokens', () => {
  let issuer: TestIssuer;
  let server: HttpProgram;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
    const args = ['--sandbox', '--auth', 'oauth', '--issuer', issuer.url, '--audience', `${AUDIENCE}/`];
    server = await startHttp({ args });
  });
  afterAll(async () => {
    await stopAll();
    await issuer.stop();
  });
  const show = async (claims: object) => post(`${server.url}/mcp`, initialize(), bearer(await issuer.token(claims)));

  it('count whether the audience was given with a slash at its end or not', async () => {
    for (const aud of [AUDIENCE, `${AUDIENCE}/`]) expect((await show({ aud })).status).toBe(200);
    expect((await show({ aud: `${AUDIENCE}//` })).status).toBe(401);
    const challenged = await post(`${server.url}/mcp`, initialize());
    const address = /resource_metadata="https:\/\/mcp\.example\.com([^"]+)"/.exec(
      challenged.headers.get('www-authenticate') ?? '',
    )?.[1];
    const metadata = await fetch(`${server.url}${address}`);
    expect(await metadata.json()).toMatchObject({ resource: AUDIENCE });
  });

  it('name their holders in any letters, and never by the client', async () => {
    for (const sub of ['Ada Lovelace', '李明']) expect((await show({ sub })).status).toBe(200);
    for (const [claims, reason] of [
      [{ sub: 'a\u0000b' }, 'claim sub'],
      [{ sub: undefined }, 'claim sub'],
      [{ cnf: { jkt: 'x' } }, 'cnf'],
    ] as const) {
      const { status, text } = await show(claims);
      expect([status, text]).toEqual([401, expect.stringContaining(reason)]);
    }
  });
  it('of a subject that was good before pass where many bad ones came from the same address', async () => {
    const sub = 'seen before';
    expect((await show({ sub })).status).toBe(200);
    const bad = async (nth: number) => (await post(`${server.url}/mcp`, initialize(), bearer(`bad-${nth}`))).status;
    for (let nth = 0; nth < 30; nth++) await bad(nth);
    expect(await bad(30)).toBe(429);
    expect((await show({ sub, jti: 'a new one' })).status).toBe(200);
  });
});
