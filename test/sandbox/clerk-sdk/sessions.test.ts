import { createHash } from 'node:crypto';
import { verifyToken } from '@clerk/backend';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { codeOf, deletedAs, ids, type Opened, openClerk } from './support.js';

const SEED = {
  users: [{ id: 'user_ada', username: 'adalove', email_addresses: ['ada@example.com'] }],
  sessions: [
    { id: 'sess_1', user: 'adalove', client: 'laptop', browser_name: 'Firefox', city: 'London' },
    { id: 'sess_2', user: 'adalove', client: 'phone', status: 'ended' as const },
  ],
};
/** The SDK reads the system's clock, so these sandboxes do too. */
const openNow = (): Promise<Opened> => openClerk({ seed: SEED, now: Date.now });

describe('sessions', () => {
  it('are listed, read and revoked', async () => {
    const { clerk } = await openNow();
    const { sessions } = clerk;
    const page = await sessions.getSessionList({ userId: 'user_ada' });
    expect([new Set(ids(page)), page.totalCount]).toEqual([new Set(['sess_1', 'sess_2']), 2]);
    expect(ids(await sessions.getSessionList({ userId: 'user_ada', status: 'active' }))).toEqual(['sess_1']);
    const session = await sessions.getSession('sess_1');
    expect(session).toMatchObject({ userId: 'user_ada', status: 'active', latestActivity: { browserName: 'Firefox' } });
    expect(ids(await sessions.getSessionList({ clientId: session.clientId }))).toEqual(['sess_1']);
    expect(await sessions.revokeSession('sess_1')).toMatchObject({ id: 'sess_1', status: 'revoked' });
    expect(await codeOf(sessions.revokeSession('sess_1'))).toEqual([400, 'session_not_active']);
  });

  it('verifySession is no longer in the version that the SDK speaks', async () => {
    const { clerk } = await openNow();
    expect(await codeOf(clerk.sessions.verifySession('sess_1', 'token'))).toEqual([410, 'operation_deprecated']);
  });
});

describe('default session tokens', () => {
  it('of a new session verify, with the organization that is active in it', async () => {
    const { clerk, client } = await openNow();
    const { origin: apiUrl, secretKey } = client.sandbox;
    const session = await clerk.sessions.createSession({ userId: 'user_ada' });
    expect(session).toMatchObject({ userId: 'user_ada', status: 'active' });
    const { jwt } = await clerk.sessions.getToken(session.id);
    const claims = await verifyToken(jwt, { secretKey, apiUrl, skipJwksCache: true });
    expect(claims).toMatchObject({ sub: 'user_ada', sid: session.id, v: 2, sts: 'active' });
    expect(await codeOf(clerk.sessions.getToken('sess_2'))).toEqual([401, 'session_not_active']);
  });

  it('tell the SDK what their user may do in the active organization', async () => {
    const permissions = ['org:invoices:create', 'org:invoices:read', 'org:reports:read'];
    const { clerk, client } = await openClerk({
      now: Date.now,
      seed: {
        ...SEED,
        domain: 'example.com',
        permissions: permissions.map((key) => ({ key, name: key })),
        roles: [{ key: 'org:clerk', name: 'Clerk', permissions: ['org:invoices:create', 'org:reports:read'] }],
        role_sets: [
          {
            key: 'role_set:office',
            name: 'Office',
            roles: ['org:admin', 'org:clerk'],
            default_role: 'org:clerk',
            creator_role: 'org:admin',
            initial: true,
          },
        ],
        organizations: [{ id: 'org_acme', name: 'Acme', slug: 'acme', members: [{ user: 'adalove', role: 'org:clerk' }] }],
      },
    });
    const { origin: apiUrl, secretKey } = client.sandbox;
    const made = await client.post('/sessions', { user_id: 'user_ada', active_organization_id: 'org_acme' });
    const { jwt } = await clerk.sessions.getToken(String(made.body.id));
    const publishableKey = `pk_test_${Buffer.from('clerk.example.com$').toString('base64')}`;
    const request = new Request('https://app.example.com/', { headers: { authorization: `Bearer ${jwt}` } });
    const state = await clerk.authenticateRequest(request, { apiUrl, secretKey, publishableKey, skipJwksCache: true });
    const auth = state.toAuth();
    expect(auth).toMatchObject({ userId: 'user_ada', orgId: 'org_acme', orgSlug: 'acme', orgRole: 'org:clerk' });
    const allowed = permissions.map((permission) => auth?.has({ permission }));
    expect(allowed).toEqual([true, false, true]);
  });

  it('are refreshed by the cookies that a browser holds', async () => {
    const { clerk, client } = await openNow();
    const cookie = async (path: string) => String((await client.get(`/_sandbox/cookies/${path}`)).body.value);
    const params = {
      expired_token: await cookie('sess_1?origin=https://app.example.com'),
      refresh_token: await cookie('sess_1/refresh'),
      request_origin: 'https://app.example.com',
    };
    const { cookies } = await clerk.sessions.refreshSession('sess_1', { ...params, format: 'cookie' });
    expect(cookies).toEqual([expect.stringMatching(/^__session=/)]);
    expect(await codeOf(clerk.sessions.refreshSession('sess_1', { ...params, format: 'token' }))).toEqual([
      401,
      'session_refresh_expired_session_token_consumed',
    ]);
  });

  it('that expired are refreshed while a request is authenticated', async () => {
    const behind = { ms: 5 * 60 * 1000 };
    const { clerk, client } = await openClerk({ seed: { ...SEED, domain: 'example.com' }, now: () => Date.now() - behind.ms });
    const cookie = async (path: string) => String((await client.get(`/_sandbox/cookies/${path}`)).body.value);
    const publishableKey = `pk_test_${Buffer.from('clerk.example.com$').toString('base64')}`;
    const suffix = createHash('sha1').update(publishableKey).digest('base64url').slice(0, 8);
    const cookies = {
      __session: await cookie('sess_1?origin=https://app.example.com'),
      [`__refresh_${suffix}`]: await cookie('sess_1/refresh'),
      __client_uat: '1',
      __clerk_db_jwt: 'none',
    };
    behind.ms = 0;
    const request = new Request('https://app.example.com/home', {
      headers: {
        accept: 'text/html',
        cookie: Object.entries(cookies)
          .map(([name, value]) => `${name}=${value}`)
          .join('; '),
      },
    });
    const { origin: apiUrl, secretKey } = client.sandbox;
    const state = await clerk.authenticateRequest(request, { apiUrl, secretKey, publishableKey, skipJwksCache: true });
    expect([state.status, state.reason]).toEqual(['signed-in', null]);
    expect(state.toAuth()).toMatchObject({ userId: 'user_ada', sessionId: 'sess_1', sessionStatus: 'active' });
    expect(state.headers.get('set-cookie')).toMatch(/^__session=/);
  });
});

