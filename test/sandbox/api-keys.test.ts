import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, addUser, type Client, idsOf, type Json, NOON, openSandbox } from './harness.js';

let client: Client;
let ada: Json;
let engine: Json;
beforeEach(async () => {
  client = await openSandbox();
  ada = await addUser(client, 'ada@example.com');
  engine = (await client.post('/organizations', { name: 'Engine', created_by: ada.id })).body;
});

const create = (more: object = {}) => client.post('/api_keys', { name: 'Nightly export', subject: ada.id, ...more });
const verify = (secret: unknown) => client.post('/api_keys/verify', { secret });
const outcome = ({ status, code, param }: Answer) => (param === undefined ? [status, code] : [status, code, param]);
const GONE = [404, 'resource_not_found'];

describe('an API key', () => {
  it('shows its secret when it is made and when asked for it, and nowhere else', async () => {
    const { status, body } = await create({ scopes: ['read'], claims: { team: 7 }, created_by: ada.id, description: 'Reports' });
    const { secret, ...rest } = body;
    expect(status).toBe(200);
    expect(secret).toMatch(/^ak_\w{32}$/);
    expect(rest).toEqual({
      object: 'api_key',
      id: expect.stringMatching(/^ak_[0-9a-f]{32}$/),
      type: 'api_key',
      name: 'Nightly export',
      description: 'Reports',
      subject: ada.id,
      claims: { team: 7 },
      scopes: ['read'],
      created_by: ada.id,
      revoked: false,
      revocation_reason: null,
      expired: false,
      expiration: null,
      last_used_at: null,
      created_at: NOON,
      updated_at: NOON,
    });
    expect((await client.get(`/api_keys/${rest.id}`)).body).toEqual(rest);
    expect((await client.get(`/api_keys?subject=${ada.id}`)).body).toEqual({ data: [rest], total_count: 1 });
    expect((await client.get(`/api_keys/${rest.id}/secret`)).body).toEqual({ secret });
    expect((await client.get(`/api_keys/${String(rest.id).replace('ak_', 'api_key_')}`)).body).toEqual(rest);
  });

  it('verifies, which is its use', async () => {
    const { secret, ...rest } = (await create()).body;
    client.clock.now += 5000;
    const used = { ...rest, last_used_at: client.clock.now };
    expect((await verify(secret)).body).toEqual(used);
    expect((await client.get(`/api_keys/${rest.id}`)).body).toEqual(used);
    expect(outcome(await verify(rest.id))).toEqual(GONE);
  });

  it('lives for as long as was said', async () => {
    const { id, secret } = (await create({ seconds_until_expiration: 1.5 })).body;
    client.clock.now += 1499;
    expect((await verify(secret)).body.expiration).toBe(NOON + 1500);
    client.clock.now += 1;
    expect(outcome(await verify(secret))).toEqual(GONE);
    expect((await client.get(`/api_keys/${id}`)).body).toMatchObject({ expired: true, revoked: false });
  });

  it('is revoked for the first reason given, and kept', async () => {
    const { id, secret } = (await create()).body;
    const revoke = async (body: object) => (await client.post(`/api_keys/${id}/revoke`, body)).body;
    expect(await revoke({ revocation_reason: 'leaked' })).toMatchObject({ revoked: true, revocation_reason: 'leaked' });
    expect(await revoke({ revocation_reason: 'again' })).toMatchObject({ revocation_reason: 'leaked' });
    expect(outcome(await verify(secret))).toEqual(GONE);
    expect((await client.get(`/api_keys/${id}/secret`)).body).toEqual({ secret });
  });

  it('is deleted with its record', async () => {
    const { id, secret } = (await create()).body;
    expect((await client.delete(`/api_keys/${id}`)).body).toEqual({ object: 'api_key', id, deleted: true });
    expect(outcome(await verify(secret))).toEqual(GONE);
    for (const answer of [
      await client.get(`/api_keys/${id}`),
      await client.get(`/api_keys/${id}/secret`),
      await client.patch(`/api_keys/${id}`, {}),
      await client.post(`/api_keys/${id}/revoke`, {}),
      await client.delete(`/api_keys/${id}`),
    ]) {
      expect(outcome(answer)).toEqual(GONE);
    }
  });

  it('changes where something was given', async () => {
    const { secret, ...before } = (await create({ scopes: ['read'], claims: 5, seconds_until_expiration: 10 })).body;
    client.clock.now += 1000;
    const change = async (body: object) => (await client.patch(`/api_keys/${before.id}`, body)).body;
    expect(await change({ description: 'Reports' })).toEqual({
      ...before,
      description: 'Reports',
      updated_at: client.clock.now,
    });
    expect(await change({ scopes: ['write'], claims: null, subject: engine.id, seconds_until_expiration: 60 })).toMatchObject({
      scopes: ['write'],
      claims: null,
      subject: engine.id,
      expiration: client.clock.now + 60_000,
    });
    expect(await change({ seconds_until_expiration: null })).toMatchObject({ expiration: null });
    expect((await client.get(`/api_keys?subject=${ada.id}`)).body.total_count).toBe(0);
    expect((await client.get(`/api_keys?subject=${engine.id}`)).body.total_count).toBe(1);
    expect((await verify(secret)).status).toBe(200);
  });

  it.each([
    [{ subject: 'user_none' }, 404, 'resource_not_found', undefined],
    [{ subject: 'org_none' }, 404, 'resource_not_found', undefined],
    [{ subject: 'mch_none' }, 404, 'resource_not_found', undefined],
    [{ subject: 'scim_2abcdefghijklmnopqrstuvwxyz' }, 404, 'resource_not_found', undefined],
    [{ subject: 'sess_1' }, 422, 'form_param_format_invalid', 'subject'],
    [{ name: 'ab' }, 422, 'form_param_min_length_exceeded', 'name'],
    [{ name: ' key' }, 422, 'form_param_format_invalid', 'name'],
    [{ created_by: 'user_none' }, 404, 'resource_not_found', undefined],
    [{ created_by: 'org_none' }, 422, 'form_param_format_invalid', 'created_by'],
    [{ secret: 'ak_mine' }, 422, 'form_param_unknown', 'secret'],
  ])('%j is refused', async (given, status, code, param) => {
    const answer = await create(given);
    expect([answer.status, answer.code, answer.param]).toEqual([status, code, param]);
    expect((await client.get(`/api_keys?subject=${ada.id}`)).body.total_count).toBe(0);
  });
});

