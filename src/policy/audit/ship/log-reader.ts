import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { isSameFile } from '../../../platform/same-file.js';
import { Turns } from '../../../platform/turns.js';
import { type AuditLine, readLine, sha256 } from '../line.js';
import { readExactly } from '../read.js';
import { rotatedFiles } from '../record-files.js';
import type { Cursor } from './cursor.js';

/** A line as it is in the log, and where. */
export interface LoggedLine {
  readonly text: string;
  readonly line: AuditLine;
  readonly sha256: string;
  readonly at: number;
  readonly length: number;
}

export interface ReadLimits {
  readonly lines: number;
  readonly bytes: number;
  /** No line after the one with this number. */
  readonly through?: number | undefined;
}

const NEWLINE = 0x0a;
const CHUNK = 65_536;
/** Longer than any line that the log writes. What is longer is skipped. */
const LONGEST = 4 * 1024 * 1024;

interface Opened {
  readonly path: string;
  readonly file: FileHandle;
}

/**
 * Reads a log forward while it is written, through its rotations. It keeps the file that it reads open, so that a renamed one
 * is read to its end, and goes on in the file that begins with the lowest number after its own last line.
 */
export class LogReader {
  readonly #log: string;
  readonly #warn: (message: string) => void;
  #opened: Opened | undefined;
  /** Where the next line begins. */
  #offset = 0;
  /** The last line before that. */
  #last: Pick<Cursor, 'seq' | 'sha256' | 'at' | 'length'> | undefined;

  /** @param cursor the last line that was dealt with */
  constructor(log: string, cursor: Cursor | undefined, warn: (message: string) => void) {
    this.#log = log;
    this.#last = cursor?.seq === 0 ? undefined : cursor;
    this.#warn = warn;
  }

