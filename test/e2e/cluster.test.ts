import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Middleware } from '../../src/sandbox/middleware.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.js';
import { type RedisServer, startRedis, withoutRedis } from '../limits/redis-server.js';
import { connectHttp, type HttpClient, type HttpClientKind } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { type Nginx, startNginx, withoutNginx } from '../support/nginx.js';
import type { ToolResult } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { tokenEntries, tokenFile, tokenOf } from '../support/token-file.js';

/** Everybody who calls; each test has its own, so that limits of one do not reach into another. */
const CALLERS = [
  'anna',
  'boris',
  'carla',
  'dmitri',
  'elif',
  'farid',
  'gwen',
  'hugo',
  'ines',
  'jonas',
  'kira',
  'lena',
  'leaver',
] as const;
type CallerName = (typeof CALLERS)[number];

const CALLS_PER_MINUTE = 60;

const POLL = { timeout: 20_000, interval: 20 };
const BUDGET = 9;

let sandbox: Sandbox;
let redis: RedisServer;
let nginx: Nginx;
let servers: HttpProgram[];
let directory: string;
let startServer: (port?: number, ...more: string[]) => Promise<HttpProgram>;
/** How far the clock of the next server is ahead, in milliseconds. */
let ahead = 0;
let tokenFiles: string[];

/** What came to Clerk and was carried out: `POST users/user_1/ban`. */
let reached: string[] = [];
const reachedBy = (...parts: string[]): number => reached.filter((line) => parts.every((part) => line.includes(part))).length;

/** Requests for whom the gate is shut wait until it is opened. */
let gate: { open: () => void; opened: Promise<void>; arrived: number; onArrival: () => void } | undefined;
function shutGate(): { open: () => void; hasArrived: (count: number) => Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const shut = { open, opened, arrived: 0, onArrival: () => {} };
  gate = shut;
  return {
    open,
    hasArrived: (count) =>
      new Promise((resolve) => {
        shut.onArrival = () => {
          if (shut.arrived >= count) resolve();
        };
        shut.onArrival();
      }),
  };
}

const lookOn: Middleware = async (exchange, next) => {
  const { method, segments, body } = exchange.request;
  reached.push(`${method} ${segments.join('/')} ${Buffer.from(body).toString()}`);
  if (gate !== undefined && Buffer.from(body).includes('held-')) {
    gate.arrived += 1;
    gate.onArrival();
    await gate.opened;
  }
  return next(exchange);
};

const opened: HttpClient[] = [];
async function connect(
  kind: HttpClientKind,
  caller: CallerName,
  url: string,
  person?: () => { action: 'accept'; content: { confirm: boolean } },
): Promise<HttpClient> {
  const client = await connectHttp(kind, url, { token: tokenOf(caller), ...(person && { person }) });
  opened.push(client);
  return client;
}

/** A client of 2026-07-28 at each of the processes, past nginx. */
const atEach = (caller: CallerName): Promise<HttpClient[]> =>
  Promise.all(servers.map(({ url }) => connect('v2 (2026)', caller, url)));

const callsOf = ({ log }: HttpProgram, caller: CallerName): number =>
  log.filter((line) => line.msg === 'call' && line.caller === caller).length;

/** How many calls of the caller each process has answered since then; resolves when so many are on record in all. */
async function answeredBy(caller: CallerName, total: number, since: readonly number[] = [0, 0]): Promise<number[]> {
  const counts = (): number[] => servers.map((server, at) => callsOf(server, caller) - (since[at] ?? 0));
  await expect.poll(() => counts().reduce((sum, count) => sum + count), POLL).toBe(total);
  return counts();
}

async function inFlight({ url }: HttpProgram): Promise<number> {
  const figures = await (await fetch(`${url}/metrics`)).text();
  return Number(/^clerk_mcp_calls_in_flight (\d+)$/m.exec(figures)?.[1]);
}

let users = 0;
async function newUser(client: HttpClient): Promise<string> {
  const created = await client.call('Users_createNewUser', { email_address: [`one${users++}@cluster.example`] });
  expect(created).toMatchObject({ isError: false });
  return (created.json as { id: string }).id;
}

