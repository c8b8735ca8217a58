import type { Progress } from '../call/progress.js';
import { hasMovingLines } from '../config/config.js';

export interface BarOptions {
  /** What is counted: `calls`. */
  readonly of: string;
  /** Whether the person wants none. */
  readonly isQuiet?: boolean;
}

export interface Bar {
  /** Whether somebody sees it. */
  readonly isShown: boolean;
  /** Shows how far it is, once that has gone on for a while. */
  readonly take: (progress: Pick<Progress, 'progress' | 'total'>) => void;
  /** Takes the bar off the screen. May be called more than once. */
  readonly end: () => void;
}

const NONE: Bar = { isShown: false, take: () => {}, end: () => {} };

/** Whether somebody looks on: at a terminal that can move its cursor, and not where a program records what it says. */
const isWatched = (): boolean => process.stderr.isTTY === true && hasMovingLines();

/** What is over sooner than this, in milliseconds, shows none: a bar that flashes up only disturbs. */
const WORTH_SHOWING_MS = 500;

/**
 * A bar on stderr for work that takes a while; nothing at all where nobody looks on. It has no colours, so that NO_COLOR is
 * kept. What else is written meanwhile is written after `end`.
 */
export async function openBar({ of, isQuiet = false }: BarOptions): Promise<Bar> {
  if (isQuiet || !isWatched()) return NONE;
  const { SingleBar } = (await import('cli-progress')).default;
  const bar = new SingleBar({
    stream: process.stderr,
    format: `{bar} {value} of {total} ${of}, {eta_formatted} to go`,
    barCompleteChar: '#',
    barIncompleteChar: '.',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl+C is for the command, which ends in order.
    gracefulExit: false,
    linewrap: false,
    etaBuffer: 50,
  });
  let state: 'waiting' | 'shown' | 'ended' = 'waiting';
  let begunAt: number | undefined;
  let due: NodeJS.Timeout | undefined;
  let latest = { progress: 0, total: 0 };
  const end = (): void => {
    clearTimeout(due);
    process.removeListener('SIGINT', interrupt);
    if (state === 'shown') bar.stop();
    state = 'ended';
  };
  const interrupt = (): void => {
    end();
    process.kill(process.pid, 'SIGINT');
  };
  const start = (): void => {
    // It hides the cursor, which neither an end at once must leave so nor Ctrl+C, where the command lets that end it.
    process.once('exit', end);
    if (process.listenerCount('SIGINT') === 0) process.once('SIGINT', interrupt);
    bar.start(latest.total, latest.progress);
    state = 'shown';
  };
  const draw = (): void => {
    if (state === 'shown') bar.setTotal(latest.total);
    else start();
    bar.update(latest.progress);
  };
  return {
    isShown: true,
    take: ({ progress, total }) => {
      if (total === undefined || state === 'ended') return;
      latest = { progress, total };
      begunAt ??= performance.now();
      due ??= setTimeout(draw, WORTH_SHOWING_MS).unref();
      // Work without a break lets no timer have its turn.
      if (state === 'shown' || performance.now() - begunAt >= WORTH_SHOWING_MS) draw();
    },
    end,
  };
}
