import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { headPath } from './head.js';
import { firstPlace } from './places.js';

/** More files than servers and rotations leave in one folder for people to look through. */
const MOST_FILES = 32;

/** Files beside a log that are not logs, or are compressed. */
const OTHERS = /\.(?:key|head|lock|new|ship-[0-9a-f]{8}|gz|bz2|xz|zst|zip)$/;

/**
 * The existing files of the log that the setting names, last written first: this process's, those of other processes
 * beside it, and rotated ones whose name begins with the log's. Compressed files are left out.
 */
export async function recordFiles(setting: string): Promise<readonly string[]> {
  const first = await firstPlace(setting);
  const isOurs = namesFor(setting, first);
  const folder = dirname(first);
  const names = (await readdir(folder).catch(() => [])).filter((name) => isOurs.test(name) && !OTHERS.test(name));
  const found = await oldestFirst(names.map((name) => join(folder, name)));
  return found.reverse().slice(0, MOST_FILES);
}

/** The logs of the setting, of this process and of others that have written one beside it: each has a head. */
export async function logsOf(setting: string): Promise<readonly string[]> {
  const first = await firstPlace(setting);
  const isOurs = namesFor(setting, first);
  // A log knows itself by this path, however the setting leads to it.
  const folder = await realpath(dirname(first)).catch(() => dirname(first));
  const names = await readdir(folder).catch(() => []);
  return logsAmong(names)
    .filter((name) => isOurs.test(name))
    .map((name) => join(folder, name));
}

/** The log itself and its rotated files, in no order. Of several logs whose names a file's begins with, it is the longest's. */
export async function rotatedFiles(log: string): Promise<readonly string[]> {
  const folder = dirname(log);
  const name = basename(log);
  const names = await readdir(folder).catch(() => []);
  const logs = logsAmong(names);
  const isRotated = (each: string): boolean =>
    each.startsWith(name) &&
    /^[.-][\w.-]{1,40}$/.test(each.slice(name.length)) &&
    !OTHERS.test(each) &&
    !logs.some((other) => other.length > name.length && each.startsWith(other));
  return names.filter((each) => each === name || isRotated(each)).map((each) => join(folder, each));
}

/** The logs among the names of files: each has a head. */
const logsAmong = (names: readonly string[]): readonly string[] =>
  names.filter((name) => name.endsWith(headPath(''))).map((name) => name.slice(0, -headPath('').length));

/** Every file of every log of the setting, the oldest first. */
export async function allFiles(setting: string): Promise<readonly string[]> {
  return oldestFirst((await Promise.all((await logsOf(setting)).map(rotatedFiles))).flat());
}

/** Those that are there and are files, by the time of their last change. */
async function oldestFirst(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const stats = await stat(path).catch(() => undefined);
      return stats?.isFile() === true ? [{ path, at: stats.mtimeMs }] : [];
    }),
  );
  return found
    .flat()
    .sort((one, other) => one.at - other.at)
    .map(({ path }) => path);
}

const namesFor = (setting: string, first: string): RegExp =>
  namesOf(basename(setting) === basename(first) ? basename(first) : withAnyProcess(setting, first));

/** The name, with `%p` still in it if the setting has it. */
const withAnyProcess = (setting: string, first: string): string =>
  basename(setting).includes('%p') ? basename(setting) : basename(first);

/** `audit.log`, `audit-2.log`, `audit.log.1`, `audit.log-20260131`. */
function namesOf(name: string): RegExp {
  const { name: stem, ext } = parse(name);
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%p', '\\d+');
  return new RegExp(`^${literal(stem)}(?:-\\d{1,2})?${literal(ext)}(?:[.-][\\w.-]{1,40})?$`);
}
