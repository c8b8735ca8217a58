import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { faultsOf } from '../catalog/schema-faults.js';
import { expandHome } from '../platform/home.js';
import { isRecord } from '../platform/is-record.js';
import { parseYaml, YamlError } from '../platform/parse-yaml.js';
import { type Environment, type KeySource, readApiUrl } from './clerk-access.js';
import { ConfigError } from './config-error.js';
import { INSTANCE_NAME, INSTANCE_NAME_FORM } from './instance-name.js';
import { OPTIONS } from './server-options.js';

/** The file of instances cannot be used. `faults` has a sentence for each fault. */
export class InstancesFileError extends ConfigError {
  readonly faults: readonly string[];

  constructor(path: string, faults: readonly string[]) {
    super([`${path} is not a valid file of instances:`, ...faults].join('\n  '));
    this.faults = faults;
  }
}

/** One instance as the file has it; its key has not been looked at. */
export interface InstanceEntry {
  readonly name: string;
  readonly kind: 'test' | 'live' | 'sandbox';
  /** `undefined` for a sandbox, which makes its own. */
  readonly key: KeySource | undefined;
  /** Where Clerk is; `undefined` where CLERK_API_URL says so. */
  readonly apiUrl: string | undefined;
  /** Further values of `aud` with which an access token is for this instance. */
  readonly audience: readonly string[];
  /** Settings of its own, by the names of the table of settings, as flags give them. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const KINDS = { sandbox: 'sandbox', development: 'test', production: 'live' } as const;

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

const entrySchema = z.strictObject({
  kind: z.enum(
    Object.keys(KINDS) as [keyof typeof KINDS, ...(keyof typeof KINDS)[]],
    'expected sandbox, development or production',
  ),
  secret_key_file: z.string().min(1).optional(),
  secret_key_env: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable, like CLERK_STAGING_KEY')
    .optional(),
  api_url: z.string().min(1).optional(),
  audience: oneOrMore.optional(),
  seed: z.string().min(1).optional(),
  policy: z.string().min(1).optional(),
  read_only: z.boolean().optional(),
  tools: oneOrMore.optional(),
  exclude: oneOrMore.optional(),
  toolsets: oneOrMore.optional(),
  profile: oneOrMore.optional(),
  discovery: z.boolean().optional(),
  confirm: z.string().optional(),
  clerk_limit: z.int().optional(),
});
type Entry = z.output<typeof entrySchema>;

/** What stands in the file under another name than in the table of settings. */
const SETTINGS = {
  seed: 'seed',
  policy: 'policy',
  read_only: 'readOnly',
  tools: 'tools',
  exclude: 'exclude',
  toolsets: 'toolsets',
  profile: 'profile',
  discovery: 'discovery',
  confirm: 'confirm',
  clerk_limit: 'clerkLimit',
} as const satisfies Partial<Record<keyof Entry, keyof typeof OPTIONS>>;

const KEYS: Readonly<Record<string, readonly string[]>> = { '': ['instances'], instances: Object.keys(entrySchema.shape) };

/** A key itself, where the name of a file or a variable belongs. */
const IS_KEY = /^(?:sk_|ak_)/;

const NO_KEYS =
  'Keys do not belong in this file: name a file that holds the key (secret_key_file), or a variable (secret_key_env).';

/**
 * Checks the text of a file of instances. Paths in it begin at its folder.
 * @throws InstancesFileError
 */
export function readInstances(path: string, text: string): readonly InstanceEntry[] {
  const raw = parse(path, text);
  const entries: InstanceEntry[] = [];
  const faults = Object.keys(raw.others).map((key) => `unknown key ${JSON.stringify(key)}. Known: instances.`);
  for (const [name, value] of Object.entries(raw.instances)) {
    const own = INSTANCE_NAME.test(name)
      ? []
      : [`the name ${JSON.stringify(name)} cannot be used: expected ${INSTANCE_NAME_FORM}.`];
    const result = entrySchema.safeParse(value);
    if (result.success) own.push(...faultsOfEntry(name, result.data));
    else own.push(...result.error.issues.flatMap((issue) => schemaFaults(name, issue, raw)));
    faults.push(...own);
    if (result.success && own.length === 0) entries.push(toEntry(name, result.data, dirname(resolve(path))));
  }
  faults.push(...sharedAudiences(entries));
  if (faults.length === 0 && entries.length === 0) faults.push('instances: it names none.');
  if (faults.length > 0) throw new InstancesFileError(path, faults);
  return entries;
}

interface Raw {
  readonly instances: Readonly<Record<string, unknown>>;
  readonly others: Readonly<Record<string, unknown>>;
}

function parse(path: string, text: string): Raw {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw error instanceof YamlError ? new InstancesFileError(path, [`${error.message}.`]) : error;
  }
  const { instances, ...others } = isRecord(value) ? value : {};
  if (!isRecord(instances)) throw new InstancesFileError(path, ['expected instances: and below it each instance by its name.']);
  return { instances, others };
}

