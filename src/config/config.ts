import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { didYouMean } from '../catalog/nearest.js';
import { hideFromNowOn } from '../platform/scrub.js';
import { type Environment, keyFileOf, readApiUrl, readSecretKey } from './clerk-access.js';
import { ConfigError, STDOUT_IS_TAKEN } from './config-error.js';
import { HTTP_OPTIONS } from './http-options.js';
import { INIT_OPTIONS } from './init-options.js';
import { readOptions, type ValuesOf } from './read-options.js';
import { SANDBOX_OPTIONS } from './sandbox-options.js';
import { OPTIONS } from './server-options.js';
import { refuseShippingWithoutLog, SHIP_SECRET, SHIP_SECRET_FILE, type ShipSettings, shipSettings } from './ship-settings.js';
import type { UserPaths } from './user-paths.js';

/** The settings of the server over any transport. */
export type Values = ValuesOf<typeof OPTIONS>;

/** The settings of the command that serves over HTTP. */
export type HttpValues = ValuesOf<typeof HTTP_OPTIONS>;

/** The settings of the command that serves the sandbox. */
export type SandboxValues = ValuesOf<typeof SANDBOX_OPTIONS>;

export interface Config {
  readonly values: Values;
  /** What the instance is called in the file of instances; `undefined` where there is no such file. */
  readonly name?: string | undefined;
  /** Further values of `aud` with which an access token is for this instance of several. */
  readonly audience?: readonly string[] | undefined;
  /** Where Clerk is, without a slash at the end. */
  readonly apiUrl: string;
  /** `undefined` on the sandbox, which makes its own. */
  readonly secretKey: string | undefined;
  readonly instanceKind: 'test' | 'live' | 'sandbox';
  /** The key that signs confirmations; random per process if not given. */
  readonly signingKey: string | undefined;
  /** The key that signs the audit log; kept beside the log if not given. */
  readonly auditKey?: string | undefined;
  /** Where the record is delivered to besides its file. */
  readonly ship?: ShipSettings | undefined;
  readonly approvals: ApprovalSettings;
}

/** Settings for asking people who are not at the client. */
export interface ApprovalSettings {
  /** The file that lists the approvers. */
  readonly approversFile: string;
  /** Whether that is the default file. */
  readonly isUsualFile: boolean;
  /** The address to notify, and the secret that signs the messages. */
  readonly webhook: { readonly url: string; readonly secret: string } | undefined;
  /** The secret of the client with which approvers sign in at the issuer, if it is a confidential one. */
  readonly clientSecret?: string | undefined;
}

export const INSTANCE_WITHOUT_FILE = '--instance needs --instances FILE, which names the instances.';
const PREFIX = 'CLERK_MCP_';
export const SIGNING_KEY = 'CLERK_MCP_SIGNING_KEY';
const AUDIT_KEY = 'CLERK_MCP_AUDIT_KEY';
const KEY_BYTES = 32;
const WEBHOOK_SECRET = 'CLERK_MCP_WEBHOOK_SECRET';
const WEBHOOK_SECRET_BYTES = 24;
const CLIENT_SECRET = 'CLERK_MCP_APPROVALS_CLIENT_SECRET';

/**
 * Flags win over the environment. Anything unknown or malformed stops the start, since a typo must never leave a gate
 * open.
 * @param overrides values that replace variables of the environment
 * @throws ConfigError, also where a file of instances is given: nothing here chooses among them
 */
export function loadConfig(
  flags: Readonly<Record<string, unknown>>,
  environment: Environment = process.env,
  overrides: Environment = {},
): Config {
  const env: Environment = { ...environment, ...overrides };
  if (overrides.CLERK_SECRET_KEY !== undefined) env.CLERK_SECRET_KEY_FILE = undefined;
  const { instances, instance } = instancesOf(flags, env);
  if (instances !== undefined) throw new ConfigError('--instances cannot be used here.');
  if (instance !== undefined) throw new ConfigError(INSTANCE_WITHOUT_FILE);
  return loadInstance(flags, env);
}

/** The environment of this process. */
export const ownEnvironment = (): Environment => process.env;

/** Where several instances stand, and which of them is meant. */
export function instancesOf(
  flags: Readonly<Record<string, unknown>>,
  env: Environment = process.env,
): Pick<Values, 'instances' | 'instance'> {
  const { instances, instance } = OPTIONS;
  return readOptions({ instances, instance }, flags, env);
}

