/** Measures the built program against the floors, and prints each thing as it is known: `npm run bench`. */
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { makeFloors } from './floors.js';
import { measureHttp } from './http.js';
import { measureJobs } from './jobs.js';
import { measureGrowth, measureMemory } from './memory.js';
import { peers } from './peers.js';
import { BUILT, clerkMcp, end, launch, launchAt, lineWith, type Program } from './program.js';
import { measureSearch } from './search.js';
import { measureSize } from './size.js';
import { measureStart } from './start.js';
import { IN_FLIGHT, measureStdio } from './stdio.js';
import { StdioClient } from './stdio-client.js';
import { list, show } from './table.js';

const PARTS = ['start', 'stdio', 'http', 'jobs', 'size', 'memory', 'search'] as const;
const READ = 'Users_getUserDetails';
const GROWTH_CALLS = 50_000;
const ROUNDS = { start: 31, stdio: 11, http: 21, jobs: 5, memory: 5 } as const;

/** The built program over HTTP, with every limit on but none reached. */
async function serveHttp(program: Program) {
  const open = ['--max-calls-per-minute', '1000000', '--max-in-flight-per-caller', '64', '--clerk-limit', '1000000'];
  const [built = BUILT, ...rest] = program.args;
  const child = launch({ ...program, args: [built, 'http', '--port', '0', ...rest, ...open] }, 'pipe');
  if (child.stderr === null) throw new Error('no stderr');
  const [, url = ''] = await lineWith(createInterface({ input: child.stderr }), /"url":"([^"]+)"/);
  child.stderr.resume();
  return { child, url };
}

/** The tools that a program lists. */
async function toolsOf(program: Program): Promise<unknown> {
  const client = await StdioClient.start(program);
  const { tools } = (await client.request('tools/list')) as { tools: unknown };
  await client.close();
  return tools;
}

/** A copy of the built program of which every start is the first one. */
async function withNothingKept(program: Program, copy: string): Promise<Program> {
  const isKept = (file: string): boolean => file.endsWith('.cache');
  await cp(dirname(BUILT), copy, { recursive: true, filter: (file) => !isKept(file) });
  const before = async (): Promise<void> => {
    for (const file of await readdir(copy)) if (isKept(file)) await rm(join(copy, file));
  };
  return { ...program, args: [join(copy, basename(BUILT)), ...program.args.slice(1)], before };
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
/** How many samples of each contestant: fewer tell whether, more tell how much. */
const rounds = (part: keyof typeof ROUNDS): number => Number(values.rounds ?? ROUNDS[part]);
const wanted = (part: (typeof PARTS)[number]): boolean => positionals.length === 0 || positionals.includes(part);

const floors = await makeFloors();
const upstream = await launchAt({ args: [floors.path('upstream')] });
const children = [upstream.child];
const pool = new Pool(upstream.url, { connections: 64, pipelining: 1 });
try {
  const env = { BENCH_UPSTREAM: upstream.url };
  const ours = (log: string): Program => clerkMcp(upstream.url, join(floors.directory, `${log}.log`));
  const oneTool: Program = { args: [floors.path('one-tool')] };
  const rawRpc = { args: [floors.path('raw-rpc')], env, tool: 'get_user' };
  const bareProxy = { args: [floors.path('bare-proxy')], env, tool: 'get_user' };
  const others = peers(upstream.url);

  if (wanted('start')) {
    const plain = ours('start');
    // Settings in the environment leave no command line to read; with flags it has to be.
    const flagged = { ...plain, args: [...plain.args, '--log-level', 'info'] };
    const programs = {
      'one-tool server': oneTool,
      'clerk-mcp': plain,
      'clerk-mcp, with flags': flagged,
      'clerk-mcp, nothing kept': await withNothingKept(plain, join(floors.directory, 'dist')),
      'raw JSON-RPC': rawRpc,
      ...others,
    };
    const { wall, cpu } = await measureStart(programs, rounds('start'));
    show('start to first tool list', 'ms', wall, 'one-tool server', '≤ 1.15');
    show('the same, processor time', 'ms', cpu, 'one-tool server');
  }
  const listed = async (): Promise<Readonly<Record<string, string>>> => {
    const file = join(floors.directory, 'list.json');
    await writeFile(file, JSON.stringify(await toolsOf(ours('list'))));
    return { ...env, BENCH_LIST: file };
  };

  if (wanted('stdio')) {
    const withList = await listed();
    const alone = async (): Promise<string> => (await pool.request({ method: 'GET', path: '/v1/users/user_1' })).body.text();
    const programs = {
      'bare proxy': bareProxy,
      'clerk-mcp': { ...ours('stdio'), tool: READ },
      'raw JSON-RPC': rawRpc,
      ...others,
    };
    const same = {
      'proxy, the same list': { ...bareProxy, env: withList },
      'raw, the same list': { ...rawRpc, env: withList },
    };
    const { list: lists, call, inFlight } = await measureStdio(programs, same, alone, rounds('stdio'));
    show('tools/list, again', 'ms', lists, 'raw, the same list', '≤ 2');
    show('one read over stdio, p50', 'ms', call, 'bare proxy', '≤ 1.15');
    show(`reads over stdio, ${IN_FLIGHT} in flight`, 'calls/s', inFlight, 'bare proxy', '≥ 0.90');
  }
  if (wanted('http')) {
    const bare = await launchAt({ args: [floors.path('bare-http')], env: await listed() });
    const served = await serveHttp(ours('http'));
    children.push(bare.child, served.child);
    const endpoints = {
      'bare proxy': { url: bare.url, tool: 'get_user' },
      'clerk-mcp': { url: served.url, tool: READ },
    };
    for (const era of ['2026-07-28', '2025-11-25'] as const) {
      const { list: lists, call, inFlight } = await measureHttp(era, endpoints, rounds('http'));
      show(`tools/list over Streamable HTTP, ${era}`, 'ms', lists, 'bare proxy', '≤ 2');
      show(`one read over Streamable HTTP, ${era}, p50`, 'ms', call, 'bare proxy', '≤ 1.15');
      show(`reads over Streamable HTTP, ${era}, ${IN_FLIGHT} in flight`, 'calls/s', inFlight, 'bare proxy', '≥ 0.90');
    }
  }
  if (wanted('jobs')) {
    for (const [name, results] of await measureJobs(floors.directory, rounds('jobs')))
      show(name, 'ms', results, 'the requests alone');
  }
  if (wanted('size')) list('what a model pays', await measureSize(ours('size')));
  if (wanted('memory')) {
    const programs = { 'one-tool server': oneTool, 'clerk-mcp': ours('memory'), ...others };
    show('memory after start', 'MB', await measureMemory(programs, rounds('memory')), 'one-tool server', '≤ 1.20');
    const { before, after } = await measureGrowth({ ...ours('growth'), tool: READ }, GROWTH_CALLS);
    const growth = `${before.toFixed(1)} → ${after.toFixed(1)} MB`;
    list(`heap over ${GROWTH_CALLS.toLocaleString('en')} calls`, [['clerk-mcp', growth, 'no growth']]);
  }
  if (wanted('search')) list("requests in people's own words", measureSearch());
} finally {
  await pool.close();
  for (const child of children) await end(child);
  await floors.remove();
}
