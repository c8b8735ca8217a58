import { type FileHandle, open } from 'node:fs/promises';
import { type AuditLine, readLine } from './line.js';
import { linesBackward } from './read.js';

/** What people decided in one period. */
export interface DecisionCounts {
  /** Start of the period, in Unix milliseconds. */
  readonly from: number;
  readonly approved: number;
  readonly declined: number;
  /** Asked in this period and never decided, or approved but not called again in time. */
  readonly lapsed: number;
}

export interface Decisions {
  /** Oldest first, without gaps. */
  readonly periods: readonly DecisionCounts[];
  /** Length of a period, in milliseconds. */
  readonly stepMs: number;
  /** Set when the record is too long to read whole: how far back the count goes, in Unix milliseconds. */
  readonly backTo?: number | undefined;
}

export type Decided = keyof Omit<DecisionCounts, 'from'>;

/** A run of periods that ends with the one `now` falls in; each begins at a multiple of its length, in UTC. */
export class Periods {
  readonly since: number;
  readonly #stepMs: number;
  readonly #counts: Record<Decided, number>[];

  constructor(now: number, stepMs: number, count: number) {
    this.#stepMs = stepMs;
    this.since = (Math.floor(now / stepMs) - count + 1) * stepMs;
    this.#counts = Array.from({ length: count }, () => ({ approved: 0, declined: 0, lapsed: 0 }));
  }

  /** @param at Unix milliseconds; times outside the periods are not counted */
  count(at: number, decided: Decided): void {
    const period = this.#counts[Math.floor((at - this.since) / this.#stepMs)];
    if (period !== undefined) period[decided]++;
  }

  decisions(backTo?: number): Decisions {
    const periods = this.#counts.map((counts, nth) => ({ from: this.since + nth * this.#stepMs, ...counts }));
    return { periods, stepMs: this.#stepMs, ...(backTo === undefined ? {} : { backTo }) };
  }
}

/** The most bytes to read, over all files: about half a second's work. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIME = /^\{"seq":\d{1,16},"time":"([^"]{1,40})"/;
/** Texts found only in lines about decisions, or in arguments that happen to quote them. */
const MARKS = ['"approval":{', '"answeredMs":', '"confirmation_declined"'].map((text) => Buffer.from(text));

/**
 * Counts people's decisions from the record. A line whose checksum does not match is ignored.
 * @param open ids of approvals that may still be decided or used
 */
export async function countDecisions(
  paths: readonly string[],
  periods: Periods,
  open: ReadonlySet<string>,
  mostBytes: number = MOST_BYTES,
): Promise<Decisions> {
  const decidedIds = new Set<string>();
  const asked = new Map<string, number>();
  let backTo: number | undefined;
  for (const path of paths) {
    const reached = await countFile(path, periods.since, Math.ceil(mostBytes / paths.length), (line, at) => {
      const decided = decisionOf(line);
      const id = line.approval?.id;
      if (decided === undefined) return;
      if (decided === 'asked') {
        if (typeof id === 'string') asked.set(id, at);
        return;
      }
      // A declined call is recorded as declined again each time it is repeated.
      if (typeof id === 'string') {
        if (decidedIds.has(id)) return;
        decidedIds.add(id);
      }
      periods.count(at, decided);
    });
    if (reached !== undefined) backTo = Math.max(backTo ?? 0, reached);
  }
  for (const [id, at] of asked) if (!decidedIds.has(id) && !open.has(id)) periods.count(at, 'lapsed');
  return periods.decisions(backTo);
}

/** Returns how far back it read when it reached neither `since` nor the beginning. */
async function countFile(
  path: string,
  since: number,
  mostBytes: number,
  take: (line: AuditLine, at: number) => void,
): Promise<number | undefined> {
  const file = await openFile(path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const least = Math.max(0, size - mostBytes);
    let reached: number | undefined;
    for await (const { bytes } of linesBackward(file, size, least)) {
      const at = Date.parse(TIME.exec(bytes.toString('latin1', 0, 80))?.[1] ?? '');
      if (Number.isNaN(at)) continue;
      if (at < since) return undefined;
      reached = at;
      if (!MARKS.some((mark) => bytes.includes(mark))) continue;
      const read = readLine(bytes.toString('utf8'));
      if (read?.intact === true) take(read.line, at);
    }
    return least === 0 ? undefined : reached;
  } finally {
    await file.close();
  }
}

const openFile = (path: string): Promise<FileHandle | undefined> => open(path, 'r').catch(() => undefined);

/** The calls of a plan are not decided one by one: only the decision on the plan counts. */
function decisionOf({ kind, approval, way, answeredMs, reason }: AuditLine): Decided | 'asked' | undefined {
  const isAnswered = approval !== undefined || (way === 'client' && answeredMs !== undefined);
  if (kind === 'intent' && isAnswered) return 'approved';
  if (kind === 'refused' && reason === 'confirmation_declined' && isAnswered) return 'declined';
  return kind === 'asked' && approval !== undefined ? 'asked' : undefined;
}
