import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClerkClientOptions } from '../../src/clerk/clerk-client.js';
import { ClerkAnswerError, ClerkApiError, ClerkConnectionError, ClerkTimeoutError } from '../../src/clerk/errors.js';
import { freePort } from '../support/free-port.js';
import {
  answer,
  type Behaviour,
  clerkError,
  cutBody,
  cutChunks,
  endlessBody,
  gzipGarbage,
  gzipped,
  html,
  json,
  jsonThenClose,
  MisbehavingServer,
  noHttp,
  resetAfterRequest,
  resetEarly,
  silent,
  slowBody,
  truncatedJson,
} from '../support/misbehaving-server.js';
import { catalog, failureOf, KEY, newClient, RecordingClock } from './support.js';

const read = catalog.get('Users_getUserDetails');
const create = catalog.get('Users_createNewUser');
const update = catalog.get('Users_updateUserAttributes');
const remove = catalog.get('Users_deleteUserById');
const put = catalog.operations.find(
  (operation) => operation.method === 'PUT' && operation.spec.image === undefined && operation.resendable,
);
const ID = { user_id: 'user_1' };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function against(plan: Behaviour[], options: Partial<ClerkClientOptions> = {}) {
  const server = await MisbehavingServer.start(...plan);
  const clock = new RecordingClock();
  const client = newClient(`${server.origin}/v1`, { clock, ...options });
  ends.push(
    () => server.stop(),
    () => client.close(),
  );
  return { server, client, clock };
}

describe('a POST or PATCH whose answer is lost', () => {
  const losses: [string, Behaviour, string][] = [
    ['reset after it was read', resetAfterRequest, 'answer_lost'],
    ['reset before it was read', resetEarly, 'answer_lost'],
    ['cut in the body', cutBody, 'answer_lost'],
    ['cut between chunks', cutChunks, 'answer_lost'],
    ['not HTTP', noHttp, 'answer_malformed_http'],
    ['truncated JSON', truncatedJson, 'answer_not_json'],
    ['HTML 502', html(502), 'http_502'],
    ['HTML 503', html(503), 'http_503'],
    ['HTML 504', html(504), 'http_504'],
    ['HTML 200', html(200), 'answer_not_json'],
    ["500 with Clerk's envelope", clerkError(500, 'internal_clerk_error'), 'internal_clerk_error'],
    ['never answered', silent, 'timeout'],
    ['stuck in the body', slowBody, 'timeout'],
    ['endless', endlessBody(), 'answer_too_large'],
    ['garbage said to be gzip', gzipGarbage, 'answer_encoded'],
    ['redirected', answer(307, '', { location: 'http://127.0.0.1:1/v1/users' }), 'answer_redirected'],
  ];

  for (const operation of [create, update]) {
    it.each(losses)(`${operation.method} %s is never sent twice, and the error says so`, async (_, behaviour, code) => {
      // Only what is stuck is ended by the limit; for the rest it is out of reach.
      const stuck = code === 'timeout';
      const { server, client, clock } = await against([behaviour, json({ id: 'second' })], { timeoutMs: stuck ? 1_000 : 20_000 });
      const error = await failureOf(client.send(operation, { ...ID, first_name: 'A' }));
      expect(server.begun, 'connections that carried bytes').toBe(1);
      expect(server.arrived.length).toBe(behaviour === resetEarly ? 0 : 1);
      expect(clock.waits).toEqual([]);
      expect(error).toMatchObject({ code, mayHaveHappened: true, attempts: 1 });
      const check = operation === create ? 'Users_listSortedByCreationDate' : 'Users_getUserDetails';
      expect(error.toModel()).toMatchObject({ error: code, may_have_happened: true });
      expect(error.checkWith).toBe(operation.spec.target?.read ?? check);
      expect(error.hint).toContain(`check with ${error.checkWith}`);
    });
  }

  it('on a kept-alive connection is not sent again either', async () => {
    const { server, client } = await against([json({ id: 'a' }), resetAfterRequest, json({ id: 'c' })], { connections: 1 });
    await client.send(create, {});
    const error = await failureOf(client.send(create, {}));
    expect(error).toMatchObject({ code: 'answer_lost', mayHaveHappened: true });
    expect([server.arrived.length, server.connections]).toEqual([2, 1]);
  });
});

