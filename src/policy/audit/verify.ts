import { setTimeout as delay } from 'node:timers/promises';
import { isLocked } from '../../platform/file-lock.js';
import { headSignature, type NotedHead, readHead } from './head.js';
import { type AuditKey, findKey, isBeside } from './key.js';
import {
  type AuditLine,
  FOUND_EMPTY,
  GENESIS,
  type OpenCall,
  type PartialLine,
  type ReadLine,
  readLine,
  sha256,
} from './line.js';
import { linesOf } from './read.js';

/** Something that is not as it was written. `line` counts from 1. */
export interface AuditProblem {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

export interface AuditReport {
  /** Whether nothing was removed, changed, reordered or inserted, as far as the chain shows. */
  readonly ok: boolean;
  readonly lines: number;
  readonly problems: readonly AuditProblem[];
  /** Worth knowing but no sign of tampering: a line that a crash cut short, an open end. */
  readonly notes: readonly string[];
  /** Calls without an outcome: a crash, or calls under way. */
  readonly unfinished: readonly OpenCall[];
}

export interface VerifyOptions {
  /** What the lines are signed with. Default: the key beside the log. */
  readonly key?: string | undefined;
  /** Accepts a first file that continues one rotated away earlier. Default: the whole log must be there. */
  readonly isPartial?: boolean | undefined;
  /**
   * Whether the files are what a receiver stored. Then each line begins where the record's does, whatever a log collector wrote
   * before it; one that arrived again is left out; and there is no head, nor has there to be a key.
   */
  readonly isReceived?: boolean | undefined;
}

/** How every line begins. */
const BEGINNING = '{"seq":';
/** How far back a line may be repeated: far more than is delivered at once. */
const MOST_REPEATED = 100_000;

/** How often to look for a head that a running server may be about to write, and how many milliseconds apart. */
const HEAD_LOOKS = 50;
const HEAD_PAUSE_MS = 20;

/**
 * Checks one log, or the files of one log in the order of their rotations. The chain reveals a partial change, the
 * signatures reveal lines that the server did not write, and the head reveals lines cut off at the end. A change goes
 * unnoticed only if its author can write both log and head, which belong to the server's own user, and can read its key.
 */
export async function verifyAudit(files: string | readonly string[], options: VerifyOptions = {}): Promise<AuditReport> {
  const all = [files].flat();
  const check = new ChainCheck(options);
  for (const [index, file] of all.entries()) await check.file(file, index === all.length - 1);
  return check.report();
}

const beginsChain = ({ kind, seq, prev, stream }: AuditLine): boolean =>
  kind === 'start' && stream === true && seq === 1 && prev === GENESIS;

class ChainCheck {
  readonly #options: VerifyOptions;
  readonly #problems: AuditProblem[] = [];
  readonly #notes: string[] = [];
  readonly #open = new Map<string, OpenCall>();
  #lines = 0;
  #file = '';
  #number = 0;
  /** The previous line, across all files. */
  #previous: { readonly line: AuditLine; readonly sha256: string; readonly intact: boolean } | undefined;
  #firstOfAll = true;
  /** Whether the lines came from a stream, where each process begins a chain of its own and no head is kept. */
  #onStream = false;
  /** Lines that are not ours, until a later line accounts for them. */
  #foreign: { readonly bytes: Buffer; readonly number: number }[] = [];
  #key: AuditKey | undefined;
  /** Whether a signed line was seen: every line after it must be signed too. */
  #sawSigned = false;
  #saidUnchecked = false;
  /** Of what a receiver stored: the hashes of the last lines, by their numbers. */
  readonly #received = new Map<number, string>();
  #repeated = 0;
  #beginnings = 0;
  /** The hash of the line that the head names. */
  #headed: string | undefined;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  /** @throws the system's error when neither the file nor its head exists */
  async file(file: string, isLast: boolean): Promise<void> {
    this.#file = file;
    this.#number = 0;
    this.#headed = undefined;
    const given = this.#options.key;
    this.#key = given === undefined ? await findKey(file) : { secret: given, file: undefined };
    // Read before the lines, since a running server keeps writing.
    const head = await readHead(file);
    try {
      await this.#readLines(file, head);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || head === undefined) throw error;
    }
    this.#settleForeign(undefined);
    if (isLast || head !== undefined) await this.#checkEnd(head);
  }

