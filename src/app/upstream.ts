import { createHash } from 'node:crypto';
import type { Config, Values } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
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

/** What is wrong with a seed, by the name of its flag. @param error a SeedError */
export const seedProblem = (seed: string, error: Error): string => {
  const what = error.message.replace(/^seed: /, '');
  return what.startsWith(seed) ? `--seed: ${what}` : `--seed ${seed}: ${what}`;
};

/** @throws ConfigError */
export async function openSandbox(values: Values, logger: Logger): Promise<Upstream> {
  try {
    return await seededSandbox(values, logger);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SeedError') throw error;
    throw new ConfigError(seedProblem(values.seed ?? 'demo', error));
  }
}

async function seededSandbox({ seed = 'demo' }: Values, logger: Logger): Promise<Upstream> {
  const { startSandbox } = await import('../sandbox/start-sandbox.js');
  const seedData = seed === 'demo' || seed === 'empty' ? seed : (await import('../sandbox/seed/read-seed.js')).readSeed(seed);
  const sandbox = await startSandbox({ seed: seedData, log: (message, error) => logger.error({ err: error }, message) });
  logger.info({ url: sandbox.url }, 'sandbox');
  return sandbox;
}

/** Identifies an instance without revealing its key: confirmations and audit lines are bound to it. */
export const instanceId = (url: string, secretKey: string): string =>
  createHash('sha256').update(`${url}\n${secretKey}`).digest('base64url').slice(0, 22);
