import { Random } from '../soak/random.js';
import { Caller, callerName, type Made, withSession } from './callers.js';
import { Deployment, type Usage } from './deployment.js';
import { faultsIn } from './judge.js';

export interface LoadSize {
  readonly callers: number;
  /** Of all callers together, in each phase. */
  readonly calls: number;
  /** How long a caller waits between two calls, on average; by default it does not. */
  readonly pauseMs?: number | undefined;
}

/** What was measured in one phase. */
export interface Phase {
  readonly name: string;
  readonly made: readonly Made[];
  readonly elapsedMs: number;
  /** Of both servers; `undefined` where one was killed, whose use nobody knows. */
  readonly cpuMs: number | undefined;
  readonly usage: readonly Usage[];
  readonly heap: number;
}

export interface Load {
  readonly phases: readonly Phase[];
  /** Bytes of heap of both servers: with nobody there, and with every caller connected. */
  readonly idle: number;
  readonly connected: number;
  readonly sessions: number;
  readonly failedUpstream: number;
  /** What is not as it was promised, a line each. */
  readonly faults: readonly string[];
}

/** One in so many of the API's answers fails. */
const FAILS_ONE_IN = 10;

/** Lets many callers at a deployment: while all is well, while the API fails, and while parts of it are killed, too. */
export async function runLoad(
  directory: string,
  { callers: count, calls, pauseMs = 0 }: LoadSize,
  told: (phase: Phase) => void,
): Promise<Load> {
  const numbers = Array.from({ length: count }, (_, nth) => nth);
  const deployment = await Deployment.start(directory, numbers.map(callerName));
  try {
    const callers = numbers.map((nth) => new Caller(deployment.url, nth));
    // What a first call loads is no caller's.
    for (const caller of callers.slice(0, 10)) await caller.connect().then(() => caller.next());
    const idle = await deployment.heap();
    for (const caller of callers) await caller.connect();
    const connected = await deployment.heap();
    const phases: Phase[] = [];
    const run = async (name: string, disturb?: () => Promise<void>): Promise<void> => {
      const phase = await runPhase(deployment, callers, { name, calls, pauseMs, disturb });
      phases.push(phase);
      told(phase);
    };
    await run('all is well');
    deployment.upstream.failsOneIn = FAILS_ONE_IN;
    await run('one answer in ten fails');
    await run('a server is killed, Redis restarted', async () => {
      await deployment.replaceServer(0);
      await deployment.restartRedis();
    });
    const faults = await deployment.finish();
    const evidence = {
      made: callers.flatMap(({ made }) => made),
      done: deployment.upstream.done,
      recorded: await deployment.recorded(),
    };
    faults.push(...faultsIn(evidence));
    const sessions = numbers.slice(10).filter(withSession).length;
    return { phases, idle, connected, sessions, failedUpstream: deployment.upstream.failed, faults };
  } finally {
    await deployment.stop();
  }
}

interface PhaseOptions {
  readonly name: string;
  readonly calls: number;
  readonly pauseMs: number;
  readonly disturb: (() => Promise<void>) | undefined;
}

async function runPhase(
  deployment: Deployment,
  callers: readonly Caller[],
  { name, calls, pauseMs, disturb }: PhaseOptions,
): Promise<Phase> {
  const before = deployment.usage();
  const already = callers.map(({ made }) => made.length);
  const began = performance.now();
  let left = calls;
  let disturbed: Promise<void> | undefined;
  let seed = 1;
  await Promise.all(
    callers.map(async (caller) => {
      const random = new Random(seed++);
      while (left > 0) {
        left--;
        // Before the first one, too, or all would begin at once.
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, random.between(0, 2 * pauseMs)));
        if (left <= calls / 2) disturbed ??= disturb?.();
        await caller.next();
      }
    }),
  );
  await disturbed;
  const elapsedMs = performance.now() - began;
  const usage = deployment.usage();
  const cpuMs = disturb === undefined ? cpuOf(usage) - cpuOf(before) : undefined;
  const made = callers.flatMap((caller, at) => caller.made.slice(already[at]));
  return { name, made, elapsedMs, cpuMs, usage, heap: await deployment.heap() };
}

const cpuOf = (usage: readonly Usage[]): number => usage.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
