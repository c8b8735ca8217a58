import { spawn } from 'node:child_process';
import { installed } from './installed.js';
import { NODE } from './node.js';
import { childEnv, PROGRAM } from './program.js';

const script = installed(['script'], '--version');

/** Tests that need a terminal are left out where none can be had, unless everything was asked for. */
export const withoutTerminal = script.isLeftOut;

export interface Typed {
  /** What is waited for. */
  readonly prompt: string;
  /** What is then typed, without the line's end. */
  readonly text: string;
}

/** Runs the built program at a terminal, with somebody at it. Answers with the exit code and all that could be seen. */
export async function runAtTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  typing: readonly Typed[],
): Promise<{ readonly code: number | null; readonly seen: string }> {
  // Without exec the shell between would end by Ctrl+C, too, and hide the program's own exit code.
  const line = `exec ${[NODE, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')}`;
  const child = spawn(script.program(), ['-qec', line, '/dev/null'], { env: childEnv(env), stdio: ['pipe', 'pipe', 'ignore'] });
  const left = [...typing];
  let seen = '';
  let from = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    seen += String(chunk);
    const [next] = left;
    const at = next === undefined ? -1 : seen.indexOf(next.prompt, from);
    if (next === undefined || at === -1) return;
    left.shift();
    from = at + next.prompt.length;
    child.stdin.write(`${next.text}\r`);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, seen };
}
