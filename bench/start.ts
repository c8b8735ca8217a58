import { readdir, readFile } from 'node:fs/promises';
import { interleaveRows, type Results } from './measure.js';
import type { Program } from './program.js';
import { StdioClient } from './stdio-client.js';

/** From spawning a program to its first tool list, and what its threads ran in that time, in milliseconds. */
async function untilList(program: Program): Promise<readonly [wall: number, cpu: number]> {
  await program.before?.();
  const at = performance.now();
  const client = await StdioClient.start(program);
  await client.request('tools/list');
  const wall = performance.now() - at;
  const cpu = await cpuOf(client.child.pid);
  await client.close();
  return [wall, cpu];
}

/** Read from Linux; NaN elsewhere. */
async function cpuOf(pid: number | undefined): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const ran = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')));
  const nanoseconds = ran.reduce((sum, line) => sum + Number(line.split(' ')[0]), 0);
  return threads.length === 0 ? Number.NaN : nanoseconds / 1e6;
}

export async function measureStart(
  programs: Readonly<Record<string, Program>>,
  rounds: number,
): Promise<{ readonly wall: Results; readonly cpu: Results }> {
  // The first start of each reads from disk what the later ones find in memory.
  for (const program of Object.values(programs)) await untilList(program);
  const samples = Object.entries(programs).map(([name, program]) => [name, () => untilList(program)] as const);
  const [wall = new Map(), cpu = new Map()] = await interleaveRows(Object.fromEntries(samples), rounds);
  return { wall, cpu };
}
