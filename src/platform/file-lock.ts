import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { lengthInWords } from './length-in-words.js';
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
  /** The namespace in which its process id counts: containers may share a host name, and each begins at 1. Empty if the system has none. */
  readonly namespace?: string;
  readonly nonce: string;
}

/** Who holds a file, as far as can be told from here. */
export interface LockHolder {
  readonly pid: number | undefined;
  /** The machine or container; `undefined` for this one. */
  readonly elsewhere: string | undefined;
  /** How long ago it gave a sign of life, in milliseconds. */
  readonly silentMs: number;
}

/** How often a holder gives a sign of life, in milliseconds: the time at which its lock file was changed. */
const SIGN_MS = 10_000;
/** After this long without one, a holder in another container of this machine is gone. */
const GONE_MS = 60_000;

const held = new Set<string>();

/**
 * Reserves a file for one process with a lock file beside it. A lock left by a dead process on this machine is taken
 * over; one from another machine is not, since it is impossible to tell here whether its holder is alive. Containers
 * with the same host name share its clock: a lock of one of them is taken over after a minute without a sign of life.
 * @throws FileLockedError
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    began: beganAt(process.pid),
    namespace: ownNamespace(),
    nonce: randomBytes(8).toString('hex'),
  });
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await create(lock, mine)) {
      held.add(lock);
      const signs = setInterval(() => void sign(lock), SIGN_MS).unref();
      return () => {
        clearInterval(signs);
        return release(lock, mine);
      };
    }
    const found = await readFile(lock, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    if (await lives(parseHolder(found), lock)) throw new FileLockedError(await message(path));
    await removeStale(lock, found);
  }
  throw new FileLockedError(await message(path));
}

/** Whether a live process holds the lock now, as far as can be told from this machine. */
export async function isLocked(path: string): Promise<boolean> {
  return (await lockHolder(path)) !== undefined;
}

/** Who holds the lock, if anyone who may be alive does. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const lock = `${path}.lock`;
  const found = await readFile(lock, 'utf8').catch(() => undefined);
  if (found === undefined) return undefined;
  const holder = parseHolder(found);
  if (!(await lives(holder, lock))) return undefined;
  const elsewhere = holder === undefined || isHere(holder) ? undefined : holder.host;
  return { pid: holder?.pid, elsewhere, silentMs: await silence(lock) };
}

async function create(lock: string, content: string): Promise<boolean> {
  const file = await createPrivateFile(lock).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(content);
    return true;
  } catch (error) {
    // On a full disk. Without a holder's name in it, it would count as held for good.
    await unlink(lock).catch(() => {});
    throw error;
  } finally {
    await file.close();
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

const isHere = ({ host, namespace }: Holder): boolean =>
  host === hostname() && (namespace === undefined || namespace === ownNamespace());

/** What cannot be read may be of a version to come. */
async function lives(holder: Holder | undefined, lock: string): Promise<boolean> {
  if (holder === undefined || holder.host !== hostname()) return true;
  if (!isHere(holder)) return (await silence(lock)) < GONE_MS;
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

/** The processes that this one can see. */
function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

async function sign(lock: string): Promise<void> {
  const now = new Date();
  await utimes(lock, now, now).catch(() => {});
}

/** How long ago the last sign of life was, in milliseconds. */
async function silence(lock: string): Promise<number> {
  const changed = await stat(lock).catch(() => undefined);
  return changed === undefined ? 0 : Math.max(0, Date.now() - changed.mtimeMs);
}

async function message(path: string): Promise<string> {
  const holder = await lockHolder(path);
  if (holder?.elsewhere !== undefined)
    return `${path} is held by ${heldElsewhere(holder)}. If that one is gone, remove ${path}.lock.`;
  const who = holder?.pid === undefined ? 'another process' : `process ${holder.pid} on ${hostname()}`;
  return `${path} is being written by ${who}. Give each process its own log; if that process is gone, remove ${path}.lock.`;
}

/** Who it is, in the words of a sentence. */
export const heldElsewhere = ({ pid, elsewhere, silentMs }: LockHolder): string =>
  `process ${pid} of another machine or container, ${elsewhere}, whose last sign of life was ${lengthInWords(silentMs)} ago`;
