import { access, constants, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import { fileProblem } from '../platform/file-problem.js';
import { replacePrivateFile } from '../platform/private-file.js';

/** Longer than the beginning of any line of a report. */
const FIRST_BYTES = 300;

/**
 * Refuses a file that is there and is no report, which is never written over, and a folder that takes none: found out at the
 * end, the calls would be made. @throws ConfigError
 */
export async function checkReport(path: string): Promise<void> {
  try {
    const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
    await access(dirname(path), constants.W_OK | constants.X_OK);
    if (stats === undefined || (stats.isFile() && (stats.size === 0 || (await isReport(path))))) return;
  } catch (error) {
    throw new ConfigError(`--out: ${path} cannot be written: ${fileProblem(error, 'write')}.`);
  }
  throw new ConfigError(`--out: ${path} is there already, and is not the report of a batch. Give another name.`);
}

async function isReport(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_BYTES), 0, FIRST_BYTES, 0);
    return REPORT.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
}

const REPORT = /^\{"line":\d+,"operation":"\w+","outcome":"\w+"/;

/** Writes a report in one step, for its owner alone. @throws ConfigError */
export async function replaceReport(path: string, text: string): Promise<void> {
  try {
    await replacePrivateFile(path, text);
  } catch (error) {
    throw new ConfigError(`--out: ${path} cannot be written: ${fileProblem(error, 'write')}.`);
  }
}
