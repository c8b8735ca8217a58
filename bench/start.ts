import { interleave, type Results } from './measure.js';
import type { Program } from './program.js';
import { StdioClient } from './stdio-client.js';

/** From spawning a program to its first tool list, in milliseconds. */
async function untilList(program: Program): Promise<number> {
  const at = performance.now();
  const client = await StdioClient.start(program);
  await client.request('tools/list');
  const taken = performance.now() - at;
  await client.close();
  return taken;
}

export async function measureStart(programs: Readonly<Record<string, Program>>, rounds: number): Promise<Results> {
  // The first start of each reads from disk what the later ones find in memory.
  for (const program of Object.values(programs)) await untilList(program);
  const samples = Object.entries(programs).map(([name, program]) => [name, () => untilList(program)] as const);
  return interleave(Object.fromEntries(samples), rounds);
}
