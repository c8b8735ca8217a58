import { generateKeyPairSync } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, type JWTVerifyOptions, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Client, NOON, openSandbox } from './harness.js';

const SECONDS = NOON / 1000;
const ISSUER = 'https://clerk.acme.example.com';

let client: Client;
beforeEach(async () => {
  client = await openSandbox({
    seed: {
      domain: 'acme.example.com',
      users: [
        {
          id: 'user_ada',
          first_name: 'Ada',
          last_name: 'Byron',
          email_addresses: ['ada@example.com'],
          phone_numbers: [{ phone_number: '+15555550100', verified: false }],
          public_metadata: { plan: 'pro', tags: ['x'] },
          private_metadata: { crm: 'hidden' },
          created_at: NOON - 1500,
        },
        { id: 'user_bob', username: 'bobby' },
        { id: 'user_barred', email_addresses: ['barred@example.com'], banned: true },
      ],
      organizations: [
        {
          id: 'org_acme',
          name: 'Acme',
          slug: 'acme',
          public_metadata: { tier: 1 },
          members: [{ user: 'user_ada', role: 'org:admin' }],
        },
      ],
      sessions: [
        { id: 'sess_ada', user: 'user_ada' },
        { id: 'sess_bob', user: 'user_bob' },
        { id: 'sess_barred', user: 'user_barred' },
        { id: 'sess_over', user: 'user_ada', status: 'ended' },
      ],
    },
  });
});

const addTemplate = (claims: object, more: object = {}) => client.post('/jwt_templates', { name: 'mine', claims, ...more });
const mint = (session: string, body?: object) => client.post(`/sessions/${session}/tokens/mine`, body);

/** The claims, verified as another service would: with the published key set. */
async function verified(jwt: unknown, options: JWTVerifyOptions = {}) {
  const headers = { authorization: `Bearer ${client.sandbox.secretKey}` };
  const keys = createRemoteJWKSet(new URL(`${client.sandbox.url}/jwks`), { headers });
  return jwtVerify(String(jwt), keys, { currentDate: new Date(client.clock.now), ...options });
}

