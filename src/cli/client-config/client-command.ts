import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { UserPaths } from '../../config/user-paths.js';

/**
 * Where a program is on the PATH. On Windows only `.exe` counts: `.cmd` files run through a shell, which would read
 * their arguments a second time.
 */
export function findProgram(name: string, { path, platform }: UserPaths): string | undefined {
  const file = platform === 'win32' ? `${name}.exe` : name;
  return path.map((directory) => join(directory, file)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface CommandResult {
  readonly ok: boolean;
  /** A few words on what went wrong, where not ok. */
  readonly why: string;
}

const TIMEOUT_MS = 30_000;
const LAST_WORDS_MS = 500;
const MOST_SAID = 300;

/** Runs a client's program, without a shell, and ends it after half a minute. */
export function runProgram(
  program: string,
  args: readonly string[],
  environment: UserPaths['environment'],
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < MOST_SAID) said += String(chunk);
    });
    child.once('error', (error) => resolve({ ok: false, why: error.message }));
    // Its own children may keep the pipe open after it has exited.
    child.once('exit', () => setTimeout(() => child.stderr.destroy(), LAST_WORDS_MS).unref());
    child.once('close', (code, signal) => {
      const words = printable(said);
      const why = signal === null ? `it ended with ${code}` : `it was ended by ${signal}`;
      resolve({ ok: code === 0, why: words === '' ? why : `${why}: ${words}` });
    });
  });
}

/** What another program says, on one line and without control characters. */
const printable = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MOST_SAID);
