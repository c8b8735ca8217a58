import { groups } from '../../tools/groups.js';
import { loadOperations } from '../catalog/declaration.js';
import { inSteps } from '../platform/in-steps.js';
import type { App } from './app.js';
import { Faults } from './faults.js';
import { Instance } from './instance.js';
import type { SandboxOptions } from './options.js';
import { createApp } from './pipeline.js';
import { chance } from './random.js';
import { RateLimit } from './rate-limit.js';
import { catchUp, seedRoles } from './seed/seed-roles.js';
import type { StateFile } from './state/state-file.js';
import { newEndpoint, parseEndpoints } from './webhooks/endpoint.js';
import { Webhooks } from './webhooks/webhooks.js';

export interface SandboxParts {
  readonly options: SandboxOptions;
  readonly secretKey: string;
  /** Where it is reached, without `/v1`. */
  readonly origin: string;
  /** Where it is kept; undefined for in memory. */
  readonly stored: StateFile | undefined;
}

/** Everything of a sandbox but its port, as the options say. @throws FaultsError, EndpointError */
export async function createSandbox({ options, secretKey, origin, stored }: SandboxParts): Promise<App> {
  const operations = await loadOperations(groups);
  const { now = Date.now, randomSeed, seed = 'empty', log = () => {}, middlewares = [] } = options;
  const faults = new Faults({ operations, random: chance('faults', randomSeed) });
  if (options.faults !== undefined) await faults.begin(options.faults);
  let opened: Instance | undefined;
  const aheadMs = (): number => opened?.aheadMs ?? 0;
  const rateLimit = options.rateLimit === true ? new RateLimit(() => performance.now() + aheadMs()) : undefined;
  const webhookChance = chance('webhooks', randomSeed);
  const webhooks = new Webhooks({
    endpoints: parseEndpoints(options.webhooks ?? []).map((given) => newEndpoint(given, (length) => webhookChance.bytes(length))),
    now: () => now() + aheadMs(),
    newId: () => webhookChance.id('msg', now() + aheadMs()),
  });

  const open = async (): Promise<Instance> => {
    const kept = stored?.takeKept();
    const instance = new Instance({ now, randomSeed, origin, id: kept?.instanceId });
    if (kept !== undefined) await stored?.restore(instance, kept, options.onFilled);
    else await applySeed(instance, seed, options.onFilled);
    catchUp(instance);
    await stored?.begin(instance, secretKey);
    opened = instance;
    return instance;
  };
  return createApp({
    operations,
    secretKey,
    faults,
    now,
    open,
    webhooks,
    middlewares: [...(rateLimit ? [rateLimit.middleware] : []), faults.middleware, ...middlewares],
    keep: async () => stored?.commit(),
    onReset: () => {
      rateLimit?.clear();
      faults.reset();
    },
    log,
  });
}

async function applySeed(
  instance: Instance,
  seed: NonNullable<SandboxOptions['seed']>,
  tell: SandboxOptions['onFilled'],
): Promise<void> {
  if (seed === 'empty') return seedRoles(instance);
  const { seedSteps } = await import('./seed/seed-instance.js');
  await inSteps(seedSteps(instance, seed === 'demo' ? (await import('./seed/demo.js')).demo(instance.now()) : seed), tell);
}