  /** The next lines, as many as there are within the limits; always one if there is one. Reads them again until {@link pass}. */
  async peek(limits: ReadLimits): Promise<readonly LoggedLine[]> {
    if (this.#opened === undefined && !(await this.#locate())) return [];
    for (;;) {
      const lines = await this.#read(limits);
      if (lines.length > 0 || !(await this.#next(limits))) return lines;
    }
  }

  /** Goes on after this line. */
  pass({ line, sha256: hash, at, length }: LoggedLine): Cursor {
    this.#offset = at + length + 1;
    this.#last = { seq: line.seq, sha256: hash, at, length };
    return this.#last;
  }

  async close(): Promise<void> {
    await this.#opened?.file.close();
    this.#opened = undefined;
  }

  /** Whole lines from the offset on. What is not of this log is passed over: `verify` finds it, here and at the other end. */
  async #read({ lines: most, bytes: mostBytes, through = Number.POSITIVE_INFINITY }: ReadLimits): Promise<LoggedLine[]> {
    const file = this.#opened?.file;
    if (file === undefined) return [];
    const found: LoggedLine[] = [];
    let bytes = 0;
    for await (const { at, next, line: raw } of linesFrom(file, this.#offset)) {
      const text = raw?.toString('utf8');
      const read = text === undefined ? undefined : readLine(text);
      if (raw === undefined || text === undefined || read === undefined) {
        if (found.length === 0) this.#offset = next;
        continue;
      }
      const fits = found.length === 0 || (found.length < most && bytes + raw.length <= mostBytes && read.line.seq <= through);
      if (!fits) break;
      bytes += raw.length;
      found.push({ text, line: read.line, sha256: sha256(raw), at, length: raw.length });
      if (found.length === most || bytes >= mostBytes) break;
    }
    return found;
  }

  /** At the end of one file: goes on in the next, if the writer has. */
  async #next(limits: ReadLimits): Promise<boolean> {
    const { file } = this.#opened ?? {};
    if (file === undefined) return false;
    const [ours, there] = await Promise.all([
      file.stat({ bigint: true }),
      stat(this.#log, { bigint: true }).catch(() => undefined),
    ]);
    if (Number(ours.size) < this.#offset) {
      // Emptied in its place, as by copytruncate: what is left is looked at anew.
      await this.close();
      return this.#locate();
    }
    if (there !== undefined && isSameFile(ours, there)) return false;
    const after = this.#last?.seq ?? 0;
    const next = (await this.#files()).find(({ seq }) => seq > after);
    if (next === undefined) return false;
    // The next file has a line, so this one gets no more; it may have got one since it was read.
    if ((await this.#read(limits)).length > 0) return true;
    this.#tellGap(after, next.seq);
    await this.close();
    this.#opened = await openFile(next.path);
    this.#offset = 0;
    return this.#opened !== undefined;
  }

  /** Opens the file that holds the line after the last one. */
  async #locate(): Promise<boolean> {
    const files = await this.#files();
    const [first] = files;
    if (first === undefined) return false;
    const last = this.#last;
    if (last === undefined) return this.#openAt(first.path, 0);
    for (const { path } of files.filter(({ seq }) => seq <= last.seq).reverse()) {
      if (await this.#openAtHint(path, last)) return true;
    }
    const holder = files.findLast(({ seq }) => seq <= last.seq);
    if (holder !== undefined) {
      const at = await this.#scan(holder.path, last);
      if (at !== undefined) return this.#openAt(holder.path, at);
      this.#warn(`${this.#log} was begun anew since its lines were last delivered: it is delivered from its beginning`);
      this.#last = undefined;
      return this.#openAt(first.path, 0);
    }
    this.#tellGap(last.seq, first.seq);
    return this.#openAt(first.path, 0);
  }

  async #openAt(path: string, offset: number): Promise<boolean> {
    this.#opened = await openFile(path);
    this.#offset = offset;
    return this.#opened !== undefined;
  }

  async #openAtHint(path: string, { at, length, sha256: hash }: Pick<Cursor, 'sha256' | 'at' | 'length'>): Promise<boolean> {
    const opened = await openFile(path);
    if (opened === undefined) return false;
    const bytes = await readExactly(opened.file, at, Math.min(length, LONGEST) + 1).catch(() => undefined);
    if (bytes?.at(-1) === NEWLINE && sha256(bytes.subarray(0, -1)) === hash) {
      this.#opened = opened;
      this.#offset = at + length + 1;
      return true;
    }
    await opened.file.close();
    return false;
  }

  /** Where the first line after the last one begins; `undefined` if the file has another line of that number, or ends before it. */
  async #scan(path: string, last: Pick<Cursor, 'seq' | 'sha256'>): Promise<number | undefined> {
    const opened = await openFile(path);
    if (opened === undefined) return undefined;
    const turns = new Turns();
    try {
      for await (const { at, line: raw } of linesFrom(opened.file, 0)) {
        await turns.next();
        const seq = raw === undefined ? undefined : readLine(raw.toString('utf8'))?.line.seq;
        if (raw === undefined || seq === undefined || seq < last.seq) continue;
        if (seq > last.seq) return at;
        return sha256(raw) === last.sha256 ? at + raw.length + 1 : undefined;
      }
      return undefined;
    } finally {
      await opened.file.close();
    }
  }

  /** The files of the log that have a line, by the number of their first. */
  async #files(): Promise<readonly { readonly path: string; readonly seq: number }[]> {
    const found = await Promise.all(
      (await rotatedFiles(this.#log)).map(async (path) => {
        const seq = await firstSeq(path);
        return seq === undefined ? [] : [{ path, seq }];
      }),
    );
    // Of two that begin alike, one is a copy; the log itself comes last, since it goes on.
    return found
      .flat()
      .sort((one, other) => one.seq - other.seq || Number(one.path === this.#log) - Number(other.path === this.#log));
  }

  #tellGap(after: number, next: number): void {
    if (next <= after + 1) return;
    this.#warn(
      `${this.#log}: lines ${after + 1} to ${next - 1} are not here any more, and are not delivered. Keep rotated files beside the log, uncompressed, until they are.`,
    );
  }
}

async function firstSeq(path: string): Promise<number | undefined> {
  const opened = await openFile(path);
  if (opened === undefined) return undefined;
  try {
    for await (const { line, next } of linesFrom(opened.file, 0)) {
      const seq = line === undefined ? undefined : readLine(line.toString('utf8'))?.line.seq;
      if (seq !== undefined || next > LONGEST) return seq;
    }
    return undefined;
  } finally {
    await opened.file.close();
  }
}

async function openFile(path: string): Promise<Opened | undefined> {
  // Opening a pipe would wait for someone to write to it.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(() => undefined);
  if (file === undefined) return undefined;
  if ((await file.stat()).isFile()) return { path, file };
  await file.close();
  return undefined;
}

interface FoundLine {
  readonly at: number;
  /** Where the line after it begins. */
  readonly next: number;
  /** `undefined` for a part that is too long to be a line. */
  readonly line: Buffer | undefined;
}

/** The lines from an offset on that have their line break. */
async function* linesFrom(file: FileHandle, offset: number): AsyncGenerator<FoundLine> {
  let at = offset;
  let held = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.alloc(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at + held.length);
    if (bytesRead === 0) return;
    held = Buffer.concat([held, chunk.subarray(0, bytesRead)]);
    for (let end = held.indexOf(NEWLINE); end !== -1; end = held.indexOf(NEWLINE)) {
      const next = at + end + 1;
      yield { at, next, line: held.subarray(0, end) };
      at = next;
      held = held.subarray(end + 1);
    }
    if (held.length > LONGEST) {
      const next = at + held.length;
      yield { at, next, line: undefined };
      at = next;
      held = Buffer.alloc(0);
    }
  }
}
