import type { Writable } from 'node:stream';
import type { Config } from '../config/config.js';
import { ConfigError, STDOUT_IS_TAKEN } from '../config/config-error.js';
import type { ShipSettings } from '../config/ship-settings.js';
import { FileLockedError } from '../platform/file-lock.js';
import { fileProblem } from '../platform/file-problem.js';
import type { Logger } from '../platform/logger.js';
import { isSystemError } from '../platform/system-error.js';
import { UserError } from '../platform/user-error.js';
import { AuditLog, type AuditSink } from '../policy/audit/log.js';
import { isStandardOutput, placesOf } from '../policy/audit/places.js';
import type { TargetStatus } from '../policy/audit/ship/health.js';

interface RecordOptions {
  /** What lines are signed with, where it comes from the environment. */
  readonly key: string | undefined;
  /** Where it is delivered to, too. */
  readonly ship?: ShipSettings | undefined;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  /** Standard output, where nothing else is written to it. */
  readonly stdout: Writable | undefined;
}

/** The record, and where it has arrived if it is delivered. */
export interface OpenedRecord extends AuditSink {
  readonly deliveries?: () => readonly TargetStatus[];
}

/**
 * Opens the record, if the settings ask for one, and tells of calls of which no outcome is known.
 * @throws ConfigError
 */
export async function openRecord(
  { values, auditKey: key, ship }: Config,
  logger: Logger,
  stdout: Writable | undefined,
): Promise<OpenedRecord | undefined> {
  if (values.auditLog === undefined) return undefined;
  const tell = { info: (message: string) => logger.info(message), warn: (message: string) => logger.warn(message) };
  const log = await openAuditLog(values.auditLog, { key, ship, ...tell, stdout });
  for (const call of log.unfinished) logger.warn({ call }, 'this call of an earlier run has no outcome: it may have happened');
  return log;
}

/**
 * Opens the record in a file, or on standard output for `-`. A second process beside one that writes the file has a file of
 * its own: clients start a server each.
 * @throws ConfigError
 */
async function openAuditLog(setting: string, { key, ship, info, warn, stdout }: RecordOptions): Promise<OpenedRecord> {
  if (isStandardOutput(setting)) {
    if (stdout === undefined) throw new ConfigError(STDOUT_IS_TAKEN);
    const { StreamLog } = await import('../policy/audit/stream-log.js');
    return StreamLog.open({ stream: stdout, key, warn });
  }
  const shipped = ship && (await import('./ship-record.js')).shipper(ship, { info, warn });
  let taken: FileLockedError | undefined;
  for await (const file of placesOf(setting)) {
    try {
      const log = await AuditLog.open({ file, key, warn });
      if (taken !== undefined) warn(`${taken.message} This process writes ${file} instead.`);
      return shipped?.(log, setting) ?? log;
    } catch (error) {
      if (!(error instanceof FileLockedError)) {
        if (!(error instanceof UserError || isSystemError(error))) throw error;
        throw new ConfigError(`The audit log ${file} cannot be used: ${fileProblem(error, 'write')}.`);
      }
      taken ??= error;
    }
  }
  throw new ConfigError(`The audit log ${setting} cannot be used: ${taken?.message}`);
}
