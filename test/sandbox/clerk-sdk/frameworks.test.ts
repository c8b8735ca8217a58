import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.js';

interface Greeter {
  readonly ask: (request: Request) => Promise<Response>;
  readonly end: () => unknown;
}

const NAMES = ['express', 'fastify', 'hono', 'nextjs'] as const;

const PEOPLE = {
  users: [{ id: 'user_ada', first_name: 'Ada', email_addresses: ['ada@example.com'] }],
  organizations: [{ id: 'org_acme', name: 'Acme', members: [{ user: 'user_ada', role: 'org:admin' }] }],
  sessions: [{ id: 'sess_ada', user: 'user_ada' }],
};

let sandbox: Sandbox;
const started = new Map<string, Greeter>();
beforeAll(async () => {
  sandbox = await startSandbox({ seed: PEOPLE });
  const publishableKey = await sandbox.publishableKey();
  // Read when the middleware is loaded.
  Object.assign(process.env, {
    CLERK_API_URL: sandbox.origin,
    CLERK_SECRET_KEY: sandbox.secretKey,
    CLERK_PUBLISHABLE_KEY: publishableKey,
    NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: publishableKey,
    CLERK_TELEMETRY_DISABLED: '1',
    NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED: '1',
  });
  const { greeters } = (await import(new URL('greeters.mjs', import.meta.url).href)) as {
    greeters: Record<string, () => Promise<Greeter>>;
  };
  for (const name of NAMES) started.set(name, (await greeters[name]?.()) as Greeter);
}, 120_000);
afterAll(async () => {
  await Promise.all([...started.values()].map(({ end }) => end()));
  await sandbox.close();
});

const ask = (name: string, token?: string): Promise<Response> => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (started.get(name) as Greeter).ask(new Request('http://localhost/', { headers }));
};

async function tokenAt(path: string): Promise<string> {
  const response = await fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${sandbox.secretKey}`,
      'clerk-api-version': '2026-05-12',
      'content-type': 'application/json',
    },
    body: path.startsWith('/jwt_templates') ? JSON.stringify({ name: 'store', claims: {} }) : '{}',
  });
  return String(((await response.json()) as { jwt?: string }).jwt);
}

describe.each(NAMES)('@clerk/%s', (name) => {
  it('lets a user with the token of a session in, and looks the user up', async () => {
    const response = await ask(name, await tokenAt('/sessions/sess_ada/tokens'));
    expect([response.status, await response.text()]).toEqual([200, 'Hello, Ada.']);
  });

  it('lets nobody in without a token, with one of a template or with a foreign one', async () => {
    await tokenAt('/jwt_templates');
    const [head, claims] = (await tokenAt('/sessions/sess_ada/tokens')).split('.');
    const forged = `${head}.${claims}.${'A'.repeat(342)}`;
    for (const token of [undefined, await tokenAt('/sessions/sess_ada/tokens/store'), forged]) {
      expect((await ask(name, token)).status).toBe(401);
    }
  });
});
