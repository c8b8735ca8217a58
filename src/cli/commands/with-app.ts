import { createApp } from '../../app/app.js';
import type { App } from '../../app/app-types.js';
import type { Call } from '../../call/call-types.js';
import type { Config } from '../../config/config.js';
import { PlanFault } from '../../jobs/plan/fault.js';
import { scrub } from '../../platform/scrub.js';
import { VERSION } from '../../platform/version.js';
import { complain } from '../complain.js';
import { errorLines } from '../error-line.js';
import { loggerOf } from '../logger-of.js';
import { ownCommand } from '../own-command.js';
import { interruption } from '../stop-signals.js';
import { EXIT, GRACE_MS } from './command.js';

/** The caller of calls that a command makes. */
export const callerOf = (command: string): Call['caller'] => ({
  name: 'local',
  transport: 'cli',
  clientName: `clerk-mcp ${command}`,
  clientVersion: VERSION,
});

/**
 * Uses the application for one command at a terminal, and closes it afterwards. Where a plan cannot be made, says why.
 * `interrupted`: by Ctrl+C, or asked to end; what then fails has nothing more to say.
 */
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
  } catch (error) {
    if (interrupted.aborted) {
      complain('Stopped.');
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (!(error instanceof PlanFault)) throw error;
    process.stderr.write(`${scrub(errorLines(JSON.stringify(error.model)))}\n`);
    process.exitCode = error.refused ? EXIT.refused : EXIT.failed;
  } finally {
    await app.close(GRACE_MS);
  }
}
