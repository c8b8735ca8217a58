import { authenticationChoice, requireSigningKey } from '../../app/http-settings.js';
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

/** What a document has that is left out keeps no server from working. */
const SILENT = { info: (): void => {}, warn: (): void => {} };

/** Whether a start would take the settings. Without them nothing else can be looked at but the key. */
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
    if (http.store !== undefined) requireSigningKey(signingKey);
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
