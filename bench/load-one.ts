/** Load on loopback, bounded: `npm run load`, or with `-- --callers 50 --calls 1000 --repetitions 5`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Failure, LoadedServer, type LoadResult } from '../test/support/load.js';
import { heapOf, TELL_HEAP } from './heap.js';

const { values } = parseArgs({
  options: {
    callers: { type: 'string', default: '200' },
    calls: { type: 'string', default: '10000' },
    repetitions: { type: 'string', default: '3' },
  },
});
const callers = Number(values.callers);
const calls = Number(values.calls);
const repetitions = Number(values.repetitions);

/** The part of answers that fails in the second half. */
const FAILING = 0.1;

/** What may stay of a call, in bytes: those of the last minute are counted, caller by caller. */
const MOST_GROWTH_PER_CALL = 512;

/** By how much two measurements of the same can differ, in bytes. */
const NOISE = 3 * 2 ** 20;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

function percentile(sorted: readonly number[], part: number): string {
  return `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0)} ms`;
}

function report(what: string, { calls: made, latencies, elapsedMs, failures }: LoadResult, heapBytes: number): void {
  const speed = `${((made / elapsedMs) * 1000).toFixed(0)}/s`;
  const times = [0.5, 0.95, 0.99].map((part) => `p${part * 100} ${percentile(latencies, part)}`).join('  ');
  say(`${what}  ${made} calls  ${failures.length} failed  ${speed}  ${times}  heap ${megabytes(heapBytes)}`);
}

/** What callers were told, each kind once with its number. */
function tell(failures: readonly Failure[]): void {
  const kinds = new Map<string, number>();
  for (const { isRead, answer } of failures) {
    const { error, status } = (answer instanceof Error ? { error: answer.message } : answer) as {
      error: string;
      status?: number;
    };
    const kind = [isRead ? 'read' : 'write', error, status].join(' ');
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  for (const [kind, count] of kinds) say(`    ${count} × ${kind}`);
}

const faults: string[] = [];

async function repeat(server: LoadedServer, what: string): Promise<LoadResult[]> {
  const results: LoadResult[] = [];
  const heaps: number[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const result = await server.run({ callers, calls });
    const heapBytes = await heapOf(server.program.child);
    report(`${what} ${repetition}`, result, heapBytes);
    tell(result.failures);
    results.push(result);
    heaps.push(heapBytes);
  }
  // The first repetition loads and compiles, which stays.
  const growth = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0);
  if (growth > NOISE + MOST_GROWTH_PER_CALL * calls * (repetitions - 1)) {
    faults.push(`${what}: memory grew by ${megabytes(growth)} after the first repetition`);
  }
  return results;
}

const directory = await mkdtemp(join(tmpdir(), 'clerk-mcp-load-'));
const server = await LoadedServer.start(directory, callers, { NODE_OPTIONS: TELL_HEAP });
try {
  say(`${callers} callers, ${calls} calls in each of ${repetitions} repetitions`);
  const good = await repeat(server, 'all is well');
  if (good.some(({ failures }) => failures.length > 0)) faults.push('calls failed although nothing was wrong');
  await server.failUpstream(FAILING);
  const bad = await repeat(server, `${FAILING * 100} % fail  `);
  if (bad.some(({ failures }) => failures.some(({ answer }) => answer instanceof Error))) {
    faults.push('calls were not answered while upstream failed');
  }
} finally {
  await server.stop();
  await rm(directory, { recursive: true });
}
for (const fault of faults) say(`WRONG: ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
