import { createApp } from '../../app/app.js';
import type { App } from '../../app/app-types.js';
import type { Config } from '../../config/config.js';
import { loggerOf } from '../logger-of.js';
import { ownCommand } from '../own-command.js';
import { interruption } from '../stop-signals.js';
import { GRACE_MS } from './command.js';

/** Uses the application for one command at a terminal, and closes it afterwards. `interrupted`: by Ctrl+C, or asked to end. */
export async function withApp(config: Config, use: (app: App, interrupted: AbortSignal) => Promise<void>): Promise<void> {
  const app = await createApp({
    config,
    logger: loggerOf(config),
    allowLocalFiles: true,
    filesDir: config.values.filesDir,
    serveApprovals: 'loopback',
    ownCommand: ownCommand(process.argv[1] ?? ''),
  });
  const interrupted = interruption();
  try {
    await use(app, interrupted);
  } finally {
    await app.close(GRACE_MS);
  }
}
