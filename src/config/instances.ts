import { join } from 'node:path';
import { fileProblem } from '../platform/file-problem.js';
import { readTextSync } from '../platform/read-text.js';
import { type Environment, readKeyFrom } from './clerk-access.js';
import { type Config, INSTANCE_WITHOUT_FILE, instancesOf, loadInstance, loadValues, type Values } from './config.js';
import { ConfigError } from './config-error.js';
import { environmentOf, flagsOf, type InstanceEntry, InstancesFileError, readInstances } from './instances-file.js';

type Flags = Readonly<Record<string, unknown>>;

/** The words of the file for a kind. */
const KIND_WORDS = { sandbox: 'sandbox', test: 'development', live: 'production' } as const;

/**
 * The configuration of every instance in the file.
 * @throws InstancesFileError with every fault of the file and of the keys
 */
export function loadAllInstances(flags: Flags, environment: Environment): readonly Config[] {
  const { file, entries, instance } = read(flags, environment);
  if (instance !== undefined)
    throw new ConfigError('Over HTTP every instance of --instances is served, each at a path of its own: leave --instance out.');
  const { keys, faults } = readKeys(entries, environment);
  if (faults.length > 0) throw new InstancesFileError(file, faults);
  return entries.map((entry) => configOf(entry, keys.get(entry.name), flags, environment));
}

/**
 * The configuration of the one instance that is named. The keys of the others are not read.
 * @throws ConfigError where none is named, or none has the name: an instance is never chosen by default
 */
export function loadNamedInstance(flags: Flags, environment: Environment): Config {
  const { file, entry } = named(read(flags, environment));
  const { keys, faults } = readKeys([entry], environment);
  if (faults.length > 0) throw new InstancesFileError(file, faults);
  return configOf(entry, keys.get(entry.name), flags, environment);
}

/** The settings of the one instance that is named, for commands that need no key. @throws ConfigError */
export function loadNamedValues(flags: Flags, environment: Environment): InstanceValues {
  const { entry } = named(read(flags, environment));
  return { name: entry.name, kind: entry.kind, key: entry.key, values: loadValues(flagsOf(entry, flags), environment) };
}

export interface InstanceValues extends Pick<InstanceEntry, 'name' | 'kind' | 'key'> {
  readonly values: Values;
}

/** Every instance, or the one that is named, with what is wrong with its key, for checks. @throws InstancesFileError for faults of the file */
export function inspectInstances(flags: Flags, environment: Environment): InspectedFile {
  const file = read(flags, environment);
  const { entries, instance } = file;
  const wanted = instance === undefined ? entries : [named(file).entry];
  const { keys, faultsOf } = readKeys(wanted, environment);
  const instances = wanted.map((entry) => {
    const faults = faultsOf(entry.name);
    return { entry, faults, config: () => configOf(entry, keys.get(entry.name), flags, environment) };
  });
  return { names: entries.map(({ name }) => name), instances };
}

export interface InspectedFile {
  /** Of all instances in the file. */
  readonly names: readonly string[];
  /** Those that were asked for. */
  readonly instances: readonly InspectedInstance[];
}

export interface InspectedInstance {
  readonly entry: InstanceEntry;
  /** What is wrong with its key. */
  readonly faults: readonly string[];
  /** @throws ConfigError for settings that cannot be used */
  readonly config: () => Config;
}

interface ReadFile {
  readonly file: string;
  readonly entries: readonly InstanceEntry[];
  /** The one that is asked for. */
  readonly instance: string | undefined;
}

function read(flags: Flags, environment: Environment): ReadFile {
  const { instances: file, instance } = instancesOf(flags, environment);
  if (file === undefined) throw new ConfigError(INSTANCE_WITHOUT_FILE);
  let text: string;
  try {
    text = readTextSync(file);
  } catch (error) {
    throw new ConfigError(`The file of instances cannot be read: ${fileProblem(error, 'read')}.`);
  }
  refuseOwnSettings(flags, environment);
  return { file, entries: readInstances(file, text), instance };
}

/** What says which instance a server works on. With a file, only the file does. */
function refuseOwnSettings(flags: Flags, environment: Environment): void {
  const { sandbox, seed } = loadValues(flags, environment);
  if (sandbox !== true && seed === undefined) return;
  throw new ConfigError(
    `${sandbox === true ? '--sandbox' : '--seed'} does not go with --instances: the file says of each instance what it is. Give one there kind: sandbox.`,
  );
}

/** @throws ConfigError */
function named({ file, entries, instance }: ReadFile): { readonly file: string; readonly entry: InstanceEntry } {
  const found = entries.find(({ name }) => name === instance);
  if (found !== undefined) return { file, entry: found };
  const names = entries.map(({ name, kind }) => `${name} (${KIND_WORDS[kind]})`).join(', ');
  if (instance === undefined)
    throw new ConfigError(`Say which instance with --instance NAME: none is taken by default. ${file} has ${names}.`);
  throw new ConfigError(`${file} has no instance ${instance}. It has ${names}.`);
}

interface Keys {
  readonly keys: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
  /** The faults of one instance. */
  readonly faultsOf: (name: string) => readonly string[];
}

/** Reads the keys, and finds those that cannot be meant. No fault tells anything of a key. */
function readKeys(entries: readonly InstanceEntry[], environment: Environment): Keys {
  const keys = new Map<string, string>();
  const faults: { readonly name: string; readonly fault: string }[] = [];
  for (const { name, kind, key: source } of entries) {
    if (source === undefined) continue;
    const say = (fault: string): void => void faults.push({ name, fault: `instances.${name}: ${fault}` });
    try {
      const key = readKeyFrom(source, environment);
      const mismatch = mismatchOf(kind, key);
      if (mismatch !== undefined) say(mismatch);
      const other = [...keys].find(([, known]) => known === key)?.[0];
      if (other !== undefined) say(`has the same key as ${other}. Each instance has a key of its own.`);
      keys.set(name, key);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      say(error.message);
    }
  }
  return {
    keys,
    faults: faults.map(({ fault }) => fault),
    faultsOf: (name) => faults.filter((one) => one.name === name).map(({ fault }) => fault),
  };
}

function mismatchOf(kind: InstanceEntry['kind'], key: string): string | undefined {
  const isProduction = !key.startsWith('sk_test_');
  if (kind === 'test' && key.startsWith('sk_live_'))
    return 'is said to be development, but its key is that of a production instance (sk_live_). Say kind: production, or give the key of the development instance.';
  if (kind === 'test' && isProduction)
    return "is said to be development, but its key is a machine's (ak_), which does not tell. Say kind: production, so that it is treated with the greater care.";
  if (kind === 'live' && !isProduction)
    return 'is said to be production, but its key is that of a development instance (sk_test_). Say kind: development, or give the key of the production instance.';
  return undefined;
}

/** Files that a server keeps are in a folder of the instance's own, so that no other instance finds them. */
function configOf(entry: InstanceEntry, secretKey: string | undefined, flags: Flags, environment: Environment): Config {
  const config = loadInstance(flagsOf(entry, flags), { ...environment, ...environmentOf(entry, secretKey) });
  const { stateDir, secretsDir, filesDir } = config.values;
  const values = {
    ...config.values,
    ...(stateDir && { stateDir: join(stateDir, entry.name) }),
    ...(secretsDir && { secretsDir: join(secretsDir, entry.name) }),
    ...(filesDir && { filesDir: join(filesDir, entry.name) }),
  };
  return { ...config, values, name: entry.name, audience: entry.audience };
}
