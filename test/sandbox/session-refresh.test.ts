import { createRemoteJWKSet, decodeJwt, type JWTVerifyOptions, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, type Json, NOON, openSandbox } from './harness.js';

const SECONDS = NOON / 1000;
const ORIGIN = 'https://app.acme.example.com';
const MINUTE_MS = 60_000;

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      domain: 'acme.example.com',
      users: [
        { id: 'user_ada', email_addresses: ['ada@example.com'] },
        { id: 'user_bob', username: 'bob.b' },
        { id: 'user_barred', username: 'barred', banned: true },
      ],
      organizations: [{ id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'user_ada', role: 'org:admin' }] }],
      sessions: [
        { id: 'sess_ada', user: 'user_ada' },
        { id: 'sess_bob', user: 'user_bob' },
      ],
    },
  });
});

/** The claims, verified as another service would: with the published key set. */
async function verified(jwt: unknown, options: JWTVerifyOptions = {}) {
  const headers = { authorization: `Bearer ${client.sandbox.secretKey}` };
  const keys = createRemoteJWKSet(new URL(`${client.sandbox.url}/jwks`), { headers });
  return (await jwtVerify(String(jwt), keys, { currentDate: new Date(client.clock.now), ...options })).payload;
}

describe('creating a session', () => {
  const create = (body: object) => client.post('/sessions', body);

  it('signs the user in on a client of its own', async () => {
    const { status, body } = await create({ user_id: 'user_ada', active_organization_id: 'org_acme' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'session',
      user_id: 'user_ada',
      status: 'active',
      actor: null,
      last_active_organization_id: 'org_acme',
      last_active_at: NOON,
      expire_at: NOON + 7 * 24 * 60 * MINUTE_MS,
    });
    expect((await client.get(`/clients/${body.client_id}`)).body).toMatchObject({
      session_ids: [body.id],
      last_active_session_id: body.id,
    });
    expect((await client.get('/sessions?user_id=user_ada&paginated=true')).body.total_count).toBe(2);
    client.clock.now += 7 * 24 * 60 * MINUTE_MS;
    expect((await client.get(`/sessions/${body.id}`)).body.status).toBe('expired');
  });

  it('is refused for nobody, for a banned user and for an organization of others', async () => {
    expect((await create({})).param).toBe('user_id');
    expect((await create({ user_id: 'user_none' })).status).toBe(404);
    expect((await create({ user_id: 'user_barred' })).code).toBe('user_banned');
    expect((await create({ user_id: 'user_ada', active_organization_id: 'org_none' })).status).toBe(404);
    const stranger = await create({ user_id: 'user_bob', active_organization_id: 'org_acme' });
    expect(stranger.code).toBe('not_a_member_in_organization');
    expect((await client.get('/sessions?paginated=true')).body.total_count).toBe(2);
  });
});

describe('the token of a session', () => {
  const mint = (session: string, body?: object) => client.post(`/sessions/${session}/tokens`, body);

  it('verifies with the published keys, for a minute', async () => {
    client.clock.now += 5 * MINUTE_MS;
    const made = SECONDS + 300;
    const { status, body } = await mint('sess_ada');
    expect([status, body.object]).toEqual([200, 'token']);
    expect(await verified(body.jwt, { issuer: 'https://clerk.acme.example.com' })).toMatchObject({
      sub: 'user_ada',
      sid: 'sess_ada',
      sts: 'active',
      v: 2,
      fva: [5, -1],
      iat: made,
      nbf: made - 10,
      exp: made + 60,
      o: { id: 'org_acme', slg: 'acme', rol: 'admin' },
    });
    expect(decodeJwt(String(body.jwt))).not.toHaveProperty('azp');
    expect((await client.post('/sessions/sess_ada/verify', { token: body.jwt })).status).toBe(200);
    client.clock.now += MINUTE_MS;
    await expect(verified(body.jwt)).rejects.toThrow(/exp/);
  });

  it('lives as long as asked for', async () => {
    const { exp, iat } = decodeJwt(String((await mint('sess_bob', { expires_in_seconds: 3600 })).body.jwt));
    expect(Number(exp) - Number(iat)).toBe(3600);
    expect((await mint('sess_bob', { expires_in_seconds: 29 })).param).toBe('expires_in_seconds');
    expect((await mint('sess_bob', { expires_in_seconds: null })).status).toBe(200);
  });

  it('has no organization where none is active, or the user has left it', async () => {
    expect(decodeJwt(String((await mint('sess_bob')).body.jwt))).not.toHaveProperty('o');
    await client.post('/organizations/org_acme/memberships', { user_id: 'user_bob', role: 'org:admin' });
    await client.delete('/organizations/org_acme/memberships/user_ada');
    expect(decodeJwt(String((await mint('sess_ada')).body.jwt))).not.toHaveProperty('o');
  });

  it('is not made for a session that ended', async () => {
    await client.post('/users/user_ada/ban');
    const banned = await mint('sess_ada');
    expect([banned.status, banned.code]).toEqual([401, 'session_not_active']);
    client.clock.now += 8 * 24 * 60 * MINUTE_MS;
    expect((await mint('sess_bob')).code).toBe('session_not_active');
    expect((await mint('sess_none')).status).toBe(404);
  });

  it('of a session with a task left says so', async () => {
    const { id } = (await client.post('/users', { email_address: ['cy@example.com'], password: 'violet-kettle-42' })).body;
    await client.post(`/users/${id}/password/set_compromised`, {});
    const session = (await client.post('/sessions', { user_id: id })).body;
    expect((await verified((await mint(String(session.id))).body.jwt)).sts).toBe('pending');
  });
});

