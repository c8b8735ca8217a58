import type { FileHandle } from 'node:fs/promises';
import { rm } from 'node:fs/promises';
import { ConfigError } from '../../config/config-error.js';
import { FileLockedError, lockFile } from '../../platform/file-lock.js';
import { fileProblem } from '../../platform/file-problem.js';
import { isRecord } from '../../platform/is-record.js';
import { cutPrivateFile, openPrivateFile } from '../../platform/private-file.js';
import { isSystemError } from '../../platform/system-error.js';

/** The first line of the file: what it is, and of which instance. */
interface Head {
  readonly format: typeof FORMAT;
  readonly instance: string;
  readonly startedAt: number;
}

const FORMAT = 'clerk-mcp export 1';

/** A page of a list. `whole`: there are no more. */
interface Page {
  readonly list: string;
  readonly rows: readonly unknown[];
  readonly whole: boolean;
}

/** What an export has read so far could not be kept. */
export class KeepError extends Error {
  override readonly name = 'KeepError';
}

/**
 * What an export has read, page by page, in a file beside the one that it will write, so that it can go on where it stopped.
 * Readable by its owner alone, since it is personal data.
 */
export class KeptLists {
  readonly path: string;
  readonly startedAt: number;
  /** Whether an earlier run began it. */
  readonly isContinued: boolean;
  readonly #file: FileHandle;
  readonly #unlock: () => Promise<void>;
  readonly #lists = new Map<string, { rows: unknown[]; whole: boolean }>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle, unlock: () => Promise<void>, head: Head, isContinued: boolean) {
    this.path = path;
    this.startedAt = head.startedAt;
    this.isContinued = isContinued;
    this.#file = file;
    this.#unlock = unlock;
  }

  /**
   * @param instance identifies the instance that is read
   * @param anew whether what an earlier run read is thrown away
   * @throws ConfigError
   */
  static async open(path: string, instance: string, anew: boolean): Promise<KeptLists> {
    const unlock = await lock(path);
    let file: FileHandle | undefined;
    try {
      // Each write goes to the end, wherever that is after a part of a line was cut off.
      file = await openPrivateFile(path, { append: true });
      const bytes = await file.readFile();
      // Part of a line, left by a killed process, does not count.
      const end = bytes.lastIndexOf('\n') + 1;
      const [first, ...lines] = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
      if (first === undefined ? !isBegun(bytes) : parsed(first)?.format !== FORMAT)
        throw new ConfigError(`${path} is there already, and is not an export. Give another name.`);
      const head = first === undefined || anew ? undefined : headOf(first, path, instance);
      const pages = head === undefined ? [] : lines.map((line) => pageOf(line, path));
      await cutPrivateFile(path, head === undefined ? 0 : end);
      const made: Head = head ?? { format: FORMAT, instance, startedAt: Date.now() };
      const kept = new KeptLists(path, file, unlock, made, head !== undefined);
      if (head === undefined) await kept.#write(made);
      for (const page of pages) kept.#add(page);
      return kept;
    } catch (error) {
      await file?.close();
      await unlock();
      if (error instanceof ConfigError) throw error;
      throw new ConfigError(`${path} cannot be written: ${fileProblem(error, 'write')}.`);
    }
  }

  /** How many rows of a list are known. */
  count(list: string): number {
    return this.#lists.get(list)?.rows.length ?? 0;
  }

  /** How many rows of all lists are known. */
  get total(): number {
    let total = 0;
    for (const { rows } of this.#lists.values()) total += rows.length;
    return total;
  }

  /** All rows of a list; undefined if it has not been read to its end. */
  rows(list: string): readonly unknown[] | undefined {
    const known = this.#lists.get(list);
    return known?.whole === true ? known.rows : undefined;
  }

  /** Resolves when the page is in the file. @throws KeepError */
  async take(page: Page): Promise<void> {
    try {
      await this.#write(page);
    } catch (error) {
      throw new KeepError(`${this.path} cannot be written: ${fileProblem(error, 'write')}.`);
    }
    this.#add(page);
  }

  #add({ list, rows, whole }: Page): void {
    const known = this.#lists.get(list) ?? { rows: [], whole: false };
    for (const row of rows) known.rows.push(row);
    known.whole = whole;
    this.#lists.set(list, known);
  }

  #write(line: Head | Page): Promise<void> {
    const text = `${JSON.stringify(line)}\n`;
    this.#writing = this.#writing.then(() => this.#file.appendFile(text));
    return this.#writing;
  }

  /** Keeps the file for another run. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#file.close();
    await this.#unlock();
  }

  /** There is nothing left to go on with. */
  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
    await this.#unlock();
  }
}

async function lock(path: string): Promise<() => Promise<void>> {
  try {
    return await lockFile(path);
  } catch (error) {
    if (error instanceof FileLockedError)
      throw new ConfigError(`Another export is writing ${path}. Wait for it, or give another name.`);
    if (isSystemError(error)) throw new ConfigError(`${path} cannot be written: ${fileProblem(error, 'write')}.`);
    throw error;
  }
}

/** Whether the bytes can be the start of a first line, whose writing was cut off. */
function isBegun(bytes: Buffer): boolean {
  const begun = Buffer.from(JSON.stringify({ format: FORMAT }).slice(0, -1)).subarray(0, bytes.length);
  return bytes.subarray(0, begun.length).equals(begun);
}

/** @throws ConfigError for a file of another instance */
function headOf(line: string, path: string, instance: string): Head {
  const head = parsed(line);
  if (head?.instance !== instance)
    throw new ConfigError(
      `${path} was begun on another instance, or with another key. Give another name, or --fresh to start again.`,
    );
  if (typeof head.startedAt === 'number' && !Number.isNaN(new Date(head.startedAt).getTime())) return head as unknown as Head;
  throw damaged(path);
}

/** @throws ConfigError */
function pageOf(line: string, path: string): Page {
  const page = parsed(line);
  if (typeof page?.list === 'string' && Array.isArray(page.rows) && typeof page.whole === 'boolean')
    return page as unknown as Page;
  throw damaged(path);
}

const damaged = (path: string): ConfigError =>
  new ConfigError(`${path} was damaged or changed, and cannot be continued. Start again with --fresh.`);

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