describe('what may be sent again', () => {
  const repeatable: [string, Behaviour, string][] = [
    ['reset after it was read', resetAfterRequest, 'answer_lost'],
    ['reset before it was read', resetEarly, 'answer_lost'],
    ['cut in the body', cutBody, 'answer_lost'],
    ['cut between chunks', cutChunks, 'answer_lost'],
    ['HTML 502', html(502), 'http_502'],
    ['503', clerkError(503, 'maintenance_mode'), 'http_503'],
    ['504', html(504), 'http_504'],
  ];

  it.each(repeatable)('a GET after %s', async (_, behaviour, reason) => {
    const { client } = await against([behaviour, json({ id: 'user_1' })]);
    const retries: unknown[] = [];
    const answered = await client.send(read, ID, { onRetry: (info) => retries.push(info) });
    expect(answered).toEqual({ status: 200, kind: 'json', value: { id: 'user_1' }, raw: '{"id":"user_1"}', attempts: 2 });
    expect(retries).toEqual([{ attempt: 1, waitMs: 125, reason }]);
  });

  it('a PUT that ends the same, which then says that it may be the second time', async () => {
    if (put === undefined) throw new Error('no PUT to try');
    const { server, client } = await against([resetAfterRequest, json({ ok: true })]);
    const args = Object.fromEntries([...put.places].filter(([, place]) => place === 'path').map(([name]) => [name, 'email']));
    expect(await client.send(put, args)).toMatchObject({ attempts: 2, repeated: true });
    expect(server.arrived.map((request) => request.method)).toEqual(['PUT', 'PUT']);
  });

  it('a DELETE, whose 404 at the second time is told as what it may be', async () => {
    const { server, client } = await against([resetAfterRequest, clerkError(404, 'resource_not_found')]);
    const error = await failureOf(client.send(remove, ID));
    expect(server.arrived.map((request) => request.method)).toEqual(['DELETE', 'DELETE']);
    expect(error).toMatchObject({ status: 404, repeated: true, mayHaveHappened: true });
    expect(error.hint).toMatch(/earlier attempt/);
  });

  it('at most three times, with growing backoff', async () => {
    const { server, client, clock } = await against([html(502)]);
    const error = await failureOf(client.send(read, ID));
    expect(error).toMatchObject({ code: 'http_502', status: 502, attempts: 4, mayHaveHappened: false });
    expect(server.arrived).toHaveLength(4);
    expect(clock.waits).toEqual([125, 250, 500]);
  });

  it('not when its JSON is truncated, since Clerk has answered', async () => {
    const { server, client } = await against([truncatedJson]);
    const error = await failureOf(client.send(read, ID));
    expect(error).toBeInstanceOf(ClerkAnswerError);
    expect(error).toMatchObject({ code: 'answer_not_json', status: 200, mayHaveHappened: false });
    expect(server.arrived).toHaveLength(1);
  });

  it("not after Clerk's own 500", async () => {
    const { server, client } = await against([clerkError(500, 'internal_clerk_error')]);
    const error = await failureOf(client.send(read, ID));
    expect(error.toModel()).toMatchObject({ error: 'internal_clerk_error', status: 500, trace_id: 'trace_1' });
    expect(error.mayHaveHappened).toBe(false);
    expect(server.arrived).toHaveLength(1);
  });
});

