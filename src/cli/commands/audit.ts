import { once } from 'node:events';
import { environmentParts, loadValues } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { fileProblem } from '../../platform/file-problem.js';
import { expandHome } from '../../platform/home.js';
import { plain } from '../../platform/plain-text.js';
import { EXPORT_FORMATS, exportAudit } from '../../policy/audit/export/export.js';
import { isStandardOutput } from '../../policy/audit/places.js';
import { allFiles } from '../../policy/audit/record-files.js';
import { type AuditFilters, DECISIONS, showAudit } from '../../policy/audit/show.js';
import { verifyAudit } from '../../policy/audit/verify.js';
import { EXIT, type Flags, print } from './command.js';
import { oneOf } from './one-of.js';

/** Says whether the log's chain is intact. Several files are one log after rotations, in the given order. */
export async function verifyLog(files: readonly string[], flags: Flags): Promise<void> {
  const key = environmentParts().auditKey();
  const report = await readable(
    verifyAudit(files.map(expandHome), { key, isPartial: flags.partial === true, isReceived: flags.received === true }),
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
export const showLog = (files: readonly string[], flags: Flags): Promise<void> =>
  printAll(showAudit(files.map(expandHome), filtersOf(flags), flags.json === true));

/** Prints a log in the form that other programs take. Without files it is the one of the settings. */
export async function exportLog(files: readonly string[], flags: Flags): Promise<void> {
  const format = oneOf('--format', flags.format ?? 'ocsf', EXPORT_FORMATS);
  await printAll(exportAudit(files.length > 0 ? files.map(expandHome) : await settledFiles(flags), format, filtersOf(flags)));
}

/** The files of the log that the settings name, the oldest first. */
async function settledFiles(flags: Flags): Promise<readonly string[]> {
  const { auditLog } = loadValues(flags);
  if (auditLog === undefined || isStandardOutput(auditLog))
    throw new ConfigError('Name the files of the log, or --audit-log FILE.');
  const files = await allFiles(auditLog);
  if (files.length === 0) throw new ConfigError(`There is no log at ${auditLog}.`);
  return files;
}

const filtersOf = (flags: Flags): AuditFilters => ({
  since: time('--since', flags.since),
  until: time('--until', flags.until),
  operation: text(flags.operation),
  caller: text(flags.caller),
  instance: text(flags.instance),
  decision: flags.decision === undefined ? undefined : oneOf('--decision', flags.decision, DECISIONS),
});

async function printAll(lines: AsyncGenerator<string>): Promise<void> {
  for (;;) {
    const { value, done } = await readable(lines.next());
    if (done === true || process.stdout.destroyed) return;
    print(`${value}\n`);
    // A long log must not be held in memory where its reader is slow.
    if (process.stdout.writableNeedDrain) await drained();
  }
}

/** What fails at stdout is told where the program watches it; the next line finds it closed. */
const drained = (): Promise<unknown> =>
  Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')]).catch(() => undefined);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function time(flag: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const ms = Date.parse(String(value));
  if (Number.isNaN(ms)) throw new ConfigError(`${flag}: expected a date and time like 2026-01-31T12:00:00Z.`);
  return ms;
}

/** Of several files, the one that is meant. */
function pathOf(error: unknown): string {
  const { path } = error as NodeJS.ErrnoException;
  return path === undefined ? '' : `${path}: `;
}

async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new ConfigError(`The log cannot be read: ${pathOf(error)}${fileProblem(error, 'read')}.`);
  }
}
