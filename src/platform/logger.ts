import { type LevelWithSilent, pino } from 'pino';
import { scrub } from './scrub.js';
import { writeStderr } from './stderr.js';

export type Logger = pino.Logger;

/** From here on, in pino's levels, an operator may look for the line at once: a warning. */
const URGENT = 40;

/**
 * JSON lines on stderr. Nothing waits for them: a line that cannot be written is dropped and counted, which is told once
 * lines are taken again. A warning or worse is written before the call returns, where it can be.
 */
export function createLogger(level: LevelWithSilent = 'info'): Logger {
  const redact = { paths: ['secretKey', '*.secretKey', 'headers.authorization'] };
  return pino({ name: 'clerk-mcp', level, base: { name: 'clerk-mcp' }, redact }, stderr);
}

const stderr = {
  // Asks pino to set `lastLevel` before it writes.
  [Symbol.for('pino.metadata')]: true,
  lastLevel: 0,
  write(line: string): void {
    writeStderr(scrub(line), this.lastLevel >= URGENT);
  },
};