/** @throws ConfigError */
export function loadInstance(flags: Readonly<Record<string, unknown>>, env: Environment): Config {
  refuseUnknownVariables(env);
  const values: Values = readOptions(OPTIONS, flags, env);
  const signingKey = readSigningKey(env);
  const auditKey = readOwnKey(AUDIT_KEY, env);
  refuseSeedWithoutSandbox(values);
  refuseReadsWithoutLog(values);
  const approvals = approvalSettings(values, env);
  const ship = shipSettings(values, env);
  if (values.sandbox === true) {
    return { values, signingKey, auditKey, ship, approvals, apiUrl: '', secretKey: undefined, instanceKind: 'sandbox' };
  }
  const secretKey = readSecretKey(env);
  // A machine's key does not tell the kind of instance, so it is treated with the greater care.
  const instanceKind = secretKey.startsWith('sk_test_') ? 'test' : 'live';
  return { values, signingKey, auditKey, ship, approvals, apiUrl: readApiUrl(env), secretKey, instanceKind };
}

/** The parts of the configuration that come from the environment alone, each with its own fault. */
export interface EnvironmentParts {
  /** @throws ConfigError */
  readonly secretKey: () => string;
  /** The file that holds the key, if it is in a file. */
  readonly keyFile: string | undefined;
  /** @throws ConfigError */
  readonly apiUrl: () => string;
  /** @throws ConfigError */
  readonly signingKey: () => string | undefined;
  /** @throws ConfigError */
  readonly auditKey: () => string | undefined;
  /** @throws ConfigError */
  readonly ship: (values: Values) => ShipSettings | undefined;
}

/** For code that checks each part by itself, as `doctor` does. */
export const environmentParts = (env: Environment = process.env): EnvironmentParts => ({
  secretKey: () => readSecretKey(env),
  keyFile: keyFileOf(env),
  apiUrl: () => readApiUrl(env),
  signingKey: () => readSigningKey(env),
  auditKey: () => readOwnKey(AUDIT_KEY, env),
  ship: (values) => shipSettings(values, env),
});

/** The settings that every command takes, checked; for commands that need no instance. */
export function loadValues(flags: Readonly<Record<string, unknown>>, env: Environment = process.env): Values {
  refuseUnknownVariables(env);
  return readOptions(OPTIONS, flags, env);
}

/** The settings of serving over HTTP, checked one by one. @throws ConfigError */
export function loadHttpValues(flags: Readonly<Record<string, unknown>>, env: Environment = process.env): HttpValues {
  refuseUnknownVariables(env);
  return readOptions(HTTP_OPTIONS, flags, env);
}

/** The settings of serving the sandbox, checked one by one. @throws ConfigError */
export function loadSandboxValues(flags: Readonly<Record<string, unknown>>, env: Environment = process.env): SandboxValues {
  refuseUnknownVariables(env);
  const values = readOptions(SANDBOX_OPTIONS, flags, env);
  if (values.webhook === undefined && flags.webhookSecret !== undefined) {
    throw new ConfigError('--webhook-secret needs --webhook: where events are sent.');
  }
  if (values.webhookSecret !== undefined) hideFromNowOn(values.webhookSecret);
  return values;
}

/**
 * Settings for an entry in a client: its own, and those of the server that it starts. The latter come from flags only,
 * since the client starts the server in an environment of its own.
 * @throws ConfigError
 */
export function loadInitValues(
  flags: Readonly<Record<string, unknown>>,
  env: Environment = process.env,
): ValuesOf<typeof INIT_OPTIONS> & { readonly server: Values } {
  refuseUnknownVariables(env);
  const server = readOptions(OPTIONS, flags, {});
  refuseSeedWithoutSandbox(server);
  refuseReadsWithoutLog(server);
  if (server.auditLog === '-') throw new ConfigError(STDOUT_IS_TAKEN);
  refuseShippingWithoutLog(server);
  return { ...readOptions(INIT_OPTIONS, flags, env), server };
}

