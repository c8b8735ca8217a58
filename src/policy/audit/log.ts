import { type FileHandle, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorMessage } from '../../platform/error-message.js';
import { lockFile } from '../../platform/file-lock.js';
import { openPrivateFile } from '../../platform/private-file.js';
import { isSameFile } from '../../platform/same-file.js';
import { type Head, HeadFile } from './head.js';
import { type AuditKey, openKey } from './key.js';
import { type AuditFields, FOUND_EMPTY, GENESIS, type OpenCall, sha256, writeLine } from './line.js';
import { oddity } from './oddity.js';
import { readTail } from './tail.js';

/** The log cannot be written. */
export class AuditWriteError extends Error {
  override readonly name = 'AuditWriteError';
}

/** For good: a chain that two processes have written to proves nothing. */
class ForeignWriterError extends Error {
  override readonly name = 'ForeignWriterError';
}

export interface AuditLogOptions {
  readonly file: string;
  /** What lines are signed with, 32 characters or more. Default: `FILE.key`, made if there is none. */
  readonly key?: string | undefined;
  /** Default: the system's clock. */
  readonly now?: () => number;
  /** What the operator should know: one line each. */
  readonly warn?: (message: string) => void;
  /** How the file is opened. Default: appending, mode 0600, never through a symbolic link. */
  readonly openFile?: (path: string) => Promise<FileHandle>;
}

/** What takes the lines of a record. */
export type AuditSink = Pick<AuditLog, 'append' | 'check' | 'reopen' | 'close' | 'unfinished' | 'isDown'>;

interface Pending {
  readonly fields: AuditFields;
  readonly sync: boolean;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

const MOST_LATE = 1_000;

/**
 * An append-only log of one process, every line chained to the one before. Writes are serialized; what comes
 * in while one is under way goes out together in the next. The process that has it holds `FILE.lock`, signs
 * its lines with `FILE.key`, and notes the last one in `FILE.head`.
 */
export class AuditLog {
  /** Calls that the process before left without an outcome. */
  readonly unfinished: readonly OpenCall[];
  readonly #path: string;
  readonly #now: () => number;
  readonly #warn: (message: string) => void;
  readonly #openFile: (path: string) => Promise<FileHandle>;
  readonly #headFile: HeadFile;
  readonly #key: AuditKey;
  readonly #unlock: () => Promise<void>;
  #file: FileHandle;
  /** Bytes in the file when our last write had ended. */
  #size: number;
  #head: Head;
  #queue: Pending[] = [];
  #working: Promise<void> | undefined;
  /** Why the last write failed; nothing is written until the end of the file has been checked again. */
  #failure: Error | undefined;
  /** Calls whose intent may be on the disk although they were refused. */
  #notSent: string[] = [];
  /** Outcomes that could not be written yet. */
  #late: AuditFields[] = [];
  readonly #open = new Map<string, OpenCall>();

  private constructor(parts: OpenedLog) {
    this.unfinished = parts.unfinished;
    this.#path = parts.path;
    this.#now = parts.options.now ?? Date.now;
    this.#warn = parts.options.warn ?? (() => {});
    this.#openFile = parts.options.openFile ?? openForAppending;
    this.#headFile = parts.headFile;
    this.#key = parts.key;
    this.#unlock = parts.unlock;
    this.#file = parts.file;
    this.#size = parts.size;
    this.#head = parts.head;
  }

