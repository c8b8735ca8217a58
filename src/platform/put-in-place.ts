import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** What Windows says of a file while another program, often a virus scanner or an indexer, has it open. */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** Whether it may be that another program has the file open. Windows says the same of a file that is forbidden. */
export const mayBeHeld = (error: unknown, platform: NodeJS.Platform): boolean =>
  platform === 'win32' && HELD.has(String((error as NodeJS.ErrnoException | undefined)?.code));

/** How long to wait before each further attempt, in milliseconds; a second and a half in all. */
const PAUSES_MS = [10, 20, 50, 100, 200, 400, 800];

interface Means {
  readonly platform?: NodeJS.Platform;
  readonly rename?: (from: string, to: string) => Promise<void>;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Gives a file the name of another, whose place it takes in one step. On Windows that fails for as long as anyone has the other
 * open, mostly for a moment, so there it is tried again.
 * @throws the system's error; the other file is then as it was
 */
export async function putInPlace(from: string, to: string, means: Means = {}): Promise<void> {
  const { platform = process.platform, rename: move = rename, wait = pause } = means;
  for (const ms of platform === 'win32' ? PAUSES_MS : []) {
    try {
      return await move(from, to);
    } catch (error) {
      if (!mayBeHeld(error, platform)) throw error;
    }
    await wait(ms);
  }
  await move(from, to);
}
