import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { putInPlace } from './put-in-place.js';
import { UserError } from './user-error.js';

/** Access for the owner only. */
const PRIVATE = 0o600;
const OTHERS = 0o077;

/** Windows has no such flag; making a link takes a privilege there. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** For a file that must not exist yet. Even a dangling link in its place is an error (EEXIST). */
export const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | NO_FOLLOW;

/** For a file of ours that may exist already. */
const OWN_FILE = constants.O_RDWR | NO_FOLLOW | (constants.O_NONBLOCK ?? 0);

/**
 * Makes a new file that has its mode from the first byte on. Used for everything that this program writes: it never follows
 * a link planted in the file's place.
 * @throws the system's error, EEXIST if anything is there
 */
export async function createPrivateFile(path: string, mode = PRIVATE): Promise<FileHandle> {
  const file = await open(path, NEW_FILE, mode);
  // Restores what the umask removed from a mode wider than a private one.
  return mode === PRIVATE ? file : checked(file, () => file.chmod(mode));
}

/** Makes a new file that holds a text, and flushes it to the disk. @throws the system's error, EEXIST if anything is there */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const file = await createPrivateFile(path);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name beside a file for what takes its place in one step. */
export const draftOf = (path: string): string => `${path}.${randomBytes(6).toString('hex')}.new`;

/** Puts a text in a file's place in one step. @throws the system's error; the file is then as it was */
export async function replacePrivateFile(path: string, text: string): Promise<void> {
  const draft = draftOf(path);
  try {
    await writePrivateFile(draft, text);
    await putInPlace(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/**
 * Opens a file that this program keeps writing, for reading and writing, and makes it unless told otherwise. Closes it to
 * other users even if it was made with another mode.
 * @throws if it is a link or not a regular file, or is open to others and belongs to another user
 */
export async function openPrivateFile(
  path: string,
  how: { readonly append?: boolean; readonly create?: boolean } = {},
): Promise<FileHandle> {
  const { append = false, create = true } = how;
  const flags = OWN_FILE | (append ? constants.O_APPEND : 0) | (create ? constants.O_CREAT : 0);
  const file = await open(path, flags, PRIVATE).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP') throw error;
    throw new UserError(`${path} is a symbolic link, and nothing is written through one: remove it`, { cause: error });
  });
  return checked(file, async () => {
    const stats = await file.stat();
    if (!stats.isFile()) throw new UserError(`${path} is no regular file`);
    if (process.getuid !== undefined && (stats.mode & OTHERS) !== 0) await file.chmod(PRIVATE);
  });
}

/**
 * Cuts a file of ours to a length. Through a handle of its own: on Windows one that appends may not.
 * @throws the system's error
 */
export async function cutPrivateFile(path: string, length: number): Promise<void> {
  const file = await openPrivateFile(path, { create: false });
  try {
    await file.truncate(length);
  } finally {
    await file.close();
  }
}

/** The file; closes it if the check fails. */
async function checked(file: FileHandle, check: () => Promise<void>): Promise<FileHandle> {
  try {
    await check();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
