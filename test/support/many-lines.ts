import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { childEnv, type Ended, ended } from './program.js';

const SCRIPT = fileURLToPath(new URL('./many-lines.mjs', import.meta.url));

export interface Line {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export type Told = Pick<Ended, 'stdout' | 'stderr' | 'code'>;

/** Carries out command lines of the built program, one after the other in one process. None may serve, or end the process. */
export async function manyLines(lines: readonly Line[], cwd: string): Promise<Told[]> {
  const child = spawn(process.execPath, [SCRIPT], { env: childEnv({ HOME: cwd }), cwd, stdio: 'pipe' });
  child.stdin.end(JSON.stringify(lines.map(({ args, env = {} }) => ({ args, env }))));
  const { code, stdout, stderr } = await ended(child);
  if (code !== 0 || stderr !== '') throw new Error(`the lines ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Told[];
}
