import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createPrivateFile } from './private-file.js';
import { UserError } from './user-error.js';

/** Another process holds the file. */
export class FileLockedError extends UserError {
  override readonly name = 'FileLockedError';
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts it; distinguishes a process from a later one with the same id. */
  readonly began: string;
  readonly nonce: string;
}

const held = new Set<string>();

/**
 * Reserves a file for one process with a lock file beside it. A lock left by a dead process on this machine is taken
 * over; one from another machine is not, since it is impossible to tell here whether its holder is alive.
 * @throws FileLockedError
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    began: beganAt(process.pid),
    nonce: randomBytes(8).toString('hex'),
  });
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await create(lock, mine)) {
      held.add(lock);
      return () => release(lock, mine);
    }
    const found = await readFile(lock, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder === undefined || lives(holder, lock)) throw new FileLockedError(message(path, lock, holder));
    await removeStale(lock, found);
  }
  throw new FileLockedError(message(path, lock, undefined));
}

/** Whether a live process holds the lock now, as far as can be told from this machine. */
export async function isLocked(path: string): Promise<boolean> {
  const lock = `${path}.lock`;
  const found = await readFile(lock, 'utf8').catch(() => undefined);
  const holder = found === undefined ? undefined : parseHolder(found);
  return found !== undefined && (holder === undefined || lives(holder, lock));
}

async function create(lock: string, content: string): Promise<boolean> {
  try {
    const file = await createPrivateFile(lock);
    await file.writeFile(content);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a stale lock. Only the process that creates the marker for this exact content may, and it checks again
 * afterwards, so that a fresh lock created meanwhile is never mistaken for the stale one.
 */
async function removeStale(lock: string, stale: string): Promise<void> {
  const marker = `${lock}.${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`;
  if (!(await create(marker, ''))) return;
  try {
    if ((await readFile(lock, 'utf8').catch(() => undefined)) === stale) await unlink(lock);
  } finally {
    await unlink(marker);
  }
}

async function release(lock: string, mine: string): Promise<void> {
  held.delete(lock);
  const found = await readFile(lock, 'utf8').catch(() => undefined);
  if (found === mine) await unlink(lock).catch(() => {});
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    return typeof value?.pid === 'number' && typeof value.host === 'string' ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function lives(holder: Holder, lock: string): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(lock);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const began = beganAt(holder.pid);
  return began === '' || holder.began === '' || began === holder.began;
}

/** Field 22 of `/proc/PID/stat`; empty if the system has none. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function message(path: string, lock: string, holder: Holder | undefined): string {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return `${path} is being written by ${who}. Give each process its own log; if that process is gone, remove ${lock}.`;
}
