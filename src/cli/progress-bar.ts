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
  /** Shows how far it is. Without a total it counts. */
  readonly take: (progress: Pick<Progress, 'progress' | 'total'>) => void;
  /** Takes the bar off the screen. May be called more than once. */
  readonly end: () => void;
}

const NONE: Bar = { isShown: false, take: () => {}, end: () => {} };

/** Whether somebody looks on: at a terminal that can move its cursor, and not where a program records what it says. */
const isWatched = (): boolean => process.stderr.isTTY === true && hasMovingLines();

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
  let isDrawn = false;
  const end = (): void => {
    if (isDrawn) bar.stop();
    isDrawn = false;
  };
  // It hides the cursor, which an end at once must not leave so.
  process.once('exit', end);
  return {
    isShown: true,
    take: ({ progress, total }) => {
      if (total === undefined) return;
      if (isDrawn) bar.setTotal(total);
      else bar.start(total, progress);
      isDrawn = true;
      bar.update(progress);
    },
    end,
  };
}
