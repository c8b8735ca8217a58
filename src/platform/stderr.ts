import { constants, openSync, writeSync } from 'node:fs';
import { LossyLines } from './lossy-lines.js';

/** How long a line may wait to be written together with others, in milliseconds. */
const MOST_WAIT_MS = 10;

/** Once this much is waiting, in characters, it is written at once. */
const MOST_WAITING = 8192;

/** How much to show of a line that is too long, in characters. */
const SHOWN = 1000;

const WARNING = 40;

let lines: LossyLines | undefined;
let timer: NodeJS.Timeout | undefined;

/** How many lines standard error has not taken since the process began. */
export const droppedLines = (): number => lines?.dropped ?? 0;

/**
 * Writes a line, with its line break, to a standard error that may be closed, full or never read: nothing waits for it. A
 * write costs as much as everything else about a line, so lines within a few milliseconds go out together. An urgent line is
 * written before this returns, and waiting lines before the process ends, as far as they are taken then.
 */
export function writeStderr(line: string, isUrgent: boolean): void {
  lines ??= open();
  lines.add(line);
  if (isUrgent || lines.length > MOST_WAITING) flush();
  else timer ??= setTimeout(flush, MOST_WAIT_MS).unref();
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  lines?.flush();
}

function open(): LossyLines {
  const fd = neverBlocking();
  process.on('exit', flush);
  return new LossyLines({
    write: (bytes) => writeSync(fd, bytes),
    cut: (line) =>
      note('a line of the log is too long', {
        length: line.length,
        begins: line.slice(0, SHOWN).replace(/[\uD800-\uDBFF]$/, ''),
      }),
    onRecovered: (dropped) => writeStderr(note('lines of the log could not be written and were dropped', { dropped }), true),
  });
}

const note = (msg: string, facts: object): string =>
  `${JSON.stringify({ level: WARNING, time: Date.now(), name: 'clerk-mcp', ...facts, msg })}\n`;

/**
 * A descriptor of standard error on which a write fails rather than blocks. Node's own stream, once made, puts pipes and
 * sockets in that mode; a terminal, which blocks after Ctrl+S, is opened a second time.
 */
function neverBlocking(): number {
  // Other code writes to the stream too, and an error there must not end the process.
  process.stderr.on('error', () => {});
  if (!process.stderr.isTTY) return 2;
  try {
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return 2;
  }
}
