import type { BodyOf } from '../inputs.js';
import type { CustomAttribute, EnterpriseConnectionRow, OidcSettings, SamlSettings } from '../resources/enterprise-connection.js';
import { invalidParam, malformedParam, refuse } from '../sandbox-error.js';
import { flagsOf } from './found.js';
import { missingForActivation, NO_PROVIDER, parseProvider } from './identity-provider.js';
import { DEFAULT_HINT, DEFAULT_MAPPING, mergeMapping, parseConnectionName, parseLoginHint } from './sso-connections.js';

const SAML_FLAGS = ['allow_subdomains', 'allow_idp_initiated', 'force_authn'] as const;

export type SamlBody = NonNullable<BodyOf<'EnterpriseConnections_updateConnection'>['saml']>;

export type OidcBody = NonNullable<BodyOf<'EnterpriseConnections_updateConnection'>['oidc']>;

export type CustomAttributeBody = NonNullable<BodyOf<'EnterpriseConnections_createConnection'>['custom_attributes']>[number];

export const isSaml = (provider: string): boolean => provider.startsWith('saml_');

/** SAML settings as the body changes them. @param held What they are; of a new connection: its name. @throws SandboxError */
export function mergeSaml(body: SamlBody, held: SamlSettings | { readonly name: string }): SamlSettings {
  const merged: SamlSettings = {
    ...NO_PROVIDER,
    attribute_mapping: DEFAULT_MAPPING,
    allow_subdomains: false,
    allow_idp_initiated: false,
    force_authn: false,
    login_hint: DEFAULT_HINT,
    ...held,
    ...parseProvider(body),
    ...flagsOf(body, SAML_FLAGS),
  };
  if (typeof body.name === 'string') merged.name = parseConnectionName(body.name, 'saml.name');
  if (body.attribute_mapping !== undefined)
    merged.attribute_mapping = mergeMapping(merged.attribute_mapping, body.attribute_mapping);
  if (body.login_hint !== undefined) merged.login_hint = parseLoginHint(body.login_hint);
  return merged;
}

const NO_OIDC: OidcSettings = {
  client_id: null,
  client_secret: null,
  discovery_url: null,
  auth_url: null,
  token_url: null,
  user_info_url: null,
  requires_pkce: false,
};

/** OpenID Connect settings as the body changes them. @throws SandboxError */
export function mergeOidc(body: OidcBody, held: OidcSettings = NO_OIDC): OidcSettings {
  for (const name of ['discovery_url', 'auth_url', 'token_url', 'user_info_url'] as const) {
    const url = body[name];
    if (typeof url === 'string' && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
      throw malformedParam(`oidc.${name}`, `${name} must be an http or https URL.`);
    }
  }
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  const merged = { ...held, ...Object.fromEntries(given) };
  return { ...merged, requires_pkce: merged.requires_pkce === true };
}

/** @throws SandboxError where the old and the new name of the path differ, or a key comes twice. */
export function parseCustomAttributes(given: readonly CustomAttributeBody[]): CustomAttribute[] {
  const keys = given.map(({ key }) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw invalidParam('custom_attributes', `The key ${twice} is there twice.`);
  return given.map((attribute) => {
    const { name, key, sso_path = '', multi_valued = false } = attribute;
    const path = sameUnderBothNames(attribute, 'directory_path', 'scim_path') ?? '';
    return { name, key, sso_path, scim_path: path, directory_path: path, multi_valued };
  });
}

/** A value that may come under its new name, its old one, or both alike. @throws SandboxError where they differ. */
export function sameUnderBothNames<Name extends string>(
  body: { readonly [N in Name]?: string | boolean | undefined },
  name: Name,
  oldName: Name,
): string | undefined {
  const [value, old] = [body[name], body[oldName]];
  if (value !== undefined && old !== undefined && value !== old) {
    throw invalidParam(name, `${name} and its old name ${oldName} must be the same where both are given.`);
  }
  const either = value ?? old;
  return either === undefined ? undefined : String(either);
}

/** What the connection still lacks before people can sign in through it. */
export function missingForSignIn({
  saml,
  oidc,
  provider,
}: Pick<EnterpriseConnectionRow, 'saml' | 'oidc' | 'provider'>): string[] {
  if (saml !== null) return missingForActivation(saml).map((field) => `saml.${field}`);
  if (oidc === null) return ['oidc'];
  const missing: string[] = [];
  if (oidc.client_id === null) missing.push('oidc.client_id');
  if (oidc.client_secret === null && !oidc.requires_pkce) missing.push('oidc.client_secret (or oidc.requires_pkce)');
  const knowsWhere = oidc.discovery_url !== null || (oidc.auth_url !== null && oidc.token_url !== null);
  // GitHub's and GitLab's own addresses are known.
  if (!knowsWhere && provider === 'oidc_custom') missing.push('oidc.discovery_url (or oidc.auth_url and oidc.token_url)');
  return missing;
}

/** @throws SandboxError when the connection would be active without all that signing in through it takes. */
export function refuseHalfActive(connection: Pick<EnterpriseConnectionRow, 'active' | 'saml' | 'oidc' | 'provider'>): void {
  const missing = connection.active ? missingForSignIn(connection) : [];
  if (missing.length === 0) return;
  const why = `An active connection needs ${missing.join(', ')}: give what is missing first.`;
  throw refuse(422, 'enterprise_connection_cant_be_activated', "Enterprise connection can't be activated", why);
}
