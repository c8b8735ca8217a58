import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from './user-error.js';

/** For its owner alone. */
const PRIVATE = 0o600;
const OTHERS = 0o077;

/** Windows has no such flag; there a link takes a privilege to make. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

/** A file that is not there yet. A link in its place, even one that leads nowhere, is an error (EEXIST). */
export const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | NO_FOLLOW;

/** A file of ours that may be there already. */
const OWN_FILE = constants.O_RDWR | NO_FOLLOW | (constants.O_NONBLOCK ?? 0);

/**
 * Makes a new file, with its mode from the first byte. For everything that this program writes: it never follows a link
 * that was planted in the place of the file.
 * @throws what the system says: EEXIST where anything is there
 */
export async function createPrivateFile(path: string, mode = PRIVATE): Promise<FileHandle> {
  const file = await open(path, NEW_FILE, mode);
  // What the umask has taken from a mode that is wider than a private one.
  return mode === PRIVATE ? file : checked(file, () => file.chmod(mode));
}

/**
 * Opens a file that this program keeps writing, or makes it unless told otherwise, for reading and writing. It is closed to others even where it was
 * made with another mode.
 * @throws where it is a link or no regular file, or is open to others and belongs to another user
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

/** The file, closed again where the check fails. */
async function checked(file: FileHandle, check: () => Promise<void>): Promise<FileHandle> {
  try {
    await check();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
