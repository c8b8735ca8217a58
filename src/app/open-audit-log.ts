import { ConfigError } from '../config/config-error.js';
import { errorMessage } from '../platform/error-message.js';
import { FileLockedError } from '../platform/file-lock.js';
import { isSystemError } from '../platform/system-error.js';
import { UserError } from '../platform/user-error.js';
import { AuditLog } from '../policy/audit/log.js';
import { placesOf } from '../policy/audit/places.js';

/** Each client starts a server of its own, so a second process opens a log of its own beside the first one's. */
export async function openAuditLog(setting: string, key: string | undefined, warn: (message: string) => void): Promise<AuditLog> {
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
