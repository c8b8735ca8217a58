import { escapeHidden } from './plain-text.js';

interface Entry {
  readonly level?: number;
  readonly time?: number;
  readonly name?: string;
  readonly msg?: string;
  readonly err?: unknown;
}

/** By pino's levels; the colours are ANSI codes. */
const LEVELS: Readonly<Record<number, { readonly label: string; readonly colour: number }>> = {
  10: { label: 'trace', colour: 90 },
  20: { label: 'debug', colour: 90 },
  30: { label: 'info ', colour: 32 },
  40: { label: 'warn ', colour: 33 },
  50: { label: 'error', colour: 31 },
  60: { label: 'fatal', colour: 31 },
};

const DIM = 2;

/** A line of the log for a person at a terminal: time, level, message and facts; an error with its stack below. */
export function readableLine(line: string, hasColours: boolean): string {
  let entry: Entry;
  try {
    entry = JSON.parse(line) as Entry;
  } catch {
    return line;
  }
  const { level = 0, time = 0, name: _, msg = '', err, ...facts } = entry;
  const paint = (text: string, code: number): string => (hasColours && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { label, colour } = LEVELS[level] ?? { label: String(level).padEnd(5), colour: DIM };
  const told = Object.entries(facts).map(([key, value]) => escapeHidden(`${key}=${inOneWord(value)}`));
  const head = [
    paint(new Date(time).toTimeString().slice(0, 8), DIM),
    paint(label, colour),
    escapeHidden(msg),
    paint(told.join(' '), DIM),
  ];
  const stack = stackOf(err).map((one) => `\n  ${escapeHidden(one)}`);
  return `${head.filter((part) => part !== '').join(' ')}${stack.join('')}\n`;
}

const inOneWord = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);

/** The lines of an error as pino writes it. */
function stackOf(error: unknown): string[] {
  if (error === undefined) return [];
  const { stack, message } = (error ?? {}) as { readonly stack?: unknown; readonly message?: unknown };
  return String(stack ?? message ?? JSON.stringify(error)).split('\n');
}