  /**
   * Continues the chain of the file, or begins one, with a `start` line that reports what a crash left behind.
   * @throws FileLockedError, AuditDamagedError, or what the system says
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const path = join(await realpath(dirname(options.file)), basename(options.file));
    const unlock = await lockFile(path);
    const opened: { close(): Promise<void> }[] = [];
    try {
      const file = await (options.openFile ?? openForAppending)(path);
      opened.push(file);
      const { size } = await file.stat();
      const tail = await readTail(file, size);
      const key = options.key === undefined ? await openKey(path) : { secret: options.key, file: undefined };
      const { head: noted, file: headFile } = await HeadFile.open(path, key);
      opened.push(headFile);
      const reason = oddity(tail, noted, key);
      if (reason !== undefined) options.warn?.(`${path}: ${reason}`);
      const last: Head | undefined = tail.last && { seq: tail.last.line.seq, sha256: tail.last.sha256 };
      const ahead = noted !== undefined && noted.seq > (last?.seq ?? 0);
      const lost = ahead ? { from: (last?.seq ?? 0) + 1, to: noted.seq } : undefined;
      if (lost !== undefined) {
        const moved = last === undefined ? ', unless it was moved away while no server had it' : '';
        options.warn?.(`${path}: lines ${lost.from} to ${lost.to} are missing at its end${moved}`);
      }
      // A gap in the numbers keeps the loss visible; in an empty file it stands for what was rotated away.
      const head: Head = {
        seq: ahead ? noted.seq : (last?.seq ?? 0),
        sha256: last?.sha256 ?? (ahead ? noted.sha256 : GENESIS),
      };
      const log = new AuditLog({ options, path, unlock, file, size, head, headFile, key, unfinished: tail.open });
      const open = tail.open.length > 0 ? tail.open : undefined;
      const start: AuditFields = { kind: 'start', pid: process.pid, open, lost, reason };
      const lines: AuditFields[] =
        last === undefined && ahead
          ? [{ kind: 'continued', reason: FOUND_EMPTY, torn: tail.torn }, start]
          : [{ ...start, torn: tail.torn }];
      await log.#write(lines, tail.needsBreak ? '\n' : '', true);
      return log;
    } catch (error) {
      await Promise.all(opened.map((each) => each.close()));
      await unlock();
      throw error;
    }
  }

  /**
   * Resolves when the line is on the disk, after an fsync where `sync` is set.
   * @throws AuditWriteError; the call must then not be made
   */
  append(fields: AuditFields, options: { readonly sync?: boolean } = {}): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ fields, sync: options.sync === true, done, failed });
      this.#wake();
    });
  }

  /** Where it is, without symbolic links on the way. */
  get path(): string {
    return this.#path;
  }

  /** Whether the last line could not be written. */
  get isDown(): boolean {
    return this.#failure !== undefined;
  }

  /** Number of the last line. */
  get lastSeq(): number {
    return this.#head.seq;
  }

  /** Throws when the log was failing and still is. */
  async check(): Promise<void> {
    if (this.#failure !== undefined) await this.#inTurn(() => this.#recover());
  }

  /** Call this when an external tool has renamed the file (SIGHUP). Calls under way go on in the new file. Never throws. */
  async reopen(): Promise<void> {
    await this.#inTurn(() => this.#rotate()).catch((error: unknown) => {
      this.#failure ??= new AuditWriteError(`${this.#path} could not be reopened: ${errorMessage(error)}`, { cause: error });
      this.#warn(this.#failure.message);
    });
  }

  /** Writes what is waiting and a last line, and lets go of the file. */
  async close(): Promise<void> {
    try {
      await this.append({ kind: 'stop' }, { sync: true });
    } catch (error) {
      this.#warn(`${this.#path}: ${errorMessage(error)}`);
    }
    await Promise.all([this.#file.close(), this.#headFile.close()]);
    await this.#unlock();
  }

  #wake(): void {
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      if (this.#queue.length > 0) this.#wake();
    });
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0);
      try {
        await this.#recover();
        await this.#write(
          batch.map(({ fields }) => fields),
          '',
          batch.some(({ sync }) => sync),
        );
        for (const { done } of batch) done();
      } catch (error) {
        const failure = new AuditWriteError(`${this.#path} cannot be written: ${errorMessage(error)}`, { cause: error });
        if (this.#failure === undefined) this.#warn(failure.message);
        this.#failure = failure;
        for (const { fields, failed } of batch) {
          if (fields.kind === 'intent' && fields.call !== undefined) this.#notSent.push(fields.call);
          if (fields.kind === 'outcome' && this.#late.length < MOST_LATE) this.#late.push(fields);
          failed(failure);
        }
      }
    }
  }

  /** Runs something between two writes. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    while (this.#working !== undefined) await this.#working;
    const running = work();
    this.#working = running
      .catch(() => {})
      .finally(() => {
        this.#working = undefined;
        if (this.#queue.length > 0) this.#wake();
      });
    await running;
  }

  /** After a failed write: finds out how much of it reached the disk, and continues after that. */
  async #recover(): Promise<void> {
    if (this.#failure === undefined) return;
    if (this.#failure.cause instanceof ForeignWriterError) throw this.#failure.cause;
    const { size } = await this.#file.stat();
    const tail = await readTail(this.#file, size);
    if (tail.last !== undefined && tail.last.line.seq >= this.#head.seq) {
      this.#head = { seq: tail.last.line.seq, sha256: tail.last.sha256 };
    }
    this.#size = size;
    const first: AuditFields = tail.last === undefined && this.#head.seq > 0 ? this.#continuation() : { kind: 'recovered' };
    const notSent = this.#notSent.length > 0 ? this.#notSent : undefined;
    await this.#write([{ ...first, notSent, torn: tail.torn }, ...this.#late], tail.needsBreak ? '\n' : '', true);
    this.#failure = undefined;
    this.#notSent = [];
    this.#late = [];
    this.#warn(`${this.#path} can be written again`);
  }

  async #rotate(): Promise<void> {
    const there = await stat(this.#path, { bigint: true }).catch(() => undefined);
    const ours = await this.#file.stat({ bigint: true });
    if (there !== undefined && isSameFile(ours, there)) return;
    // A deleted file cannot take a last line; the next line's number shows how far it went.
    if (ours.nlink > 0n) {
      await this.#recover();
      await this.#write([{ kind: 'rotated' }], '', true);
    }
    const fresh = await this.#openFile(this.#path);
    await this.#file.close();
    this.#file = fresh;
    this.#size = (await fresh.stat()).size;
    if (this.#failure === undefined) await this.#write([this.#continuation()], '', true);
    else await this.#recover();
  }

  async #write(entries: readonly AuditFields[], prefix: string, sync: boolean): Promise<void> {
    const { size, nlink } = await this.#file.stat();
    if (nlink === 0) throw new Error('it was deleted; make a new one with SIGHUP, or restart');
    if (size > this.#size) throw new ForeignWriterError('another process writes to it too; give each its own log, and restart');
    if (size < this.#size) this.#warn(`${this.#path} became shorter: ${this.#size - size} bytes of it are gone`);
    const time = new Date(this.#now()).toISOString();
    let { seq, sha256: prev } = this.#head;
    let text = prefix;
    for (const fields of entries) {
      const line = writeLine(fields, { seq: ++seq, prev }, time, this.#key);
      prev = sha256(line);
      text += `${line}\n`;
    }
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
    this.#size = size + bytes.length;
    this.#head = { seq, sha256: prev };
    if (sync) await this.#file.datasync();
    await this.#headFile.write(this.#head);
    for (const fields of entries) this.#track(fields, time);
  }

  #continuation(): AuditFields {
    return { kind: 'continued', open: this.#open.size > 0 ? [...this.#open.values()] : undefined };
  }

  #track({ kind, call, operation = '' }: AuditFields, time: string): void {
    if (call === undefined) return;
    if (kind === 'intent') this.#open.set(call, { call, operation, time });
    if (kind === 'outcome') this.#open.delete(call);
  }
}

interface OpenedLog {
  readonly options: AuditLogOptions;
  readonly path: string;
  readonly unlock: () => Promise<void>;
  readonly file: FileHandle;
  readonly size: number;
  readonly head: Head;
  readonly headFile: HeadFile;
  readonly key: AuditKey;
  readonly unfinished: readonly OpenCall[];
}

const openForAppending = (path: string): Promise<FileHandle> => openPrivateFile(path, { append: true });
