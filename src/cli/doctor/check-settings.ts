import { authenticationChoice, requireSigningKey, storeLocation } from '../../app/http-settings.js';
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

/** Whether a start would accept the settings. If not, only the key can be checked besides. */
export async function checkSettings(
  flags: Readonly<Record<string, unknown>>,
  parts: EnvironmentParts,
): Promise<{ readonly finding: Finding; readonly settings?: Settings }> {
  try {
    const server = loadValues(flags);
    const http = loadHttpValues(flags);
    refuseSeedWithoutSandbox(server);
    const catalog = await loadCatalog(server.openapi, SILENT);
    const offered = expose(catalog, server).size;
    const choice = authenticationChoice(http);
    if (choice.kind === 'none') noAuthentication(choice.host).close();
    const signingKey = parts.signingKey();
    if (storeLocation(http) !== undefined) requireSigningKey(signingKey);
    if (server.sandbox !== true) parts.apiUrl();
    const how = server.discovery === true ? ', found by search' : '';
    return {
      settings: { server, http, catalog },
      finding: ok('settings', `${offered} of ${catalog.operations.length} tools are offered${how}.`),
    };
  } catch (error) {
    return { finding: fault('settings', error) };
  }
}
