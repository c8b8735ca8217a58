import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CallOutcome } from '../../call/call-types.js';
import { errorMessage } from '../../platform/error-message.js';
import type { JobContext, RunJobTool } from '../job-tool.js';
import { answerOf, type Ended } from './answer.js';
import { bySort, FirstRows, Groups } from './collect.js';
import { columnsOf, writtenRow } from './columns.js';
import { Joins, type Row, rowOf } from './each.js';
import { ScanFault } from './fault.js';
import { Pages } from './pages.js';
import { OutOfTimeError, ReadError, Reads } from './reads.js';
import { readScan, type Scan } from './request.js';
import { ScanFile } from './scan-file.js';
import { withoutSecrets } from './secrets.js';

/** The most items to read from the list. */
const MOST_ITEMS = 100_000;
/** How much the rows may hold that are kept for sorting before they go to a file, in characters. */
const MOST_KEPT = 50_000_000;
/** The longest that testing conditions may hold up other callers, and the longest it may take in all, in milliseconds. */
const SLICE_MS = 20;
const MOST_TESTING_MS = 15_000;
/** Reads that give the number of items for lists that do not. */
const COUNTS: Readonly<Record<string, string>> = { Users_listSortedByCreationDate: 'Users_getTotalCount' };

/** Reads a list to its end: see docs/jobs.md. */
export const scanList: RunJobTool = async (args, context) => {
  const read = readScan(args, context.offered, context.limits.times);
  if ('faults' in read) {
    const hint = 'Correct the arguments and call again. Nothing was sent.';
    return ScanFault.of({ error: 'invalid_arguments', operation: 'Jobs_scanList', faults: read.faults, hint }).outcome;
  }
  try {
    return await new Run(read.scan, context).run();
  } catch (error) {
    if (error instanceof ScanFault || error instanceof ReadError) return error.outcome;
    throw error;
  }
};

/** One running scan. */
class Run {
  readonly #scan: Scan;
  readonly #context: JobContext;
  readonly #reads: Reads;
  readonly #joins: Joins;
  readonly #pages: Pages;
  readonly #first: FirstRows;
  readonly #groups: Groups | undefined;
  /** Rows to write once they are sorted. */
  readonly #kept: Row[] = [];
  #keptChars = 0;
  #testedMs = 0;
  #matched = 0;
  #file: ScanFile | undefined;

