import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { storeKeys } from '../../src/limits/store-keys.js';
import type { Middleware } from '../../src/sandbox/middleware.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.js';
import { type RedisGroup, SENTINELS_PASSWORD, startCluster, startSentinels } from '../limits/redis-groups.js';
import { type RedisServer, withoutRedis } from '../limits/redis-server.js';
import { connectHttp, type HttpClient } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import type { ToolResult } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { tokenFile, tokenOf } from '../support/token-file.js';

const PASSWORD = 'hunter2-of-the-store';
const BAN = 'Users_markBanned';
/** How long calls may have to wait for another primary, on a machine with other work. */
const POLL = { timeout: 60_000, interval: 50 };

/** What came to Clerk and changed something, in its order. */
let reached: string[] = [];
const times = (...parts: string[]): number => reached.filter((line) => parts.every((part) => line.includes(part))).length;

/** Changes of users whose id has this in it wait until it is opened. */
let gate: { readonly of: string; readonly opened: Promise<void>; arrived: number } | undefined;

const lookOn: Middleware = async (exchange, next) => {
  const { method, segments, body } = exchange.request;
  const line = `${method} ${segments.join('/')} ${Buffer.from(body).toString()}`;
  if (method !== 'GET') reached.push(line);
  if (method !== 'GET' && gate !== undefined && line.includes(gate.of)) {
    gate.arrived += 1;
    await gate.opened;
  }
  return next(exchange);
};

const codeOf = ({ json }: ToolResult): unknown => (json as { error?: unknown }).error;

