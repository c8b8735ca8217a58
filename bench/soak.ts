/**
 * Ten minutes of what goes wrong, on loopback: `npm run soak`, or with `-- --minutes 2 --seed 7`. Clients are killed, standard
 * error is filled, closed or a full disk, upstream is cut, and the clock is stepped at random, over stdio and HTTP. Ends with a
 * verdict: every call is answered or its caller is dead, no process is left, no write was sent twice, the record is true.
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { Agent, setGlobalDispatcher } from 'undici';
import { freePort } from '../test/support/free-port.js';
import { childEnv, PROGRAM } from '../test/support/program.js';
import { callOverHttp } from './soak/http-callers.js';
import { type CallerOptions, PATIENCE_MS, STDERRS, type Told } from './soak/messages.js';
import { Random } from './soak/random.js';
import { Upstream } from './soak/upstream.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
});
const seed = Number(values.seed);
const random = new Random(seed);
const HTTP_CALLERS = 6;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const faults = new Set<string>();
const counts = { answered: 0, callersKilled: 0, serversEnded: 0, clockSteps: 0 };
const children = new Set<ChildProcess>();
const servers = new Set<number>();
/** Those whose clock can be stepped by now. */
const steppable = new Set<number>();

const directory = await mkdtemp(join(tmpdir(), 'clerk-mcp-soak-'));
const upstream = await Upstream.start(random);
const env = (own: number): Record<string, string> =>
  childEnv({
    CLERK_SECRET_KEY: 'sk_test_soak0123456789',
    CLERK_API_URL: upstream.url,
    CLERK_MCP_LOG_LEVEL: 'trace',
    NODE_OPTIONS: `--import ${new URL('./soak/clock.mjs', import.meta.url).href}`,
    SOAK_SEED: String(own),
  });
const settings = (log: string): string[] => ['--timeout', '3000', '--confirm', 'flag', '--audit-log', join(directory, log)];

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Whoever has lost its client ends by itself. */
async function mustEnd(pid: number, what: string): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(100)) {
    if (isThere(pid)) continue;
    counts.serversEnded++;
    servers.delete(pid);
    steppable.delete(pid);
    return;
  }
  faults.add(`${what} is still there as process ${pid}`);
}

