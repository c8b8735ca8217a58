import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileProblem } from '../../platform/file-problem.js';
import { createPrivateFile, openPrivateFile } from '../../platform/private-file.js';
import { putInPlace } from '../../platform/put-in-place.js';
import type { Instance } from '../instance.js';
import type { StoreContent, StoreWatcher } from '../rows.js';
import type { Row } from '../table.js';
import { batchLine, type Change, headerLine, type Kept, parseState, StateError } from './format.js';

const ROWS_PER_LINE = 500;
/** The file is written anew when what was appended outgrows what it began with, or this. */
const LEAST_GROWTH_BYTES = 4 * 1024 * 1024;

/** What the file kept; undefined when there is none yet. @throws StateError */
export async function readState(path: string): Promise<Kept | undefined> {
  try {
    return parseState(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw stateError(path, error);
  }
}

const stateError = (path: string, error: unknown): StateError =>
  new StateError(`${path}: ${fileProblem(error, 'write')}`, { cause: error });

/**
 * Keeps an instance in a file: a snapshot, and after it every change since. A change is on the disk before
 * {@link commit} resolves. Changes that come in while one write is under way go out together in the next.
 */
export class Journal implements StoreWatcher {
  readonly #path: string;
  readonly #instance: Instance;
  readonly #header: string;
  #file: FileHandle | undefined;
  #snapshotBytes = 0;
  #appendedBytes = 0;
  /** By row or setting, so that one that changes often is written once. */
  #pending = new Map<string, () => Change>();
  /** The write that is under way, and the one that waits for its end. */
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  /** After a failed write it is not known what is on the disk, so the next one writes everything. */
  #doubtful = false;
  #closed = false;

  private constructor(path: string, instance: Instance, secretKey: string) {
    this.#path = path;
    this.#instance = instance;
    this.#header = headerLine(secretKey, instance.id);
  }

  /** Writes the instance as it is in place of whatever the file held, and keeps it from now on. @throws StateError */
  static async begin(path: string, instance: Instance, secretKey: string): Promise<Journal> {
    const journal = new Journal(path, instance, secretKey);
    instance.store.watch(journal);
    await journal.#guarded(() => journal.#writeSnapshot());
    return journal;
  }

  put(resource: string, row: Row): void {
    this.#pending.set(`${resource}/${row.id}`, () => ['put', resource, row]);
  }

  dropping(resource: string, { id }: Row): void {
    this.#pending.set(`${resource}/${id}`, () => ['drop', resource, id]);
  }

  set(setting: string, value: object): void {
    this.#pending.set(setting, () => ['set', setting, value]);
  }

  /** Resolves when every change made so far is on the disk. @throws StateError, and then tries again with the next call. */
  commit(): Promise<void> {
    if (this.#closed || (this.#pending.size === 0 && !this.#doubtful)) return this.#current;
    this.#next ??= this.#current
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#current = this.#closed ? Promise.resolve() : this.#guarded(() => this.#write());
        return this.#current;
      });
    return this.#next;
  }

  /** Writes what is left, and lets go of the file. @throws StateError */
  async close(): Promise<void> {
    await this.commit().finally(() => this.abandon());
  }

  /** Lets go of the file as it is; another instance takes its place. */
  async abandon(): Promise<void> {
    this.#closed = true;
    await this.#current.catch(() => {});
    await this.#file?.close();
    this.#file = undefined;
  }

  async #guarded(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#doubtful = false;
    } catch (error) {
      this.#doubtful = true;
      throw stateError(this.#path, error);
    }
  }

  async #write(): Promise<void> {
    const outgrown = this.#appendedBytes > Math.max(LEAST_GROWTH_BYTES, this.#snapshotBytes);
    if (this.#file === undefined || this.#doubtful || outgrown) return this.#writeSnapshot();
    const line = batchLine(this.#instance.random.drawn, this.#take());
    await this.#file.appendFile(line);
    await this.#file.datasync();
    this.#appendedBytes += Buffer.byteLength(line);
  }

  #take(): Change[] {
    const changes = [...this.#pending.values()].map((read) => read());
    this.#pending.clear();
    return changes;
  }

  /** Beside the file first, so that a kill at any moment leaves the old file or the new one, whole. */
  async #writeSnapshot(): Promise<void> {
    // Read in one go, so that no change comes between two lines.
    const lines = [this.#header, ...snapshotLines(this.#instance.store.content, this.#instance.random.drawn)];
    this.#pending.clear();
    const fresh = `${this.#path}.new`;
    // A leftover of a killed process, or a link planted there. The lock of the state is ours.
    await rm(fresh, { force: true });
    const file = await createPrivateFile(fresh);
    try {
      for (const line of lines) await file.appendFile(line);
      await file.sync();
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    // Windows lets nothing take the place of a file that is open. Without one, the next write is of everything again.
    const old = this.#file;
    this.#file = undefined;
    await old?.close();
    await putInPlace(fresh, this.#path);
    await syncDirectory(dirname(this.#path));
    this.#file = await openPrivateFile(this.#path, { append: true });
    this.#snapshotBytes = (await this.#file.stat()).size;
    this.#appendedBytes = 0;
  }
}

function snapshotLines({ rows, settings }: StoreContent, drawn: number): string[] {
  const changes: Change[] = [];
  for (const [name, held] of rows) for (const row of held) changes.push(['put', name, row]);
  for (const [name, value] of settings) changes.push(['set', name, value]);
  const lines: string[] = [];
  for (let at = 0; at < changes.length; at += ROWS_PER_LINE) lines.push(batchLine(drawn, changes.slice(at, at + ROWS_PER_LINE)));
  return lines;
}

/** A rename is on the disk when its directory is. Systems that cannot do that are content without. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}
