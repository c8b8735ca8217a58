import type { Writable } from 'node:stream';
import { ConfigError, STDOUT_IS_TAKEN } from '../config/config-error.js';
import { errorMessage } from '../platform/error-message.js';
import { FileLockedError } from '../platform/file-lock.js';
import { isSystemError } from '../platform/system-error.js';
import { UserError } from '../platform/user-error.js';
import { AuditLog, type AuditSink } from '../policy/audit/log.js';
import { isStandardOutput, placesOf } from '../policy/audit/places.js';

export interface RecordOptions {
  /** What lines are signed with, where it comes from the environment. */
  readonly key: string | undefined;
  readonly warn: (message: string) => void;
  /** Standard output, where nothing else is written to it. */
  readonly stdout: Writable | undefined;
}

/**
 * Opens the record in a file, or on standard output for `-`. A second process beside one that writes the file has a file of
 * its own: clients start a server each.
 * @throws ConfigError
 */
export async function openAuditLog(setting: string, { key, warn, stdout }: RecordOptions): Promise<AuditSink> {
  if (isStandardOutput(setting)) {
    if (stdout === undefined) throw new ConfigError(STDOUT_IS_TAKEN);
    const { StreamLog } = await import('../policy/audit/stream-log.js');
    return StreamLog.open({ stream: stdout, key, warn });
  }
  let taken: FileLockedError | undefined;
  for await (const file of placesOf(setting)) {
    try {
      const log = await AuditLog.open({ file, key, warn });
      if (taken !== undefined) warn(`${taken.message} This process writes ${file} instead.`);
      return log;
    } catch (error) {
      if (!(error instanceof FileLockedError)) {
        if (!(error instanceof UserError || isSystemError(error))) throw error;
        throw new ConfigError(`The audit log ${file} cannot be used: ${errorMessage(error)}`);
      }
      taken ??= error;
    }
  }
  throw new ConfigError(`The audit log ${setting} cannot be used: ${taken?.message}`);
}
