import type { Environment } from './clerk-access.js';
import { type Config, instancesOf, loadConfig, loadValues, ownEnvironment, SIGNING_KEY } from './config.js';
import { ConfigError } from './config-error.js';
import type { InstanceValues } from './instances.js';

type Flags = Readonly<Record<string, unknown>>;

/** Settings, and what the file of instances says of the instance; nothing of that where there is no file. */
export type OneInstance = Pick<InstanceValues, 'values'> & {
  readonly [K in 'name' | 'kind' | 'key']: InstanceValues[K] | undefined;
};

/**
 * The configuration of the one instance that a command works on: the one that is named, where there is a file of them.
 * @throws ConfigError
 */
export async function loadOneConfig(flags: Flags, env: Environment = ownEnvironment()): Promise<Config> {
  if (instancesOf(flags, env).instances === undefined) return loadConfig(flags, env);
  return (await import('./instances.js')).loadNamedInstance(flags, env);
}

/** The same for commands that need its settings and no key. @throws ConfigError */
export async function loadOneInstance(flags: Flags, env: Environment = ownEnvironment()): Promise<OneInstance> {
  if (instancesOf(flags, env).instances !== undefined) return (await import('./instances.js')).loadNamedValues(flags, env);
  return { values: loadValues(flags, env), name: undefined, kind: undefined, key: undefined };
}

/** The configuration of all that a server over HTTP serves: every instance of the file, if there is one. @throws ConfigError */
export async function loadConfigs(
  flags: Flags,
  env: Environment = ownEnvironment(),
  overrides: Environment = {},
): Promise<readonly [Config, ...Config[]]> {
  if (instancesOf(flags, { ...env, ...overrides }).instances === undefined) return [loadConfig(flags, env, overrides)];
  const ofOne = Object.keys(overrides).find((name) => name !== SIGNING_KEY);
  if (ofOne !== undefined) throw new ConfigError(`${ofOne} does not go with a file of instances, which says it of each.`);
  const [first, ...others] = (await import('./instances.js')).loadAllInstances(flags, { ...env, ...overrides });
  if (first === undefined) throw new ConfigError('The file of instances names none.');
  return [first, ...others];
}
