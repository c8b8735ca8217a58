import { join } from 'node:path';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratchDirectory } from '../support/scratch.js';
import { type Answer, type Client, idsOf, type Json, NOON, openSandbox } from './harness.js';

let client: Client;
let store: Json;
let mailer: Json;
let stranger: Json;
beforeEach(async () => {
  client = await openSandbox({ seed: { domain: 'acme.example.com' } });
  const add = async (name: string, scoped: readonly unknown[] = []) =>
    (await client.post('/machines', { name, scoped_machines: scoped, default_token_ttl: 600 })).body;
  store = await add('Store');
  mailer = await add('Mailer', [store.id]);
  stranger = await add('Stranger');
});

/** Sent with a machine's secret key. */
const as = (machine: Json, method: string, path: string, body?: object): Promise<Answer> =>
  client.send(method, path, {
    headers: { authorization: `Bearer ${machine.secret_key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
const create = (machine: Json, more: object = {}) => as(machine, 'POST', '/m2m_tokens', more);
const verify = (token: unknown) => client.post('/m2m_tokens/verify', { token });
const verifyAs = (machine: Json, token: unknown) => as(machine, 'POST', '/m2m_tokens/verify', { token });
const outcome = ({ status, code }: Answer) => [status, code];

describe('an opaque token', () => {
  it('is verified also by the name that older SDKs send it under', async () => {
    const { body } = await create(mailer);
    expect((await client.post('/m2m_tokens/verify', { secret: body.token })).body).toMatchObject({ id: body.id });
    expect(outcome(await client.post('/m2m_tokens/verify', {}))).toEqual([422, 'form_param_missing']);
  });

  it('says whose it is, whom it may call, and itself only at its making', async () => {
    const { status, body } = await create(mailer, { claims: { job: 'digest' } });
    const { token, ...rest } = body;
    expect(status).toBe(201);
    expect(token).toMatch(/^mt_\w{32}$/);
    expect(rest).toEqual({
      object: 'machine_to_machine_token',
      id: expect.stringMatching(/^mt_[0-9a-f]{32}$/),
      subject: mailer.id,
      claims: { job: 'digest' },
      scopes: [store.id],
      revoked: false,
      revocation_reason: null,
      expired: false,
      expiration: NOON + 600_000,
      last_used_at: null,
      created_at: NOON,
      updated_at: NOON,
    });
    client.clock.now += 5000;
    expect((await verify(token)).body).toEqual({ ...rest, last_used_at: client.clock.now });
    expect((await client.get(`/m2m_tokens?subject=${mailer.id}`)).body).toEqual({
      m2m_tokens: [{ ...rest, last_used_at: client.clock.now }],
      total_count: 1,
    });
  });

  it('is made with the key of its machine and no other', async () => {
    expect(outcome(await client.post('/m2m_tokens', {}))).toEqual([403, 'authorization_invalid']);
    expect(outcome(await create({ ...mailer, secret_key: mailer.id as Json }))).toEqual([401, 'clerk_key_invalid']);
  });

  it('is verified by whom its machine may call, and by the instance', async () => {
    const { token } = (await create(mailer)).body;
    expect((await verifyAs(store, token)).body.subject).toBe(mailer.id);
    expect(outcome(await verifyAs(stranger, token))).toEqual([404, 'resource_not_found']);
    expect(outcome(await verifyAs(mailer, token))).toEqual([404, 'resource_not_found']);
    expect((await verify(token)).status).toBe(200);
    expect(outcome(await verify('mt_nothing'))).toEqual([404, 'resource_not_found']);
  });

  it('keeps the scopes that it was made with', async () => {
    const before = (await create(mailer)).body;
    await client.delete(`/machines/${mailer.id}/scopes/${store.id}`);
    await client.post(`/machines/${mailer.id}/scopes`, { to_machine_id: stranger.id });
    const after = (await create(mailer)).body;
    expect([before.scopes, after.scopes]).toEqual([[store.id], [stranger.id]]);
    const verified = async (machine: Json, { token }: Json) => (await verifyAs(machine, token)).status;
    expect([await verified(store, before), await verified(store, after)]).toEqual([200, 404]);
    expect([await verified(stranger, before), await verified(stranger, after)]).toEqual([404, 200]);
  });

  it('runs out', async () => {
    const byDefault = (await create(mailer, { seconds_until_expiration: null })).body;
    const short = (await create(mailer, { seconds_until_expiration: 5 })).body;
    client.clock.now += 4999;
    expect((await verify(short.token)).status).toBe(200);
    client.clock.now += 1;
    expect(outcome(await verify(short.token))).toEqual([404, 'resource_not_found']);
    expect((await verify(byDefault.token)).status).toBe(200);
    client.clock.now = NOON + 600_000;
    expect((await verify(byDefault.token)).status).toBe(404);
  });

  it('can be revoked by its machine and by the instance, for the first reason given', async () => {
    const { id, token } = (await create(mailer)).body;
    const revoke = (reason?: string) => client.post(`/m2m_tokens/${id}/revoke`, { revocation_reason: reason ?? null });
    expect(outcome(await as(stranger, 'POST', `/m2m_tokens/${id}/revoke`, {}))).toEqual([404, 'resource_not_found']);
    expect((await verify(token)).status).toBe(200);
    expect((await revoke('leaked')).body).toMatchObject({ id, revoked: true, revocation_reason: 'leaked' });
    expect((await revoke()).body).toMatchObject({ revocation_reason: 'leaked' });
    expect(outcome(await verify(token))).toEqual([404, 'resource_not_found']);
    const own = (await create(mailer)).body;
    expect((await as(mailer, 'POST', `/m2m_tokens/${own.id}/revoke`, {})).body).toMatchObject({ revoked: true });
    expect((await client.post('/m2m_tokens/mt_none/revoke', {})).status).toBe(404);
  });

  it('is given again while one like it lives long enough', async () => {
    const same = { claims: { a: 1, b: 2 }, min_remaining_ttl_seconds: 100 };
    const first = (await create(mailer, same)).body;
    client.clock.now += 500_000;
    expect((await create(mailer, { ...same, claims: { b: 2, a: 1 } })).body).toEqual(first);
    const others = [
      await create(mailer, { ...same, claims: { a: 1 } }),
      await create(mailer, { ...same, min_remaining_ttl_seconds: 101 }),
      await create(mailer, { claims: same.claims }),
      await create(stranger, same),
    ];
    expect(new Set([first, ...others.map(({ body }) => body)].map(({ id }) => id)).size).toBe(5);
    await client.post(`/machines/${mailer.id}/scopes`, { to_machine_id: stranger.id });
    expect((await create(mailer, same)).body).toMatchObject({ scopes: [store.id, stranger.id] });
  });

  it('is not given again when revoked, nor asked to outlive itself', async () => {
    const first = (await create(mailer, { min_remaining_ttl_seconds: 0 })).body;
    await client.post(`/m2m_tokens/${first.id}/revoke`, {});
    expect((await create(mailer, { min_remaining_ttl_seconds: 0 })).body.id).not.toBe(first.id);
    const { status, code, param } = await create(mailer, { min_remaining_ttl_seconds: 600 });
    expect([status, code, param]).toEqual([400, 'form_param_value_invalid', 'min_remaining_ttl_seconds']);
    const own = { seconds_until_expiration: 30, min_remaining_ttl_seconds: 30 };
    expect((await create(mailer, own)).status).toBe(400);
  });
});

describe('the list', () => {
  it('has what is good, and more when asked', async () => {
    const short = (await create(mailer, { seconds_until_expiration: 1 })).body;
    client.clock.now += 1000;
    const revoked = (await create(mailer)).body;
    await client.post(`/m2m_tokens/${revoked.id}/revoke`, {});
    client.clock.now += 1000;
    const good = (await create(mailer)).body;
    await create(stranger);
    const ids = async (more: string) => {
      const { body } = await client.get(`/m2m_tokens?subject=${mailer.id}${more}`);
      return idsOf({ data: body.m2m_tokens as Json });
    };
    expect(await ids('')).toEqual([good.id]);
    expect(await ids('&expired=true')).toEqual([good.id, short.id]);
    expect(await ids('&revoked=true&expired=false')).toEqual([good.id, revoked.id]);
    expect(await ids('&revoked=true&expired=true&limit=1&offset=1')).toEqual([revoked.id]);
  });

  it('is of a machine that exists, and for a machine only its own', async () => {
    expect(outcome(await client.get('/m2m_tokens?subject=mch_none'))).toEqual([404, 'resource_not_found']);
    expect(outcome(await client.get('/m2m_tokens?subject=user_1'))).toEqual([422, 'form_param_format_invalid']);
    expect(outcome(await client.get('/m2m_tokens'))).toEqual([400, 'missing_query_parameter']);
    expect(outcome(await as(stranger, 'GET', `/m2m_tokens?subject=${mailer.id}`))).toEqual([403, 'authorization_invalid']);
    expect((await as(mailer, 'GET', `/m2m_tokens?subject=${mailer.id}`)).body.total_count).toBe(0);
  });
});

describe('a JWT', () => {
  const createJwt = (more: object = {}) => create(mailer, { token_format: 'jwt', ...more });

  it('is signed with the key at /jwks, and kept nowhere', async () => {
    const { status, body } = await createJwt({ claims: { job: 'digest' }, seconds_until_expiration: 60 });
    expect(status).toBe(201);
    expect(decodeProtectedHeader(String(body.token))).toMatchObject({ alg: 'RS256', cat: 'cl_B7d4PD333AAA' });
    const keys = createRemoteJWKSet(new URL(`${client.sandbox.url}/jwks`), {
      headers: { authorization: `Bearer ${client.sandbox.secretKey}` },
    });
    const { payload } = await jwtVerify(String(body.token), keys, {
      currentDate: new Date(client.clock.now),
      audience: String(store.id),
      subject: String(mailer.id),
      issuer: 'https://clerk.acme.example.com',
    });
    expect(payload).toMatchObject({ jti: body.id, job: 'digest', scopes: store.id, iat: NOON / 1000, exp: NOON / 1000 + 60 });
    expect((await client.get(`/m2m_tokens?subject=${mailer.id}`)).body.total_count).toBe(0);
    expect((await client.post(`/m2m_tokens/${body.id}/revoke`, {})).status).toBe(404);
  });

  it('verifies as what it was made as, by whom it may call, until it runs out', async () => {
    const { token, ...made } = (await createJwt({ claims: { job: 'digest' } })).body;
    expect((await verify(token)).body).toEqual(made);
    expect((await verifyAs(store, token)).body).toEqual(made);
    expect(outcome(await verifyAs(stranger, token))).toEqual([404, 'resource_not_found']);
    client.clock.now += 600_000;
    expect(outcome(await verify(token))).toEqual([404, 'resource_not_found']);
  });

  it('of another kind, or changed, is none', async () => {
    const { token } = (await createJwt()).body;
    const [head, payload, signature] = String(token).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: stranger.id })).toString('base64url');
    expect(outcome(await verify([head, forged, signature].join('.')))).toEqual([404, 'resource_not_found']);
    const user = (await client.post('/users', { email_address: ['ada@example.com'] })).body;
    const ticket = (await client.post('/sign_in_tokens', { user_id: user.id })).body;
    expect(outcome(await verify(ticket.token))).toEqual([404, 'resource_not_found']);
  });

  it('takes claims that are an object and leave alone what Clerk says', async () => {
    const reserved = await createJwt({ claims: { sub: stranger.id } });
    expect(outcome(reserved)).toEqual([400, 'machine_token_reserved_claim']);
    const list = await createJwt({ claims: [1] });
    expect([list.status, list.code, list.param]).toEqual([422, 'form_param_type_invalid', 'claims']);
    expect((await createJwt()).body.claims).toBeNull();
  });
});

it('a key of a machine can stand in the seed', async () => {
  const seeded = await openSandbox({
    seed: {
      machines: [
        { name: 'Mailer', secret_key: 'ak_mailer', scoped_machines: ['Store'] },
        { id: 'mch_store', name: 'Store', secret_key: 'ak_store' },
      ],
    },
  });
  const machines = (await seeded.get('/machines?order_by=name')).body as unknown as { data: { id: string }[] };
  expect(machines).toMatchObject({ data: [{ name: 'Mailer', scoped_machines: [{ id: 'mch_store' }] }, { name: 'Store' }] });
  expect((await seeded.get(`/machines/${machines.data[0]?.id}/secret_key`)).body.secret).toBe('ak_mailer');
});

it('keys and tokens of both forms outlive a restart', async () => {
  const state = join(await scratchDirectory(), 'state');
  client = await openSandbox({ state, seed: { machines: [{ name: 'Mailer', secret_key: 'ak_mailer' }] } });
  const machine = { secret_key: 'ak_mailer' } as unknown as Json;
  const tokens = [await create(machine), await create(machine, { token_format: 'jwt' })].map(({ body }) => body);
  await client.sandbox.close();
  client = await openSandbox({ state });
  for (const { token, subject } of tokens) expect((await verify(token)).body.subject).toBe(subject);
  expect((await create(machine)).status).toBe(201);
});