/** One client over stdio after the other in the same place, with the same log, killed or ended after a while. */
async function stdioSlot(slot: number, until: AbortSignal): Promise<void> {
  const ends: Promise<void>[] = [];
  for (let life = 0; !until.aborted; life++) {
    const stderr = random.pick(STDERRS);
    const own = Math.floor(random.between(1, 2 ** 31));
    const options: CallerOptions = {
      seed: own,
      name: `stdio-${slot}-${life}-${stderr}`,
      stderr,
      args: [PROGRAM, ...settings(`stdio-${slot}.log`)],
      env: env(own),
    };
    const caller = fork(callerProgram, [JSON.stringify(options)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.add(caller);
    let server = 0;
    caller.on('message', (told: Told) => {
      if (told.kind === 'started') {
        server = told.server;
        servers.add(server);
      }
      if (told.kind === 'ready') steppable.add(server);
      if (told.kind === 'answered') counts.answered += told.calls;
      if (told.kind === 'unanswered') faults.add(`not answered: ${told.call}`);
      if (told.kind === 'ended' && (told.late || told.code !== 0))
        faults.add(`${options.name} ended with ${told.late ? 'nothing' : `${told.code ?? told.signal}`}`);
    });
    const gone = new Promise<void>((resolve) => caller.once('exit', () => resolve()));
    await Promise.race([sleep(random.between(5_000, 40_000)), gone, over]);
    if (!until.aborted && random.chance(0.7)) {
      counts.callersKilled++;
      caller.kill('SIGKILL');
    } else if (caller.connected) caller.send('end');
    await Promise.race([gone, sleep(2 * PATIENCE_MS)]);
    caller.kill('SIGKILL');
    children.delete(caller);
    // The next client does not wait for the server of the last.
    if (server > 0) ends.push(mustEnd(server, `the server of ${options.name}`));
  }
  await Promise.all(ends);
}

/** A server over HTTP whose log nobody reads, and its callers. */
async function httpSlot(until: AbortSignal): Promise<void> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const limits = ['--max-calls-per-minute', '100000', '--clerk-limit', '100000'];
  const server = spawn(process.execPath, [PROGRAM, 'http', '--port', String(port), ...settings('http.log'), ...limits], {
    env: env(seed),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(server);
  servers.add(server.pid ?? 0);
  let ended = false;
  server.once('exit', (code, signal) => {
    ended = true;
    servers.delete(server.pid ?? 0);
    steppable.delete(server.pid ?? 0);
    if (code !== 0) faults.add(`the server over HTTP ended with ${code ?? signal}`);
  });
  for (let ready = false; !ready && !ended; ) {
    await sleep(100);
    ready = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
  if (!ended) steppable.add(server.pid ?? 0);
  const told = {
    answered: () => counts.answered++,
    died: () => counts.callersKilled++,
    unanswered: (call: string) => faults.add(`not answered: ${call}`),
  };
  await Promise.all(
    Array.from({ length: HTTP_CALLERS }, (_, caller) =>
      callOverHttp(url, `http-${caller}`, new Random(seed + caller + 1), until, told),
    ),
  );
  server.kill('SIGTERM');
  await mustEnd(server.pid ?? 0, 'the server over HTTP');
  children.delete(server);
}

/** Cuts upstream and steps clocks, now and then. */
async function mischief(until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await sleep(random.between(500, 4_000));
    if (random.chance(0.5)) upstream.cut();
    const pid = steppable.size === 0 ? undefined : random.pick([...steppable]);
    if (pid === undefined || !random.chance(0.7)) continue;
    try {
      process.kill(pid, 'SIGUSR2');
      counts.clockSteps++;
    } catch {
      // It has just ended.
    }
  }
}

/** Every record is read as its owner would. */
async function verifyRecords(): Promise<number> {
  const logs = (await readdir(directory)).filter((file) => /\.log(?:\.\d+)?$/.test(file));
  for (const log of logs) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'audit', 'verify', join(directory, log)], {
      env: childEnv(),
      encoding: 'utf8',
    });
    if (status !== 0) faults.add(`the record ${log} is not true: ${stdout}${stderr}`);
  }
  return logs.length;
}

function endAll(): void {
  for (const child of children) child.kill('SIGKILL');
  for (const pid of servers) if (isThere(pid)) process.kill(pid, 'SIGKILL');
}
process.once('SIGINT', () => {
  endAll();
  process.exit(130);
});

// On a busy machine a connection may have been closed for idleness just when it is used again.
setGlobalDispatcher(new Agent({ keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }));

// Bundled, so that a client is there at once.
const callerProgram = join(directory, 'stdio-caller.mjs');
await build({
  entryPoints: [fileURLToPath(new URL('./soak/stdio-caller.ts', import.meta.url))],
  outfile: callerProgram,
  bundle: true,
  platform: 'node',
  format: 'esm',
});

say(`seed ${seed}, ${values.minutes} minutes, records in ${directory}`);
const until = AbortSignal.timeout(Number(values.minutes) * 60_000);
const over = new Promise((resolve) => until.addEventListener('abort', resolve));
await Promise.all([...STDERRS.map((_, slot) => stdioSlot(slot, until)), httpSlot(until), mischief(until)]);
for (const pid of servers) if (isThere(pid)) faults.add(`process ${pid} is still there`);
endAll();
await upstream.stop();
const records = await verifyRecords();
for (const mark of upstream.repeated) faults.add(`sent twice: ${mark}`);
if (counts.answered === 0) faults.add('nothing was called');

const { answered, callersKilled, serversEnded, clockSteps } = counts;
say(`${answered} calls answered, ${callersKilled} callers killed in theirs, ${serversEnded} servers ended`);
say(
  `${upstream.requests} requests to upstream, cut ${upstream.cuts} times; clocks stepped ${clockSteps} times; ${records} records`,
);
for (const fault of faults) say(`WRONG: ${fault}`);
if (faults.size === 0) {
  await rm(directory, { recursive: true });
  say('VERDICT: every call was answered or its caller is dead; no process is left; no write was sent twice; the record is true.');
} else {
  say(`VERDICT: ${faults.size} wrong, with seed ${seed}; the records are kept in ${directory}`);
  process.exitCode = 1;
}
