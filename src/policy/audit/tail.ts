import type { FileHandle } from 'node:fs/promises';
import { UserError } from '../../platform/user-error.js';
import { type AuditLine, type OpenCall, type PartialLine, type ReadLine, readLine, sha256 } from './line.js';
import { linesBackward, readExactly } from './read.js';

/** Where a log ends. */
export interface Tail {
  /** The last whole line; `undefined` for an empty log. */
  readonly last: (ReadLine & { readonly sha256: string }) | undefined;
  /** What a crash left behind it. */
  readonly torn: PartialLine | undefined;
  /** Whether a line break must be written before the next line. */
  readonly needsBreak: boolean;
  /** Calls without an outcome since a process last opened the log. */
  readonly open: readonly OpenCall[];
}

/** The log is damaged, or not one of ours. */
export class AuditDamagedError extends UserError {
  override readonly name = 'AuditDamagedError';
}

/** Far more than a crash can cut short. */
const MOST_TORN = 1_048_576;

/** @throws AuditDamagedError if the file does not end like a log, not even like one cut short by a crash. */
export async function readTail(file: FileHandle, size: number): Promise<Tail> {
  const ended = new Set<string>();
  const open: OpenCall[] = [];
  let last: Tail['last'];
  let torn: PartialLine | undefined;
  let needsBreak = false;
  for await (const { bytes, terminated, start } of linesBackward(file, size)) {
    if (last === undefined && !terminated) needsBreak = true;
    const read = readLine(bytes.toString('utf8'));
    if (last === undefined) {
      if (read === undefined || !read.intact) {
        if (size - start > MOST_TORN) throw notOurs();
        continue;
      }
      last = { ...read, sha256: sha256(bytes) };
      torn = await tornAfter(file, start + bytes.length, size);
    }
    if (read === undefined) continue;
    if (collect(read.line, ended, open)) break;
  }
  if (last === undefined && size > 0) {
    // A crash while writing the very first line leaves only its beginning.
    const head = await readExactly(file, 0, Math.min(size, 7));
    if (!'{"seq":'.startsWith(head.toString('utf8'))) throw notOurs();
    torn = await tornAfter(file, -1, size);
  }
  return { last, torn, needsBreak, open: open.reverse() };
}

const notOurs = (): AuditDamagedError =>
  new AuditDamagedError(
    'the file does not end with lines of an audit log; move it away, or check it with: clerk-mcp audit verify',
  );

/** `end` is where the last whole line ends. */
async function tornAfter(file: FileHandle, end: number, size: number): Promise<PartialLine | undefined> {
  const from = end + 1;
  if (from >= size) return undefined;
  const bytes = await readExactly(file, from, size - from);
  const text = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  return { bytes: text.length, sha256: sha256(text) };
}

/** Takes a line into account, newest first; true once no earlier line matters. */
function collect(line: AuditLine, ended: Set<string>, open: OpenCall[]): boolean {
  for (const call of line.notSent ?? []) ended.add(call);
  if (line.kind === 'outcome' && line.call !== undefined) ended.add(line.call);
  if (line.kind === 'intent' && line.call !== undefined && !ended.has(line.call)) {
    open.push({ call: line.call, operation: line.operation ?? '', time: line.time });
  }
  // A call open at a rotation may still be open; one open at a start was reported there.
  if (line.kind === 'continued') open.push(...(line.open ?? []).filter(({ call }) => !ended.has(call)).reverse());
  return line.kind === 'start' || line.kind === 'continued';
}
