import { type FileHandle, open } from 'node:fs/promises';
import { type AuditLine, readLine } from './line.js';
import { linesBackward } from './read.js';

/** What people decided in one period. */
export interface DecisionCounts {
  /** Unix milliseconds: from then on, for as long as a period lasts. */
  readonly from: number;
  readonly approved: number;
  readonly declined: number;
  /** Asked in this period and not decided, or approved and not called again in time. */
  readonly lapsed: number;
}

export interface Decisions {
  /** The oldest first, without a gap. */
  readonly periods: readonly DecisionCounts[];
  /** How long each lasts, in milliseconds. */
  readonly stepMs: number;
  /** Where the record is longer than may be read: how far back it was counted. Unix milliseconds. */
  readonly backTo?: number | undefined;
}

export type Decided = keyof Omit<DecisionCounts, 'from'>;

/** The periods of a time that ends with the one that `now` is in; each begins at a multiple of its length, in UTC. */
export class Periods {
  readonly since: number;
  readonly #stepMs: number;
  readonly #counts: Record<Decided, number>[];

  constructor(now: number, stepMs: number, count: number) {
    this.#stepMs = stepMs;
    this.since = (Math.floor(now / stepMs) - count + 1) * stepMs;
    this.#counts = Array.from({ length: count }, () => ({ approved: 0, declined: 0, lapsed: 0 }));
  }

  /** @param at Unix milliseconds; what is outside is not counted */
  count(at: number, decided: Decided): void {
    const period = this.#counts[Math.floor((at - this.since) / this.#stepMs)];
    if (period !== undefined) period[decided]++;
  }

  decisions(backTo?: number): Decisions {
    const periods = this.#counts.map((counts, nth) => ({ from: this.since + nth * this.#stepMs, ...counts }));
    return { periods, stepMs: this.#stepMs, ...(backTo === undefined ? {} : { backTo }) };
  }
}

/** How much of all files together is read, in bytes: about half a second's work. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIME = /^\{"seq":\d{1,16},"time":"([^"]{1,40})"/;
/** What only lines of decisions hold, or such as say the same words in an argument. */
const MARKS = ['"approval":{', '"answeredMs":', '"confirmation_declined"'].map((text) => Buffer.from(text));

/**
 * Counts what people have decided by the record. A line that does not fit its sum does not count.
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
      // A call that was declined says so as often as it is made again.
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

/** Answers with how far back it read, where it did not get to `since` or to the beginning. */
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

/** Calls of a plan have no word of their own: the plan's is counted. */
function decisionOf({ kind, approval, way, answeredMs, reason }: AuditLine): Decided | 'asked' | undefined {
  const isAnswered = approval !== undefined || (way === 'client' && answeredMs !== undefined);
  if (kind === 'intent' && isAnswered) return 'approved';
  if (kind === 'refused' && reason === 'confirmation_declined' && isAnswered) return 'declined';
  return kind === 'asked' && approval !== undefined ? 'asked' : undefined;
}
