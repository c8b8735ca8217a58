import { describe, expect, it } from 'vitest';
import { Recorder } from '../../src/sandbox/request-log.js';
import { addUser, idsOf, NOON, openSandbox } from './harness.js';

const bare = (url: string, headers: Record<string, string>) => fetch(url, { headers });

describe('authentication', () => {
  it.each([
    ['no key', {}, 'authorization_header_format_invalid'],
    ['another scheme', { authorization: 'Basic abc' }, 'authorization_header_format_invalid'],
    ['a wrong key', { authorization: 'Bearer sk_test_wrong' }, 'clerk_key_invalid'],
  ])('%s answers 401', async (_, headers, code) => {
    const { sandbox } = await openSandbox();
    const response = await bare(`${sandbox.url}/users`, headers as Record<string, string>);
    expect(response.status).toBe(401);
    const body = (await response.json()) as { errors: { code: string }[]; clerk_trace_id: string };
    expect(body.errors.map((error) => error.code)).toEqual([code]);
    expect(body.clerk_trace_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('the key looks like a test key of Clerk', async () => {
    const { sandbox } = await openSandbox();
    expect(sandbox.secretKey).toMatch(/^sk_test_[0-9A-Za-z]{42}$/);
  });

  it('a key of the caller’s own is the one that counts', async () => {
    const client = await openSandbox({ secretKey: 'sk_test_mine' });
    expect((await client.get('/users')).status).toBe(200);
  });
});

describe('the wire', () => {
  it('answers exactly application/json, also for errors', async () => {
    const client = await openSandbox();
    expect((await client.get('/users')).type).toBe('application/json');
    expect((await client.get('/users/user_none')).type).toBe('application/json');
  });

  it('takes paths with and without /v1, and with a slash at the end', async () => {
    const { sandbox } = await openSandbox();
    const headers = { authorization: `Bearer ${sandbox.secretKey}` };
    for (const path of ['/v1/users', '/users', '/users/', '/v1/users/']) {
      expect((await bare(sandbox.origin + path, headers)).status, path).toBe(200);
    }
  });

  it('an address that Clerk does not have answers 404', async () => {
    const client = await openSandbox();
    const answer = await client.get('/nothing/here');
    expect([answer.status, answer.code]).toEqual([404, 'resource_not_found']);
  });

  it('of the Frontend API only the keys are there', async () => {
    const client = await openSandbox();
    for (const path of ['/client', '/environment']) {
      expect((await fetch(client.sandbox.url + path)).status).toBe(401);
      expect((await client.get(path)).status).toBe(404);
    }
    expect((await fetch(`${client.sandbox.origin}/.well-known/jwks.json`)).status).toBe(200);
  });

  it('an encoded slash stays in the id', async () => {
    const client = await openSandbox();
    const answer = await client.get('/users/a%2Fban');
    expect([answer.status, answer.code]).toEqual([404, 'resource_not_found']);
    expect(JSON.stringify(answer.body)).toContain('a/ban');
  });

  it('a badly encoded path answers 400', async () => {
    const client = await openSandbox();
    expect((await client.get('/users/%E0%A4%A')).code).toBe('malformed_request_parameters');
  });

  it('a body that is no JSON answers 400, one of another type 415', async () => {
    const client = await openSandbox();
    const json = { 'content-type': 'application/json' };
    const cut = await client.send('POST', '/users', { headers: json, body: '{"first_name":' });
    expect([cut.status, cut.code]).toEqual([400, 'request_body_invalid']);
    const list = await client.send('POST', '/users', { headers: json, body: '[]' });
    expect([list.status, list.code]).toEqual([400, 'request_body_invalid']);
    const form = await client.send('POST', '/users', { headers: { 'content-type': 'text/plain' }, body: 'a=b' });
    expect([form.status, form.code]).toEqual([415, 'unsupported_content_type']);
  });

  it('says every fault of a body, each with its parameter', async () => {
    const client = await openSandbox();
    const answer = await client.post('/invitations', { notify: 'yes', colour: 'red', public_metadata: null });
    const errors = answer.body.errors as unknown as { code: string; meta: { param_name: string } }[];
    expect(answer.status).toBe(422);
    expect(Object.fromEntries(errors.map((error) => [error.meta.param_name, error.code]))).toEqual({
      email_address: 'form_param_missing',
      notify: 'form_param_type_invalid',
      colour: 'form_param_unknown',
      public_metadata: 'form_param_nil',
    });
  });

  it('lets more properties through where Clerk does', async () => {
    const client = await openSandbox();
    expect((await client.post('/organizations', { name: 'Open', colour: 'red' })).status).toBe(200);
  });

  it.each([
    ['limit=0', 'form_param_value_invalid', 'limit'],
    ['limit=501', 'form_param_value_too_large', 'limit'],
    ['limit=ten', 'form_param_type_invalid', 'limit'],
    ['offset=-1', 'form_param_value_invalid', 'offset'],
    ['order_by=-shoe_size', 'form_param_value_invalid', 'order_by'],
    ['banned=maybe', 'form_param_type_invalid', 'banned'],
  ])('refuses ?%s', async (query, code, param) => {
    const client = await openSandbox();
    const answer = await client.get(`/users?${query}`);
    expect([answer.status, answer.code, answer.param]).toEqual([422, code, param]);
  });

  it('refuses more than 100 values of a filter', async () => {
    const client = await openSandbox();
    const query = Array.from({ length: 101 }, (_, nth) => `user_id=user_${nth}`).join('&');
    expect((await client.get(`/users?${query}`)).code).toBe('form_param_array_size_exceeded');
  });

  it('a bare list becomes a page with paginated=true', async () => {
    const client = await openSandbox();
    const user = await addUser(client, 'ada@example.com');
    expect(idsOf((await client.get('/users')).body)).toEqual([user.id]);
    expect((await client.get('/users?paginated=true')).body).toMatchObject({ total_count: 1, data: [{ id: user.id }] });
  });
});

describe('Clerk-API-Version', () => {
  const withVersion = (version: string) => ({ headers: { 'clerk-api-version': version } });

  it('takes those that exist, in the header or the query', async () => {
    const client = await openSandbox();
    expect((await client.send('GET', '/users', withVersion('2025-04-10'))).status).toBe(200);
    expect((await client.get('/users?__clerk_api_version=2021-02-05')).status).toBe(200);
  });

  it('refuses others, and one given twice', async () => {
    const client = await openSandbox();
    expect((await client.send('GET', '/users', withVersion('2023-01-01'))).status).toBe(400);
    expect((await client.send('GET', '/users?__clerk_api_version=2021-02-05', withVersion('2025-04-10'))).status).toBe(400);
  });

  it('an operation that a version has no longer answers 410', async () => {
    const client = await openSandbox();
    const answer = await client.send('POST', '/sessions/sess_1/verify', withVersion('2026-05-12'));
    expect([answer.status, answer.code]).toEqual([410, 'operation_deprecated']);
  });

  it('earlier versions still take metadata in an update', async () => {
    const client = await openSandbox();
    const user = await addUser(client, 'ada@example.com');
    const body = JSON.stringify({ public_metadata: { plan: 'pro' } });
    const headers = { 'content-type': 'application/json' };
    const path = `/users/${user.id}`;
    const older = await client.send('PATCH', path, { headers: { ...headers, 'clerk-api-version': '2025-11-10' }, body });
    expect(older.body.public_metadata).toEqual({ plan: 'pro' });
    const newer = await client.send('PATCH', path, { headers: { ...headers, 'clerk-api-version': '2026-05-12' }, body });
    expect([newer.code, newer.param]).toEqual(['form_param_unknown', 'public_metadata']);
  });
});

describe('browsers', () => {
  it('a foreign origin is refused, even with the key', async () => {
    const client = await openSandbox();
    expect((await client.send('GET', '/users', { headers: { origin: 'https://evil.example.com' } })).status).toBe(403);
  });
});

describe('/_sandbox', () => {
  it('requests shows what came in, without any secret', async () => {
    const client = await openSandbox();
    await client.post('/users', {
      email_address: ['ada@example.com'],
      password: 'hunter2-hunter2',
      totp_secret: 'JBSWY3DPEHPK3PXP',
    });
    await client.send('POST', '/users', { headers: { 'content-type': 'application/json' }, body: '{"password":"hunter2-' });
    const { body } = await client.get('/_sandbox/requests');
    const shown = JSON.stringify(body);
    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain('JBSWY3DPEHPK3PXP');
    expect(shown).not.toContain(client.sandbox.secretKey);
    expect(body.data).toMatchObject([
      {
        at: NOON,
        method: 'POST',
        path: '/users',
        operation: 'Users_createNewUser',
        status: 200,
        body: { email_address: ['ada@example.com'], password: '***', totp_secret: '***' },
      },
      { status: 400 },
    ]);
  });

  it('masks what is named like a secret wherever it is', async () => {
    const client = await openSandbox();
    await client.post('/nowhere?session_token=abc-in-query', {
      api_key: 'abc-at-top',
      list: [{ signing_key: 'abc-inside' }],
      plain: 'seen',
    });
    const { body } = await client.get('/_sandbox/requests');
    expect(JSON.stringify(body)).not.toContain('abc-');
    expect(body.data).toMatchObject([
      { operation: null, status: 404, body: { api_key: '***', list: [{ signing_key: '***' }], plain: 'seen' } },
    ]);
  });

  it('keeps the last thousand', async () => {
    const recorder = new Recorder(() => NOON);
    for (let nth = 0; nth < 1003; nth++) {
      const request = {
        method: 'GET',
        segments: ['users', `user_${nth}`],
        query: new URLSearchParams(),
        headers: {},
        body: new Uint8Array(),
        traceId: 'trace',
      };
      await recorder.middleware({ request, operation: undefined, params: {} }, async () => ({ status: 200 }));
    }
    expect(recorder.requests).toHaveLength(1000);
    expect(recorder.requests[0]?.path).toBe('/users/user_3');
    expect(recorder.requests.at(-1)?.path).toBe('/users/user_1002');
  });

  it('reset forgets everything and seeds again', async () => {
    const client = await openSandbox({ seed: 'demo' });
    await addUser(client, 'ada@example.com');
    expect((await client.get('/users/count')).body.total_count).toBe(26);
    expect((await client.post('/_sandbox/reset')).status).toBe(200);
    expect((await client.get('/users/count')).body.total_count).toBe(25);
  });

  it('another address under it names those that there are', async () => {
    const client = await openSandbox();
    const answer = await client.get('/_sandbox/nothing');
    expect(answer.status).toBe(404);
    expect(JSON.stringify(answer.body)).toContain('POST reset');
  });
});
