import { stat } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';

/** The setting that puts the record on standard output. */
const STANDARD_OUTPUT = '-';

export const isStandardOutput = (setting: string | undefined): boolean => setting === STANDARD_OUTPUT;

const NAME = 'audit.log';
const PROCESS = '%p';

/** More servers than clients start on one machine. */
const MOST_PLACES = 64;

/**
 * The files that a log may be in; a process takes the first that no other holds. In a folder they are `audit.log`,
 * `audit-2.log` and so on, and likewise beside a named file; `%p` is the id of the process.
 */
export async function* placesOf(setting: string): AsyncGenerator<string> {
  const first = await firstPlace(setting);
  yield first;
  const { name, ext } = parse(first);
  for (let number = 2; number <= MOST_PLACES; number++) yield join(dirname(first), `${name}-${number}${ext}`);
}

/** The file of a log that no other process has. */
export async function firstPlace(setting: string): Promise<string> {
  const named = setting.replaceAll(PROCESS, String(process.pid));
  const stats = await stat(named).catch(() => undefined);
  return stats?.isDirectory() === true ? join(named, NAME) : named;
}