describe('a token from a template', () => {
  it('verifies with the published keys and holds what the template says', async () => {
    await addTemplate({
      aud: 'https://api.example.com',
      id: '{{user.id}}',
      name: '{{user.full_name}}',
      email: '{{user.primary_email_address}}',
      phone: ['{{user.primary_phone_number}}', '{{user.phone_number_verified}}', '{{user.email_verified}}'],
      since: '{{user.created_at}}',
      plan: '{{user.public_metadata.plan}}',
      hidden: '{{user.private_metadata}}',
      org: { id: '{{org.id}}', slug: '{{org.slug}}', role: '{{org.role}}', tier: '{{org.public_metadata.tier}}' },
      may: '{{org_membership.permissions}}',
      all: '{{user.organizations}}',
      greeting: "Hi {{user.username || 'there'}}",
    });
    const { status, body } = await mint('sess_ada');
    expect([status, body.object]).toEqual([200, 'token']);
    const { payload, protectedHeader } = await verified(body.jwt, { issuer: ISSUER, audience: 'https://api.example.com' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^ins_/) });
    expect(payload).toEqual({
      aud: 'https://api.example.com',
      id: 'user_ada',
      name: 'Ada Byron',
      email: 'ada@example.com',
      phone: ['+15555550100', false, true],
      since: SECONDS - 2,
      plan: 'pro',
      hidden: null,
      org: { id: 'org_acme', slug: 'acme', role: 'org:admin', tier: 1 },
      may: expect.arrayContaining(['org:sys_memberships:manage']),
      all: { org_acme: 'org:admin' },
      greeting: 'Hi there',
      iss: ISSUER,
      sub: 'user_ada',
      iat: SECONDS,
      nbf: SECONDS - 5,
      exp: SECONDS + 60,
      jti: expect.stringMatching(/^[0-9a-f]{20}$/),
    });
  });

  it('has no organization where none is active, or the user has left it', async () => {
    await addTemplate({ org: '{{org.id}}', role: '{{org_membership.role}}' });
    expect(decodeJwt(String((await mint('sess_bob')).body.jwt))).toMatchObject({ org: null, role: null });
    await client.post('/organizations/org_acme/memberships', { user_id: 'user_bob', role: 'org:admin' });
    await client.delete('/organizations/org_acme/memberships/user_ada');
    expect(decodeJwt(String((await mint('sess_ada')).body.jwt))).toMatchObject({ org: null, role: null });
  });

  it('runs out when the template or the request says', async () => {
    await addTemplate({}, { lifetime: 120, allowed_clock_skew: 0 });
    const { jwt } = (await mint('sess_ada')).body;
    expect(decodeJwt(String(jwt))).toMatchObject({ nbf: SECONDS, exp: SECONDS + 120 });
    const short = (await mint('sess_ada', { expires_in_seconds: 30 })).body.jwt;
    expect(decodeJwt(String(short)).exp).toBe(SECONDS + 30);
    client.clock.now += 31_000;
    await expect(verified(short)).rejects.toThrow(/exp/);
    await verified(jwt);
    expect((await mint('sess_ada', { expires_in_seconds: 29 })).param).toBe('expires_in_seconds');
    expect((await mint('sess_ada', { expires_in_seconds: null })).status).toBe(200);
  });

  it('is no session’s own token', async () => {
    await addTemplate({ session: '{{session.id}}' });
    const { jwt } = (await mint('sess_ada')).body;
    expect((await client.post('/sessions/sess_ada/verify', { token: jwt })).code).toBe('invalid_session_token');
  });

  it('changed by one letter verifies no more', async () => {
    await addTemplate({});
    const [head, , signature] = String((await mint('sess_ada')).body.jwt).split('.');
    const forged = Buffer.from(JSON.stringify({ sub: 'user_bob', exp: SECONDS + 60 })).toString('base64url');
    await expect(verified(`${head}.${forged}.${signature}`)).rejects.toThrow(/signature/);
  });
});

describe('with a key of the template’s own', () => {
  it('a private key signs, and its public half verifies', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signing_key = privateKey.export({ type: 'sec1', format: 'pem' });
    await addTemplate({ id: '{{user.id}}' }, { custom_signing_key: true, signing_algorithm: 'ES256', signing_key });
    const { jwt } = (await mint('sess_ada')).body;
    const { payload } = await jwtVerify(String(jwt), publicKey, { currentDate: new Date(NOON), algorithms: ['ES256'] });
    expect(payload).toMatchObject({ id: 'user_ada', sub: 'user_ada' });
    await expect(verified(jwt)).rejects.toThrow();
  });

  it('a secret signs as well', async () => {
    const signing_key = 'a secret that two services share';
    await addTemplate({}, { custom_signing_key: true, signing_algorithm: 'HS256', signing_key });
    const { jwt } = (await mint('sess_ada')).body;
    const { payload } = await jwtVerify(String(jwt), new TextEncoder().encode(signing_key), { currentDate: new Date(NOON) });
    expect(payload.sub).toBe('user_ada');
  });
});

describe('no token is made', () => {
  beforeEach(() => addTemplate({}));

  it.each([
    ['for a session that has ended', 'sess_over', 401, 'session_not_active'],
    ['for a user who is banned', 'sess_barred', 403, 'user_banned'],
    ['for no session', 'sess_none', 404, 'resource_not_found'],
  ])('%s', async (_, session, status, code) => {
    const answer = await mint(session);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it('after a ban, a revocation, or the end of the session’s time', async () => {
    await client.post('/users/user_bob/ban');
    expect((await mint('sess_bob')).status).toBe(401);
    expect((await mint('sess_ada')).status).toBe(200);
    client.clock.now += 8 * 24 * 60 * 60 * 1000;
    expect((await mint('sess_ada')).code).toBe('session_not_active');
  });

  it('from a template that is not there', async () => {
    const answer = await client.post('/sessions/sess_ada/tokens/other');
    expect([answer.status, answer.code]).toEqual([404, 'resource_not_found']);
  });
});