describe.skipIf(withoutRedis).each([
  ['Sentinels', startSentinels],
  ['a cluster', startCluster],
] as const)('when the primary of the store is killed, behind %s,', (_, startGroup) => {
  let sandbox: Sandbox;
  let group: RedisGroup;
  let servers: HttpProgram[];
  const clients: HttpClient[] = [];

  beforeAll(async () => {
    const directory = await scratchDirectory();
    sandbox = await startSandbox({ seed: { settings: { password_required: false } }, middlewares: [lookOn] });
    group = await startGroup(directory, PASSWORD);
    const [tokens, passwordFile, sentinelPasswordFile] = await Promise.all([
      tokenFile(directory, ['ada']),
      scratchFile(directory, `${PASSWORD}\n`),
      scratchFile(directory, SENTINELS_PASSWORD),
    ]);
    const env = {
      CLERK_SECRET_KEY: sandbox.secretKey,
      CLERK_API_URL: sandbox.url,
      CLERK_MCP_SIGNING_KEY: 'the same in all processes of the deployment',
      CLERK_MCP_STORE: group.url,
      CLERK_MCP_STORE_PASSWORD_FILE: passwordFile,
      ...(group.url.includes('sentinel') && { CLERK_MCP_STORE_SENTINEL_PASSWORD_FILE: sentinelPasswordFile }),
    };
    const args = ['--auth', 'token', '--tokens', tokens, '--confirm', 'token'];
    servers = await Promise.all([1, 2, 3].map(() => startHttp({ args, env })));
    for (const { url } of servers) clients.push(await connectHttp('v2 (2026)', url, { token: tokenOf('ada') }));
    reached = [];
    return async () => {
      await Promise.all(clients.splice(0).map((client) => client.close()));
      await stopAll();
      await group.stop();
      await sandbox.close();
    };
  }, 120_000);

  afterEach(() => {
    gate = undefined;
  });

  const client = (nth: number): HttpClient => clients[nth % clients.length] as HttpClient;
  const claimsAt = async (server: RedisServer): Promise<string[]> =>
    (await group.at(server).keys(storeKeys('clerk-mcp').once('*'))).sort();
  let users = 0;
  const newUser = async (by: HttpClient): Promise<string> => {
    const created = await by.call('Users_createNewUser', { email_address: [`one${users++}@failover.example`] });
    expect(created, created.text).toMatchObject({ isError: false });
    return (created.json as { id: string }).id;
  };
  const mint = async (by: HttpClient, name: string, args: object): Promise<string> => {
    const { json } = await by.call(name, { ...args });
    expect(json).toMatchObject({ error: 'confirmation_required', token: expect.any(String) });
    return (json as { token: string }).token;
  };
  const signs = (): Promise<unknown[]> =>
    Promise.all(
      servers.map(async ({ url }) => {
        const ready = (await (await fetch(`${url}/readyz`)).json()) as { status: string };
        const figures = await (await fetch(`${url}/metrics`)).text();
        return `${ready.status} ${/^clerk_mcp_store_up (\d)$/m.exec(figures)?.[1]}`;
      }),
    );
  const allSay = (sign: string) => expect.poll(signs, POLL).toEqual(servers.map(() => sign));

  it('carries out nothing twice, takes no confirmation twice, and goes on by itself', async () => {
    const [spent, lost, unspent, held] = [
      await newUser(client(0)),
      await newUser(client(0)),
      await newUser(client(0)),
      await newUser(client(0)),
    ];
    const spentToken = await mint(client(0), BAN, { user_id: spent });
    expect(await client(1).call(BAN, { user_id: spent, confirm: spentToken })).toMatchObject({ isError: false });
    const lostToken = await mint(client(1), BAN, { user_id: lost });
    const unspentToken = await mint(client(2), BAN, { user_id: unspent });
    const heldToken = await mint(client(0), BAN, { user_id: held });
    const ids = [];
    for (let at = 0; at < 4; at++) ids.push(await newUser(client(0)));
    const steps = ids.map((user_id) => ({ tool: BAN, arguments: { user_id } }));
    const { plan } = (await client(2).call('Jobs_planChanges', { steps })).json as { plan: string };
    const planToken = await mint(client(2), 'Jobs_applyPlan', { plan });

    // In the middle: a plan between its second and its third call, and a confirmed call that has reached Clerk.
    const before = group.primary();
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    gate = { of: ids[2] as string, opened, arrived: 0 };
    const applied = client(2).call('Jobs_applyPlan', { plan, confirm: planToken });
    await expect.poll(() => gate?.arrived, POLL).toBe(1);
    gate = { of: held, opened, arrived: 0 };
    const heldCall = client(0).call(BAN, { user_id: held, confirm: heldToken });
    await expect.poll(() => gate?.arrived, POLL).toBe(1);

    // What the primary takes now, it takes with it.
    await group.cutOff();
    const copied = await claimsAt(await group.primary());
    expect(await client(1).call(BAN, { user_id: lost, confirm: lostToken })).toMatchObject({ isError: false });
    const primary = await before;
    await primary.kill();
    await allSay('degraded 0');
    expect(await client(0).call('Users_getUserDetails', { user_id: lost })).toMatchObject({ isError: false });
    const whileAway = await client(0).call(BAN, { user_id: unspent, confirm: unspentToken });
    expect(['policy_unavailable', 'confirmation_invalid']).toContain(codeOf(whileAway));
    open();
    expect(await heldCall).toMatchObject({ isError: false });
    expect((await applied).json).toMatchObject({ state: 'finished', done: 4 });
    await group.reconnect();
    await allSay('ok 1');

    // It did lose something, so it is right to trust it with none of the old ones.
    const successor = await group.primary();
    expect(successor.port).not.toBe(primary.port);
    expect(copied).toHaveLength(3);
    expect(await claimsAt(successor)).toEqual(copied);
    const tokens = { [spent]: spentToken, [lost]: lostToken, [unspent]: unspentToken, [held]: heldToken };
    for (const [user_id, confirm] of Object.entries(tokens)) {
      for (const by of clients) {
        expect((await by.call(BAN, { user_id, confirm })).json).toMatchObject({
          error: 'confirmation_invalid',
          reason: 'forgotten',
        });
      }
    }
    expect([spent, lost, unspent, held].map((id) => times(id, 'ban'))).toEqual([1, 1, 0, 1]);
    await client(2).call('Jobs_applyPlan', { plan, confirm: planToken });
    expect(ids.map((id) => times(id, 'ban'))).toEqual([1, 1, 1, 1]);

    // From now on all is as before: what one asked for counts at another, once.
    const anew = await mint(client(0), BAN, { user_id: unspent });
    const racing = await Promise.all([0, 1, 2, 0, 1, 2].map((nth) => client(nth).call(BAN, { user_id: unspent, confirm: anew })));
    expect(racing.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(racing.filter(({ isError }) => isError).map(codeOf)).toEqual(Array(5).fill('confirmation_invalid'));
    expect(times(unspent, 'ban')).toBe(1);

    // The old primary comes back as a replica, and is not taken for the primary.
    await primary.restart();
    await expect.poll(async () => String(await group.at(primary).info('replication')), POLL).toContain('role:slave');
    expect((await group.primary()).port).toBe(successor.port);
    const user_id = await newUser(client(0));
    const last = await mint(client(1), BAN, { user_id });
    expect(await client(2).call(BAN, { user_id, confirm: last })).toMatchObject({ isError: false });
    for (const { stderr } of servers) expect(stderr()).not.toMatch(/hunter[23]/);
  }, 240_000);
});
