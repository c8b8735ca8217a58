import type { ChildProcess } from 'node:child_process';
import { heapOf, TELL_HEAP } from './heap.js';
import { interleave, type Results, throughput } from './measure.js';
import { type Program, rssOf } from './program.js';
import { IN_FLIGHT, type Reader } from './stdio.js';
import { StdioClient } from './stdio-client.js';

const WARM_UP = 10_000;
const MEGABYTE = 2 ** 20;

/** What a program holds when it has answered to the first tool list, in MB. */
export function measureMemory(programs: Readonly<Record<string, Program>>, rounds: number): Promise<Results> {
  const sample = async (program: Program): Promise<number> => {
    const client = await StdioClient.start(program);
    await client.request('tools/list');
    const rss = await rssOf(client.child);
    await client.close();
    return rss;
  };
  const samples = Object.entries(programs).map(([name, program]) => [name, () => sample(program)] as const);
  return interleave(Object.fromEntries(samples), rounds);
}

/** What is left on the heap after all garbage has been thrown away, before and after so many calls, in MB. */
export async function measureGrowth(program: Reader, calls: number): Promise<{ before: number; after: number }> {
  const env = { ...program.env, NODE_OPTIONS: TELL_HEAP };
  const client = await StdioClient.start({ args: [...program.args, '--log-level', 'warn'], env }, 'pipe');
  try {
    const read = (): Promise<string> => client.call(program.tool, { user_id: 'user_1' });
    await throughput(read, WARM_UP, IN_FLIGHT);
    const before = await megabytesOf(client.child);
    await throughput(read, calls, IN_FLIGHT);
    return { before, after: await megabytesOf(client.child) };
  } finally {
    await client.close();
  }
}

const megabytesOf = async (child: ChildProcess): Promise<number> => (await heapOf(child)) / MEGABYTE;
