import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { FaultsError } from '../../src/sandbox/fault-forms.js';
import { Faults } from '../../src/sandbox/faults.js';
import type { RoutedRequest } from '../../src/sandbox/middleware.js';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import { Random } from '../../src/sandbox/random.js';
import { operations } from '../../tools/index.js';
import { addUser, type Client, openSandbox, rowsOf } from './harness.js';

/** Spoilt answers are not as Clerk publishes them. */
const unwatched: SandboxOptions = { onAnswer: () => {} };

/** Speaks to an address of the sandbox's own. */
const control = async (client: Client, method: string, path: string, body?: unknown) => {
  const response = await fetch(`${client.sandbox.origin}/_sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: (await response.json()) as { data?: unknown[]; errors?: { long_message: string }[] } };
};

const spoil = async (client: Client, faults: unknown): Promise<void> => {
  const { status, body } = await control(client, 'POST', '/faults', faults);
  expect(status, JSON.stringify(body)).toBe(200);
};

const count = async (client: Client) => Number((await client.get('/users/count')).body.total_count);

describe('a fault on demand', () => {
  it('is a rate limit with Retry-After, for as many requests as it says', async () => {
    const client = await openSandbox();
    await spoil(client, { fault: 'rate_limit', operations: 'Users', times: 2, retry_after: 7 });
    for (const nth of [1, 2]) {
      const response = await fetch(`${client.sandbox.url}/users`, {
        headers: { authorization: `Bearer ${client.sandbox.secretKey}` },
      });
      expect([nth, response.status, response.headers.get('retry-after')]).toEqual([nth, 429, '7']);
      expect(await response.json()).toMatchObject({
        errors: [{ code: 'too_many_requests' }],
        clerk_trace_id: expect.any(String),
      });
    }
    expect((await client.get('/users')).status).toBe(200);
  });

  it('meets only the operations that it names', async () => {
    const client = await openSandbox();
    await spoil(client, { fault: 'error', operations: ['*_delete*', 'Jwks'], status: 502 });
    const user = await addUser(client, 'ada@example.com');
    expect((await client.get(`/users/${user.id}`)).status).toBe(200);
    expect((await client.delete(`/users/${user.id}`)).status).toBe(502);
    expect((await client.get('/jwks')).status).toBe(502);
    expect((await client.get(`/users/${user.id}`)).status).toBe(200);
  });

  it('is an error before or after the request took effect', async () => {
    const client = await openSandbox();
    await spoil(client, [
      { fault: 'error', operations: 'Users_createNewUser', times: 1 },
      { fault: 'error', operations: 'Users_createNewUser', times: 1, status: 504, takes_effect: true },
    ]);
    const first = await client.post('/users', { email_address: ['ada@example.com'] });
    expect([first.status, first.code]).toEqual([503, 'maintenance_mode']);
    expect(await count(client)).toBe(0);
    expect((await client.post('/users', { email_address: ['ada@example.com'] })).status).toBe(504);
    expect(await count(client)).toBe(1);
  });

  it('resets the connection before or after the request took effect', async () => {
    const client = await openSandbox(unwatched);
    await spoil(client, [
      { fault: 'reset', operations: 'Users_createNewUser', times: 1 },
      { fault: 'reset', operations: 'Users_createNewUser', times: 1, takes_effect: true },
    ]);
    const create = () => client.post('/users', { email_address: ['ada@example.com'] });
    await expect(create()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(await count(client)).toBe(0);
    await expect(create()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(await count(client)).toBe(1);
    const { body } = await control(client, 'GET', '/requests');
    expect(body.data?.[0]).toMatchObject({ operation: 'Users_createNewUser', status: 0, fault: 'reset' });
  });

  it('cuts the true answer short, refusals too', async () => {
    const client = await openSandbox(unwatched);
    const user = await addUser(client, 'ada@example.com');
    await spoil(client, { fault: 'cut', operations: 'Users_getUserDetails' });
    for (const [id, status] of [
      [user.id, 200],
      ['user_none', 404],
    ]) {
      const text = await raw(client, `/v1/users/${id}`);
      const [head = '', body = ''] = text.split('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
      expect(Buffer.byteLength(body)).toBe(Math.floor(length / 2));
      await expect(client.get(`/users/${id}`)).rejects.toThrow();
    }
    await spoil(client, { fault: 'cut', operations: 'Webhooks' });
    await client.post('/webhooks/svix').catch(() => {});
    expect(await raw(client, '/v1/webhooks/svix', 'DELETE')).toBe('');
    await control(client, 'DELETE', '/faults');
    expect((await client.delete('/webhooks/svix')).code).toBe('svix_app_missing');
  });

  it('is shown with the requests that it met, and can be lifted', async () => {
    const client = await openSandbox();
    await spoil(client, { fault: 'error', operations: 'Users' });
    await client.get('/users');
    expect((await control(client, 'GET', '/faults')).body).toEqual({
      data: [{ fault: 'error', operations: ['Users'], rate: 1, status: 503, takes_effect: false, met: 1 }],
      total_count: 1,
    });
    const requests = (await control(client, 'GET', '/requests')).body;
    expect(requests.data).toMatchObject([{ operation: 'Users_listSortedByCreationDate', status: 503, fault: 'error' }]);
    expect((await control(client, 'DELETE', '/faults')).body).toEqual({ data: [], total_count: 0 });
    expect((await client.get('/users')).status).toBe(200);
  });

  it('given at the start is there again after a reset', async () => {
    const client = await openSandbox({ faults: { fault: 'error', operations: 'Users', times: 1 } });
    const statuses = async () => [(await client.get('/users')).status, (await client.get('/users')).status];
    expect(await statuses()).toEqual([503, 200]);
    await spoil(client, { fault: 'error', operations: 'Users' });
    await control(client, 'POST', '/reset');
    expect(await statuses()).toEqual([503, 200]);
  });

  it('leaves alone what carries no key', async () => {
    const client = await openSandbox({ faults: { fault: 'error' } });
    expect((await client.send('GET', '/users', { headers: { authorization: '' } })).status).toBe(401);
  });

  it.each([
    [{ fault: 'flood' }, /fault/],
    [[{ fault: 'error' }, { fault: 'error', status: 404 }], /\[1\]\.status/],
    [{ fault: 'slow', delay: 5 }, /delay/],
    [{ fault: 'error', operations: 'Userz' }, /"Userz"\. Did you mean Users/],
    [{ fault: 'error', rate: 2 }, /rate/],
    ['[', /./],
  ])('is refused when it is %j', async (faults, why) => {
    const client = await openSandbox();
    const { status, body } = await control(client, 'POST', '/faults', faults);
    expect(status).toBe(422);
    expect(body.errors?.[0]?.long_message).toMatch(why);
    expect((await control(client, 'GET', '/faults')).body.data).toEqual([]);
    await expect(openSandbox({ faults })).rejects.toThrow(FaultsError);
  });
});

describe('Faults', () => {
  const users = operations.find((operation) => operation.name === 'Users_getTotalCount');
  const exchange = { operation: users } as unknown as RoutedRequest;
  const answered = { status: 200, body: {} };

  const open = async (given: unknown, seed = 'x') => {
    const slept: number[] = [];
    const faults = new Faults({ operations, random: new Random(seed), sleep: async (ms) => slept.push(ms) });
    await faults.add(given);
    return { faults, slept };
  };

  it('slow answers rightly after the delay', async () => {
    const { faults, slept } = await open({ fault: 'slow', delay_ms: 250 });
    expect(await faults.middleware(exchange, async () => answered)).toEqual({ ...answered, fault: 'slow' });
    expect(slept).toEqual([250]);
  });

  it('a rate meets that part of the requests, the same ones in every run', async () => {
    const run = async (seed: string) => {
      const { faults } = await open({ fault: 'slow', rate: 0.2 }, seed);
      const met: number[] = [];
      for (let nth = 0; nth < 1000; nth++) {
        if ((await faults.middleware(exchange, async () => answered)).fault !== undefined) met.push(nth);
      }
      return met;
    };
    const met = await run('a');
    expect(met.length).toBeGreaterThan(150);
    expect(met.length).toBeLessThan(250);
    expect(await run('a')).toEqual(met);
    expect(await run('b')).not.toEqual(met);
  });
});

describe('the rate limits of a development instance', () => {
  it('allow a hundred requests to an endpoint, and name the time to wait', async () => {
    const client = await openSandbox({ rateLimit: true });
    for (let nth = 0; nth < 100; nth++) expect((await client.get('/users/count')).status).toBe(200);
    const refused = await fetch(`${client.sandbox.url}/users/count`, {
      headers: { authorization: `Bearer ${client.sandbox.secretKey}` },
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    expect((await client.get('/organizations')).status).toBe(200);
    expect(rowsOf((await client.get('/users')).body)).toEqual([]);
    await control(client, 'POST', '/reset');
    expect((await client.get('/users/count')).status).toBe(200);
  });

  it('are off unless asked for', async () => {
    const client = await openSandbox();
    for (let nth = 0; nth < 101; nth++) expect((await client.get('/users/count')).status).toBe(200);
  });
});

/** All bytes that come back for one request until the connection ends. */
const raw = ({ sandbox }: Client, path: string, method = 'GET'): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(sandbox.origin);
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${sandbox.secretKey}\r\n\r\n`);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
