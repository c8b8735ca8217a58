import { type FileHandle, open } from 'node:fs/promises';
import { type AuditLine, readLine } from './line.js';
import { linesBackward } from './read.js';

/**
 * What became of a call. `done`: Clerk did it. `failed`: Clerk did not. `unsure`: it may have happened. `declined`: a person
 * said no. `refused`: the policy did. `asked`: it was put before a person, whose answer has a line of its own.
 */
export const ENDS = ['done', 'failed', 'unsure', 'declined', 'refused', 'asked'] as const;
export type End = (typeof ENDS)[number];

/** Which calls to show. A filter that is absent or empty lets everything through. */
export interface HistoryFilters {
  /** Case does not matter. */
  readonly caller?: string | undefined;
  /** Part of the operation's name; case does not matter. */
  readonly operation?: string | undefined;
  readonly risk?: string | undefined;
  readonly end?: string | undefined;
  /** The name of one of several instances, in its exact form. */
  readonly instance?: string | undefined;
  /** One of the people who decided; case does not matter. */
  readonly approver?: string | undefined;
  /** Unix milliseconds, both included. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** A call as the record has it, with secrets masked. Every text in it is foreign. */
export interface HistoryEntry {
  readonly line: AuditLine;
  /** False if the line does not match its checksum: it was changed, or cut short by a crash. */
  readonly intact: boolean;
  readonly end: End;
  /** How the request ended, if one was sent. */
  readonly outcome: AuditLine | undefined;
}

export interface HistoryPage {
  /** The newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Cursor of the next, older page; `undefined` at the beginning of the record. */
  readonly older: string | undefined;
  /** The time of the oldest line that was read. */
  readonly backTo: string | undefined;
}

export interface HistoryOptions {
  /** `older` of the previous page. */
  readonly cursor?: string | undefined;
  /** Entries per page. Default: 50. */
  readonly most?: number;
  /** The most bytes to read for one page, over all files. Default: 4 MiB. */
  readonly mostBytes?: number;
}

const MOST = 50;
const MOST_BYTES = 4 * 1024 * 1024;
/** How far past the end of a page to look for the outcomes of its intents, in bytes. */
const OUTCOMES_WITHIN = 512 * 1024;

const KINDS: ReadonlySet<string> = new Set(['intent', 'refused', 'asked', 'unanswered']);

/**
 * One page of the record, from the newest line back; the record may be in several files. Each byte is read once, and no
 * page reads more of them than it may cost, so that a page can be empty without being the last.
 */
export async function readHistory(
  paths: readonly string[],
  filters: HistoryFilters,
  { cursor, most = MOST, mostBytes = MOST_BYTES }: HistoryOptions = {},
): Promise<HistoryPage> {
  const ends = cursor === undefined ? undefined : parseCursor(cursor);
  const outcomes = new Map<string, AuditLine>();
  const sources: Source[] = [];
  try {
    for (const path of paths) {
      const source = await Source.open(path, ends, Math.ceil(mostBytes / Math.max(1, paths.length)), outcomes);
      if (source !== undefined) sources.push(source);
    }
    return await merge(sources, filters, most, outcomes);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

async function merge(
  sources: readonly Source[],
  filters: HistoryFilters,
  most: number,
  outcomes: ReadonlyMap<string, AuditLine>,
): Promise<HistoryPage> {
  const entries: HistoryEntry[] = [];
  let backTo: string | undefined;
  await Promise.all(sources.map((source) => source.advance()));
  let isOver = false;
  while (entries.length < most) {
    // The unread part of a file may hold lines newer than those left in the other files.
    if (sources.some(({ isCut }) => isCut)) break;
    const [newest] = sources.filter(({ head }) => head !== undefined).sort((one, other) => other.time - one.time);
    if (newest?.head === undefined) {
      isOver = true;
      break;
    }
    const { line, intact } = newest.head;
    if (filters.since !== undefined && newest.time < filters.since) {
      isOver = true;
      break;
    }
    backTo = line.time;
    const outcome = line.call === undefined ? undefined : outcomes.get(line.call);
    const entry: HistoryEntry = {
      line,
      intact,
      outcome: line.kind === 'intent' ? outcome : undefined,
      end: endOf(line, outcome),
    };
    if (matches(entry, newest.time, filters)) entries.push(entry);
    await newest.advance();
  }
  const older = isOver ? undefined : sources.map((source) => source.place).join('_');
  return { entries, older: older === '' ? undefined : older, backTo };
}

/** One file, read backward. */
class Source {
  readonly #file: FileHandle;
  readonly #ino: string;
  readonly #lines: ReturnType<typeof linesBackward>;
  readonly #least: number;
  readonly #first: number;
  readonly #outcomes: Map<string, AuditLine>;
  /** Lines from this offset on were on an earlier page. */
  #end: number;
  #start: number;
  head: { readonly line: AuditLine; readonly intact: boolean } | undefined;
  /** Whether there is more of the file than may be read now. */
  isCut = false;

  private constructor(file: FileHandle, ino: string, size: number, end: number, bytes: number, outcomes: Map<string, AuditLine>) {
    this.#file = file;
    this.#ino = ino;
    this.#end = end;
    this.#start = end;
    this.#first = end;
    this.#outcomes = outcomes;
    this.#least = Math.max(0, end - bytes);
    this.#lines = linesBackward(file, Math.min(size, end + OUTCOMES_WITHIN), this.#least);
  }

  /** Nothing for a file that is gone, or was not there when the first page was read. */
  static async open(
    path: string,
    ends: ReadonlyMap<string, number> | undefined,
    bytes: number,
    outcomes: Map<string, AuditLine>,
  ): Promise<Source | undefined> {
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) return undefined;
    const { ino, size } = await file.stat();
    const key = ino.toString(36);
    const end = ends === undefined ? size : ends.get(key);
    if (end === undefined) {
      await file.close();
      return undefined;
    }
    return new Source(file, key, size, Math.min(end, size), bytes, outcomes);
  }

  /** Time of the next line, in Unix milliseconds. */
  get time(): number {
    return Date.parse(this.head?.line.time ?? '') || 0;
  }

  /** Where the next page goes on in this file. */
  get place(): string {
    return `${this.#ino}-${this.#end.toString(36)}`;
  }

  /** Steps to the previous line. */
  async advance(): Promise<void> {
    if (this.head !== undefined) this.#end = this.#start;
    this.head = undefined;
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) {
        this.isCut = this.#least > 0;
        // A line longer than one page may read is not one of ours.
        if (!this.isCut) this.#end = 0;
        else if (this.#end === this.#first) this.#end = this.#least;
        return;
      }
      const read = readLine(value.bytes.toString('utf8'));
      if (read?.line.kind === 'outcome' && read.line.call !== undefined) this.#outcomes.set(read.line.call, read.line);
      if (value.start >= this.#end) continue;
      this.#start = value.start;
      if (read !== undefined && KINDS.has(read.line.kind)) {
        this.head = read;
        return;
      }
      this.#end = value.start;
    }
  }

  async close(): Promise<void> {
    await this.#lines.return(undefined);
    await this.#file.close();
  }
}

/** Drops anything that is not part of a cursor of ours. */
function parseCursor(cursor: string): ReadonlyMap<string, number> {
  const places = cursor.split('_').map((place) => /^([\da-z]{1,14})-([\da-z]{1,11})$/.exec(place));
  return new Map(places.flatMap((place) => (place === null ? [] : [[place[1] ?? '', Number.parseInt(place[2] ?? '', 36)]])));
}

/** What became of a call, by the line that began it and its outcome. */
export function endOf({ kind, reason }: AuditLine, outcome: AuditLine | undefined): End {
  if (kind === 'intent') {
    if (outcome === undefined || outcome.mayHaveHappened === true) return 'unsure';
    return outcome.code === undefined && (outcome.status ?? 200) < 400 ? 'done' : 'failed';
  }
  if (kind === 'refused' && reason !== 'approval_pending') return reason === 'confirmation_declined' ? 'declined' : 'refused';
  return 'asked';
}

function matches({ line, end }: HistoryEntry, time: number, filters: HistoryFilters): boolean {
  const same = (value: unknown, wanted: string | undefined): boolean =>
    !wanted || String(value ?? '').toLowerCase() === wanted.toLowerCase();
  const words = Array.isArray(line.approval?.words) ? line.approval.words : [];
  return (
    (filters.until === undefined || time <= filters.until) &&
    (!filters.instance || line.instance?.name === filters.instance) &&
    same(line.caller, filters.caller) &&
    (!filters.operation || String(line.operation).toLowerCase().includes(filters.operation.toLowerCase())) &&
    same(line.risk, filters.risk) &&
    same(end, filters.end) &&
    (!filters.approver || words.some((word) => same(word?.approver, filters.approver)))
  );
}
