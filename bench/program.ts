import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE } from '../test/support/node.js';

/** A program to be measured: what `node` is given, and its environment beside the PATH. */
export interface Program {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Done before each start that is measured. */
  readonly before?: () => Promise<void>;
}

export const BUILT = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** The built program with everything on, in front of the upstream. A live key: its budget over HTTP is the larger. */
export const clerkMcp = (upstream: string, auditLog: string): Program => ({
  args: [BUILT],
  env: {
    CLERK_SECRET_KEY: 'sk_live_benchbenchbenchbenchbench',
    CLERK_API_URL: `${upstream}/v1`,
    CLERK_MCP_AUDIT_LOG: auditLog,
  },
});

export function launch({ args, env }: Program, stderr: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
  return spawn(NODE, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['pipe', 'pipe', stderr] });
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill();
  await ended;
}

/** The first line of a stream that has what is looked for. */
export async function lineWith(lines: Interface, wanted: RegExp): Promise<RegExpExecArray> {
  for await (const line of lines) {
    const found = wanted.exec(line);
    if (found !== null) return found;
  }
  throw new Error(`a program ended before it said ${wanted}`);
}

/** Starts a floor that prints its address. */
export async function launchAt(program: Program): Promise<{ child: ChildProcess; url: string }> {
  const child = launch(program);
  if (child.stdout === null) throw new Error('no stdout');
  const [url] = await lineWith(createInterface({ input: child.stdout }), /^http:.*/);
  return { child, url };
}

/** The memory that a process holds, in MB. Read from Linux; NaN elsewhere. */
export async function rssOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