describe('429', () => {
  it.each([
    ['seconds', { 'retry-after': '7' }, 7125],
    ['a date', { 'retry-after': 'Tue, 01 Sep 2026 10:00:09 GMT' }, 9125],
    ['a date that is past', { 'retry-after': 'Tue, 01 Sep 2026 09:00:00 GMT' }, 125],
    ['nothing', {}, 125],
    ['nonsense', { 'retry-after': 'soon' }, 125],
  ])('with %s is waited for and sent again, a POST too', async (_, headers, waited) => {
    const { server, client, clock } = await against([clerkError(429, 'rate_limit', headers), json({ id: 'user_1' })]);
    const answered = await client.send(create, {});
    expect(answered).toEqual({ status: 200, kind: 'json', value: { id: 'user_1' }, raw: '{"id":"user_1"}', attempts: 2 });
    expect(clock.waits).toEqual([waited]);
    expect(server.arrived).toHaveLength(2);
  });

  it('whose wait outlasts the call is told at once, with when', async () => {
    const { server, client, clock } = await against([clerkError(429, 'rate_limit', { 'retry-after': '3600' })]);
    const error = await failureOf(client.send(create, {}));
    expect(error.toModel()).toEqual({
      error: 'rate_limit',
      status: 429,
      message: 'said rate_limit',
      long_message: 'said rate_limit at length',
      trace_id: 'trace_1',
      retry_after_seconds: 3600,
      hint: expect.stringContaining('3600 s'),
    });
    expect(clock.waits).toEqual([]);
    expect(server.arrived).toHaveLength(1);
  });

  it('four times in a row is the answer', async () => {
    const { server, client } = await against([clerkError(429, 'rate_limit')]);
    expect(await failureOf(client.send(create, {}))).toMatchObject({ status: 429, attempts: 4, mayHaveHappened: false });
    expect(server.arrived).toHaveLength(4);
  });
});

describe('no connection', () => {
  it('refused: any method tries again, and nothing can have happened', async () => {
    const clock = new RecordingClock();
    const client = newClient(`http://127.0.0.1:${await freePort()}`, { clock });
    ends.push(() => client.close());
    const error = await failureOf(client.send(create, {}));
    expect(error).toBeInstanceOf(ClerkConnectionError);
    expect(error).toMatchObject({ code: 'not_connected', reason: 'ECONNREFUSED', attempts: 4, mayHaveHappened: false });
    expect(clock.waits).toHaveLength(3);
    expect(error.toModel()).not.toHaveProperty('may_have_happened');
  });

  it('refused first and open at the second try: a POST arrives once', async () => {
    const port = await freePort();
    const recorder = createServer();
    let arrivals = 0;
    recorder.on('connection', (socket) =>
      socket.on('data', () => {
        arrivals++;
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      }),
    );
    const clock = new RecordingClock();
    clock.sleep = () => new Promise<void>((resolve) => recorder.listen(port, '127.0.0.1', resolve));
    const client = newClient(`http://127.0.0.1:${port}`, { clock });
    ends.push(
      () => new Promise((resolve) => recorder.close(() => resolve())),
      () => client.close(),
    );
    expect(await client.send(create, {})).toEqual({ status: 200, kind: 'json', value: {}, raw: '{}', attempts: 2 });
    expect(arrivals).toBe(1);
  });

  it('within the connect limit: a TLS handshake that never comes counts as none', async () => {
    const server = await MisbehavingServer.start(silent);
    const client = newClient(`https://127.0.0.1:${server.port}`, { connectTimeoutMs: 100, maxAttempts: 2 });
    ends.push(
      () => server.stop(),
      () => client.close(),
    );
    const error = await failureOf(client.send(create, {}));
    expect(error).toMatchObject({
      code: 'not_connected',
      reason: 'UND_ERR_CONNECT_TIMEOUT',
      attempts: 2,
      mayHaveHappened: false,
    });
    expect(server.arrived).toHaveLength(0);
  });
});