async function mintedToken(client: HttpClient, name: string, args: object): Promise<string> {
  const { json } = await client.call(name, { ...args });
  expect(json).toMatchObject({ error: 'confirmation_required', token: expect.any(String) });
  return (json as { token: string }).token;
}

const clockAhead = (ms: number): string => `const now = Date.now; Date.now = () => now() + ${ms};`;

const codeOf = ({ json }: ToolResult): unknown => (json as { error?: unknown }).error;

/** Resolves with the next line of the log that has the message; one that was there before does not count. */
function nextLogged({ child }: HttpProgram, message: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (chunk: Buffer): void => {
      if (!String(chunk).includes(message)) return;
      child.stderr?.off('data', look);
      resolve();
    };
    child.stderr?.on('data', look);
  });
}

describe.skipIf(withoutRedis || withoutNginx)('two processes behind nginx', () => {
  beforeAll(async () => {
    directory = await scratchDirectory();
    redis = await startRedis();
    sandbox = await startSandbox({
      seed: { settings: { password_required: false } },
      secretKey: 'sk_live_cluster',
      middlewares: [lookOn],
    });
    const policy = await scratchFile(directory, {
      rules: [
        {
          name: 'those who are asked',
          caller: ['dmitri', 'lena'],
          risk: ['destructive', 'credential', 'access'],
          action: 'confirm',
          strength: 'person',
        },
      ],
      budgets: [{ name: 'bans', tools: 'Users_markBanned', caller: 'elif', max: BUDGET, per: '1h', scope: 'caller' }],
    });
    // Each machine has its own copy.
    tokenFiles = await Promise.all([tokenFile(directory, CALLERS), tokenFile(directory, CALLERS)]);
    startServer = (port = 0, ...more) =>
      startHttp({
        args: [
          '--auth',
          'token',
          '--store',
          redis.url,
          '--policy',
          policy,
          '--confirm',
          'token',
          '--trusted-proxies',
          '127.0.0.1',
          '--port',
          String(port),
          ...more,
        ],
        env: {
          CLERK_SECRET_KEY: sandbox.secretKey,
          CLERK_API_URL: sandbox.url,
          CLERK_MCP_SIGNING_KEY: 'the same in all processes of the cluster',
          CLERK_MCP_MAX_CALLS_PER_MINUTE: String(CALLS_PER_MINUTE),
          CLERK_MCP_TOKENS: tokenFiles[started++ % 2] ?? '',
          ...(ahead === 0 ? {} : { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(clockAhead(ahead))}` }),
        },
      });
    let started = 0;
    servers = [await startServer(), await startServer()];
    nginx = await startNginx(
      directory,
      servers.map(({ port }) => port),
    );
  });

  afterAll(async () => {
    gate?.open();
    await Promise.allSettled(opened.map((client) => client.close()));
    await nginx?.stop();
    await stopAll();
    await redis?.kill();
    await sandbox?.close();
  });

  beforeEach(() => {
    reached = [];
    gate = undefined;
  });

  describe('for clients of 2026-07-28', () => {
    it('answers by whichever process', async () => {
      const client = await connect('v2 (2026)', 'anna', nginx.url);
      for (let i = 0; i < 40; i++) expect(await client.call('Users_getTotalCount')).toMatchObject({ isError: false });
      expect(Math.min(...(await answeredBy('anna', 40)))).toBeGreaterThan(0);
    });

    it('takes a confirmation that one process has given at the other, once', async () => {
      const [first, second] = (await atEach('boris')) as [HttpClient, HttpClient];
      const user_id = await newUser(first);
      const confirm = await mintedToken(first, 'Users_markBanned', { user_id });
      expect((await second.call('Users_markBanned', { user_id, confirm })).json).toMatchObject({ id: user_id, banned: true });
      for (const client of [first, second]) {
        const again = await client.call('Users_markBanned', { user_id, confirm });
        expect(again.json).toMatchObject({ error: 'confirmation_invalid', reason: 'used' });
      }
      expect(reachedBy('ban')).toBe(1);
    });

    it('remembers a used one for as long as any clock takes it: with 595 s between two processes it counts once', async () => {
      ahead = 595_000;
      const other = await startServer().finally(() => {
        ahead = 0;
      });
      const [here, there] = [(await atEach('boris'))[0], await connect('v2 (2026)', 'boris', other.url)];
      if (here === undefined) throw new Error('no client');
      const user_id = await newUser(here);
      const confirm = await mintedToken(here, 'Users_markBanned', { user_id });
      const store = new Redis(redis.url);
      const claimed = async (): Promise<Map<string, number>> =>
        new Map(await Promise.all((await store.keys('*:once:*')).map(async (key) => [key, await store.pttl(key)] as const)));
      const before = await claimed();
      expect(await there.call('Users_markBanned', { user_id, confirm })).toMatchObject({ isError: false });
      const after = await claimed();
      // By the clock that is ahead it ends in five seconds; by the other one it is good for ten minutes.
      expect(Math.max(...[...after].filter(([key]) => !before.has(key)).map(([, ms]) => ms))).toBeGreaterThan(1_200_000);
      expect(codeOf(await here.call('Users_markBanned', { user_id, confirm }))).toBe('confirmation_invalid');
      expect(reachedBy('ban')).toBe(1);
      await store.quit();
      await other.stop();
    });

    it('lets one through of many who race on a confirmation over both processes', async () => {
      const clients = await atEach('carla');
      const [first] = clients as [HttpClient];
      for (let round = 0; round < 5; round++) {
        reached = [];
        const user_id = await newUser(first);
        const confirm = await mintedToken(first, 'Users_markBanned', { user_id });
        const racers = [...clients, ...clients, ...clients, ...clients];
        const results = await Promise.all(racers.map((client) => client.call('Users_markBanned', { user_id, confirm })));
        expect(results.filter(({ isError }) => !isError)).toHaveLength(1);
        expect(new Set(results.filter(({ isError }) => isError).map(codeOf))).toEqual(new Set(['confirmation_invalid']));
        expect(reachedBy('ban')).toBe(1);
      }
    });

    it('asks the person by one process and takes the answer at another', async () => {
      let questions = 0;
      const client = await connect('v2 (2026)', 'dmitri', nginx.url, () => {
        questions += 1;
        return { action: 'accept', content: { confirm: true } };
      });
      for (let i = 0; i < 8; i++) {
        const user_id = await newUser(client);
        expect((await client.call('Users_markBanned', { user_id })).json).toMatchObject({ id: user_id, banned: true });
      }
      expect(questions).toBe(8);
      // Eight to create, eight to ask, eight to answer.
      expect(Math.min(...(await answeredBy('dmitri', 24)))).toBeGreaterThan(0);
    });

    it('counts budgets together', async () => {
      const clients = await atEach('elif');
      const [first] = clients as [HttpClient];
      const user_id = await newUser(first);
      const outcomes: unknown[] = [];
      for (let i = 0; i <= BUDGET; i++) {
        const client = clients[i % 2] as HttpClient;
        const asked = await client.call('Users_markBanned', { user_id });
        const { token } = asked.json as { token?: string };
        const result = token === undefined ? asked : await client.call('Users_markBanned', { user_id, confirm: token });
        outcomes.push(result.isError ? codeOf(result) : 'done');
      }
      expect(outcomes).toEqual([...Array.from({ length: BUDGET }, () => 'done'), 'budget_exceeded']);
      expect(reachedBy('ban')).toBe(BUDGET);
    });

    it('counts calls per minute together, of each caller alone', async () => {
      const clients = await atEach('farid');
      const statuses: number[] = [];
      for (let i = 0; i < CALLS_PER_MINUTE + 4; i++) {
        const client = clients[i % 2] as HttpClient;
        const result = await client.call('Users_getTotalCount').then(
          () => 200,
          (error: unknown) => (String(error).includes('within a minute') ? 429 : 0),
        );
        statuses.push(result);
      }
      expect(statuses).toEqual([...Array.from({ length: CALLS_PER_MINUTE }, () => 200), 429, 429, 429, 429]);
      const other = await connect('v2 (2026)', 'leaver', nginx.url);
      expect(await other.call('Users_getTotalCount')).toMatchObject({ isError: false });
    });

    it('refuses a token everywhere that was taken out of one copy of the file', async () => {
      const [here = '', there] = [tokenFiles[0], servers[1]];
      const status = async (): Promise<number> => {
        const headers = { authorization: `Bearer ${tokenOf('leaver')}` };
        return (await fetch(`${there?.url}/mcp`, { method: 'DELETE', headers })).status;
      };
      expect(await status()).toBe(400);
      const remaining = CALLERS.filter((name) => name !== 'leaver');
      await writeFile(join(directory, 'next'), JSON.stringify(tokenEntries(remaining)));
      await rename(join(directory, 'next'), here);
      await expect.poll(status, POLL).toBe(401);
    });
  });

  describe('for clients of earlier revisions', () => {
    it('keeps each session at its process', async () => {
      const sessions: [HttpClientKind, CallerName][] = [
        ['v1', 'gwen'],
        ['v2 (2025)', 'hugo'],
        ['v1 over SSE', 'ines'],
      ];
      for (const [kind, caller] of sessions) {
        const used = new Set<HttpProgram>();
        // Ten sessions are not all at one process by chance.
        for (let session = 0; session < 10; session++) {
          const before = servers.map((server) => callsOf(server, caller));
          const client = await connect(kind, caller, nginx.url, () => ({ action: 'accept', content: { confirm: true } }));
          for (let i = 0; i < 3; i++) expect(await client.call('Users_getTotalCount')).toMatchObject({ isError: false });
          const calls = await answeredBy(caller, 3, before);
          expect([...calls].sort()).toEqual([0, 3]);
          used.add(servers[calls.indexOf(3)] as HttpProgram);
        }
        expect([kind, used.size]).toEqual([kind, 2]);
      }
    });

    it.each(['v1', 'v2 (2025)', 'v1 over SSE'] as const)(
      'brings the question to the person at %s, and the answer back',
      async (kind) => {
        for (let i = 0; i < 4; i++) {
          const client = await connect(kind, 'lena', nginx.url, () => ({ action: 'accept', content: { confirm: true } }));
          const user_id = await newUser(client);
          expect((await client.call('Users_markBanned', { user_id })).json).toMatchObject({ id: user_id, banned: true });
        }
      },
    );
  });

  it('loses with a process that is killed its own calls in flight, and nothing else', async () => {
    // A session at each process.
    const sessions = new Map<HttpProgram, HttpClient>();
    while (sessions.size < 2) {
      const before = servers.map((server) => callsOf(server, 'jonas'));
      const client = await connect('v1', 'jonas', nginx.url);
      await client.call('Users_getTotalCount');
      const calls = await answeredBy('jonas', 1, before);
      sessions.set(servers[calls.indexOf(1)] as HttpProgram, client);
    }
    const [doomed, other] = servers as [HttpProgram, HttpProgram];
    const modern = await connect('v2 (2026)', 'kira', nginx.url);

    // Calls in flight at each, as nginx happens to spread them.
    const held = shutGate();
    const calls: Promise<ToolResult>[] = [];
    while ((await inFlight(doomed)) === 0 || (await inFlight(other)) === 0) {
      const call = modern.call('Users_createNewUser', { email_address: [`held-${calls.length}@cluster.example`] });
      call.catch(() => {});
      calls.push(call);
      await held.hasArrived(calls.length);
    }
    const losses = await inFlight(doomed);
    const ofSession = sessions.get(other)?.call('Users_createNewUser', { email_address: ['held-by-session@cluster.example'] });
    await held.hasArrived(calls.length + 1);
    await doomed.stop('SIGKILL');
    const lost: number[] = [];
    const failures = calls.map((call, at) =>
      call.catch((error: unknown) => {
        lost.push(at);
        expect(String(error)).toMatch(/answer was lost.*may have happened/);
      }),
    );
    await expect.poll(() => lost.length, POLL).toBe(losses);
    held.open();
    await Promise.all(failures);
    expect(lost).toHaveLength(losses);
    for (const [at, call] of calls.entries()) {
      if (!lost.includes(at)) expect(await call).toMatchObject({ isError: false });
      expect(reachedBy(`held-${at}@`)).toBe(1);
    }
    expect(await ofSession).toMatchObject({ isError: false });

    // Who has no session notices nothing; who had one there is told so, and starts another.
    for (let i = 0; i < 20; i++) expect(await modern.call('Users_getTotalCount')).toMatchObject({ isError: false });
    expect(await sessions.get(other)?.call('Users_getTotalCount')).toMatchObject({ isError: false });
    await expect(sessions.get(doomed)?.call('Users_getTotalCount')).rejects.toThrow(/Session not found/);
    const anew = await connect('v1', 'jonas', nginx.url);
    expect(await anew.call('Users_getTotalCount')).toMatchObject({ isError: false });

    // What it had given away is good at the one that takes its place, and what was used stays used.
    const user_id = await newUser(modern);
    const used = await mintedToken(modern, 'Users_markBanned', { user_id });
    expect(await modern.call('Users_markBanned', { user_id, confirm: used })).toMatchObject({ isError: false });
    const unused = await mintedToken(modern, 'Users_markBanned', { user_id });
    servers[0] = await startServer(doomed.port);
    const successor = await connect('v2 (2026)', 'kira', servers[0].url);
    expect((await successor.call('Users_markBanned', { user_id, confirm: used })).json).toMatchObject({ reason: 'used' });
    expect(await successor.call('Users_markBanned', { user_id, confirm: unused })).toMatchObject({ isError: false });
  });

  it('refuses gated calls while the store is away, and goes on with reads', async () => {
    const clients = await atEach('kira');
    const [first] = clients as [HttpClient];
    const user_id = await newUser(first);
    const confirm = await mintedToken(first, 'Users_markBanned', { user_id });
    const away = servers.map((server) => nextLogged(server, 'the shared store is unavailable'));
    await redis.kill();
    await Promise.all(away);
    // One that starts now, and where the boolean is confirmation enough, which nobody needs to remember.
    const late = await startServer(0, '--confirm', 'flag');
    const clientOfLate = await connect('v2 (2026)', 'kira', late.url);
    for (const client of [...clients, clientOfLate]) {
      expect(await client.call('Users_getUserDetails', { user_id })).toMatchObject({ isError: false });
      expect(await client.call('Users_markBanned', { user_id })).toMatchObject({ isError: true });
      expect(codeOf(await client.call('Users_markBanned', { user_id, confirm: client === clientOfLate ? true : confirm }))).toBe(
        'policy_unavailable',
      );
    }
    expect(reachedBy('ban')).toBe(0);
    const signs = async ({ url }: HttpProgram): Promise<unknown[]> => {
      const ready = await fetch(`${url}/readyz`);
      const figures = await (await fetch(`${url}/metrics`)).text();
      return [ready.status, await ready.json(), /^clerk_mcp_store_up (\d)$/m.exec(figures)?.[1]];
    };
    for (const server of [...servers, late]) {
      expect(await signs(server)).toEqual([200, { status: 'degraded', reason: 'store_unavailable' }, '0']);
    }
    const back = servers.map((server) => nextLogged(server, 'the shared store is available'));
    await redis.restart();
    await Promise.all(back);
    for (const server of servers) {
      expect(await signs(server)).toEqual([200, { status: 'ok' }, '1']);
      // What doctor finds wrong with it, the log has too, once.
      expect(server.log.filter(({ msg }) => String(msg).includes('keeps nothing on disk'))).toHaveLength(1);
    }
    // It has come back with nothing, and cannot know whether this one was used.
    for (const client of clients) {
      const asked = await client.call('Users_markBanned', { user_id, confirm });
      expect(asked.json).toMatchObject({ error: 'confirmation_invalid', reason: 'forgotten' });
    }
    const anew = await mintedToken(first, 'Users_markBanned', { user_id });
    expect((await first.call('Users_markBanned', { user_id, confirm: anew })).json).toMatchObject({ banned: true });
    expect(reachedBy('ban')).toBe(1);
  });
});
