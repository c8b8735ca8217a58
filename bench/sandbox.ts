/**
 * How the sandbox bears many users: `npm run bench:sandbox`. Each size is measured in a process of its own, over
 * HTTP, and shown as the median of several requests. Where a plain server does the same, it takes turns with the
 * sandbox in the same process, and the ratio is shown. Exits with 1 when a get or an exact filter grows with the number
 * of users; that is judged by the fastest of the requests, which other work on the machine disturbs least.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Agent, request } from 'undici';
import type { SeedDescription } from '../src/sandbox/seed/description.js';
import { startSandbox } from '../src/sandbox/start-sandbox.js';
import { keepPlain, servePlain } from './floors/plain-users.js';
import { spreadOf } from './measure.js';

const SIZES = [1_000, 20_000, 100_000];
const WARM_UP = 20;
const REPEATS = 60;
const MEGABYTE = 1024 * 1024;
/** How much longer than at the smallest size a request may take that must not grow, beside a millisecond of noise. */
const MOST_GROWTH = 3;

interface Asked {
  readonly path: string;
  readonly flat: boolean;
  readonly plain?: boolean;
}

interface Measured {
  readonly users: number;
  readonly seedMs: number;
  readonly rssMb: number;
  /** What a plain server needs to keep as much. */
  readonly plainSeedMs: number;
  /** Milliseconds, by what was asked. `plain`: of the plain server, where it does the same. */
  readonly times: Readonly<Record<string, { readonly median: number; readonly least: number; readonly plain?: number }>>;
}

const nameOf = (nth: number): string => `user${nth}`;

/** Users in a scrambled order of time, every tenth of them a member of one organization, each with a session. */
function seedOf(users: number): SeedDescription {
  const everyTenth = Array.from({ length: users / 10 }, (_, nth) => nameOf(nth * 10));
  return {
    users: Array.from({ length: users }, (_, nth) => ({
      id: `user_${nth}`,
      external_id: `ext-${nth}`,
      username: nameOf(nth),
      first_name: `First${nth % 997}`,
      last_name: `Last${nth % 9_973}`,
      email_addresses: [`${nameOf(nth)}@example.com`],
      phone_numbers: [`+1555${String(1_000_000 + nth)}`],
      public_metadata: { plan: nth % 2 === 0 ? 'free' : 'pro' },
      banned: nth % 50 === 0,
      created_at: 1_700_000_000_000 + ((nth * 7_919) % users) * 1_000,
    })),
    organizations: [{ id: 'org_big', name: 'Big', members: everyTenth.map((user) => ({ user, role: 'org:member' })) }],
    sessions: everyTenth.map((user) => ({ user })),
  };
}

/** What is asked, whether it must not take longer the more users there are, and whether the plain server has it too. */
const asked = (users: number): Readonly<Record<string, Asked>> => ({
  'get by id': { path: `/users/user_${users / 2}`, flat: true, plain: true },
  'filter: email_address': { path: `/users?email_address=${nameOf(users / 2)}@example.com`, flat: true },
  'filter: phone_number': { path: `/users?phone_number=${encodeURIComponent(`+1555${1_000_000 + users / 2}`)}`, flat: true },
  'filter: username': { path: `/users?username=${nameOf(users / 2)}`, flat: true },
  'filter: external_id': { path: `/users?external_id=ext-${users / 2}`, flat: true },
  'filter: 100 user_ids': {
    path: `/users?limit=100&${Array.from({ length: 100 }, (_, nth) => `user_id=user_${nth * 7}`).join('&')}`,
    flat: true,
  },
  'sessions of a user': { path: '/sessions?user_id=user_0', flat: true },
  'list: first page of 10': { path: '/users?limit=10', flat: true, plain: true },
  'list: first page of 100': { path: '/users?limit=100', flat: true, plain: true },
  'list: a page of 100 inside': { path: `/users?limit=100&offset=${users / 2}`, flat: true, plain: true },
  'list: last page of 10': { path: `/users?limit=10&offset=${users - 10}`, flat: true },
  'count all': { path: '/users/count', flat: true },
  'members: first page': { path: '/organizations/org_big/memberships', flat: false },
  'filter: banned': { path: '/users?banned=true', flat: false },
  'query: part of a name': { path: '/users?query=last99', flat: false },
  'query: found nowhere': { path: '/users?query=nobody-has-this', flat: false },
  'order_by last_name': { path: '/users?order_by=last_name', flat: false },
});

