import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCE, TestIssuer } from '../mcp/auth/test-issuer.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { bearer, call, initialize, modernCall, openSession, openSse, post } from '../support/raw-http.js';
import { scratchDirectory } from '../support/scratch.js';

const COUNT = 'Users_getTotalCount';
const UPDATE = 'Users_updateUserAttributes';
const scratch = await scratchDirectory();
const instances = join(scratch, 'instances.json');
const grants = join(scratch, 'grants.yml');
const WELL_KNOWN = '/.well-known/oauth-protected-resource';

let issuer: TestIssuer;
let server: HttpProgram;

const GRANTS = `grants:
  - who: { subject: user_ada }
    scopes: [clerk:read]
    instances: shop
  - who: { subject: [user_ada, user_bob] }
    scopes: [clerk:read, clerk:write]
    instances: [staging]
  - who: { subject: user_eve }
    scopes: [clerk:read]
`;

beforeAll(async () => {
  issuer = await TestIssuer.start();
  await writeFile(
    instances,
    JSON.stringify({ instances: { shop: { kind: 'sandbox' }, staging: { kind: 'sandbox', audience: 'legacy' } } }),
  );
  await writeFile(grants, GRANTS);
  const oauth = ['--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--grants', grants];
  server = await startHttp({ args: ['--instances', instances, '--allowed-hosts', '127.0.0.1', ...oauth] });
});
afterAll(async () => {
  await stopAll();
  await issuer.stop();
});

/** Shows a token for one instance. */
const as = async (sub: string, instance: string, more: object = {}) =>
  bearer(await issuer.token({ sub, aud: `${AUDIENCE}/${instance}`, ...more }));

describe('an instance of several', () => {
  it('is a resource of its own, to whose metadata its 401 points, over both transports', async () => {
    for (const [path, resource] of [
      ['/mcp', AUDIENCE],
      ['/mcp/shop', `${AUDIENCE}/shop`],
      ['/mcp/staging', `${AUDIENCE}/staging`],
      ['/sse/shop', `${AUDIENCE.replace(/mcp$/, 'sse')}/shop`],
    ] as const) {
      const refused = path.startsWith('/sse')
        ? await fetch(`${server.url}${path}`)
        : await post(`${server.url}${path}`, initialize());
      expect(refused.status).toBe(401);
      const [, address = ''] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
      expect(address).toBe(`https://mcp.example.com${WELL_KNOWN}${path}`);
      const metadata = await (await fetch(`${server.url}${WELL_KNOWN}${path}`)).json();
      expect(metadata).toMatchObject({ resource, authorization_servers: [issuer.url] });
    }
    const scopesOf = async (path: string) =>
      ((await (await fetch(`${server.url}${WELL_KNOWN}${path}`)).json()) as { scopes_supported: string[] }).scopes_supported;
    expect(await scopesOf('/mcp/shop')).toEqual(['clerk:read']);
    expect(await scopesOf('/mcp/staging')).toEqual(['clerk:read', 'clerk:write']);
  });

  it('takes no token for another, nor one for /mcp itself', async () => {
    const status = async (instance: string, aud: string) =>
      (await modernCall(server.url, COUNT, {}, bearer(await issuer.token({ aud })), `/mcp/${instance}`)).status;
    expect(await status('shop', `${AUDIENCE}/shop`)).toBe(200);
    expect(await status('shop', `${AUDIENCE.replace(/mcp$/, 'sse')}/shop`)).toBe(200);
    for (const aud of [`${AUDIENCE}/staging`, AUDIENCE, 'legacy', `${AUDIENCE}/shop/..`])
      expect(await status('shop', aud)).toBe(401);
    expect(await status('staging', 'legacy')).toBe(200);
    const { json } = await post(
      `${server.url}/mcp`,
      initialize(),
      bearer(await issuer.token({ aud: AUDIENCE, sub: 'user_bob' })),
    );
    expect(json.error).toMatchObject({ message: expect.stringMatching(/Open to you: \/mcp\/staging\.$/) });
  });

  it('grants each person what the entry says that names it, and nothing to others', async () => {
    const update = async (sub: string, instance: string) => {
      const scope = 'clerk:read clerk:write';
      return modernCall(server.url, UPDATE, { user_id: 'user_x' }, await as(sub, instance, { scope }), `/mcp/${instance}`);
    };
    const cut = await update('user_ada', 'shop');
    expect([cut.status, cut.text]).toEqual([403, expect.stringContaining('does not grant to user_ada')]);
    expect((await update('user_ada', 'staging')).status).toBe(200);
    for (const [sub, instance] of [
      ['user_bob', 'shop'],
      ['user_eve', 'shop'],
      ['user_eve', 'staging'],
    ] as const) {
      const { status, json } = await post(`${server.url}/mcp/${instance}`, initialize(), await as(sub, instance));
      expect(status).toBe(403);
      expect(json.error).toMatchObject({ message: expect.stringContaining(`nothing is granted on ${instance}`) });
    }
  });

  it('ends what is open there, and nowhere else, once the file no longer names it', async () => {
    const session = await openSession(server.url, await as('user_bob', 'staging'), {}, '/mcp/staging');
    const ada = await as('user_ada', 'shop');
    const other = await openSession(server.url, ada, {}, '/mcp/shop');
    const { stream } = await openSse(server.url, await as('user_bob', 'staging'), '/sse/staging');
    await writeFile(grants, GRANTS.replace('user_bob', 'user_nobody'));
    await stream.ended();
    expect((await post(`${server.url}/mcp/staging`, call(1, COUNT), session)).status).toBe(403);
    expect((await post(`${server.url}/mcp/shop`, call(1, COUNT), other)).status).toBe(200);
    await writeFile(grants, GRANTS.replace('instances: shop', 'instances: shopp'));
    const complaint = await server.logged('the grants file could not be read again');
    expect(complaint.reason).toContain('grants[0].instances: no instance is named "shopp". Did you mean shop?');
  });
});

describe('a server with one instance', () => {
  it('refuses a file that names instances, whose entries would reach the only one', async () => {
    await writeFile(grants, GRANTS);
    const oauth = ['--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE, '--grants', grants];
    await expect(startHttp({ args: ['--sandbox', ...oauth] })).rejects.toThrow(
      /grants\[0\]\.instances: instances can be named only where several are served/,
    );
  });
});
