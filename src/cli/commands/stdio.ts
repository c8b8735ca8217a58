import { createApp } from '../../app/app.js';
import type { App } from '../../app/app-types.js';
import { loadOneConfig } from '../../config/load-configs.js';
import { createMcpServer } from '../../mcp/server.js';
import { serveOverStdio } from '../../mcp/stdio.js';
import { claimStdout } from '../../mcp/stdout.js';
import { VERSION } from '../../platform/version.js';
import { isTelemetryWanted } from '../../telemetry/environment.js';
import { traceIds } from '../../telemetry/tracing.js';
import { loggerOf } from '../logger-of.js';
import { orEnd } from '../or-end.js';
import { ownCommand } from '../own-command.js';
import { stopSignals, whenAskedToEnd } from '../stop-signals.js';
import { EXIT, type Flags, GRACE_MS } from './command.js';

/**
 * Serves MCP over stdio until the client goes away or a signal comes, then ends the process.
 * @param onListed called when the client first asks for the tools
 */
export async function stdio(flags: Flags, onListed: () => void): Promise<never> {
  const write = claimStdout();
  const config = await loadOneConfig(flags);
  const isObserved = isTelemetryWanted();
  const logger = loggerOf(config, isObserved ? traceIds : undefined);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'the server cannot continue');
    process.exit(EXIT.failed);
  });
  const observed = isObserved ? await (await import('../observed.js')).observe(logger, config.name) : undefined;
  const options = {
    config,
    logger,
    allowLocalFiles: true,
    filesDir: config.values.filesDir ?? process.cwd(),
    serveApprovals: 'loopback' as const,
    ownCommand: ownCommand(process.argv[1] ?? ''),
    ...observed?.hooks,
  };
  const app = await orEnd(observed, () => createApp(options));
  await observed?.count(app.offered.keys());
  if (!stopSignals().includes('SIGHUP'))
    process.on('SIGHUP', () => void app.reopenLog().catch((error: unknown) => logger.error({ err: error }, 'audit log')));
  const { confirmation } = app;
  const instance = config.name === undefined ? { instance: config.instanceKind } : { kind: config.instanceKind };
  logger.info({ version: VERSION, ...instance, tools: app.tools.length, confirmation }, 'serving over stdio');
  let hasListed = false;
  const tools = (): App['tools'] => {
    if (!hasListed) onListed();
    hasListed = true;
    return app.tools;
  };
  await serveOverStdio({
    write,
    logger,
    whenAskedToEnd,
    drain: () => app.close(GRACE_MS),
    createServer: () =>
      createMcpServer({
        calls: app.calls,
        tools,
        instructions: app.instructions,
        name: app.name,
        guide: app.guide,
        caller: () => ({ name: 'local', transport: 'stdio' }),
        instance: config.name,
      }),
  });
  await observed?.close();
  process.exit(EXIT.ok);
}
