import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from '../mcp/http/raw.js';
import { connectHttp } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { json, MisbehavingServer, silent } from '../support/misbehaving-server.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import {
  bearer,
  call,
  EventStream,
  initialize,
  modern,
  modernCall,
  openSession,
  openSse,
  post,
  readAnswer,
  send,
  subscribe,
} from '../support/raw-http.js';

afterAll(stopAll);

const COUNT = 'Users_getTotalCount';

const expectBusy = ({ status, headers }: { status: number; headers: Headers }, expected: number): void => {
  expect(status).toBe(expected);
  expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
};

describe('a body', () => {
  let server: HttpProgram;
  const MAX = 4096;
  beforeAll(async () => {
    server = await startHttp({ args: ['--sandbox', '--max-body', String(MAX)] });
  });

  /** A call whose body has exactly so many bytes. */
  const sized = (bytes: number): { text: string; headers: Record<string, string> } => {
    const { body, headers } = modern('tools/call', { name: COUNT, arguments: {} });
    const text = JSON.stringify(body);
    return { text: text + ' '.repeat(bytes - text.length), headers };
  };

  it('is taken up to the limit and not a byte further', async () => {
    for (const [bytes, status] of [
      [MAX, 200],
      [MAX + 1, 413],
    ] as const) {
      const { text, headers } = sized(bytes);
      expect((await post(`${server.url}/mcp`, text, headers)).status).toBe(status);
    }
  });

  it('is cut off at the limit when it does not say how long it is, and when it never ends', async () => {
    const client = await RawClient.connect(server.port);
    client.send('POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    client.send(`1000\r\n${' '.repeat(0x1000)}\r\n10\r\n${' '.repeat(16)}\r\n`);
    await expect.poll(() => client.statuses[0]).toBe(413);
    client.end();
  });

  it('that is no JSON, is compressed or is of another kind is refused', async () => {
    const url = `${server.url}/mcp`;
    expect((await post(url, '{"jsonrpc":')).status).toBe(400);
    expect((await post(url, initialize(), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(url, initialize(), { 'content-encoding': 'gzip' })).status).toBe(415);
    for (const odd of ['null', '1', '"x"', '[]', '[[]]', '{}', `${'['.repeat(2000)}${']'.repeat(2000)}`]) {
      expect((await post(url, odd)).status).toBe(400);
    }
    const deep = `{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":${'['.repeat(1000)}${']'.repeat(1000)}}}`;
    const { status, json } = await post(url, deep);
    expect([status, json]).toMatchObject([400, { id: 7, error: { code: -32600, message: expect.stringContaining('deeper') } }]);
    expect((await modernCall(server.url, COUNT, {})).status).toBe(200);
  });
});

describe('a slow sender', () => {
  let server: HttpProgram;
  beforeAll(async () => {
    server = await startHttp({ args: ['--sandbox', '--headers-timeout', '500', '--request-timeout', '1000'] });
  });

  it.each([
    ['of headers', 'POST /mcp HTTP/1.1\r\nHost: localhost\r\n'],
    ['of nothing', ''],
    ['of a body', 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'],
  ])('%s is cut off', async (_, bytes) => {
    const client = await RawClient.connect(server.port);
    client.send(bytes);
    await client.closed();
    expect(client.statuses.filter((status) => status !== 408)).toEqual([]);
  });
});

describe('200 clients that connect and say nothing', () => {
  it('keep nobody else from working', async () => {
    const server = await startHttp();
    const silentOnes = await Promise.all(Array.from({ length: 200 }, () => RawClient.connect(server.port)));
    const client = await connectHttp('v1', server.url);
    for (let i = 0; i < 20; i++) expect((await client.call(COUNT)).isError).toBe(false);
    await client.close();
    expect(silentOnes.filter((one) => one.isClosed)).toEqual([]);
    for (const one of silentOnes) one.end();
  });
});

describe('sessions', () => {
  const tokens = new OperatorTokens();
  let ada: string;
  let bob: string;
  beforeAll(async () => {
    [ada, bob] = [await tokens.add('ada', 'admin'), await tokens.add('bob', 'admin')];
  });
  const start = (...limits: string[]): Promise<HttpProgram> =>
    startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens.path, ...limits] });

  it('of one caller are so many and no more, whichever transport they came by', async () => {
    const server = await start('--max-sessions-per-caller', '3');
    const first = await openSession(server.url, bearer(ada));
    const listening = await fetch(`${server.url}/mcp`, { headers: { ...first, accept: 'text/event-stream' } });
    const { stream } = await openSse(server.url, bearer(ada));
    const subscription = await subscribe(server.url, bearer(ada));
    const full = ({ status }: { status: number }): void => expect(status).toBe(429);
    full(await post(`${server.url}/mcp`, initialize(), bearer(ada)));
    full(await readAnswer(await fetch(`${server.url}/sse`, { headers: bearer(ada) })));
    const another = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    full(await post(`${server.url}/mcp`, another.body, { ...another.headers, ...bearer(ada) }));
    await listening.body?.cancel();
    await openSession(server.url, bearer(bob));
    expect((await fetch(`${server.url}/mcp`, { method: 'DELETE', headers: first })).status).toBe(200);
    await openSession(server.url, bearer(ada));
    for (const open of [stream, subscription]) {
      await open.cancel();
      await expect.poll(async () => (await post(`${server.url}/mcp`, initialize(), bearer(ada))).status).toBe(200);
    }
  });

  it('of all callers are so many and no more', async () => {
    const server = await start('--max-sessions', '2');
    for (let i = 0; i < 2; i++) await openSession(server.url, bearer(bob));
    expectBusy(await post(`${server.url}/mcp`, initialize(), bearer(ada)), 503);
    expect((await modernCall(server.url, COUNT, {}, bearer(ada))).status).toBe(200);
  });

  it('are not taken up by a subscription to what the server has nothing of: it ends at once', async () => {
    const server = await start('--max-sessions-per-caller', '1');
    const { body, headers } = modern('subscriptions/listen', { notifications: { promptsListChanged: true } });
    expect((await post(`${server.url}/mcp`, body, { ...headers, ...bearer(bob) })).json).toMatchObject({
      result: { resultType: 'complete' },
    });
    const own = await openSession(server.url, bearer(bob));
    const stream = await fetch(`${server.url}/mcp`, { headers: { ...own, accept: 'text/event-stream' } });
    expect((await post(`${server.url}/mcp`, body, { ...headers, ...bearer(bob) })).status).toBe(429);
    await stream.body?.cancel();
  });

  it('that nobody uses expire; an open stream is use', async () => {
    const server = await start('--session-idle', '300');
    const [idle, used] = [await openSession(server.url, bearer(ada)), await openSession(server.url, bearer(ada))];
    const stream = new EventStream(await fetch(`${server.url}/mcp`, { headers: { ...used, accept: 'text/event-stream' } }));
    await expect
      .poll(async () =>
        (await fetch(`${server.url}/metrics`)).text().then((text) => /^clerk_mcp_sessions (\d+)$/m.exec(text)?.[1]),
      )
      .toBe('1');
    expect((await post(`${server.url}/mcp`, call(1, COUNT), idle)).status).toBe(404);
    expect((await post(`${server.url}/mcp`, call(1, COUNT), used)).status).toBe(200);
    await stream.cancel();
  });

  it('that fail to begin take no place', async () => {
    const server = await start('--max-sessions-per-caller', '1');
    for (let i = 0; i < 3; i++) {
      const broken = { ...initialize(), params: {} };
      expect((await post(`${server.url}/mcp`, broken, bearer(ada))).headers.get('mcp-session-id')).toBeNull();
      expect((await post(`${server.url}/mcp`, initialize(), { ...bearer(ada), accept: 'text/html' })).status).toBe(406);
    }
    await openSession(server.url, bearer(ada));
  });
});

