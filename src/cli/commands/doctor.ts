import { dirname } from 'node:path';
import { storeLocation } from '../../app/http-settings.js';
import { openSandbox } from '../../app/upstream.js';
import type { Catalog } from '../../catalog/catalog.js';
import { type EnvironmentParts, environmentParts, instancesOf } from '../../config/config.js';
import { createLogger } from '../../platform/logger.js';
import { nameOf, proxyFor } from '../../platform/proxy.js';
import { scrub } from '../../platform/scrub.js';
import { VERSION } from '../../platform/version.js';
import { isTelemetryWanted } from '../../telemetry/environment.js';
import { checkApi } from '../doctor/check-api.js';
import {
  changeable,
  checkAudit,
  checkGrants,
  checkPolicy,
  checkSecrets,
  checkTokens,
  grantedScopes,
} from '../doctor/check-files.js';
import { checkKey } from '../doctor/check-key.js';
import { checkOpenapi } from '../doctor/check-openapi.js';
import { checkProgram } from '../doctor/check-runtime.js';
import { checkSettings, type Settings } from '../doctor/check-settings.js';
import { checkStore } from '../doctor/check-store.js';
import { type Finding, ok, within } from '../doctor/finding.js';
import { EXIT, type Flags, print } from './command.js';

/** How long resources that a check left open may keep the process alive, in milliseconds. */
const LEFTOVERS_MS = 1000;

/** Checks each thing that a server needs, and says whether it is in order. Changes nothing. */
export async function doctor(flags: Flags): Promise<void> {
  const parts = environmentParts();
  const findings = (await examine(flags, parts)).map(withoutKey);
  const broken = findings.some(({ status }) => status === 'failure');
  if (flags.json === true) print(`${JSON.stringify({ ok: !broken, version: VERSION, checks: findings }, null, 2)}\n`);
  else for (const finding of findings) print(line(finding));
  process.exitCode = broken ? EXIT.failed : EXIT.ok;
  setTimeout(() => process.exit(), LEFTOVERS_MS).unref();
}

type Look = readonly [check: string, look: () => Promise<readonly Finding[]>];

async function examine(flags: Flags, parts: EnvironmentParts): Promise<readonly Finding[]> {
  const first = [checkProgram(process.versions.node)];
  if (isForMany(flags)) return [...first, ...(await examineMany(flags, parts))];
  const { finding, settings } = await checkSettings(flags, parts);
  const onSandbox = settings?.server.sandbox === true;
  const key = onSandbox ? ok('key', 'None is needed: the sandbox makes its own.') : checkKey(parts);
  if (settings === undefined) return [...first, finding, key];
  const looks: Look[] = [...filesOf(settings.server, settings.catalog), ...filesAndStore(settings, parts)];
  if (key.status !== 'failure') looks.unshift(['api', () => lookAtApi(settings.server, parts)]);
  return [...first, finding, key, ...(await all(looks))];
}

const all = async (looks: readonly Look[]): Promise<readonly Finding[]> =>
  (await Promise.all(looks.map(([check, look]) => within(check, look)))).flat();

/** Whether a file of instances is named. What is wrong with the setting itself is told with the other settings. */
function isForMany(flags: Flags): boolean {
  try {
    return instancesOf(flags).instances !== undefined;
  } catch {
    return false;
  }
}

/** Each instance, and what they share. */
async function examineMany(flags: Flags, parts: EnvironmentParts): Promise<readonly Finding[]> {
  const { finding, settings } = await checkSettings(flags, parts);
  if (settings === undefined) return [finding];
  const { checkInstances } = await import('../doctor/check-instances.js');
  const { findings, names, instances } = checkInstances(flags, settings.catalog);
  const own = instances.map(async ({ name, config }) => {
    if (config === undefined) return [];
    const { secretKey = '', apiUrl, values } = config;
    const looks: Look[] = [
      ['api', () => lookAtApi(values, { secretKey: () => secretKey, apiUrl: () => apiUrl })],
      ...filesOf(values, settings.catalog),
    ];
    return (await all(looks)).map((one) => ({ ...one, instance: name }));
  });
  const [shared, ...found] = await Promise.all([
    all([...fileOf(settings.server), ...filesAndStore(settings, parts, names)]),
    ...own,
  ]);
  return [finding, ...findings, ...found.flat(), ...shared];
}

