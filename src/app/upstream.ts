import { createHash } from 'node:crypto';
import type { Config, Values } from '../config/config.js';
import type { Logger } from '../platform/logger.js';
import { nameOf, proxyFor } from '../platform/proxy.js';

/** Clerk, or the sandbox started in its place. */
export interface Upstream {
  readonly url: string;
  readonly secretKey: string;
  readonly proxy?: URL | undefined;
  close(): Promise<void>;
}

export async function connectUpstream(config: Config, logger: Logger): Promise<Upstream> {
  if (config.secretKey === undefined) return openSandbox(config.values, logger);
  const proxy = proxyFor(config.apiUrl);
  if (proxy !== undefined) logger.info({ proxy: nameOf(proxy) }, 'requests to Clerk go through a proxy');
  return { url: config.apiUrl, secretKey: config.secretKey, proxy, close: async () => {} };
}

/** @throws SeedError */
export async function openSandbox(values: Values, logger: Logger): Promise<Upstream> {
  const { startSandbox } = await import('../sandbox/start-sandbox.js');
  const { seed = 'demo' } = values;
  const seedData = seed === 'demo' || seed === 'empty' ? seed : (await import('../sandbox/seed/read-seed.js')).readSeed(seed);
  const sandbox = await startSandbox({ seed: seedData, log: (message, error) => logger.error({ err: error }, message) });
  logger.info({ url: sandbox.url }, 'sandbox');
  return sandbox;
}

/** Identifies an instance without revealing its key: confirmations and audit lines are bound to it. */
export const instanceId = (url: string, secretKey: string): string =>
  createHash('sha256').update(`${url}\n${secretKey}`).digest('base64url').slice(0, 22);