  constructor(scan: Scan, context: JobContext) {
    this.#scan = scan;
    this.#context = context;
    this.#reads = new Reads(context);
    this.#joins = new Joins(this.#reads);
    this.#pages = new Pages({
      operation: scan.list,
      args: scan.args,
      reads: this.#reads,
      most: MOST_ITEMS,
      countWith: context.offered.get(COUNTS[scan.list.name] ?? ''),
    });
    const isGrouped = scan.groupBy.length > 0 || scan.measures.length > 0;
    this.#groups = isGrouped ? new Groups(scan.groupBy, scan.measures) : undefined;
    this.#first = new FirstRows(scan.shown, scan.sort);
  }

  async run(): Promise<CallOutcome> {
    this.#file = await this.#openFile();
    try {
      const ended = await this.#readAll();
      const { failure } = this.#joins;
      if (failure !== undefined && this.#matched === 0 && ended === 'end') throw new ScanFault(failure);
      await this.#finish();
      return answerOf({
        scan: this.#scan,
        ended,
        list: this.#pages.result,
        requests: this.#reads.requests,
        matched: this.#matched,
        unread: this.#joins.unread,
        skipped: this.#joins.skipped,
        otherGroups: this.#groups?.others ?? 0,
        groups: this.#groups?.rows.length,
        rows: this.#first.rows,
        file: this.#file,
        isElsewhere: this.#context.call.caller.transport === 'http',
        maxTokens: this.#context.limits.maxTokens,
      });
    } catch (error) {
      await this.#file?.discard();
      throw error;
    }
  }

  /** Whatever ends the scan, the caller is told what has been read by then. */
  async #readAll(): Promise<Ended> {
    try {
      for await (const items of this.#pages) {
        await this.#take(items);
        const { read, total } = this.#pages.result;
        const message = total === undefined ? `${read} read` : `${read} of ${total} read`;
        this.#context.tell({ progress: read, message, ...(total !== undefined && total >= read && { total }) });
      }
      return this.#pages.result.isCut ? 'most' : 'end';
    } catch (error) {
      if (error instanceof OutOfTimeError) return this.#context.signal.aborted ? 'cancelled' : 'time';
      if (error instanceof ReadError && this.#pages.result.read > 0) return error;
      throw error;
    }
  }

  async #take(items: readonly unknown[]): Promise<void> {
    const { list, each } = this.#scan;
    const wanted: Row[] = [];
    let since = performance.now();
    for (const item of items) {
      const open = withoutSecrets(item, list);
      if (this.#scan.where === undefined || this.#scan.where(open)) wanted.push(rowOf(open));
      const spent = performance.now() - since;
      if (spent < SLICE_MS) continue;
      this.#testedMs += spent;
      if (this.#testedMs > MOST_TESTING_MS) throw ScanFault.of(TOO_COSTLY);
      await nextTurn();
      since = performance.now();
    }
    const rows = each === undefined ? wanted : await this.#joins.join(wanted, each);
    this.#matched += rows.length;
    if (this.#groups !== undefined) for (const row of rows) this.#groups.add(row);
    else await this.#collect(rows);
  }

  async #collect(rows: readonly Row[]): Promise<void> {
    for (const row of rows) this.#first.add(row);
    if (this.#file === undefined) return;
    const { sort } = this.#scan;
    if (sort.length === 0) return this.#write(rows);
    for (const row of rows) {
      this.#kept.push(row);
      this.#keptChars += JSON.stringify(row).length;
    }
    if (this.#keptChars > MOST_KEPT) throw ScanFault.of(TOO_MUCH_TO_SORT);
  }

  async #finish(): Promise<void> {
    const { sort, shown } = this.#scan;
    const sorted = sort.length === 0 ? (rows: readonly Row[]) => rows : (rows: readonly Row[]) => [...rows].sort(bySort(sort));
    const groups = this.#groups && sorted(this.#groups.rows);
    for (const row of groups?.slice(0, shown) ?? []) this.#first.add(row);
    await this.#write(groups ?? sorted(this.#kept));
    await this.#file?.finish().catch((error: unknown) => this.#notWritten(error));
  }

  async #write(rows: readonly Row[]): Promise<void> {
    const written = rows.map((row) => writtenRow(row, this.#scan));
    await this.#file?.write(written, columnsOf(rows[0], this.#scan)).catch((error: unknown) => this.#notWritten(error));
  }

  async #openFile(): Promise<ScanFile | undefined> {
    const { to: form, list } = this.#scan;
    if (form === undefined) return undefined;
    const { filesDir } = this.#context.limits;
    if (filesDir === undefined) throw ScanFault.of(NO_PLACE);
    return ScanFile.create({ dir: filesDir, list: list.name, form }).catch((error: unknown) => this.#notWritten(error));
  }

  #notWritten(error: unknown): never {
    throw ScanFault.of({
      error: 'file_not_written',
      message: `The file cannot be written: ${errorMessage(error)}.`,
      hint: 'Nothing is kept of it. Give another folder in --files-dir, or scan without `to`.',
    });
  }
}

const NO_PLACE = {
  error: 'no_files_dir',
  message: 'This server has no folder for files.',
  hint: 'Scan without `to`, or have the operator set --files-dir.',
} as const;

const TOO_COSTLY = {
  error: 'where_too_costly',
  message: `Testing the conditions takes longer than ${MOST_TESTING_MS / 1000} s.`,
  hint: 'Use fewer conditions or simpler patterns, and the filters of the list itself in `arguments`.',
} as const;

const TOO_MUCH_TO_SORT = {
  error: 'too_much_to_sort',
  message: 'These rows are too many or too large to be sorted.',
  hint: 'Leave `sort` out, or narrow the rows with `where`.',
} as const;
