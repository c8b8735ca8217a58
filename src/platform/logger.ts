import { destination, type Logger, pino } from 'pino';
import type { LOG_LEVELS } from '../config/settings.js';

export type { Logger } from 'pino';

/** How long a line may wait for others to be written with, in milliseconds. */
const MOST_WAIT_MS = 10;

/** What waits is written at the latest when there is so much of it, in bytes. */
const MOST_WAITING = 8192;

/** From here on, in pino's levels, somebody may look for the line at once: a warning. */
const URGENT = 40;

/**
 * JSON lines on stderr. One write costs as much as all the rest of a line, so that those of a few milliseconds go out
 * together; a warning or worse is written before the call returns, and so is everything before the process ends.
 */
export function createLogger(level: (typeof LOG_LEVELS)[number] = 'info'): Logger {
  return pino(
    {
      name: 'clerk-mcp',
      level,
      base: { name: 'clerk-mcp' },
      redact: { paths: ['secretKey', '*.secretKey', 'headers.authorization'] },
    },
    stderr(),
  );
}

function stderr() {
  const file = destination({ fd: 2, sync: true, minLength: MOST_WAITING });
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    file.flushSync();
  };
  process.on('exit', flush);
  return {
    // Asks pino to set `lastLevel` before it writes.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      file.write(line);
      if (this.lastLevel >= URGENT) flush();
      else timer ??= setTimeout(flush, MOST_WAIT_MS).unref();
    },
  };
}
