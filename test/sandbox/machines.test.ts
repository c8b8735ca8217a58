import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, type Json, NOON, openSandbox } from './harness.js';

let client: Client;
beforeEach(async () => {
  client = await openSandbox();
});

const add = async (name: string, more: object = {}): Promise<Json> => {
  const { status, body } = await client.post('/machines', { name, ...more });
  expect(status).toBe(200);
  return body;
};
/** Makes a token with a machine's key. */
const mint = (key: unknown) => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return client.send('POST', '/m2m_tokens', { headers, body: '{}' });
};
/** What a request with this machine key comes to. */
const statusWith = async (key: unknown): Promise<number> => (await mint(key)).status;

describe('a machine', () => {
  it('is made with a secret key that only its own request shows', async () => {
    const { secret_key: secret, ...rest } = await add('Mailer');
    expect(secret).toMatch(/^ak_\w{40}$/);
    expect(rest).toEqual({
      object: 'machine',
      id: expect.stringMatching(/^mch_\w{27}$/),
      instance_id: expect.stringMatching(/^ins_/),
      name: 'Mailer',
      default_token_ttl: 3600,
      scoped_machines: [],
      created_at: NOON,
      updated_at: NOON,
    });
    expect((await client.get(`/machines/${rest.id}`)).body).toEqual(rest);
    expect((await client.get('/machines')).body).toEqual({ data: [rest], total_count: 1 });
    expect((await client.get(`/machines/${rest.id}/secret_key`)).body).toEqual({ object: 'machine_secret_key', secret });
  });

  it('begins with the machines that it may call, once each', async () => {
    const store = await add('Store');
    const mailer = await add('Mailer', { scoped_machines: [store.id, store.id], default_token_ttl: 60 });
    const { scoped_machines: _, secret_key: __, ...bare } = store;
    expect(mailer).toMatchObject({ scoped_machines: [bare], default_token_ttl: 60 });
    const unknown = await client.post('/machines', { name: 'X', scoped_machines: [store.id, 'mch_none'] });
    expect([unknown.status, unknown.code, unknown.param]).toEqual([422, 'form_resource_not_found', 'scoped_machines']);
    expect((await client.get('/machines')).body.total_count).toBe(2);
  });

  it('changes where something was given', async () => {
    const { secret_key: _, ...before } = await add('Mailer', { default_token_ttl: 60 });
    client.clock.now += 1000;
    expect((await client.patch(`/machines/${before.id}`, { name: 'Post' })).body).toEqual({
      ...before,
      name: 'Post',
      updated_at: client.clock.now,
    });
    expect((await client.patch(`/machines/${before.id}`, { default_token_ttl: 5 })).body).toMatchObject({
      name: 'Post',
      default_token_ttl: 5,
    });
    expect((await client.patch('/machines/mch_none', { name: 'X' })).code).toBe('resource_not_found');
  });

  it('is found by a part of its name or its whole id, newest first', async () => {
    const b = await add('Beta worker');
    client.clock.now += 1000;
    const a = await add('Alpha worker');
    const ids = async (query: string) => idsOf((await client.get(`/machines?${query}`)).body);
    expect(await ids('')).toEqual([a.id, b.id]);
    expect(await ids('order_by=created_at')).toEqual([b.id, a.id]);
    expect(await ids('order_by=-name')).toEqual([b.id, a.id]);
    expect(await ids('query=ALPHA')).toEqual([a.id]);
    expect(await ids(`query=${b.id}`)).toEqual([b.id]);
    expect(await ids(`query=${String(b.id).slice(0, -1)}`)).toEqual([]);
    expect(await ids('limit=1&offset=1')).toEqual([b.id]);
    expect((await client.get('/machines?order_by=secret_key')).param).toBe('order_by');
  });

  it('goes, and takes its scopes, key, tokens and API keys along', async () => {
    const store = await add('Store');
    const mailer = await add('Mailer', { scoped_machines: [store.id] });
    await client.post(`/machines/${store.id}/scopes`, { to_machine_id: mailer.id });
    const token = await mint(mailer.secret_key);
    const key = (await client.post('/api_keys', { name: 'Cron', subject: mailer.id })).body;
    expect((await client.delete(`/machines/${mailer.id}`)).body).toEqual({ object: 'machine', id: mailer.id, deleted: true });
    expect((await client.get(`/machines/${mailer.id}`)).status).toBe(404);
    expect((await client.get(`/machines/${store.id}`)).body.scoped_machines).toEqual([]);
    expect(await statusWith(mailer.secret_key)).toBe(401);
    expect((await client.post('/m2m_tokens/verify', { token: token.body.token })).code).toBe('resource_not_found');
    expect((await client.post('/api_keys/verify', { secret: key.secret })).code).toBe('resource_not_found');
    expect((await client.delete(`/machines/${mailer.id}`)).status).toBe(404);
  });
});

