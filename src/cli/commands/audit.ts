import { environmentParts } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { errorMessage } from '../../platform/error-message.js';
import { plain } from '../../platform/plain-text.js';
import { showAudit } from '../../policy/audit/show.js';
import { verifyAudit } from '../../policy/audit/verify.js';
import { EXIT, type Flags, print } from './command.js';
import { oneOf } from './one-of.js';

/** Says whether the log's chain is intact. Several files are one log after rotations, in the given order. */
export async function verifyLog(files: readonly string[], flags: Flags): Promise<void> {
  const key = environmentParts().auditKey();
  const report = await readable(
    verifyAudit(files, { key, isPartial: flags.partial === true, isReceived: flags.received === true }),
  );
  for (const { file, line, problem } of report.problems) process.stderr.write(`${file}:${line}: ${problem}\n`);
  for (const note of report.notes) print(`${note}\n`);
  for (const { call, operation, time } of report.unfinished) {
    print(`without an outcome, it may have happened: ${plain(operation)} of ${plain(time)} (call ${plain(call)})\n`);
  }
  print(`${report.lines} lines, ${report.ok ? 'the chain is whole' : 'the chain is broken'}\n`);
  process.exitCode = report.ok ? EXIT.ok : EXIT.failed;
}

/** Prints a log in a form that people can read, or programs. Several files are one log after rotations, in the given order. */
export async function showLog(files: readonly string[], flags: Flags): Promise<void> {
  const filters = {
    since: time('--since', flags.since),
    until: time('--until', flags.until),
    operation: text(flags.operation),
    caller: text(flags.caller),
    decision: flags.decision === undefined ? undefined : oneOf('--decision', flags.decision, DECISIONS),
  };
  const lines = showAudit(files, filters, flags.json === true);
  for (;;) {
    const { value, done } = await readable(lines.next());
    if (done === true || process.stdout.destroyed) return;
    print(`${value}\n`);
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const DECISIONS = ['allowed', 'refused', 'asked'] as const;

function time(flag: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const ms = Date.parse(String(value));
  if (Number.isNaN(ms)) throw new ConfigError(`${flag}: expected a date and time like 2026-01-31T12:00:00Z.`);
  return ms;
}

async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new ConfigError(`The log cannot be read: ${errorMessage(error)}.`);
  }
}
