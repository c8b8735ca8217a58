import { storeLocation } from '../../app/http-settings.js';
import { openSandbox } from '../../app/upstream.js';
import { type EnvironmentParts, environmentParts } from '../../config/config.js';
import { createLogger } from '../../platform/logger.js';
import { nameOf, proxyFor } from '../../platform/proxy.js';
import { scrub } from '../../platform/scrub.js';
import { VERSION } from '../../platform/version.js';
import { isTelemetryWanted } from '../../telemetry/environment.js';
import { checkApi } from '../doctor/check-api.js';
import { checkAudit, checkGrants, checkPolicy, checkSecrets, checkTokens, grantedScopes } from '../doctor/check-files.js';
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

async function examine(flags: Flags, parts: EnvironmentParts): Promise<readonly Finding[]> {
  const first = [checkProgram(process.versions.node)];
  const { finding, settings } = await checkSettings(flags, parts);
  const onSandbox = settings?.server.sandbox === true;
  const key = onSandbox ? ok('key', 'None is needed: the sandbox makes its own.') : checkKey(parts);
  if (settings === undefined) return [...first, finding, key];
  const looks: [check: string, look: () => Promise<readonly Finding[]>][] = filesAndStore(settings, parts);
  if (key.status !== 'failure') looks.unshift(['api', () => lookAtApi(settings, parts)]);
  const found = await Promise.all(looks.map(([check, look]) => within(check, look)));
  return [...first, finding, key, ...found.flat()];
}

async function lookAtApi({ server }: Settings, parts: EnvironmentParts): Promise<readonly Finding[]> {
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

/** Checks for what is configured. The policy and the audit log are checked in any case. */
function filesAndStore(
  { server, http, catalog }: Settings,
  parts: EnvironmentParts,
): [string, () => Promise<readonly Finding[]>][] {
  const { secretsDir, openapiWatch, auditLog } = server;
  const { tokens, grants } = http;
  const store = storeLocation(http);
  return [
    ['policy', () => checkPolicy(server.policy, catalog)],
    ['audit', () => checkAudit(auditLog, parts.auditKey())],
    ...(server.auditShip === undefined
      ? []
      : [['ship', () => lookAtDeliveries(server, parts)] as [string, () => Promise<readonly Finding[]>]]),
    ...(secretsDir === undefined ? [] : [['secrets', () => checkSecrets(secretsDir)] as [string, () => Promise<Finding[]>]]),
    ...(openapiWatch === undefined
      ? []
      : [['openapi', () => checkOpenapi(openapiWatch, catalog)] as [string, () => Promise<Finding[]>]]),
    ...(tokens === undefined ? [] : [['tokens', () => checkTokens(tokens, Date.now())] as [string, () => Promise<Finding[]>]]),
    ...issuerLook({ server, http, catalog }),
    ...(grants === undefined ? [] : [['grants', () => checkGrants(grants, catalog)] as [string, () => Promise<Finding[]>]]),
    ...(store === undefined ? [] : [['store', () => checkStore(store)] as [string, () => Promise<Finding[]>]]),
    ...telemetryLook(),
  ];
}

async function lookAtDeliveries(server: Settings['server'], parts: EnvironmentParts): Promise<readonly Finding[]> {
  const settings = parts.ship(server);
  if (settings === undefined || server.auditLog === undefined) return [];
  return (await import('../doctor/check-deliveries.js')).checkDeliveries(settings, server.auditLog);
}

function telemetryLook(): [string, () => Promise<readonly Finding[]>][] {
  if (!isTelemetryWanted()) return [];
  return [['telemetry', async () => (await import('../doctor/check-telemetry.js')).checkTelemetry()]];
}

function issuerLook({ http, catalog }: Settings): [string, () => Promise<readonly Finding[]>][] {
  const { issuer, audience, sse = true, grants } = http;
  const resource = audience?.[0];
  if (issuer === undefined || resource === undefined) return [];
  const look = async (): Promise<readonly Finding[]> => {
    const { checkIssuer } = await import('../doctor/check-issuer.js');
    const granted = grants === undefined ? undefined : await grantedScopes(grants, catalog);
    return checkIssuer({ issuer, resource, sse, granted });
  };
  return [['issuer', look]];
}

/** A message from elsewhere may quote the key that it was sent. */
const withoutKey = (finding: Finding): Finding => ({
  ...finding,
  message: scrub(finding.message),
  ...(finding.advice !== undefined && { advice: scrub(finding.advice) }),
});

const line = ({ check, status, message, advice }: Finding): string =>
  `${status.padEnd(8)} ${check.padEnd(9)} ${message.replaceAll('\n', `\n${' '.repeat(19)}`)}\n${advice === undefined ? '' : `${' '.repeat(19)}${advice}\n`}`;
