/**
 * A team's deployment under load, on loopback and bounded: `npm run load`, or with `-- --callers 100 --calls 2000 --pause 5000`. Nginx, two
 * servers, a Redis, and an API of which one answer in ten fails; in the last phase a server is killed and Redis restarted in the
 * middle. Ends with 1 where a call got no answer, a write was carried out twice, or the record is not true.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Phase, runLoad } from './load/run.js';

const { values } = parseArgs({
  options: {
    callers: { type: 'string', default: '500' },
    calls: { type: 'string', default: '10000' },
    pause: { type: 'string', default: '0' },
  },
});
const size = { callers: Number(values.callers), calls: Number(values.calls), pauseMs: Number(values.pause) };

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
const load = (): string => loadavg()[0]?.toFixed(1) ?? '?';

function report({ name, made, elapsedMs, cpuMs, usage, heap }: Phase): void {
  const sorted = made.map(({ ms }) => ms).sort((one, other) => one - other);
  const at = (part: number): string =>
    `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0)} ms`;
  say(`${name}: ${made.length} calls, ${((made.length / elapsedMs) * 1000).toFixed(0)}/s`);
  say(
    `    p50 ${at(0.5)}  p95 ${at(0.95)}  p99 ${at(0.99)}${cpuMs === undefined ? '' : `  processor time per call ${(cpuMs / made.length).toFixed(2)} ms`}`,
  );
  say(
    `    heap of both ${megabytes(heap)}, resident ${usage.map(({ memory, peak }) => `${megabytes(memory)} (peak ${megabytes(peak)})`).join(' and ')}`,
  );
  const ends = new Map<string, number>();
  for (const { mark, end, why } of made) {
    if (end === 'done') continue;
    const kind = `${mark === undefined ? 'read' : 'write'}, ${end}: ${why}`;
    ends.set(kind, (ends.get(kind) ?? 0) + 1);
  }
  for (const [kind, count] of ends) say(`    ${count} × ${kind}`);
}

const directory = await mkdtemp(join(tmpdir(), 'clerk-mcp-load-'));
say(
  `${size.callers} callers, ${size.calls} calls in each phase, ${size.pauseMs} ms between two of a caller; ${availableParallelism()} cores, load ${load()} before`,
);
const { idle, connected, sessions, failedUpstream, faults } = await runLoad(directory, size, report);
say(
  `heap per session ${((connected - idle) / sessions / 1024).toFixed(1)} kB (${sessions} sessions); the API failed ${failedUpstream} times; load ${load()} after`,
);
await rm(directory, { recursive: true });
for (const fault of faults.slice(0, 50)) say(`WRONG: ${fault}`);
say(
  faults.length === 0
    ? 'every call was answered or its caller told, no write was made twice, the record is true'
    : `${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);
