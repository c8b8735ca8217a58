import { createClerkClient, verifyToken } from '@clerk/backend';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.js';
import { type Client, EASY, openSandbox } from './harness.js';

const SEED = {
  users: [{ id: 'user_ada', email_addresses: ['ada@example.com'] }],
  organizations: [{ id: 'org_engine', name: 'Engine', slug: 'engine', members: [{ user: 'user_ada', role: 'org:admin' }] }],
  sessions: [{ id: 'sess_ada', user: 'user_ada' }],
} satisfies SandboxOptions['seed'];

const at = () => Date.now();
const open = (settings: object = {}): Promise<Client> =>
  openSandbox({ seed: { ...SEED, settings: { ...EASY, ...settings } }, now: at });

async function tokens(client: Client): Promise<{ session: string; template: string }> {
  await client.post('/jwt_templates', { name: 'store', claims: { plan: 'pro' } });
  const session = await client.post('/sessions/sess_ada/tokens');
  const template = await client.post('/sessions/sess_ada/tokens/store');
  return { session: String(session.body.jwt), template: String(template.body.jwt) };
}

/** What an application that uses Clerk's SDK makes of a request with this token. */
async function authenticate(client: Client, token: string) {
  const clerk = createClerkClient({
    secretKey: client.sandbox.secretKey,
    publishableKey: await client.sandbox.publishableKey(),
    apiUrl: client.sandbox.origin,
  });
  const request = new Request('http://localhost/', { headers: { authorization: `Bearer ${token}` } });
  return clerk.authenticateRequest(request);
}

describe('an application', () => {
  it('takes the token of a session, and not one of a template in its place', async () => {
    const client = await open();
    const { session, template } = await tokens(client);
    const signedIn = await authenticate(client, session);
    expect(signedIn.status).toBe('signed-in');
    expect(signedIn.toAuth()).toMatchObject({ userId: 'user_ada', sessionId: 'sess_ada', orgId: 'org_engine' });
    expect((await authenticate(client, template)).status).toBe('signed-out');
  });

  it('tells the kinds of token apart by their header', async () => {
    const { session, template } = await tokens(await open());
    expect(decodeProtectedHeader(session)).toMatchObject({ cat: 'cl_B7d4PD111AAA', typ: 'JWT', alg: 'RS256' });
    expect(decodeProtectedHeader(template)).toMatchObject({ cat: 'cl_B7d4PD222AAA', typ: 'JWT', alg: 'RS256' });
  });

  it('finds the keys without a key of its own', async () => {
    const client = await open();
    const response = await fetch(`${client.sandbox.origin}/.well-known/jwks.json`);
    expect(await response.json()).toEqual((await client.get('/jwks')).body);
    const { session } = await tokens(client);
    const { secretKey, origin } = client.sandbox;
    expect(await verifyToken(session, { secretKey, apiUrl: origin })).toMatchObject({ sub: 'user_ada' });
  });
});

describe('the form of the claims', () => {
  const first = { org_id: 'org_engine', org_slug: 'engine', org_role: 'org:admin', org_permissions: [] };

  it('is the second by default', async () => {
    const { session } = await tokens(await open());
    expect(decodeJwt(session)).toMatchObject({ v: 2, o: { id: 'org_engine', slg: 'engine', rol: 'admin' } });
  });

  it.each([
    ['the instance says so', { session_token_version: 1 }, '2026-05-12'],
    ['the version of the request knows no other', {}, '2024-10-01'],
  ])('is the first where %s', async (_, settings, version) => {
    const client = await open(settings);
    const headers = { 'clerk-api-version': version };
    const { body } = await client.send('POST', '/sessions/sess_ada/tokens', { headers });
    const claims = decodeJwt(String(body.jwt));
    expect(claims).toMatchObject(first);
    expect(Object.keys(claims)).not.toEqual(expect.arrayContaining(['v']));
    expect((await authenticate(client, String(body.jwt))).toAuth()).toMatchObject({ orgId: 'org_engine', orgRole: 'org:admin' });
  });
});

it('the publishable key is of the instance’s own domain', async () => {
  const client = await openSandbox({ seed: { domain: 'shop.example.com' } });
  const [, kind, encoded = ''] = (await client.sandbox.publishableKey()).split('_');
  expect([kind, Buffer.from(encoded, 'base64').toString()]).toEqual(['test', 'clerk.shop.example.com$']);
});
