import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../config/config-error.js';
import { readLines } from '../../jobs/configuration/lines.js';
import { VERSION_KEY } from '../../jobs/configuration/parse.js';
import { fileProblem } from '../../platform/file-problem.js';
import { isRecord } from '../../platform/is-record.js';
import { replacePrivateFile } from '../../platform/private-file.js';

/**
 * Writes a configuration in one step. It takes the place of an earlier one, and of nothing else.
 * @throws ConfigError; the file is then as it was
 */
export async function writeConfiguration(path: string, text: string): Promise<void> {
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new ConfigError(`${path} cannot be written: ${fileProblem(error, 'write')}.`);
  });
  if (before !== undefined && !isConfiguration(before))
    throw new ConfigError(`${path} is there and is not a configuration: name another file, or remove it.`);
  try {
    await replacePrivateFile(path, text);
  } catch (error) {
    throw new ConfigError(`${path} cannot be written: ${fileProblem(error, 'write')}.`);
  }
}

/** Whether it is one, be it a wrong one: text about configurations is none. */
function isConfiguration(text: string): boolean {
  const { value } = readLines(text);
  return isRecord(value) && Object.hasOwn(value, VERSION_KEY);
}