describe('the list', () => {
  it('is of one owner that exists', async () => {
    await create();
    expect((await client.get(`/api_keys?subject=${engine.id}`)).body).toEqual({ data: [], total_count: 0 });
    expect(outcome(await client.get('/api_keys?subject=user_none'))).toEqual(GONE);
    expect(outcome(await client.get('/api_keys?subject=none'))).toEqual([422, 'form_param_format_invalid', 'subject']);
    expect(outcome(await client.get('/api_keys'))).toEqual([400, 'missing_query_parameter']);
  });

  it('has what is good, of one type, newest first; the rest when asked', async () => {
    const expired = (await create({ seconds_until_expiration: 1, name: 'Old export' })).body;
    client.clock.now += 1000;
    const revoked = (await create()).body;
    await client.post(`/api_keys/${revoked.id}/revoke`, {});
    client.clock.now += 1000;
    const good = (await create({ description: 'For the audit' })).body;
    const other = (await create({ type: 'service_key' })).body;
    const ids = async (more = '') => idsOf((await client.get(`/api_keys?subject=${ada.id}${more}`)).body);
    expect(await ids()).toEqual([good.id]);
    expect(await ids('&include_invalid=true')).toEqual([good.id, revoked.id, expired.id]);
    expect(await ids('&include_invalid=true&limit=1&offset=1')).toEqual([revoked.id]);
    expect(await ids('&type=service_key')).toEqual([other.id]);
    expect(await ids('&query=AUDIT')).toEqual([good.id]);
    expect(await ids('&query=old')).toEqual([]);
    expect(await ids('&query=old&include_invalid=true')).toEqual([expired.id]);
    expect(await ids(`&query=${good.id}`)).toEqual([good.id]);
  });
});

describe('keys end with their owner', () => {
  it.each([
    ['a user', async () => client.delete(`/users/${ada.id}`), () => ada.id],
    ['an organization', async () => client.delete(`/organizations/${engine.id}`), () => engine.id],
  ])('%s', async (_, end, owner) => {
    const { id, secret } = (await create({ subject: owner() })).body;
    const other = (await create({ subject: owner() === ada.id ? engine.id : ada.id })).body;
    expect((await end()).status).toBe(200);
    expect(outcome(await verify(secret))).toEqual(GONE);
    expect((await client.get(`/api_keys/${id}`)).status).toBe(404);
    expect((await verify(other.secret)).status).toBe(200);
  });
});

it('a key can stand in the seed', async () => {
  const seed = {
    users: [{ username: 'adalove' }],
    organizations: [{ name: 'Engine', slug: 'engine' }],
    machines: [{ name: 'Mailer' }],
    api_keys: [
      { name: 'Hers', subject: 'adalove', secret: 'ak_hers', scopes: ['read'] },
      { name: 'Its', subject: 'engine', secret: 'ak_its', seconds_until_expiration: 60 },
      { name: 'Cron', subject: 'Mailer', secret: 'ak_cron', claims: { n: 1 } },
    ],
  };
  const seeded = await openSandbox({ seed });
  const subjectOf = async (secret: string) => (await seeded.post('/api_keys/verify', { secret })).body.subject;
  expect([await subjectOf('ak_hers'), await subjectOf('ak_its'), await subjectOf('ak_cron')]).toEqual([
    expect.stringMatching(/^user_/),
    expect.stringMatching(/^org_/),
    expect.stringMatching(/^mch_/),
  ]);
  seeded.clock.now += 60_000;
  expect((await seeded.post('/api_keys/verify', { secret: 'ak_its' })).status).toBe(404);
  const ghost = openSandbox({ seed: { api_keys: [{ name: 'Ghost', subject: 'ghost' }] } });
  await expect(ghost).rejects.toThrow(/api_keys\.0: .*ghost/);
});