describe('calls', () => {
  const tokens = new OperatorTokens();
  let ada: string;
  let bob: string;
  let upstream: MisbehavingServer;
  beforeAll(async () => {
    [ada, bob] = [await tokens.add('ada', 'admin'), await tokens.add('bob', 'admin')];
  });
  afterEach(() => upstream.stop());

  const start = async (
    limits: readonly string[],
    behaviour: Parameters<typeof MisbehavingServer.start>[0],
  ): Promise<HttpProgram> => {
    upstream = await MisbehavingServer.start(behaviour);
    return startHttp({
      args: ['--auth', 'token', '--tokens', tokens.path, ...limits],
      env: { CLERK_SECRET_KEY: 'sk_test_limits', CLERK_API_URL: `${upstream.origin}/v1` },
    });
  };

  /** A call of Ada's whose connection breaks when the signal aborts. */
  const countUntil = (signal: AbortSignal, server: HttpProgram): Promise<Response> => {
    const { body, headers } = modern('tools/call', { name: COUNT, arguments: {} });
    return send(`${server.url}/mcp`, body, { ...headers, ...bearer(ada) }, signal);
  };

  it('in flight of one caller are so many and no more, and end with their cancellation', async () => {
    const server = await start(['--max-in-flight-per-caller', '2'], silent);
    const session = await openSession(server.url, bearer(ada));
    const first = post(`${server.url}/mcp`, call(1, COUNT), session);
    const gone = new AbortController();
    const second = countUntil(gone.signal, server);
    await upstream.hasArrived(2);
    expectBusy(await post(`${server.url}/mcp`, call(3, COUNT), session), 429);
    expectBusy(await modernCall(server.url, COUNT, {}, bearer(ada)), 429);
    // Only calls are counted: everything else goes on.
    expect((await post(`${server.url}/mcp`, { jsonrpc: '2.0', id: 4, method: 'tools/list' }, session)).status).toBe(200);
    upstream.plan = [json({ object: 'total_count', total_count: 0 })];
    expect((await modernCall(server.url, COUNT, {}, bearer(bob))).status).toBe(200);
    gone.abort();
    await expect(second).rejects.toThrow();
    await post(`${server.url}/mcp`, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, session);
    expect((await first).json).toMatchObject({ id: 1, error: { message: 'The request was cancelled.' } });
    await upstream.allClosed();
    await expect.poll(async () => (await modernCall(server.url, COUNT, {}, bearer(ada))).status).toBe(200);
  });

  it('in flight of one caller are counted over HTTP+SSE too', async () => {
    const server = await start(['--max-in-flight-per-caller', '1'], silent);
    const { stream, messages, headers } = await openSse(server.url, bearer(ada));
    expect((await post(messages, call(1, COUNT), headers)).status).toBe(202);
    await upstream.hasArrived(1);
    expectBusy(await post(messages, call(2, COUNT), headers), 429);
    await post(messages, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, headers);
    await upstream.allClosed();
    upstream.plan = [json({ object: 'total_count', total_count: 0 })];
    await expect.poll(async () => (await post(messages, call(3, COUNT), headers)).status).toBe(202);
    await stream.until(/"id":3/);
    await stream.cancel();
  });

  it('in flight of all callers are so many and no more', async () => {
    const server = await start(['--max-in-flight', '1'], silent);
    const gone = new AbortController();
    const first = countUntil(gone.signal, server);
    await upstream.hasArrived(1);
    expectBusy(await modernCall(server.url, COUNT, {}, bearer(bob)), 503);
    gone.abort();
    await expect(first).rejects.toThrow();
  });

  it('of one caller within a minute are so many and no more', async () => {
    const server = await start(['--max-calls-per-minute', '3'], json({ object: 'total_count', total_count: 0 }));
    const session = await openSession(server.url, bearer(ada));
    for (let id = 1; id <= 2; id++) expect((await post(`${server.url}/mcp`, call(id, COUNT), session)).status).toBe(200);
    expect((await modernCall(server.url, COUNT, {}, bearer(ada))).status).toBe(200);
    expectBusy(await post(`${server.url}/mcp`, call(4, COUNT), session), 429);
    expectBusy(await modernCall(server.url, COUNT, {}, bearer(ada)), 429);
    expect((await modernCall(server.url, COUNT, {}, bearer(bob))).status).toBe(200);
    expect(upstream.arrived).toHaveLength(4);
  });

  it('in one batch are counted one by one', async () => {
    const server = await start(['--max-in-flight-per-caller', '2'], json({ object: 'total_count', total_count: 0 }));
    const session = await openSession(server.url, bearer(ada));
    expect((await post(`${server.url}/mcp`, [call(1, COUNT), call(2, COUNT)], session)).status).toBe(200);
    expectBusy(await post(`${server.url}/mcp`, [call(3, COUNT), call(4, COUNT), call(5, COUNT)], session), 429);
    expect(upstream.arrived).toHaveLength(2);
    expect((await post(`${server.url}/mcp`, [call(6, COUNT), call(6, COUNT)], session)).status).toBe(400);
    expect((await post(`${server.url}/mcp`, call(6, COUNT), session)).status).toBe(200);
  });

  it('stay below the limit of Clerk, shared by all callers, and nobody is kept waiting beyond the time of a call', async () => {
    const server = await start(
      ['--timeout', '1500', '--max-in-flight-per-caller', '120'],
      json({ object: 'total_count', total_count: 0 }),
    );
    const answers = await Promise.all(
      Array.from({ length: 110 }, (_, i) => modernCall(server.url, COUNT, {}, bearer(i % 2 ? ada : bob))),
    );
    // Nine tenths of what a development instance takes within ten seconds.
    expect(upstream.arrived).toHaveLength(90);
    const refused = answers.filter(({ text }) => text.includes('\\"error\\":\\"busy\\"'));
    expect(refused).toHaveLength(20);
    for (const { text } of refused) expect(text).toContain('was not sent');
  });
});
