import { constants } from 'node:fs';
import { access, lstat, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage } from '../../platform/error-message.js';
import { fileProblem } from '../../platform/file-problem.js';
import { makeFolder } from '../../platform/make-folder.js';
import { createPrivateFile } from '../../platform/private-file.js';
import { putInPlace } from '../../platform/put-in-place.js';
import { decodeText, encodeText, formOf } from '../../platform/read-text.js';
import { ClientConfigError } from './mcp-client.js';

/** A client's configuration as it was read. It is replaced only if it has not changed since. */
export interface ConfigFile {
  /** The file itself, after following all links. */
  readonly path: string;
  /** Undefined where there is no file. */
  readonly bytes: Buffer | undefined;
  /** Without the byte order mark. */
  readonly text: string;
  readonly mode: number;
}

/** Other servers' secrets may be added to it later. */
const NEW_FILE_MODE = 0o600;
const LARGEST = 64 * 1024 * 1024;

/** @throws ClientConfigError where the file exists and cannot be read */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    if ((await lstat(path).catch(ignoreMissing)) === undefined) return { path, bytes: undefined, text: '', mode: NEW_FILE_MODE };
    const target = await realpath(path);
    const { mode, size } = await stat(target);
    if (size > LARGEST) throw new Error('it is too large');
    const bytes = await readFile(target);
    return { path: target, bytes, text: decodeText(bytes), mode: mode & 0o777 };
  } catch (error) {
    throw new ClientConfigError(`cannot be read: ${fileProblem(error, 'read')}`);
  }
}

/**
 * Copies the file beside itself, for its owner alone, and gives the copy's name.
 * @throws ClientConfigError
 */
export async function backUp({ path, bytes = Buffer.alloc(0) }: ConfigFile, now: number): Promise<string> {
  const backup = `${path}.${new Date(now).toISOString().replace(/[-:.]/g, '')}.bak`;
  try {
    const copy = await createPrivateFile(backup);
    await copy.writeFile(bytes).finally(() => copy.close());
    return backup;
  } catch (error) {
    throw new ClientConfigError(`cannot be backed up as ${backup}: ${errorMessage(error)}`);
  }
}

/**
 * Puts the text in the file's place in one step, so that no reader sees half of it.
 * @throws ClientConfigError; the file is then as it was
 */
export async function replaceConfigFile(file: ConfigFile, text: string): Promise<void> {
  const draft = `${file.path}.clerk-mcp-${process.pid}.new`;
  try {
    await makeFolder(dirname(file.path));
    // A rename would succeed even though the file itself is read-only.
    if (file.bytes !== undefined) await access(file.path, constants.W_OK);
    const handle = await createPrivateFile(draft, file.mode);
    try {
      await handle.writeFile(encodeText(text, formOf(file.bytes ?? Buffer.alloc(0))));
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await isUnchanged(file))) throw new Error('another program changed it just now. Run it again');
    await putInPlace(draft, file.path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new ClientConfigError(`cannot be written: ${fileProblem(error, 'write')}`);
  }
}

/** Whether the file on disk is still as it was read. */
async function isUnchanged({ path, bytes }: ConfigFile): Promise<boolean> {
  const now = await readFile(path).catch(ignoreMissing);
  return now === undefined || bytes === undefined ? now === bytes : now.equals(bytes);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
