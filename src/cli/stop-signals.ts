import { EXIT } from './commands/command.js';
import { complain } from './complain.js';

/**
 * What asks a server to end. On Windows that is also a console that is closed (SIGHUP, after which Windows ends the process
 * within some ten seconds) and Ctrl+Break; elsewhere SIGHUP has files read again.
 */
export const stopSignals = (platform: NodeJS.Platform = process.platform): readonly NodeJS.Signals[] =>
  platform === 'win32' ? ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] : ['SIGTERM', 'SIGINT'];

/** One Ctrl+C may arrive twice under npm and npx, which pass on what the terminal has sent already; it counts once. */
const ONE_PRESS_MS = 500;

/**
 * Calls `end` when the program is asked to end, once, so that it ends in order. Asked again after that it ends at once, and
 * says so.
 * @param own the process, for tests
 */
export function whenAskedToEnd(end: (signal: NodeJS.Signals) => void, own: Pick<NodeJS.Process, 'on' | 'exit'> = process): void {
  let askedAt: number | undefined;
  const ask = (signal: NodeJS.Signals): void => {
    if (askedAt === undefined) {
      askedAt = performance.now();
      end(signal);
    } else if (performance.now() - askedAt >= ONE_PRESS_MS) {
      complain('Ended at once, without waiting for what was under way.');
      own.exit(EXIT.interrupted);
    }
  };
  for (const each of stopSignals()) own.on(each, ask);
}

/** Aborted when the program is asked to end. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  whenAskedToEnd(() => interrupted.abort());
  return interrupted.signal;
}
