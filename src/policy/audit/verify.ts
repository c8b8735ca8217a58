import { readHead } from './head.js';
import { type AuditLine, GENESIS, type OpenCall, readLine, sha256, type Torn } from './line.js';
import { linesOf } from './read.js';

/** Something that is not as it was written. `line` counts from 1. */
export interface AuditProblem {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

export interface AuditReport {
  /** Whether nothing was removed, changed, reordered or inserted, as far as the chain tells. */
  readonly ok: boolean;
  readonly lines: number;
  readonly problems: readonly AuditProblem[];
  /** What is worth knowing and no sign of tampering: a line that a crash cut short, an open end. */
  readonly notes: readonly string[];
  /** Calls without an outcome: a crash, or calls under way. */
  readonly unfinished: readonly OpenCall[];
}

/**
 * Checks one log, or the files of one log in the order of their rotations. A chain without a secret reveals a partial
 * change; it cannot reveal that the whole log and its head file were rewritten.
 */
export async function verifyAudit(files: string | readonly string[]): Promise<AuditReport> {
  const check = new ChainCheck();
  for (const file of [files].flat()) await check.file(file);
  return check.report();
}

class ChainCheck {
  readonly #problems: AuditProblem[] = [];
  readonly #notes: string[] = [];
  readonly #open = new Map<string, OpenCall>();
  #lines = 0;
  #file = '';
  #number = 0;
  /** Of the line before, over all files. */
  #previous: { readonly line: AuditLine; readonly sha256: string; readonly intact: boolean } | undefined;
  #firstOfAll = true;
  /** Lines that are none of ours, until a line accounts for them. */
  #foreign: { readonly bytes: Buffer; readonly number: number }[] = [];

  async file(file: string): Promise<void> {
    this.#file = file;
    this.#number = 0;
    for await (const { bytes, terminated } of linesOf(file)) {
      this.#number++;
      this.#lines++;
      const read = readLine(bytes.toString('utf8'));
      if (read === undefined) {
        if (terminated) this.#foreign.push({ bytes, number: this.#number });
        else this.#notes.push(`${file}: line ${this.#number} was cut short, as by a crash`);
        continue;
      }
      this.#settleForeign(read.line.torn);
      this.#check(read.line, read.intact);
      this.#previous = { line: read.line, sha256: sha256(bytes), intact: read.intact };
      this.#firstOfAll = false;
      this.#follow(read.line);
    }
    this.#settleForeign(undefined);
    await this.#checkEnd();
  }

  report(): AuditReport {
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

  #settleForeign(torn: Torn | undefined): void {
    const foreign = this.#foreign;
    this.#foreign = [];
    const first = foreign[0];
    if (first === undefined) return;
    const rest = Buffer.concat(foreign.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [Buffer.from('\n'), bytes])));
    if (torn?.sha256 === sha256(rest))
      this.#notes.push(`${this.#file}: line ${first.number} was cut short by a crash, and reported after it`);
    else for (const { number } of foreign) this.#problem('the line was changed or inserted: it is none of this log', number);
  }

  #check(line: AuditLine, intact: boolean): void {
    if (!intact) this.#problem(`the line (number ${line.seq}) was changed`);
    if (this.#firstOfAll) this.#checkFirst(line);
    else this.#checkLink(line);
  }

  #checkFirst({ seq, prev, kind }: AuditLine): void {
    if (seq === 1 && prev === GENESIS) return;
    if (kind === 'continued') this.#notes.push(`${this.#file}: continues a file that ends with line number ${seq - 1}`);
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

  #follow({ kind, call, operation = '', time, notSent, open }: AuditLine): void {
    for (const unsent of notSent ?? []) this.#open.delete(unsent);
    if (call !== undefined && kind === 'intent') this.#open.set(call, { call, operation, time });
    if (call !== undefined && kind === 'outcome') this.#open.delete(call);
    for (const under of kind === 'continued' ? (open ?? []) : []) this.#open.set(under.call, under);
  }

  async #checkEnd(): Promise<void> {
    const head = await readHead(this.#file);
    const last = this.#previous;
    if (head !== undefined && head.seq > (last?.line.seq ?? 0)) {
      const from = (last?.line.seq ?? 0) + 1;
      this.#problem(`lines were removed at the end: number ${from}${head.seq > from ? ` to ${head.seq}` : ''}`, this.#number + 1);
    } else if (head !== undefined && head.seq === last?.line.seq && head.sha256 !== last.sha256 && last.intact) {
      this.#problem('the last line was changed or replaced');
    } else if (head === undefined && last !== undefined && last.line.kind !== 'stop' && last.line.kind !== 'rotated') {
      this.#notes.push(`${this.#file}: has no closing line; its process runs, or was killed, or lines were cut off at the end`);
    }
  }
}