async function lookAtApi(
  server: Settings['server'],
  parts: Pick<EnvironmentParts, 'apiUrl' | 'secretKey'>,
): Promise<readonly Finding[]> {
  const limits = { timeoutMs: server.timeout, connectTimeoutMs: server.connectTimeout };
  if (server.sandbox !== true) {
    const url = parts.apiUrl();
    const proxy = proxyFor(url);
    const told = proxy && ok('proxy', `Requests to ${new URL(url).host} go through ${nameOf(proxy)}.`);
    return [...(told ? [told] : []), ...(await checkApi({ url, secretKey: parts.secretKey(), proxy, ...limits }))];
  }
  const sandbox = await openSandbox(server, createLogger('silent'));
  try {
    return await checkApi({ ...sandbox, ...limits });
  } finally {
    await sandbox.close();
  }
}

/** Checks of what an instance has for itself. The policy is checked in any case. */
const filesOf = ({ policy, secretsDir, instances }: Settings['server'], catalog: Catalog): Look[] => [
  ['policy', () => checkPolicy(policy, catalog)],
  // The folder of one instance of several is made in that of all.
  ...optional('secrets', instances === undefined ? secretsDir : secretsDir && dirname(secretsDir), checkSecrets),
];

/** The file of instances itself: an address in it is where a key is sent. */
const fileOf = ({ instances }: Settings['server']): Look[] =>
  optional('instances', instances, async (file) => {
    const open = await changeable('instances', file);
    return open === undefined ? [] : [open];
  });

const optional = <T>(check: string, setting: T | undefined, look: (setting: T) => Promise<readonly Finding[]>): Look[] =>
  setting === undefined ? [] : [[check, () => look(setting)]];

/** Checks for what is configured. The audit log is checked in any case. @param served names of several instances */
function filesAndStore({ server, http, catalog }: Settings, parts: EnvironmentParts, served?: readonly string[]): Look[] {
  const { openapiWatch, auditLog } = server;
  const { tokens, grants } = http;
  const store = storeLocation(http);
  return [
    ['audit', () => checkAudit(auditLog, parts.auditKey())],
    ...optional('ship', server.auditShip, () => lookAtDeliveries(server, parts)),
    ...optional('openapi', openapiWatch, (url) => checkOpenapi(url, catalog)),
    ...optional('tokens', tokens, (file) => checkTokens(file, Date.now(), served)),
    ...issuerLook({ server, http, catalog }, served),
    ...optional('grants', grants, (file) => checkGrants(file, catalog, served)),
    ...optional('store', store, (location) => checkStore(location)),
    ...telemetryLook(),
  ];
}

async function lookAtDeliveries(server: Settings['server'], parts: EnvironmentParts): Promise<readonly Finding[]> {
  const settings = parts.ship(server);
  if (settings === undefined || server.auditLog === undefined) return [];
  return (await import('../doctor/check-deliveries.js')).checkDeliveries(settings, server.auditLog);
}

function telemetryLook(): Look[] {
  if (!isTelemetryWanted()) return [];
  return [['telemetry', async () => (await import('../doctor/check-telemetry.js')).checkTelemetry()]];
}

function issuerLook({ http, catalog }: Settings, instances: readonly string[] | undefined): Look[] {
  const { issuer, audience, sse = true, grants, introspectionClientId: clientId, introspectionSecretFile: secretFile } = http;
  const resource = audience?.[0];
  if (issuer === undefined || resource === undefined) return [];
  const look = async (): Promise<readonly Finding[]> => {
    const { checkIssuer } = await import('../doctor/check-issuer.js');
    const granted = grants === undefined ? undefined : await grantedScopes(grants, catalog, instances);
    const introspection = clientId === undefined || secretFile === undefined ? undefined : { clientId, secretFile };
    return checkIssuer({ issuer, resource, instances, sse, granted, introspection });
  };
  return [['issuer', look]];
}

/** A message from elsewhere may quote the key that it was sent. */
const withoutKey = (finding: Finding): Finding => ({
  ...finding,
  message: scrub(finding.message),
  ...(finding.advice !== undefined && { advice: scrub(finding.advice) }),
});

const line = ({ check, status, instance, message, advice }: Finding): string =>
  `${status.padEnd(8)} ${check.padEnd(9)} ${instance === undefined ? '' : `${instance}: `}${message.replaceAll('\n', `\n${' '.repeat(19)}`)}\n${advice === undefined ? '' : `${' '.repeat(19)}${advice}\n`}`;