describe('clients', () => {
  it('are listed and read with their sessions', async () => {
    const { clerk } = await openNow();
    const page = await clerk.clients.getClientList();
    expect(page.totalCount).toBe(2);
    const { clientId } = await clerk.sessions.getSession('sess_1');
    const one = await clerk.clients.getClient(clientId);
    expect(one).toMatchObject({ id: clientId, sessionIds: ['sess_1'], sessions: [{ id: 'sess_1', status: 'active' }] });
    expect(await codeOf(clerk.clients.getClient('client_none'))).toEqual([404, 'resource_not_found']);
  });

  it('are verified by the token that their browser holds', async () => {
    const { clerk, client } = await openNow();
    const { clientId } = await clerk.sessions.getSession('sess_1');
    const { value } = (await client.get(`/_sandbox/cookies/${clientId}`)).body;
    expect(await clerk.clients.verifyClient(String(value))).toMatchObject({ id: clientId, sessionIds: ['sess_1'] });
    expect(await codeOf(clerk.clients.verifyClient('a.b.c'))).toEqual([400, 'cookie_invalid']);
  });
});

describe('jwtTemplates and session tokens', () => {
  const template = { name: 'hasura', claims: { role: 'editor', email: '{{user.primary_email_address}}' }, lifetime: 120 };

  it('templates are created, read, listed, changed and deleted', async () => {
    const { clerk } = await openNow();
    const { jwtTemplates } = clerk;
    const made = await jwtTemplates.create({ ...template, allowedClockSkew: 10 });
    expect(made).toMatchObject({ ...template, allowedClockSkew: 10, customSigningKey: false, signingAlgorithm: 'RS256' });
    expect(await jwtTemplates.get(made.id)).toEqual(made);
    const page = await jwtTemplates.list();
    expect([ids(page), page.totalCount]).toEqual([[made.id], 1]);
    const changed = await jwtTemplates.update({ templateId: made.id, ...template, lifetime: 90 });
    expect(changed).toMatchObject({ id: made.id, lifetime: 90 });
    expect(await jwtTemplates.delete(made.id)).toEqual(deletedAs('jwt_template', made.id));
    expect((await jwtTemplates.list()).totalCount).toBe(0);
  });

  it('a token verifies by the SDK and by a standard JOSE library', async () => {
    const { clerk, client } = await openNow();
    await clerk.jwtTemplates.create(template);
    const { jwt } = await clerk.sessions.getToken('sess_1', 'hasura');
    const { origin, secretKey, url } = client.sandbox;
    const claims = await verifyToken(jwt, { secretKey, apiUrl: origin, skipJwksCache: true });
    expect(claims).toMatchObject({ sub: 'user_ada', role: 'editor', email: 'ada@example.com' });
    expect(claims.exp - claims.iat).toBe(120);
    const withKey: typeof fetch = (input, init) => fetch(input, { ...init, headers: { authorization: `Bearer ${secretKey}` } });
    const keys = createRemoteJWKSet(new URL(`${url}/jwks`), { [customFetch]: withKey });
    expect((await jwtVerify(jwt, keys)).payload.sub).toBe('user_ada');
    const [head, body, signature = ''] = jwt.split('.');
    const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    await expect(verifyToken(forged, { secretKey, apiUrl: origin, skipJwksCache: true })).rejects.toThrow(/signature/i);
  });

  it('a token lives as long as asked for', async () => {
    const { clerk, client } = await openNow();
    await clerk.jwtTemplates.create(template);
    const { jwt } = await clerk.sessions.getToken('sess_1', 'hasura', 30);
    const { origin: apiUrl, secretKey } = client.sandbox;
    const claims = await verifyToken(jwt, { secretKey, apiUrl, skipJwksCache: true });
    expect(claims.exp - claims.iat).toBe(30);
  });

  it('no token without a template or an active session', async () => {
    const { clerk } = await openNow();
    expect(await codeOf(clerk.sessions.getToken('sess_1', 'none'))).toEqual([404, 'resource_not_found']);
    await clerk.jwtTemplates.create(template);
    expect(await codeOf(clerk.sessions.getToken('sess_2', 'hasura'))).toEqual([401, 'session_not_active']);
  });
});

