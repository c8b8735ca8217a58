import { catalog } from '../app.js';
import {
  type EnvironmentParts,
  type HttpValues,
  loadHttpValues,
  loadValues,
  refuseSeedWithoutSandbox,
  type Values,
} from '../config.js';
import { noAuthentication } from '../mcp/auth/none.js';
import { expose } from '../policy/exposure.js';
import { authenticationChoice, requireSigningKey } from '../remote-settings.js';
import { type Finding, fault, ok } from './finding.js';

export interface Settings {
  readonly server: Values;
  readonly http: HttpValues;
}

/** Whether a start would take the settings. Without them nothing else can be looked at but the key. */
export function checkSettings(
  flags: Readonly<Record<string, unknown>>,
  parts: EnvironmentParts,
): { readonly finding: Finding; readonly settings?: Settings } {
  try {
    const server = loadValues(flags);
    const http = loadHttpValues(flags);
    refuseSeedWithoutSandbox(server);
    const offered = expose(catalog, server).size;
    const choice = authenticationChoice(http);
    if (choice.kind === 'none') noAuthentication(choice.host).close();
    const signingKey = parts.signingKey();
    if (http.store !== undefined) requireSigningKey(signingKey);
    if (server.sandbox !== true) parts.apiUrl();
    const how = server.discovery === true ? ', found by search' : '';
    return {
      settings: { server, http },
      finding: ok('settings', `${offered} of ${catalog.operations.length} tools are offered${how}.`),
    };
  } catch (error) {
    return { finding: fault('settings', error) };
  }
}
