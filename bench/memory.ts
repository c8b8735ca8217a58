import type { ChildProcess } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { interleave, type Results, throughput } from './measure.js';
import { lineWith, type Program, rssOf } from './program.js';
import { IN_FLIGHT, type Reader } from './stdio.js';
import { StdioClient } from './stdio-client.js';

const WARM_UP = 10_000;
const MEGABYTE = 2 ** 20;
const TELL_HEAP = new URL('../test/support/heap-on-signal.mjs', import.meta.url).href;

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
  const env = { ...program.env, NODE_OPTIONS: `--import ${TELL_HEAP}` };
  const client = await StdioClient.start({ args: [...program.args, '--log-level', 'warn'], env }, 'pipe');
  try {
    const read = (): Promise<string> => client.call(program.tool, { user_id: 'user_1' });
    await throughput(read, WARM_UP, IN_FLIGHT);
    const before = await heapOf(client.child);
    await throughput(read, calls, IN_FLIGHT);
    return { before, after: await heapOf(client.child) };
  } finally {
    await client.close();
  }
}

async function heapOf(child: ChildProcess): Promise<number> {
  if (child.stderr === null) throw new Error('no stderr');
  const lines: Interface = createInterface({ input: child.stderr });
  child.kill('SIGUSR2');
  const [, bytes] = await lineWith(lines, /"heapBytes":(\d+)/);
  return Number(bytes) / MEGABYTE;
}
