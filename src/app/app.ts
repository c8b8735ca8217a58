import { randomBytes } from 'node:crypto';
import { expose } from '../catalog/exposure.js';
import { SecretsDir } from '../policy/secrets/secrets-dir.js';
import type { App, AppOptions } from './app-types.js';
import { assemble } from './assemble.js';
import { catalogLog, loadCatalog } from './load-catalog.js';
import { loadPolicyFile } from './load-policy-file.js';
import { openAuditLog } from './open-audit-log.js';
import { connectUpstream, type Upstream } from './upstream.js';

const KEY_WITHOUT_STORE =
  'CLERK_MCP_SIGNING_KEY has no effect without a shared store: a confirmation counts only in the process that asked for it';

/**
 * Assembles the application: Clerk or the sandbox, the client, the policy, and the calls that go through them.
 * @throws ConfigError and the policy's own errors, for anything that prevents a start.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, logger, store } = options;
  const { values } = config;
  const info = (message: string): void => logger.info(message);
  const warn = (message: string): void => logger.warn(message);
  const catalog = options.catalog ?? (await loadCatalog(values.openapi, catalogLog(logger)));
  const offered = expose(catalog, values);
  const file = await loadPolicyFile(values.policy, catalog);
  const secrets = values.secretsDir && (await SecretsDir.open(values.secretsDir, { now: Date.now, randomBytes }));
  const audit =
    values.auditLog === undefined
      ? undefined
      : await openAuditLog(values.auditLog, { key: config.auditKey, ship: config.ship, info, warn, stdout: options.stdout });
  for (const call of audit?.unfinished ?? [])
    logger.warn({ call }, 'this call of an earlier run has no outcome: it may have happened');
  if (config.signingKey !== undefined && store === undefined) warn(KEY_WITHOUT_STORE);
  let upstream: Upstream | undefined;
  try {
    upstream = await connectUpstream(config, logger);
    return await assemble(options, { catalog, offered, file, secrets: secrets || undefined, audit, upstream });
  } catch (error) {
    // A start that fails must leave nothing open: it would keep the process alive.
    await audit?.close();
    await upstream?.close();
    throw error;
  }
}
