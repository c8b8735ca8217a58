import { createApp } from '../app.js';
import { loadConfig } from '../config.js';
import { createLogger } from '../logger.js';
import { createMcpServer } from '../mcp/server.js';
import { serveOverStdio } from '../mcp/stdio.js';
import { claimStdout } from '../mcp/stdout.js';
import { VERSION } from '../version.js';
import { EXIT, type Flags, GRACE_MS } from './command.js';

/** Serves MCP over stdio until the client goes away or a signal comes, then ends the process. */
export async function stdio(flags: Flags): Promise<never> {
  const write = claimStdout();
  const config = loadConfig(flags);
  const logger = createLogger(config.values.logLevel);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'the server cannot go on');
    process.exit(EXIT.failed);
  });
  const app = await createApp({ config, logger, allowLocalFiles: true });
  process.on('SIGHUP', () => void app.reopenLog().catch((error: unknown) => logger.error({ err: error }, 'audit log')));
  const { confirmation } = app;
  logger.info({ version: VERSION, instance: config.instanceKind, tools: app.tools.length, confirmation }, 'serving over stdio');
  await serveOverStdio({
    write,
    logger,
    drain: () => app.close(GRACE_MS),
    createServer: () =>
      createMcpServer({
        calls: app.calls,
        tools: () => app.tools,
        instructions: app.instructions,
        caller: () => ({ name: 'local', transport: 'stdio' }),
      }),
  });
  process.exit(EXIT.ok);
}
