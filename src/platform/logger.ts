import { isatty } from 'node:tty';
import { type LevelWithSilent, pino } from 'pino';
import { readableLine } from './readable-log.js';
import { scrub } from './scrub.js';
import { writeStderr } from './stderr.js';

export type Logger = pino.Logger;

/** From this pino level on, an operator may want to see a line at once: a warning. */
const URGENT = 40;

/**
 * JSON lines on stderr, or lines for people where that is a terminal. Nothing waits for them: lines that cannot be written are
 * dropped, and their number is logged once writing works again. A warning or worse is written before the call returns, if
 * possible.
 * @param mixin what every line tells, too
 */
export function createLogger(level: LevelWithSilent = 'info', mixin?: () => object): Logger {
  const redact = { paths: ['secretKey', '*.secretKey', 'headers.authorization'] };
  return pino({ name: 'clerk-mcp', level, base: { name: 'clerk-mcp' }, redact, ...(mixin && { mixin }) }, stderr);
}

let tapped: ((line: string) => void) | undefined;

/** From now on gives every line, as JSON and without secrets, to this function, too. It must not throw. `undefined`: to none. */
export function tapLog(tap: typeof tapped): void {
  tapped = tap;
}

const isTerminal = isatty(2);
// A thread of its own, such as the one that reads YAML, has no terminal even where the process has one.
const hasColours = isTerminal && process.stderr.isTTY && process.stderr.hasColors();

const stderr = {
  // Makes pino set `lastLevel` before it writes.
  [Symbol.for('pino.metadata')]: true,
  lastLevel: 0,
  write(line: string): void {
    const safe = scrub(line);
    tapped?.(safe);
    writeStderr(isTerminal ? scrub(readableLine(safe, hasColours)) : safe, this.lastLevel >= URGENT);
  },
};