function schemaFaults(name: string, issue: z.core.$ZodIssue, raw: Raw): readonly string[] {
  if (issue.code === 'unrecognized_keys' && issue.keys.some(isKeyItself)) {
    const [mistaken, rest] = [issue.keys.filter(isKeyItself), issue.keys.filter((key) => !isKeyItself(key))];
    const others = rest.length === 0 ? [] : schemaFaults(name, { ...issue, keys: rest }, raw);
    return [...mistaken.map((key) => `instances.${name}: unknown key ${JSON.stringify(key)}. ${NO_KEYS}`), ...others];
  }
  const nested = { ...issue, path: ['instances', name, ...issue.path] };
  return faultsOf(nested, raw, (key) => KEYS[key === name ? 'instances' : key] ?? []).map(ended);
}

const isKeyItself = (key: string): boolean => /^(?:secret_?key|key|clerk_secret_key)$/i.test(key);

const ended = (sentence: string): string => (/[.?]$/.test(sentence) ? sentence : `${sentence}.`);

/** What no schema says of a single field. */
function faultsOfEntry(name: string, entry: Entry): string[] {
  const { kind, secret_key_file, secret_key_env, api_url, seed } = entry;
  const at = `instances.${name}`;
  const faults: string[] = [];
  const given = Object.entries({ secret_key_file, secret_key_env }).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) if (IS_KEY.test(value ?? '')) faults.push(`${at}.${field}: holds a key itself. ${NO_KEYS}`);
  if (kind === 'sandbox') {
    const ofClerk = Object.entries({ secret_key_file, secret_key_env, api_url }).filter(([, value]) => value !== undefined);
    for (const [field] of ofClerk) faults.push(`${at}.${field}: a sandbox is a local twin that makes its own key. Leave it out.`);
  } else {
    if (given.length !== 1)
      faults.push(`${at}: expected either secret_key_file or secret_key_env, where the secret key of this instance is.`);
    if (seed !== undefined) faults.push(`${at}.seed: fills a sandbox. An instance of Clerk is never filled from a file.`);
  }
  if (secret_key_env?.toUpperCase().startsWith('CLERK_MCP_') === true)
    faults.push(`${at}.secret_key_env: names that begin with CLERK_MCP_ are settings of this program. Choose another.`);
  if (api_url !== undefined) faults.push(...attempt(at, () => readApiUrl({ CLERK_API_URL: api_url }, 'api_url')));
  for (const [field, setting] of Object.entries(SETTINGS)) {
    const value = entry[field as keyof typeof SETTINGS];
    if (value === undefined) continue;
    const result = OPTIONS[setting].schema().safeParse(asFlag(value));
    if (!result.success) for (const issue of result.error.issues) faults.push(...settingFaults(`${at}.${field}`, issue, value));
  }
  return faults;
}

function attempt(at: string, check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [`${at}.${error.message}`];
  }
}

const settingFaults = (at: string, issue: z.core.$ZodIssue, value: unknown): readonly string[] =>
  faultsOf({ ...issue, path: [...issue.path] }, value, () => []).map((fault) => ended(`${at}: ${fault}`));

/** As the command line gives it, where numbers are text. */
const asFlag = (value: Entry[keyof typeof SETTINGS]): unknown => (typeof value === 'number' ? String(value) : value);

function toEntry(name: string, entry: Entry, folder: string): InstanceEntry {
  const { kind, secret_key_file: file, secret_key_env: variable, api_url: apiUrl, audience = [] } = entry;
  const settings = Object.entries(SETTINGS).flatMap(([field, setting]) => {
    const value = entry[field as keyof typeof SETTINGS];
    if (value === undefined) return [];
    return [[setting, isFile(field, value) ? resolve(folder, expandHome(value)) : asFlag(value)] as const];
  });
  return {
    name,
    kind: KINDS[kind],
    key: file !== undefined ? { file: resolve(folder, expandHome(file)) } : variable === undefined ? undefined : { variable },
    apiUrl,
    audience: [audience].flat(),
    settings: Object.fromEntries(settings),
  };
}

const isFile = (field: string, value: Entry[keyof typeof SETTINGS]): value is string =>
  typeof value === 'string' && (field === 'policy' || (field === 'seed' && value !== 'demo' && value !== 'empty'));

/** A token must be for one instance alone. */
function sharedAudiences(entries: readonly InstanceEntry[]): string[] {
  const owners = new Map<string, string>();
  return entries.flatMap(({ name, audience }) =>
    audience.flatMap((value) => {
      const owner = owners.get(value);
      owners.set(value, name);
      return owner === undefined || owner === name
        ? []
        : [`instances.${name}.audience: ${JSON.stringify(value)} is that of ${owner}, too: its tokens would be good for both.`];
    }),
  );
}

/** The settings of one instance as flags, above those that were given for all. `read_only` only adds to what was given. */
export function flagsOf(entry: InstanceEntry, flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { readOnly, ...settings } = entry.settings;
  return {
    ...flags,
    ...settings,
    ...(readOnly === true && { readOnly }),
    sandbox: entry.kind === 'sandbox',
  };
}

/** The environment of one instance, with its own key alone. */
export const environmentOf = ({ apiUrl }: InstanceEntry, secretKey: string | undefined): Environment => ({
  CLERK_SECRET_KEY: secretKey,
  CLERK_SECRET_KEY_FILE: undefined,
  ...(apiUrl !== undefined && { CLERK_API_URL: apiUrl }),
});