describe('the time limit', () => {
  it.each([
    ['slow headers', silent],
    ['a slow body', slowBody],
  ])('ends a call with %s', async (_, behaviour) => {
    const { server, client } = await against([behaviour], { timeoutMs: 1_000 });
    const error = await failureOf(client.send(read, ID));
    expect(error).toBeInstanceOf(ClerkTimeoutError);
    expect(error.toModel()).toMatchObject({ error: 'timeout' });
    expect(error.mayHaveHappened).toBe(false);
    await server.allClosed();
    expect(server.arrived).toHaveLength(1);
  });

  it('can be set for one call', async () => {
    const { client } = await against([silent]);
    expect(await failureOf(client.send(read, ID, { timeoutMs: 50 }))).toBeInstanceOf(ClerkTimeoutError);
  });

  it('covers the wait between two attempts', async () => {
    const { server, client } = await against([html(502)], {
      timeoutMs: 100,
      clock: {
        now: Date.now,
        random: () => 0,
        sleep: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      },
    });
    expect(await failureOf(client.send(remove, ID))).toMatchObject({ code: 'timeout', mayHaveHappened: true, attempts: 1 });
    expect(server.arrived).toHaveLength(1);
  });
});

describe('cancelling', () => {
  it('ends the HTTP request at once and says what may have happened', async () => {
    const { server, client } = await against([silent]);
    const caller = new AbortController();
    const call = failureOf(client.send(create, {}, { signal: caller.signal }));
    await server.hasArrived(1);
    caller.abort(new Error(`because of ${KEY}`));
    const model = (await call).toModel();
    expect(model).toMatchObject({ error: 'cancelled', may_have_happened: true });
    expect(model.hint).toMatch(/may have been carried out/);
    expect(model.hint).not.toMatch(/nothing/i);
    await server.allClosed();
    expect(server.arrived).toHaveLength(1);
  });

  it('before the start sends nothing', async () => {
    const { server, client } = await against([json({})]);
    const error = await failureOf(client.send(create, {}, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'cancelled', mayHaveHappened: false, attempts: 0, hint: 'Nothing was changed.' });
    expect(server.connections).toBe(0);
  });

  it('in the queue behind another call leaves nothing to be sent later', async () => {
    const { server, client } = await against([silent, json({})], { connections: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const stuck = failureOf(client.send(read, ID, { signal: first.signal }));
    await server.hasArrived(1);
    const queued = failureOf(client.send(create, {}, { signal: second.signal }));
    // One turn of the loop, so that it stands in undici's queue.
    await new Promise((resolve) => setImmediate(resolve));
    second.abort();
    expect(await queued).toMatchObject({ code: 'cancelled', mayHaveHappened: false });
    first.abort();
    await stuck;
    await client.send(remove, ID);
    expect(server.arrived.map((request) => request.method)).toEqual(['GET', 'DELETE']);
  });

  it('by closing the client ends every call, and later ones send nothing', async () => {
    const { server, client } = await against([silent]);
    const calls = [failureOf(client.send(read, ID)), failureOf(client.send(create, {}))];
    await server.hasArrived(2);
    await client.close();
    expect((await Promise.all(calls)).map((error) => [error.code, error.mayHaveHappened])).toEqual([
      ['cancelled', false],
      ['cancelled', true],
    ]);
    expect(await failureOf(client.send(read, ID))).toMatchObject({ code: 'cancelled', attempts: 0 });
    expect(server.arrived).toHaveLength(2);
  });
});

describe('answers that cannot be used', () => {
  it.each([
    ['an endless body', endlessBody(), 'answer_too_large'],
    ['an endless error body', endlessBody(422), 'answer_too_large'],
    ['a body that says it is too long', answer(200, ' '.repeat(2000)), 'answer_too_large'],
    ['gzip', gzipped, 'answer_encoded'],
    ['garbage said to be gzip', gzipGarbage, 'answer_encoded'],
    ['HTML', html(200), 'answer_not_json'],
    ['no body where one is due', answer(200, ''), 'answer_not_json'],
    ['bytes that are no UTF-8', answer(200, Buffer.from([0x22, 0xff, 0x22])), 'answer_not_json'],
    ['deep nesting cut off', answer(200, '['.repeat(150)), 'answer_not_json'],
    ['deeper nesting than is read', answer(200, '['.repeat(900)), 'answer_too_large'],
    ['no HTTP', noHttp, 'answer_malformed_http'],
    ['a redirect', answer(302, '', { location: 'https://evil.example/' }), 'answer_redirected'],
    ['304', answer(304, ''), 'answer_unexpected_status'],
  ])('%s', async (_, behaviour, code) => {
    const { server, client } = await against([behaviour], { maxBodyBytes: 1000 });
    const error = await failureOf(client.send(read, ID));
    expect(error).toBeInstanceOf(ClerkAnswerError);
    expect(error.toModel()).toMatchObject({ error: code, message: expect.any(String), hint: expect.any(String) });
    expect(server.arrived).toHaveLength(1);
  });

  it('an endless body has its connection ended', async () => {
    const { server, client } = await against([endlessBody()], { maxBodyBytes: 100_000 });
    await failureOf(client.send(read, ID));
    await server.allClosed();
  });

  it('a redirect leads nowhere', async () => {
    const elsewhere = await MisbehavingServer.start(json({}));
    ends.push(() => elsewhere.stop());
    for (const status of [301, 302, 303, 307, 308]) {
      const { client } = await against([answer(status, '', { location: `${elsewhere.origin}/v1/users/user_1` })]);
      expect(await failureOf(client.send(read, ID))).toMatchObject({ code: 'answer_redirected', status });
    }
    expect(elsewhere.connections).toBe(0);
  });

  it("a 4xx that is not Clerk's keeps its status", async () => {
    const { client } = await against([html(403)]);
    const error = await failureOf(client.send(create, {}));
    expect(error).toBeInstanceOf(ClerkApiError);
    expect(error).toMatchObject({ status: 403, code: 'http_403', mayHaveHappened: false });
  });
});

describe('keep-alive', () => {
  it('uses one connection for calls in a row', async () => {
    const { server, client } = await against([json({})], { connections: 1 });
    for (let call = 0; call < 5; call++) await client.send(read, ID);
    expect([server.arrived.length, server.connections]).toEqual([5, 1]);
  });

  it('makes a new connection when the server closed the old one between calls', async () => {
    const { server, client } = await against([jsonThenClose]);
    for (let call = 0; call < 3; call++) {
      expect(await client.send(create, {})).toMatchObject({ attempts: 1 });
      await server.allClosed();
    }
    expect([server.arrived.length, server.connections]).toEqual([3, 3]);
  });
});

describe('answers', () => {
  it.each([202, 204])('%i without a body is empty', async (status) => {
    const { client } = await against([answer(status, '', { 'x-clerk-trace-id': 'trace_9' })]);
    expect(await client.send(update, ID)).toEqual({ status, kind: 'empty', value: undefined, attempts: 1, traceId: 'trace_9' });
  });

  it('the interstitial is text', async () => {
    const { server, client } = await against([html(200)]);
    const answered = await client.send(catalog.get('Miscellaneous_getInterstitialMarkup'), {});
    expect(answered).toMatchObject({ kind: 'text', value: '<html><body>Bad gateway</body></html>' });
    expect(server.arrived[0]?.headers).not.toMatch(/authorization|sk_test/i);
  });

  it('null, numbers and arrays are JSON as well', async () => {
    const { client } = await against([json(null), json([1, { a: null }])]);
    expect(await client.send(read, ID)).toMatchObject({ kind: 'json', value: null });
    expect(await client.send(read, ID)).toMatchObject({ kind: 'json', value: [1, { a: null }] });
  });
});