describe('refreshing a session', () => {
  const cookie = async (path: string): Promise<string> => {
    const response = await fetch(`${client.sandbox.origin}/_sandbox/cookies/${path}`);
    return String(((await response.json()) as Json).value);
  };
  const refresh = (body: object, session = 'sess_ada') =>
    client.post(`/sessions/${session}/refresh`, { request_origin: ORIGIN, ...body });
  /** What a browser would send along. */
  const cookies = async (session = 'sess_ada') => ({
    expired_token: await cookie(`${session}?origin=${ORIGIN}`),
    refresh_token: await cookie(`${session}/refresh`),
  });

  it('trades an expired token for a new one of the same page', async () => {
    const held = await cookies();
    client.clock.now += 10 * MINUTE_MS;
    await expect(verified(held.expired_token)).rejects.toThrow(/exp/);
    const { status, body } = await refresh(held);
    expect([status, body.object]).toEqual([200, 'token']);
    expect(await verified(body.jwt)).toMatchObject({ sid: 'sess_ada', sub: 'user_ada', azp: ORIGIN, iat: SECONDS + 600 });
    expect((await client.get('/sessions/sess_ada')).body.last_active_at).toBe(client.clock.now);
    // The new token can be renewed in its turn, by the same refresh token.
    client.clock.now += 10 * MINUTE_MS;
    const next = await refresh({ ...held, expired_token: body.jwt, format: 'cookie' });
    expect(next.body.object).toBe('cookies');
    const [first] = next.body.cookies as unknown as string[];
    const [, jwt] = /^__session=([\w.-]+); Path=\/; Max-Age=\d+; Secure; SameSite=Lax$/.exec(String(first)) ?? [];
    expect(await verified(jwt)).toMatchObject({ sid: 'sess_ada', azp: ORIGIN });
  });

  it('renews a token once, also when two ask at the same time', async () => {
    const held = await cookies();
    const answers = await Promise.all([refresh(held), refresh(held), refresh(held)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);
    expect((await refresh(held)).code).toBe('session_refresh_expired_session_token_consumed');
  });

  it.each<[code: string, change: (held: object) => object | Promise<object>]>([
    ['expired_session_token_invalid', (held) => ({ ...held, expired_token: 'a.b.c' })],
    ['refresh_token_not_found', (held) => ({ ...held, refresh_token: 'made-up' })],
    ['refresh_token_not_found', async (held) => ({ ...held, refresh_token: await cookie('sess_bob/refresh') })],
    ['refresh_sid_mismatch', async (held) => ({ ...held, expired_token: await cookie(`sess_bob?origin=${ORIGIN}`) })],
    ['refresh_request_origin_invalid', (held) => ({ ...held, request_origin: 'app' })],
    ['refresh_request_origin_azp_mismatch', (held) => ({ ...held, request_origin: 'https://evil.example.com' })],
    [
      'expired_session_token_missing_azp',
      async (held) => ({ ...held, expired_token: (await client.post('/sessions/sess_ada/tokens')).body.jwt }),
    ],
    [
      'expired_session_token_missing_sid',
      async (held) => {
        await client.post('/jwt_templates', { name: 'mine', claims: {} });
        return { ...held, expired_token: (await client.post('/sessions/sess_ada/tokens/mine')).body.jwt };
      },
    ],
    [
      'session_refresh_expired_session_token_missing_iat',
      async (held) => {
        const { keys } = await (await client.sandbox.app()).instance();
        return { ...held, expired_token: await keys.sign({ sid: 'sess_ada', azp: ORIGIN }) };
      },
    ],
    [
      'session_refresh_inactive_session',
      async (held) => {
        await client.post('/sessions/sess_ada/revoke');
        return held;
      },
    ],
    [
      'session_refresh_session_not_found',
      async (held) => {
        await client.delete('/users/user_ada');
        return held;
      },
    ],
    [
      'session_refresh_expired_session_token_too_old',
      (held) => {
        client.clock.now += 25 * 60 * MINUTE_MS;
        return held;
      },
    ],
  ])('answers 401 %s', async (code, change) => {
    const answer = await refresh(await change(await cookies()));
    expect([answer.status, answer.code]).toEqual([401, code]);
  });

  it('by a token of another instance is refused', async () => {
    const held = await cookies();
    const first = client;
    client = await openSandbox({
      seed: { users: [{ id: 'user_ada' }], sessions: [{ id: 'sess_ada', user: 'user_ada' }] },
    });
    const foreign = await cookies();
    client = first;
    expect((await refresh({ ...held, expired_token: foreign.expired_token })).code).toBe('expired_session_token_invalid');
  });

  it('a session that ended has no refresh token to give', async () => {
    await client.post('/sessions/sess_ada/revoke');
    const response = await fetch(`${client.sandbox.origin}/_sandbox/cookies/sess_ada/refresh`);
    expect(response.status).toBe(400);
  });
});