describe('a scope', () => {
  it('lets one machine call another, not the other way round', async () => {
    const [a, b] = [await add('A'), await add('B')];
    const { status, body } = await client.post(`/machines/${a.id}/scopes`, { to_machine_id: b.id });
    expect([status, body]).toEqual([
      200,
      { object: 'machine_scope', from_machine_id: a.id, to_machine_id: b.id, created_at: NOON },
    ]);
    expect((await client.get(`/machines/${a.id}`)).body.scoped_machines).toMatchObject([{ id: b.id }]);
    expect((await client.get(`/machines/${b.id}`)).body.scoped_machines).toEqual([]);
  });

  it('is given once, to another machine that exists', async () => {
    const [a, b] = [await add('A'), await add('B')];
    const give = async (from: unknown, to: unknown) => {
      const { status, code } = await client.post(`/machines/${from}/scopes`, { to_machine_id: to });
      return [status, code];
    };
    await give(a.id, b.id);
    expect(await give(a.id, b.id)).toEqual([409, 'duplicate_record']);
    expect(await give(a.id, a.id)).toEqual([422, 'form_param_value_invalid']);
    expect(await give(a.id, 'mch_none')).toEqual([404, 'resource_not_found']);
    expect(await give('mch_none', a.id)).toEqual([404, 'resource_not_found']);
  });

  it('is taken back once', async () => {
    const b = await add('B');
    const a = await add('A', { scoped_machines: [b.id] });
    expect((await client.delete(`/machines/${a.id}/scopes/${b.id}`)).body).toEqual({
      object: 'machine_scope',
      from_machine_id: a.id,
      to_machine_id: b.id,
      deleted: true,
    });
    expect((await client.get(`/machines/${a.id}`)).body.scoped_machines).toEqual([]);
    expect((await client.delete(`/machines/${a.id}/scopes/${b.id}`)).status).toBe(404);
  });

  it('is one of at most 150', async () => {
    const others: Json[] = [];
    for (let count = 0; count < 150; count++) others.push(await add(`Other ${count}`));
    const a = await add('A', { scoped_machines: others.map(({ id }) => id) });
    const one = await add('One more');
    const answer = await client.post(`/machines/${a.id}/scopes`, { to_machine_id: one.id });
    expect([answer.status, answer.code]).toEqual([403, 'quota_exceeded']);
  });
});

describe('a secret key', () => {
  const rotate = async (id: unknown, seconds: number): Promise<string> =>
    String((await client.post(`/machines/${id}/secret_key/rotate`, { previous_token_ttl: seconds })).body.secret);

  it('that was rotated works for as long as was said, and every one before it likewise', async () => {
    const { id, secret_key: first } = await add('A');
    const second = await rotate(id, 60);
    const third = await rotate(id, 120);
    expect(new Set([first, second, third]).size).toBe(3);
    expect((await client.get(`/machines/${id}/secret_key`)).body.secret).toBe(third);
    const works = async () => [await statusWith(first), await statusWith(second), await statusWith(third)];
    expect(await works()).toEqual([201, 201, 201]);
    client.clock.now += 60_000;
    expect(await works()).toEqual([401, 201, 201]);
    client.clock.now += 60_000;
    expect(await works()).toEqual([401, 401, 201]);
  });

  it('ends at once when asked to', async () => {
    const { id, secret_key: first } = await add('A');
    const second = await rotate(id, 0);
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 201]);
  });

  it('lives on for 8 hours at most', async () => {
    const { id } = await add('A');
    const { status, param } = await client.post(`/machines/${id}/secret_key/rotate`, { previous_token_ttl: 28_801 });
    expect([status, param]).toEqual([422, 'previous_token_ttl']);
    expect((await client.post('/machines/mch_none/secret_key/rotate', { previous_token_ttl: 0 })).status).toBe(404);
    expect((await client.get('/machines/mch_none/secret_key')).status).toBe(404);
  });

  it('opens nothing but the operations with M2M tokens', async () => {
    const { id, secret_key: key } = await add('A');
    const headers = { authorization: `Bearer ${key}` };
    const asMachine = async (method: string, path: string) => {
      const { status, code } = await client.send(method, path, { headers });
      return [status, code];
    };
    expect(await asMachine('GET', `/m2m_tokens?subject=${id}`)).toEqual([200, undefined]);
    for (const path of ['/users', '/machines', `/machines/${id}/secret_key`, '/api_keys?subject=mch_1']) {
      expect(await asMachine('GET', path)).toEqual([401, 'clerk_key_invalid']);
    }
  });
});
