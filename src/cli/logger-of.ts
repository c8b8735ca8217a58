import type { Config } from '../config/config.js';
import { createLogger, type Logger } from '../platform/logger.js';

/**
 * The log of a process that works on one instance. Where that is one of several, each line names it.
 * @param mixin what every line tells, too
 */
export function loggerOf({ name, values }: Config, mixin?: () => object): Logger {
  const logger = createLogger(values.logLevel, mixin);
  return name === undefined ? logger : logger.child({ instance: name });
}