it('jwks', async () => {
  const { clerk } = await openNow();
  const { keys } = await clerk.jwks.getJwks();
  expect(keys).toMatchObject([{ use: 'sig', kty: 'RSA', alg: 'RS256', kid: expect.stringMatching(/^ins_/), e: 'AQAB' }]);
});

it('signUps', async () => {
  const sign_ups = [
    { id: 'sua_1', email_address: 'carol@example.com' },
    { id: 'sua_2', email_address: 'ada@example.com', user: 'adalove' },
  ];
  const { clerk } = await openClerk({ seed: { ...SEED, sign_ups } });
  expect(await clerk.signUps.get('sua_1')).toMatchObject({ id: 'sua_1', status: 'missing_requirements' });
  expect(await codeOf(clerk.signUps.get('sua_none'))).toEqual([404, 'resource_not_found']);
  const changed = await clerk.signUps.update({ signUpAttemptId: 'sua_1', externalId: 'ext-1', customAction: true });
  expect(changed).toMatchObject({
    id: 'sua_1',
    status: 'missing_requirements',
    emailAddress: 'carol@example.com',
    externalId: 'ext-1',
    customAction: true,
    unverifiedFields: ['email_address'],
  });
  const finished = clerk.signUps.update({ signUpAttemptId: 'sua_2', externalId: 'ext-2' });
  expect(await codeOf(finished)).toEqual([403, 'sign_up_cannot_be_updated']);
});

it('signInTokens', async () => {
  const { clerk } = await openNow();
  const made = await clerk.signInTokens.createSignInToken({ userId: 'user_ada', expiresInSeconds: 60 });
  expect(made).toMatchObject({ userId: 'user_ada', status: 'pending', token: expect.any(String), url: expect.any(String) });
  expect(await clerk.signInTokens.revokeSignInToken(made.id)).toMatchObject({ id: made.id, status: 'revoked' });
  expect(await codeOf(clerk.signInTokens.revokeSignInToken(made.id))).toEqual([400, 'sign_in_token_cannot_be_revoked_code']);
  const nobody = clerk.signInTokens.createSignInToken({ userId: 'user_none', expiresInSeconds: 60 });
  expect(await codeOf(nobody)).toEqual([404, 'resource_not_found']);
});

it('actorTokens', async () => {
  const { clerk } = await openNow();
  const support = await clerk.users.createUser({ emailAddress: ['support@example.com'] });
  const made = await clerk.actorTokens.create({ userId: 'user_ada', actor: { sub: support.id }, expiresInSeconds: 600 });
  expect(made).toMatchObject({ userId: 'user_ada', actor: { sub: support.id }, status: 'pending', token: expect.any(String) });
  expect(await clerk.actorTokens.revoke(made.id)).toMatchObject({ id: made.id, status: 'revoked' });
  expect(await codeOf(clerk.actorTokens.revoke(made.id))).toEqual([400, 'actor_token_cannot_be_revoked_code']);
});