  async #readLines(file: string, head: NotedHead | undefined): Promise<void> {
    for await (const { bytes: stored, terminated } of linesOf(file)) {
      this.#number++;
      const bytes = this.#options.isReceived === true ? stored.subarray(Math.max(0, stored.indexOf(BEGINNING))) : stored;
      const read = readLine(bytes.toString('utf8'));
      if (read !== undefined && this.#isRepeated(read, bytes)) continue;
      this.#lines++;
      if (read === undefined) {
        if (terminated) this.#foreign.push({ bytes, number: this.#number });
        else this.#notes.push(`${file}: line ${this.#number} was cut short, as by a crash`);
        continue;
      }
      this.#settleForeign(read.line.torn);
      this.#check(read);
      this.#previous = { line: read.line, sha256: sha256(bytes), intact: read.intact };
      if (read.line.seq === head?.seq) this.#headed = this.#previous.sha256;
      this.#firstOfAll = false;
      this.#follow(read.line);
    }
  }

  /** Whether a receiver got the very same line before. */
  #isRepeated({ line: { seq } }: ReadLine, bytes: Buffer): boolean {
    if (this.#options.isReceived !== true) return false;
    const hash = sha256(bytes);
    if (this.#received.get(seq) === hash) {
      this.#repeated++;
      return true;
    }
    this.#received.set(seq, hash);
    if (seq === 1) this.#beginnings++;
    const [oldest] = this.#received.keys();
    if (oldest !== undefined && this.#received.size > MOST_REPEATED) this.#received.delete(oldest);
    return false;
  }

  report(): AuditReport {
    if (this.#repeated > 0) this.#notes.push(`lines that arrived more than once, left out: ${this.#repeated}`);
    if (this.#beginnings > 1 && !this.#onStream)
      this.#notes.push(
        `${this.#beginnings} logs begin in what was received: separate them by their ids, and verify each by itself`,
      );
    const problems = [...this.#problems];
    return {
      ok: problems.length === 0,
      lines: this.#lines,
      problems,
      notes: [...this.#notes],
      unfinished: [...this.#open.values()],
    };
  }

  #problem(problem: string, line = this.#number): void {
    this.#problems.push({ file: this.#file, line, problem });
  }

  #settleForeign(torn: PartialLine | undefined): void {
    const foreign = this.#foreign;
    this.#foreign = [];
    const first = foreign[0];
    if (first === undefined) return;
    const rest = Buffer.concat(foreign.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [Buffer.from('\n'), bytes])));
    if (torn?.sha256 === sha256(rest))
      this.#notes.push(`${this.#file}: line ${first.number} was cut short by a crash, and reported after it`);
    else for (const { number } of foreign) this.#problem('the line was changed or inserted: it is not from this log', number);
  }

  #check(read: ReadLine): void {
    const { line, intact } = read;
    if (!intact) this.#problem(`the line (number ${line.seq}) was changed`);
    else this.#checkSignature(read);
    if (this.#onStream && beginsChain(line)) this.#notes.push(`${this.#file}: line ${this.#number}: a process began a new chain`);
    else if (this.#firstOfAll) this.#checkFirst(line);
    else this.#checkLink(line);
  }

  #checkSignature(read: ReadLine): void {
    const { seq } = read.line;
    const isFirst = read.isSigned && !this.#sawSigned;
    this.#sawSigned ||= read.isSigned;
    if (!read.isSigned) {
      if (this.#sawSigned) this.#problem(`the line (number ${seq}) is not signed: this log's server did not write it`);
    } else if (this.#key !== undefined) {
      if (!read.isSignedBy(this.#key))
        this.#problem(`the line (number ${seq}) is not signed with the log's key: it was changed or inserted`);
    } else if (isFirst && !this.#saidUnchecked) {
      this.#saidUnchecked = true;
      if (this.#options.isReceived === true)
        this.#notes.push('the signatures were not checked, only the chain: their key is not here, nor in CLERK_MCP_AUDIT_KEY');
      else this.#problem('the lines are signed and their key is missing: it belongs in FILE.key or CLERK_MCP_AUDIT_KEY');
    }
  }

  #checkFirst({ seq, prev, kind, reason }: AuditLine): void {
    if (seq === 1 && prev === GENESIS) return;
    if (kind === 'continued' && reason !== FOUND_EMPTY && this.#options.isPartial === true)
      this.#notes.push(`${this.#file}: continues a file that ends with line number ${seq - 1}`);
    else if (kind === 'continued')
      this.#problem(
        reason === FOUND_EMPTY
          ? `the log was emptied, deleted or moved away before a start: lines 1 to ${seq - 1} are not here`
          : `lines 1 to ${seq - 1} are not here: give the files before it too, or --partial if they are no longer kept`,
      );
    else this.#problem(`the beginning was removed: the first line is number ${seq}`);
  }

  #checkLink({ seq, prev }: AuditLine): void {
    const previous = this.#previous;
    if (previous === undefined) return;
    const wanted = previous.line.seq + 1;
    if (seq > wanted)
      this.#problem(`lines were removed before this one: number ${wanted}${seq - 1 > wanted ? ` to ${seq - 1}` : ''}`);
    else if (seq < wanted)
      this.#problem(`the line is out of order, repeated or inserted: number ${seq} after ${previous.line.seq}`);
    else if (prev !== previous.sha256 && previous.intact) this.#problem('the line before this one was changed or replaced');
  }

  #follow({ kind, call, operation = '', time, notSent, open, reason, stream }: AuditLine): void {
    if (kind === 'start') this.#onStream = stream === true;
    if (kind === 'start' && reason !== undefined)
      this.#notes.push(`${this.#file}: line ${this.#number}: a start found that ${reason}`);
    for (const unsent of notSent ?? []) this.#open.delete(unsent);
    if (call !== undefined && kind === 'intent') this.#open.set(call, { call, operation, time });
    if (call !== undefined && kind === 'outcome') this.#open.delete(call);
    for (const under of kind === 'continued' ? (open ?? []) : []) this.#open.set(under.call, under);
  }

  async #checkEnd(head: NotedHead | undefined): Promise<void> {
    const last = this.#previous;
    const seq = last?.line.seq ?? 0;
    if (head === undefined) return this.#checkWithoutHead(last?.line);
    if (head.seq > seq) {
      const from = seq + 1;
      this.#problem(`lines were removed at the end: number ${from}${head.seq > from ? ` to ${head.seq}` : ''}`, this.#number + 1);
    } else if (this.#headed !== undefined && head.sha256 !== this.#headed) {
      if (head.seq < seq || last?.intact === true) this.#problem(changedUnderHead(head.seq, seq));
    } else if (this.#sawSigned && this.#key !== undefined && head.mac !== headSignature(this.#key, head)) {
      this.#problem("the head is not signed with the log's key: it was changed");
    } else if (head.seq < seq && (await this.#isBehind(seq))) {
      this.#problem(`the head is behind the log: it notes number ${head.seq}, the log ends with ${seq}`);
    }
  }

  /** A renamed log has no head. */
  #checkWithoutHead(last: AuditLine | undefined): void {
    if (last === undefined || last.kind === 'rotated') return;
    const wantsHead = !this.#onStream && this.#options.isReceived !== true;
    if (wantsHead && this.#sawSigned && this.#key !== undefined && isBeside(this.#key, this.#file))
      this.#problem('its head is missing or empty: lines may have been cut off at the end');
    else if (last.kind !== 'stop')
      this.#notes.push(`${this.#file}: has no closing line; its process runs, or was killed, or lines were cut off at the end`);
  }

  /** Whether the head stays behind: a running server writes it just after the line. */
  async #isBehind(seq: number): Promise<boolean> {
    for (let look = 0; look < HEAD_LOOKS; look++) {
      const head = await readHead(this.#file);
      if (head !== undefined && head.seq >= seq) return false;
      if (!(await isLocked(this.#file))) return true;
      await delay(HEAD_PAUSE_MS);
    }
    return true;
  }
}

const changedUnderHead = (noted: number, last: number): string =>
  noted === last ? 'the last line was changed or replaced' : `line number ${noted} is not the one that the head notes`;
