import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { Instance } from '../../src/sandbox/instance.js';
import { type Client, idsOf, NOON, openSandbox } from './harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [
        { id: 'user_ada', email_addresses: ['ada@example.com'] },
        { id: 'user_bob', email_addresses: ['bob@example.com'] },
      ],
      sessions: [
        { id: 'sess_1', user: 'user_ada', client: 'laptop', created_at: NOON - 3000 },
        { id: 'sess_2', user: 'user_ada', created_at: NOON - 2000 },
        { id: 'sess_3', user: 'user_bob', client: 'laptop', created_at: NOON - 1000 },
        { id: 'sess_4', user: 'user_bob', status: 'ended', created_at: NOON },
      ],
    },
  });
});

const statuses = async (query: string): Promise<Record<string, string>> => {
  const rows = (await client.get(`/sessions?${query}`)).body as unknown as { id: string; status: string }[];
  return Object.fromEntries(rows.map((row) => [row.id, row.status]));
};

describe('listing sessions', () => {
  it('by user, client and status, newest first', async () => {
    expect(idsOf((await client.get('/sessions?user_id=user_ada')).body)).toEqual(['sess_2', 'sess_1']);
    const { client_id } = (await client.get('/sessions/sess_1')).body;
    expect(idsOf((await client.get(`/sessions?client_id=${client_id}`)).body)).toEqual(['sess_3', 'sess_1']);
    expect(idsOf((await client.get(`/sessions?client_id=${client_id}&user_id=user_bob`)).body)).toEqual(['sess_3']);
    expect(idsOf((await client.get('/sessions?user_id=user_bob&status=ended')).body)).toEqual(['sess_4']);
    expect((await client.get('/sessions?user_id=user_ada&paginated=true&limit=1')).body).toMatchObject({ total_count: 2 });
  });

  it('a status that does not exist is refused', async () => {
    expect((await client.get('/sessions?status=sleepy')).code).toBe('form_param_value_invalid');
  });
});

describe('the end of a session', () => {
  it('revoked once, not twice', async () => {
    expect((await client.post('/sessions/sess_1/revoke')).body.status).toBe('revoked');
    const again = await client.post('/sessions/sess_1/revoke');
    expect([again.status, again.code]).toEqual([400, 'session_not_active']);
    expect((await client.post('/sessions/sess_none/revoke')).status).toBe(404);
  });

  it('comes by itself', async () => {
    client.clock.now += 8 * DAY_MS;
    expect(await statuses('user_id=user_ada')).toEqual({ sess_1: 'expired', sess_2: 'expired' });
    expect(await statuses('user_id=user_ada&status=active')).toEqual({});
    expect((await client.post('/sessions/sess_1/revoke')).status).toBe(400);
  });

  it('comes with a ban, for that user alone', async () => {
    await client.post('/users/user_ada/ban');
    expect(await statuses('user_id=user_ada')).toEqual({ sess_1: 'revoked', sess_2: 'revoked' });
    await client.post('/users/user_bob/ban');
    expect(await statuses('user_id=user_bob')).toEqual({ sess_3: 'revoked', sess_4: 'ended' });
    await client.post('/users/user_ada/unban');
    expect(await statuses('user_id=user_ada&status=active')).toEqual({});
  });

  it('comes with a new password when that is asked for', async () => {
    await client.patch('/users/user_ada', { password: 'violet-kettle-42' });
    expect(await statuses('user_id=user_ada&status=active')).not.toEqual({});
    await client.patch('/users/user_ada', { password: 'violet-kettle-43', sign_out_of_other_sessions: true });
    expect(await statuses('user_id=user_ada&status=active')).toEqual({});
  });

  it('comes with the end of the user', async () => {
    await client.delete('/users/user_ada');
    expect((await client.get('/sessions/sess_1')).status).toBe(404);
  });
});

describe('verifying a session', () => {
  it('an active one is good, another is not', async () => {
    expect((await client.post('/sessions/sess_1/verify')).body).toMatchObject({ id: 'sess_1', status: 'active' });
    expect((await client.post('/sessions/sess_4/verify')).status).toBe(401);
  });

  it('a token that the instance did not sign is refused', async () => {
    const answer = await client.post('/sessions/sess_1/verify', { token: 'a.b.c' });
    expect([answer.status, answer.code]).toEqual([400, 'invalid_session_token']);
  });
});

describe('keys', () => {
  it('a token signed with them verifies by the published set', async () => {
    const instance = new Instance({ origin: 'http://127.0.0.1', now: () => NOON });
    const seconds = NOON / 1000;
    const token = await instance.keys.sign({ sub: 'user_ada', sid: 'sess_1', iat: seconds, exp: seconds + 60 });
    const set = createLocalJWKSet({ keys: [await instance.keys.publicJwk()] } as JSONWebKeySet);
    const { payload, protectedHeader } = await jwtVerify(token, set, { currentDate: new Date(NOON) });
    expect(payload).toMatchObject({ sub: 'user_ada', sid: 'sess_1' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: instance.id });
    expect(await instance.keys.verify(token, NOON)).toMatchObject({ sid: 'sess_1' });
    await expect(instance.keys.verify(token, NOON + 61_000)).rejects.toThrow(/exp/);
  });

  it('the published set holds no private part', async () => {
    const { body } = await client.get('/jwks');
    expect(Object.keys((body.keys as unknown as object[])[0] as object).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

it('tells how far a session has been proved again', async () => {
  const verified = client.clock.now;
  const reverifications = [
    { id: 'reverif_1', level: 'first_factor' as const },
    { id: 'reverif_2', level: 'multi_factor' as const, first_factor_verified_at: verified },
    { id: 'reverif_3', level: 'second_factor' as const, second_factor_verified_at: verified },
  ];
  const { get } = await openSandbox({
    seed: {
      users: [{ id: 'user_ada' }],
      sessions: [
        { id: 'sess_1', user: 'user_ada', reverifications },
        { id: 'sess_2', user: 'user_ada' },
      ],
    },
  });
  const read = async (id: string, session = 'sess_1') => get(`/sessions/${session}/reverifications/${id}`);
  expect((await read('reverif_1')).body).toMatchObject({ status: 'needs_first_factor', first_factor_verified_at: null });
  expect((await read('reverif_2')).body).toMatchObject({ status: 'needs_second_factor', session_id: 'sess_1' });
  expect((await read('reverif_3')).body).toMatchObject({ status: 'complete', second_factor_verified_at: verified });
  expect(await read('reverif_1', 'sess_2')).toMatchObject({ status: 404, code: 'resource_not_found' });
});
