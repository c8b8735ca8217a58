import { describe, expect, it } from 'vitest';
import { addUser, type Client, openSandbox } from './harness.js';

/** A request that says no more about itself than what is given, as curl sends it. */
async function bare(client: Client, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${client.sandbox.secretKey}`, 'content-type': 'application/json', ...init.headers };
  return fetch(client.sandbox.url + path, { ...init, headers });
}

const versioned = (client: Client, path: string, version: string) =>
  client.send('GET', path, { headers: { 'clerk-api-version': version } });

describe('a request that names no version', () => {
  it('is answered by the first one, and the answer says so', async () => {
    const client = await openSandbox();
    const { id } = await addUser(client, 'ada@example.com');
    const response = await bare(client, `/users/${id}`, {
      method: 'PATCH',
      body: JSON.stringify({ public_metadata: { plan: 'pro' } }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('clerk-api-version')).toBe('2021-02-05');
    expect(await response.json()).toMatchObject({ public_metadata: { plan: 'pro' } });
  });

  it('finds none of the operations that came later, and is told what to send', async () => {
    const client = await openSandbox();
    const response = await bare(client, '/organization_roles');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      errors: [{ code: 'resource_not_found', long_message: expect.stringContaining('Clerk-API-Version: 2024-10-01') }],
    });
  });
});

it.each([
  ['/organization_roles', '2021-02-05', '2024-10-01'],
  ['/billing/plans', '2025-04-10', '2025-11-10'],
  ['/directories', '2025-04-10', '2025-11-10'],
  ['/directories/dir_none/group_role_mappings', '2025-11-10', '2026-05-12'],
])('%s is unknown to %s and known to %s', async (path, before, since) => {
  const client = await openSandbox();
  const unknown = await versioned(client, path, before);
  expect([unknown.status, unknown.body.errors?.[0]?.message]).toEqual([404, 'URL not found']);
  const known = await versioned(client, path, since);
  expect(known.body.errors?.[0]?.message).not.toBe('URL not found');
});

it('the newest version, which changes the Frontend API alone, has every present operation', async () => {
  const client = await openSandbox();
  expect((await versioned(client, '/users', '2026-08-20')).status).toBe(200);
});

it('sessions with something left to do are active to versions that know no pending ones', async () => {
  const client = await openSandbox();
  const user = await addUser(client, 'ada@example.com', { password: 'correct-horse-battery' });
  await client.post(`/users/${user.id}/password/set_compromised`);
  const { body: session } = await client.post('/sessions', { user_id: user.id });
  expect(session).toMatchObject({ status: 'pending', tasks: [{ key: 'reset-password' }] });
  for (const path of [`/sessions/${session.id}`, `/sessions?user_id=${user.id}`, `/clients/${session.client_id}`]) {
    const shown = JSON.stringify((await versioned(client, path, '2024-10-01')).body);
    expect(shown).toContain('"status":"active"');
    expect(shown).not.toContain('tasks');
    expect(JSON.stringify((await versioned(client, path, '2025-04-10')).body)).toContain('"status":"pending"');
  }
});

describe('a trace id', () => {
  it.each([
    ['an answer', '/users', 200],
    ['a refusal', '/users/user_none', 404],
    ['an address that there is none of', '/nowhere', 404],
    ['a path that is not well encoded', '/users/%E0%A4%A', 400],
  ])('is in the header of %s, and in its errors', async (_, path, status) => {
    const client = await openSandbox();
    const response = await bare(client, path);
    const traceId = response.headers.get('x-clerk-trace-id');
    expect([response.status, traceId]).toEqual([status, expect.stringMatching(/^[0-9a-f]{32}$/)]);
    if (status !== 200) expect(await response.json()).toMatchObject({ clerk_trace_id: traceId });
  });
});
