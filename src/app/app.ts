import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { expose } from '../catalog/exposure.js';
import { makeFolder } from '../platform/make-folder.js';
import { SecretsDir } from '../policy/secrets/secrets-dir.js';
import type { App, AppOptions } from './app-types.js';
import { assemble } from './assemble.js';
import { catalogLog, loadCatalog } from './load-catalog.js';
import { loadPolicyFile } from './load-policy-file.js';
import { openRecord } from './open-audit-log.js';
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
  const warn = (message: string): void => logger.warn(message);
  const catalog = options.catalog ?? (await loadCatalog(values.openapi, catalogLog(logger)));
  const offered = expose(catalog, values);
  const file = await loadPolicyFile(values.policy, catalog);
  const secrets = values.secretsDir && (await openSecrets(values.secretsDir, config.name));
  const own = options.audit === undefined ? await openRecord(config, logger, options.stdout) : undefined;
  const audit = options.audit ?? own;
  if (config.signingKey !== undefined && store === undefined) warn(KEY_WITHOUT_STORE);
  let upstream: Upstream | undefined;
  try {
    upstream = await connectUpstream(config, logger);
    return await assemble(options, { catalog, offered, file, secrets: secrets || undefined, audit, upstream });
  } catch (error) {
    // A start that fails must leave nothing open: it would keep the process alive.
    await own?.close();
    await upstream?.close();
    throw error;
  }
}

/** The folder of one instance of several is made within the one that is there, which the operator made. */
async function openSecrets(dir: string, instance: string | undefined): Promise<SecretsDir> {
  const options = { now: Date.now, randomBytes };
  if (instance !== undefined) {
    await SecretsDir.open(dirname(dir), options);
    await makeFolder(dir);
  }
  return SecretsDir.open(dir, options);
}