async function measure(users: number): Promise<Measured> {
  const seed = seedOf(users);
  const begun = performance.now();
  const sandbox = await startSandbox({ seed });
  const seedMs = performance.now() - begun;
  const rssMb = process.memoryUsage.rss() / MEGABYTE;
  const plainBegun = performance.now();
  const kept = keepPlain(seed.users ?? []);
  const plainSeedMs = performance.now() - plainBegun;
  const plain = await servePlain(kept);
  const dispatcher = new Agent({ connections: 1 });
  const headers = { authorization: `Bearer ${sandbox.secretKey}` };
  const ask = async (url: string): Promise<number> => {
    const at = performance.now();
    const { statusCode, body } = await request(url, { dispatcher, headers });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: ${text}`);
    return performance.now() - at;
  };
  const times: Record<string, { median: number; least: number; plain?: number }> = {};
  for (const [name, { path, plain: isPlain }] of Object.entries(asked(users))) {
    const urls = [sandbox.url + path, ...(isPlain === true ? [plain.url + path] : [])];
    const taken = urls.map((): number[] => []);
    for (let nth = -WARM_UP; nth < REPEATS; nth++) {
      for (const [at, url] of urls.entries()) {
        const ms = await ask(url);
        if (nth >= 0) taken[at]?.push(ms);
      }
    }
    const [own = [], floor] = taken;
    times[name] = {
      median: spreadOf(own).median,
      least: Math.min(...own),
      ...(floor === undefined ? {} : { plain: spreadOf(floor).median }),
    };
  }
  await dispatcher.close();
  await sandbox.close();
  plain.server.close();
  return { users, seedMs, plainSeedMs, rssMb, times };
}

/** Measures in a fresh process, so that one size leaves no memory behind for the next. */
function measureApart(users: number): Measured {
  const child = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), String(users)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`the measurement of ${users} users ended with ${child.status}`);
  return JSON.parse(child.stdout) as Measured;
}

const ratio = (ms: number, floor: number | undefined): string => (floor === undefined ? '' : ` (${(ms / floor).toFixed(1)}x)`);

function print(results: readonly Measured[]): void {
  const line = (cells: readonly string[]): string =>
    cells.map((cell, nth) => (nth === 0 ? cell.padEnd(30) : cell.padStart(18))).join('');
  const row = (name: string, of: (result: Measured) => string): string => line([name, ...results.map(of)]);
  const lines = [
    row('users', ({ users }) => users.toLocaleString('en')),
    row('seeding, s', ({ seedMs, plainSeedMs }) => (seedMs / 1000).toFixed(2) + ratio(seedMs, plainSeedMs)),
    row('memory, MB', ({ rssMb }) => rssMb.toFixed(0)),
    ...Object.keys(results[0]?.times ?? {}).map((name) =>
      row(`${name}, ms`, ({ times }) => {
        const { median: ms = 0, plain } = times[name] ?? {};
        return ms.toFixed(2) + ratio(ms, plain);
      }),
    ),
    '(…x): times what a plain server in memory takes in the same run',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What grows although it must not. */
function growing(results: readonly Measured[]): string[] {
  const [least] = results;
  const most = results.at(-1);
  if (least === undefined || most === undefined) return [];
  const flat = Object.entries(asked(most.users)).filter(([, { flat: mustBe }]) => mustBe);
  return flat
    .map(([name]) => name)
    .filter((name) => (most.times[name]?.least ?? 0) > (least.times[name]?.least ?? 0) * MOST_GROWTH + 1);
}

const [size] = process.argv.slice(2);
if (size === undefined) {
  const results = SIZES.map(measureApart);
  print(results);
  const grown = growing(results);
  for (const name of grown) process.stderr.write(`grows with the number of users: ${name}\n`);
  process.exitCode = grown.length === 0 ? 0 : 1;
} else {
  const result = JSON.stringify(await measure(Number(size)));
  if (!process.stdout.write(result)) await once(process.stdout, 'drain');
}
