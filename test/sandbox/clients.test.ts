import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, idsOf, type Json, NOON, openSandbox } from './harness.js';

let client: Client;
let laptop: string;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      users: [{ id: 'user_ada' }, { id: 'user_bob' }],
      sessions: [
        { id: 'sess_1', user: 'user_ada', client: 'laptop', created_at: NOON - 3000 },
        { id: 'sess_2', user: 'user_bob', client: 'laptop', created_at: NOON - 2000 },
        { id: 'sess_3', user: 'user_ada', created_at: NOON - 1000 },
      ],
    },
  });
  laptop = String((await client.get('/sessions/sess_1')).body.client_id);
});

/** What a browser of the client, or a page of the session, would send along. */
async function cookieOf(id: string): Promise<Json> {
  const response = await fetch(`${client.sandbox.origin}/_sandbox/cookies/${id}`);
  return (await response.json()) as Json;
}

describe('clients', () => {
  it('are listed newest first, bare or as a page', async () => {
    const phone = String((await client.get('/sessions/sess_3')).body.client_id);
    expect(idsOf((await client.get('/clients')).body)).toEqual([phone, laptop]);
    expect((await client.get('/clients?limit=1&offset=1&paginated=true')).body).toMatchObject({
      data: [{ id: laptop }],
      total_count: 2,
    });
  });

  it('hold their sessions as they are now', async () => {
    const { body } = await client.get(`/clients/${laptop}`);
    expect(body).toMatchObject({ object: 'client', session_ids: ['sess_1', 'sess_2'], last_active_session_id: 'sess_2' });
    await client.post('/sessions/sess_2/revoke');
    expect((await client.get(`/clients/${laptop}`)).body).toMatchObject({
      sessions: [{ status: 'active' }, { status: 'revoked' }],
      last_active_session_id: null,
    });
    expect((await client.get('/clients/client_none')).status).toBe(404);
  });
});

describe('a client’s token', () => {
  const verify = async (token: unknown) => {
    const { status, code, body } = await client.post('/clients/verify', { token });
    return status === 200 ? body.id : [status, code];
  };

  it('finds its client', async () => {
    const cookie = await cookieOf(laptop);
    expect(cookie.name).toBe('__client');
    expect(await verify(cookie.value)).toBe(laptop);
  });

  it('of another instance, or none at all, is refused', async () => {
    const other = await openSandbox({ seed: { users: [{ id: 'user_ada' }], sessions: [{ id: 'sess_1', user: 'user_ada' }] } });
    const foreign = await fetch(
      `${other.sandbox.origin}/_sandbox/cookies/${(await other.get('/sessions/sess_1')).body.client_id}`,
    );
    const { value } = (await foreign.json()) as { value: string };
    expect(await verify(value)).toEqual([400, 'cookie_invalid']);
    expect(await verify('a.b.c')).toEqual([400, 'cookie_invalid']);
    expect(await verify('')).toEqual([400, 'cookie_invalid']);
    expect((await client.post('/clients/verify', {})).param).toBe('token');
  });

  it('cannot be made up by a template', async () => {
    await client.post('/jwt_templates', { name: 'forger', claims: { id: laptop } });
    const { jwt } = (await client.post('/sessions/sess_1/tokens/forger')).body;
    expect(await verify(jwt)).toEqual([400, 'cookie_invalid']);
  });

  it('of a client that there is not, is not to be had', async () => {
    const response = await fetch(`${client.sandbox.origin}/_sandbox/cookies/client_none`);
    expect(response.status).toBe(404);
  });
});

describe('a session’s token', () => {
  it('verifies its own session, for a minute, and is no client’s', async () => {
    const { name, value } = await cookieOf('sess_1');
    expect(name).toBe('__session');
    expect((await client.post('/sessions/sess_1/verify', { token: value })).body).toMatchObject({ id: 'sess_1' });
    expect((await client.post('/sessions/sess_2/verify', { token: value })).code).toBe('invalid_session_token');
    expect((await client.post('/clients/verify', { token: value })).code).toBe('cookie_invalid');
    client.clock.now += 61_000;
    expect((await client.post('/sessions/sess_1/verify', { token: value })).code).toBe('invalid_session_token');
  });

  it('ends with the session', async () => {
    const { value } = await cookieOf('sess_1');
    await client.post('/sessions/sess_1/revoke');
    expect((await client.post('/sessions/sess_1/verify', { token: value })).code).toBe('session_not_active');
    expect((await cookieOf('sess_1')).errors).toMatchObject([{ code: 'session_not_active' }]);
  });
});
