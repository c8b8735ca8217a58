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

/** With this a long time passes at once for a program that asks how long something takes. */
export const LONG_TIMES = {
  NODE_OPTIONS: '--import=data:text/javascript,const{now}=performance;performance.now=()=>now.call(performance)*1e6',
};

/** What is left to see: of a line that was erased, what came after. */
export const leftOnScreen = (seen: string): string =>
  seen
    .split('\n')
    .map((line) => line.split('\u001B[2K').at(-1))
    .join('\n');

/**
 * Runs the built program at a terminal, with somebody at it. Answers with the exit code and all that could be seen.
 * @param onSeen called with all that can be seen so far, whenever it grows
 */
export async function runAtTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  typing: readonly Typed[],
  onSeen: (seen: string) => void = () => {},
): Promise<{ readonly code: number | null; readonly seen: string }> {
  // Without exec the shell between would end by Ctrl+C, too, and hide the program's own exit code.
  const line = `exec ${[NODE, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')}`;
  const child = spawn(script.program(), ['-qec', line, '/dev/null'], { env: childEnv(env), stdio: ['pipe', 'pipe', 'ignore'] });
  const left = [...typing];
  let seen = '';
  let from = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    seen += String(chunk);
    onSeen(seen);
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
