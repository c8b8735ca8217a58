import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { operations } from '../tools/index.js';
import { Catalog } from './catalog/catalog.js';
import { type Operation, withConfirm } from './catalog/operation.js';
import type { ToolDefinition } from './catalog/types.js';
import { ClerkClient } from './clerk/client.js';
import { type Config, ConfigError } from './config.js';
import type { Logger } from './logger.js';
import { Calls } from './mcp/call.js';
import { instructions } from './mcp/instructions.js';
import { AuditLog } from './policy/audit/log.js';
import { expose } from './policy/exposure.js';
import { Policy } from './policy/policy.js';
import type { PolicyFile } from './policy/policy-file.js';
import { readPolicy } from './policy/read-policy.js';
import { SecretsDir } from './policy/secrets.js';
import type { Instance } from './policy/types.js';
import { VERSION } from './version.js';

/** Everything that a transport needs, put together once for the process. */
export interface App {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly tools: readonly ToolDefinition[];
  readonly calls: Calls;
  readonly instructions: string;
  /** How gated calls are confirmed, in a sentence or two. */
  readonly confirmation: string;
  /** Lets the audit log go on in a new file, after an outside tool has renamed the old one. */
  reopenLog(): Promise<void>;
  /** Ends what is in flight (at most `graceMs`, then aborted), then lets go of every connection and file. */
  close(graceMs: number): Promise<void>;
}

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Whether a call may name a file on this machine. True only where caller and server share the machine. */
  readonly allowLocalFiles: boolean;
}

export const catalog = new Catalog(operations);

/**
 * Puts the house together: sandbox or Clerk, client, policy, and the road between them.
 * @throws ConfigError and the named errors of the policy's parts, for what stops a start.
 */
export async function createApp({ config, logger, allowLocalFiles }: AppOptions): Promise<App> {
  const { values } = config;
  const warn = (message: string): void => logger.warn(message);
  const offered = expose(catalog, values);
  const file = loadPolicyFile(values.policy);
  const secrets = values.secretsDir && (await SecretsDir.open(values.secretsDir, { now: Date.now, randomBytes }));
  const audit = values.auditLog ? await AuditLog.open({ file: values.auditLog, warn }) : undefined;
  for (const call of audit?.unfinished ?? [])
    logger.warn({ call }, 'this call of an earlier run has no outcome: it may have happened');
  const upstream = await connectUpstream(config, logger);
  const clerk = new ClerkClient({
    baseUrl: upstream.url,
    secretKey: upstream.secretKey,
    userAgent: `clerk-mcp/${VERSION}`,
    catalog,
    allowLocalFiles,
    ...(values.connectTimeout === undefined ? {} : { connectTimeoutMs: values.connectTimeout }),
    ...(values.timeout === undefined ? {} : { timeoutMs: values.timeout }),
  });
  const instance: Instance = { kind: config.instanceKind, id: instanceId(upstream.url, upstream.secretKey) };
  const policy = new Policy({
    catalog,
    instance,
    file,
    audit,
    warn,
    confirm: values.confirm,
    signingKey: config.signingKey,
    secrets: secrets || undefined,
    read: async (name, args, signal) => (await clerk.send(catalog.get(name), args, { signal })).value,
  });
  const calls = new Calls({ catalog, offered, policy, clerk, logger });
  return {
    offered,
    calls,
    tools: [...offered.values()].map((operation) =>
      policy.mayConfirm(operation) && !operation.gated ? withConfirm(operation.tool) : operation.tool,
    ),
    instructions: instructions({
      kind: config.instanceKind,
      readOnly: values.readOnly === true,
      confirmation: policy.explanation,
    }),
    confirmation: policy.explanation,
    reopenLog: async () => audit?.reopen(),
    close: async (graceMs) => {
      await calls.stop(graceMs);
      await clerk.close();
      await audit?.close();
      await upstream.close();
    },
  };
}

/** @throws ConfigError, PolicyFileError */
export function loadPolicyFile(path: string | undefined): PolicyFile | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(`The policy file cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return readPolicy(text, catalog);
}

interface Upstream {
  readonly url: string;
  readonly secretKey: string;
  close(): Promise<void>;
}

async function connectUpstream(config: Config, logger: Logger): Promise<Upstream> {
  if (config.secretKey !== undefined) return { url: config.apiUrl, secretKey: config.secretKey, close: async () => {} };
  const { startSandbox } = await import('./sandbox/server.js');
  const sandbox = await startSandbox({ seed: 'demo', log: (message, error) => logger.error({ err: error }, message) });
  logger.info({ url: sandbox.url }, 'sandbox');
  return sandbox;
}

/** Names an instance without telling its key: confirmations and records are bound to it. */
const instanceId = (url: string, secretKey: string): string =>
  createHash('sha256').update(`${url}\n${secretKey}`).digest('base64url').slice(0, 22);
