import { authenticationChoice, refuseForMany, requireSigningKey, storeLocation } from '../../app/http-settings.js';
import { loadCatalog } from '../../app/load-catalog.js';
import type { Catalog } from '../../catalog/catalog.js';
import { expose } from '../../catalog/exposure.js';
import {
  type EnvironmentParts,
  type HttpValues,
  loadHttpValues,
  loadValues,
  refuseSeedWithoutSandbox,
  type Values,
} from '../../config/config.js';
import { noAuthentication } from '../../mcp/auth/none.js';
import { type Finding, fault, ok } from './finding.js';

export interface Settings {
  readonly server: Values;
  readonly http: HttpValues;
  readonly catalog: Catalog;
}

/** Operations of a document that are left out do not keep a server from working. */
const SILENT = { info: (): void => {}, warn: (): void => {} };

/** How many tools the settings offer. @throws PatternError for patterns that match none */
export function checkOffer(server: Values, catalog: Catalog): Finding {
  const how = server.discovery === true ? ', found by search' : '';
  return ok('settings', `${expose(catalog, server).size} of ${catalog.operations.length} tools are offered${how}.`);
}

/** Whether a start would accept the settings. If not, only the key can be checked besides. */
export async function checkSettings(
  flags: Readonly<Record<string, unknown>>,
  parts: EnvironmentParts,
): Promise<{ readonly finding: Finding; readonly settings?: Settings }> {
  try {
    const server = loadValues(flags);
    const http = loadHttpValues(flags);
    const isMany = server.instances !== undefined;
    refuseSeedWithoutSandbox(server);
    const catalog = await loadCatalog(server.openapi, SILENT);
    const choice = authenticationChoice(http);
    if (choice.kind === 'none') noAuthentication(choice.host).close();
    if (isMany) refuseForMany(choice, false);
    const signingKey = parts.signingKey();
    if (storeLocation(http) !== undefined) requireSigningKey(signingKey);
    if (server.sandbox !== true && !isMany) parts.apiUrl();
    const finding = isMany ? ok('settings', 'The settings for all instances can be used.') : checkOffer(server, catalog);
    return { settings: { server, http, catalog }, finding };
  } catch (error) {
    return { finding: fault('settings', error) };
  }
}
