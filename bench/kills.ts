/**
 * A plan of 10,000 calls on the sandbox, where much goes wrong on the way, and its program killed 20 times at random:
 * `npm run bench:kills`, or with `-- --items 2000 --kills 5 --seed 7`. Ends with a verdict: each call was carried out once or is
 * named as unknown, ledger and record agree, memory is flat.
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { estimateTokens } from '../src/response/token-count.js';
import { type ProgramClient, startProgram } from '../test/support/program.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../test/support/sandbox-program.js';
import { type Counts, violations } from './kills/check.js';
import { APPLY, FAULTS, seedOf, stepsOf } from './kills/job.js';
import { peakMiB } from './kills/peak.js';
import { Random } from './soak/random.js';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const items = Number(values.items);
const kills = Number(values.kills);
/** The peak of a plan of a thousand calls may grow by so much when there are ten times as many. */
const MOST_GROWTH = 1.5;
const FEW = 1_000;
/** Of the answer that tells of a plan, whatever its size. */
const MOST_TOKENS = 600;
/** What is left after a pass over all is made in the next; far fewer are needed. */
const MOST_PASSES = 30;

interface Applied {
  readonly state: string;
  readonly done: number;
  readonly failed?: number;
  readonly outcome_unknown?: number;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const directory = await mkdtemp(join(tmpdir(), 'clerk-mcp-kills-'));
const random = new Random(Number(values.seed));

/** A sandbox with a plan that was made for it, and the program that carries it out. */
class Job {
  readonly sandbox: SandboxProgram;
  readonly plan: string;
  readonly folder: string;
  readonly #logs: string;
  #starts = 0;
  /** Of all processes but the one that made the plan, in MiB. */
  peak = 0;
  readonly planPeak: number;
  readonly planSeconds: number;

  private constructor(sandbox: SandboxProgram, folder: string, made: { plan: string; peak: number; seconds: number }) {
    this.sandbox = sandbox;
    this.folder = folder;
    this.#logs = join(folder, 'audit');
    this.plan = made.plan;
    this.planPeak = made.peak;
    this.planSeconds = made.seconds;
  }

  static async make(name: string, count: number): Promise<Job> {
    const folder = join(directory, name);
    await mkdir(folder);
    const seed = join(directory, `${name}.seed.json`);
    const faults = join(directory, `${name}.faults.json`);
    await writeFile(seed, JSON.stringify(seedOf(count)));
    await writeFile(faults, JSON.stringify(FAULTS));
    const sandbox = await startSandboxProgram('--seed', seed, '--faults', faults, '--random-seed', values.seed);
    const started = performance.now();
    const client = await start(sandbox, folder, 'plan');
    const planned = await client.call('Jobs_planChanges', { steps: stepsOf(count) }, { timeout: 120_000 });
    const { plan } = (planned.json ?? {}) as { plan?: string };
    if (plan === undefined) throw new Error(`no plan was made: ${planned.text.slice(0, 500)}`);
    const tokens = estimateTokens(planned.text);
    if (tokens > MOST_TOKENS) throw new Error(`a plan of ${count} calls is told in ${tokens} tokens, more than ${MOST_TOKENS}`);
    const made = { plan, peak: peakMiB(client.pid()), seconds: (performance.now() - started) / 1000 };
    await client.close();
    return new Job(sandbox, folder, made);
  }

  /** Carries out what is left, or as much of it as is done when the program is killed. */
  async apply(killAt?: number): Promise<Applied | undefined> {
    const client = await start(this.sandbox, this.folder, String(this.#starts++));
    const pid = client.pid();
    let killed: Promise<unknown> | undefined;
    const onprogress = ({ progress }: { progress: number }): void => {
      if (killAt === undefined || progress < killAt || killed !== undefined) return;
      this.peak = Math.max(this.peak, peakMiB(pid));
      process.kill(pid, 'SIGKILL');
      killed = Promise.resolve();
    };
    try {
      for (;;) {
        const { json } = await client.call('Jobs_applyPlan', APPLY(this.plan), { onprogress, timeout: 120_000 });
        const applied = json as Applied;
        if (applied.state !== 'running') return applied;
      }
    } catch (error) {
      if (killed === undefined) throw error;
      return undefined;
    } finally {
      if (killed === undefined) this.peak = Math.max(this.peak, peakMiB(pid));
      await client.close().catch(() => {});
    }
  }

  async finish(): Promise<Applied> {
    for (let pass = 0; pass < MOST_PASSES; pass++) {
      const applied = await this.apply();
      if (applied?.state === 'finished') return applied;
    }
    throw new Error(`not finished after ${MOST_PASSES} passes`);
  }

  get logs(): string {
    return this.#logs;
  }

  async end(): Promise<void> {
    this.sandbox.child.kill('SIGKILL');
    await once(this.sandbox.child, 'exit');
  }
}

const start = (sandbox: SandboxProgram, folder: string, run: string): Promise<ProgramClient> =>
  startProgram('v2 (2025)', {
    args: ['--state-dir', join(folder, 'state'), '--audit-log', join(folder, `audit-${run}.log`), '--clerk-limit', '1000000'],
    env: sandbox.env,
  });

try {
  const few = await Job.make('few', FEW);
  await few.finish();
  await few.end();
  say(`${FEW} calls: planned at ${few.planPeak} MiB, carried out at ${few.peak} MiB`);

  const job = await Job.make('many', items);
  say(`${items} calls: planned in ${job.planSeconds.toFixed(1)} s at ${job.planPeak} MiB`);
  const began = performance.now();
  // The moments are spread over the whole run, each somewhere in its own part.
  const part = items / (kills + 1);
  let hit = 0;
  for (let kill = 0; kill < kills; kill++) {
    const killAt = Math.max(1, Math.floor(random.between(0.3, 1) * part));
    if ((await job.apply(killAt)) === undefined) hit++;
  }
  const applied = await job.finish();
  say(`carried out in ${((performance.now() - began) / 1000).toFixed(0)} s at ${job.peak} MiB, killed ${hit} times`);
  const { found, counts } = await violations({ job, items, applied });
  const growth = job.peak / few.peak;
  if (hit < kills) found.push(`killed ${hit} times, not ${kills}`);
  if (growth > MOST_GROWTH) found.push(`the peak grew ${growth.toFixed(2)} times, more than ${MOST_GROWTH}`);
  const told = Object.entries(counts as Counts).map(([what, count]) => `${what}: ${count}`);
  say([...told, `peak of memory: ${growth.toFixed(2)} times that of ${FEW} calls`].join('\n'));
  say(found.length === 0 ? 'held' : `VIOLATED:\n${found.slice(0, 50).join('\n')}`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await endSandboxes();
  if (process.exitCode === 0) await rm(directory, { recursive: true, force: true });
  else say(`what was written is kept in ${directory}`);
}
