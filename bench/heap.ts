import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { lineWith } from './program.js';

/** The `NODE_OPTIONS` of a program whose heap is to be measured. */
export const TELL_HEAP = `--import ${new URL('./heap-on-signal.mjs', import.meta.url).href}`;

/** What is left on the program's heap after all garbage has been thrown away, in bytes. */
export async function heapOf(child: ChildProcess): Promise<number> {
  if (child.stderr === null) throw new Error('no stderr');
  const lines = createInterface({ input: child.stderr });
  child.kill('SIGUSR2');
  const [, bytes] = await lineWith(lines, /"heapBytes":(\d+)/);
  // Reading it line by line stops it at the end, for others who read it too.
  child.stderr.resume();
  return Number(bytes);
}
