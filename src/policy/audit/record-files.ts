import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { firstPlace } from './places.js';

/** More than servers and rotations leave beside each other for people to look through. */
const MOST_FILES = 32;

/** What stands beside a log and is none, or cannot be read as it is. */
const OTHERS = /\.(?:key|head|lock|new|gz|bz2|xz|zst|zip)$/;

/**
 * The files of a log's setting that are there now, the one that was written last first: those of other processes beside this
 * one's, and those that were rotated away under a name that begins with the log's. Compressed ones are left out.
 */
export async function recordFiles(setting: string): Promise<readonly string[]> {
  const first = await firstPlace(setting);
  const isOurs = namesOf(basename(setting) === basename(first) ? basename(first) : withAnyProcess(setting, first));
  const folder = dirname(first);
  const names = (await readdir(folder).catch(() => [])).filter((name) => isOurs.test(name) && !OTHERS.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const stats = await stat(path).catch(() => undefined);
      return stats?.isFile() === true ? [{ path, at: stats.mtimeMs }] : [];
    }),
  );
  return found
    .flat()
    .sort((one, other) => other.at - one.at)
    .slice(0, MOST_FILES)
    .map(({ path }) => path);
}

/** The name with `%p` in it where the setting has it. */
const withAnyProcess = (setting: string, first: string): string =>
  basename(setting).includes('%p') ? basename(setting) : basename(first);

/** `audit.log`, `audit-2.log`, `audit.log.1`, `audit.log-20260131`. */
function namesOf(name: string): RegExp {
  const { name: stem, ext } = parse(name);
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%p', '\\d+');
  return new RegExp(`^${literal(stem)}(?:-\\d{1,2})?${literal(ext)}(?:[.-][\\w.-]{1,40})?$`);
}