/** The user's directories, for writing the configuration of clients. */
export function loadPlaces(env: Environment = process.env): UserPaths {
  // Our own variables hold secrets, and a client has no use for them.
  const environment = Object.fromEntries(Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('CLERK_')));
  const given = (name: string): string | undefined => env[name] || undefined;
  return {
    platform: process.platform,
    home: homedir(),
    appData: given('APPDATA'),
    localAppData: given('LOCALAPPDATA'),
    xdgConfigHome: given('XDG_CONFIG_HOME'),
    claudeConfigDir: given('CLAUDE_CONFIG_DIR'),
    codexHome: given('CODEX_HOME'),
    geminiHome: given('GEMINI_CLI_HOME'),
    // Windows spells it Path.
    path: (env.PATH ?? env.Path ?? '').split(delimiter).filter((directory) => directory !== ''),
    environment,
  };
}

/** @throws ConfigError */
export function refuseSeedWithoutSandbox({ seed, sandbox }: Values): void {
  if (seed === undefined || sandbox === true) return;
  throw new ConfigError('--seed fills the sandbox; it needs --sandbox. An instance of Clerk is never filled from a file.');
}

function refuseReadsWithoutLog({ auditReads, auditLog }: Values): void {
  if (auditReads !== true || auditLog !== undefined) return;
  throw new ConfigError('--audit-reads needs --audit-log FILE: where calls that read are recorded.');
}

function refuseUnknownVariables(env: Environment): void {
  const known: string[] = [
    ...Object.values({ ...OPTIONS, ...HTTP_OPTIONS }).map((option) => option.env),
    SIGNING_KEY,
    AUDIT_KEY,
    WEBHOOK_SECRET,
    CLIENT_SECRET,
    SHIP_SECRET,
    SHIP_SECRET_FILE,
  ];
  for (const name of Object.keys(env)) {
    if (!name.toUpperCase().startsWith(PREFIX) || known.includes(name)) continue;
    throw new ConfigError(`Unknown environment variable ${name}.${didYouMean(name, known)} Unset or rename it.`);
  }
}

const readSigningKey = (env: Environment): string | undefined => readOwnKey(SIGNING_KEY, env);

/** Reads one of this program's own keys from the environment. @throws ConfigError */
function readOwnKey(variable: string, env: Environment): string | undefined {
  const key = env[variable];
  if (!key) return undefined;
  if (Buffer.byteLength(key) < KEY_BYTES) {
    throw new ConfigError(
      `${variable} is too short: it must have ${KEY_BYTES} bytes or more, for example from openssl rand -base64 32.`,
    );
  }
  hideFromNowOn(key);
  return key;
}

/** The file of approvers, as given or by default. Commands that need no instance read it here too. */
export function approversFile({ approvers }: Pick<Values, 'approvers'>, env: Environment = process.env): string {
  if (approvers !== undefined) return resolve(approvers);
  const folder = process.platform === 'win32' ? env.APPDATA : env.XDG_CONFIG_HOME;
  return join(folder || join(homedir(), '.config'), 'clerk-mcp', 'approvers.json');
}

/** Whether a terminal can show lines that change: not where a build keeps what is written, nor on a terminal that cannot. */
export const hasMovingLines = ({ CI, TERM }: Environment = process.env): boolean =>
  TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false');

/** Where commands keep what a later run of the same command goes on from, where no --state-dir is given. */
export function usualStateDir(env: Environment = process.env): string {
  const folder = process.platform === 'win32' ? env.LOCALAPPDATA : env.XDG_STATE_HOME;
  return join(folder || join(homedir(), '.local', 'state'), 'clerk-mcp');
}

/** @throws ConfigError */
function approvalSettings(values: Values, env: Environment): ApprovalSettings {
  const { approvalsWebhook: url, approvers } = values;
  const secret = env[WEBHOOK_SECRET];
  const clientSecret = env[CLIENT_SECRET] || undefined;
  if (clientSecret !== undefined) hideFromNowOn(clientSecret);
  const settings = { approversFile: approversFile(values, env), isUsualFile: approvers === undefined, clientSecret };
  if (url === undefined) return { ...settings, webhook: undefined };
  if (secret === undefined || Buffer.byteLength(secret) < WEBHOOK_SECRET_BYTES) {
    throw new ConfigError(
      `--approvals-webhook needs ${WEBHOOK_SECRET}, ${WEBHOOK_SECRET_BYTES} bytes or more, for example from openssl rand -base64 32: messages are signed with it.`,
    );
  }
  hideFromNowOn(secret);
  return { ...settings, webhook: { url, secret } };
}

/** The signing key of a JWT template in a variable of the environment; undefined where there is none. */
export function templateKey(variable: string, env: Environment = process.env): string | undefined {
  const key = env[variable];
  return key === undefined || key.trim() === '' ? undefined : key;
}
