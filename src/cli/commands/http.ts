import { createHttpApp, isNameless } from '../../app/http-app.js';
import { type HttpValues, loadHttpValues } from '../../config/config.js';
import { ConfigError } from '../../config/config-error.js';
import { loadConfigs } from '../../config/load-configs.js';
import { createListener, type Listener } from '../../mcp/http/listener.js';
import { createLogger, type Logger } from '../../platform/logger.js';
import { isSystemError } from '../../platform/system-error.js';
import { VERSION } from '../../platform/version.js';
import { isTelemetryWanted } from '../../telemetry/environment.js';
import type { Telemetry } from '../../telemetry/open.js';
import { traceIds } from '../../telemetry/tracing.js';
import { listenProblem } from '../listen-problem.js';
import { orEnd } from '../or-end.js';
import { stopSignals, whenAskedToEnd } from '../stop-signals.js';
import { EXIT, type Flags } from './command.js';

/** How long calls in flight may go on once the process is told to stop. */
const GRACE_MS = 15_000;

/** How long the last answers may take to get through after that. */
const FLUSH_MS = 2000;

/** Serves MCP over HTTP until a signal comes, then ends the process. */
export async function http(flags: Flags): Promise<never> {
  const configs = await loadConfigs(flags);
  const [config] = configs;
  const values = loadHttpValues(flags);
  const isObserved = isTelemetryWanted();
  const logger = createLogger(config.values.logLevel, isObserved ? traceIds : undefined);
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'the server cannot continue');
    process.exit(EXIT.failed);
  });
  // One request that fails in an unforeseen way must not take the others down with it.
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'a failure outside any request'));
  const telemetry = isObserved ? (await import('../../telemetry/open.js')).openTelemetry(logger) : undefined;
  return orEnd(telemetry, () => serve({ configs, values, logger, telemetry }));
}

interface Served {
  readonly configs: Awaited<ReturnType<typeof loadConfigs>>;
  readonly values: HttpValues;
  readonly logger: Logger;
  readonly telemetry: Telemetry | undefined;
}

async function serve({ configs, values, logger, telemetry }: Served): Promise<never> {
  const [config] = configs;
  const httpApp = await createHttpApp({ configs, http: values, logger, stdout: process.stdout });
  telemetry?.addMetrics(() => httpApp.metrics.read());
  const { host = '127.0.0.1', port = 3000, headersTimeout, requestTimeout, maxConnections } = values;
  const listener = createListener(httpApp.handle, {
    onError: (error) => logger.error({ err: error }, 'http'),
    ...(headersTimeout && { headersTimeoutMs: headersTimeout }),
    ...(requestTimeout && { requestTimeoutMs: requestTimeout }),
    ...(maxConnections && { maxConnections }),
  });
  const signalled = new Promise<NodeJS.Signals>((resolve) => whenAskedToEnd(resolve));
  // Set before the server is announced: without a handler the signal would end the process.
  if (!stopSignals().includes('SIGHUP'))
    process.on('SIGHUP', () => void httpApp.reload().catch((error: unknown) => logger.error({ err: error }, 'reload')));
  const url = await listen(listener, port, host).catch(async (error: unknown) => {
    await httpApp.close(0);
    throw error;
  });
  await httpApp.listensAt(url);
  const { auth = 'none', sse = true } = values;
  for (const { config: own, app } of httpApp.instances) {
    const { confirmation, tools } = app;
    const served = { auth, sse, tools: tools.length, confirmation };
    if (own.name === undefined)
      logger.info({ version: VERSION, instance: own.instanceKind, url, ...served }, `listening on ${url}`);
    else
      logger.info({ instance: own.name, kind: own.instanceKind, path: `/mcp/${own.name}`, ...served }, 'an instance is served');
  }
  if (config.name !== undefined)
    logger.info({ version: VERSION, url, instances: configs.map(({ name }) => name) }, `listening on ${url}`);
  if (isNameless(values)) logger.warn('only clients on this machine are answered: name the server with --allowed-hosts');
  const signal = await signalled;
  logger.info({ signal }, 'stopping: no new connections, calls in flight may end');
  const stopped = listener.stop(GRACE_MS + FLUSH_MS);
  await httpApp.close(GRACE_MS);
  await Promise.race([stopped, delay(FLUSH_MS)]);
  logger.info('stopped');
  await telemetry?.close();
  process.exit(EXIT.ok);
}

const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** @throws ConfigError where the address cannot be listened on */
async function listen(listener: Listener, port: number, host: string): Promise<string> {
  try {
    const bound = await listener.listen(port, host.replace(/^\[(.*)\]$/, '$1'));
    return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${bound}`;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ConfigError(listenProblem(error, host, port));
  }
}
