import { destination, type Logger, pino } from 'pino';
import type { LOG_LEVELS } from './options.js';

export type { Logger } from 'pino';

/** JSON lines on stderr, written before the call returns so that the last words before an exit are not lost. */
export function createLogger(level: (typeof LOG_LEVELS)[number] = 'info'): Logger {
  return pino(
    {
      name: 'clerk-mcp',
      level,
      base: { name: 'clerk-mcp' },
      redact: { paths: ['secretKey', '*.secretKey', 'headers.authorization'] },
    },
    destination({ fd: 2, sync: true }),
  );
}
