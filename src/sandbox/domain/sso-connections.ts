import type { Instance } from '../instance.js';
import { enterpriseConnections } from '../resources/enterprise-connection.js';
import { domainOf, emailAddresses, isVerified } from '../resources/identifiers.js';
import { organizations } from '../resources/organization.js';
import { type AttributeMapping, type LoginHint, samlConnections } from '../resources/saml-connection.js';
import { invalidParam, malformedParam, refuseParam } from '../sandbox-error.js';
import { must } from './found.js';

/** What connections of both kinds, SAML's older one and the one for every protocol, have and share out among them. */
interface Connection {
  readonly id: string;
  readonly domains: readonly string[];
  readonly organization_id: string | null;
}

const connections = (instance: Instance): readonly Connection[] => [
  ...instance.all(samlConnections),
  ...instance.all(enterpriseConnections),
];

const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

export const DEFAULT_MAPPING: AttributeMapping = {
  user_id: 'id',
  email_address: 'mail',
  first_name: 'firstName',
  last_name: 'lastName',
};
export const DEFAULT_HINT: LoginHint = { mode: 'email_address' };

/**
 * E-mail domains in lower case, each once.
 * @param exceptId The connection that may have them already.
 * @throws SandboxError for none, for what is no domain, and for one that another connection has.
 */
export function parseConnectionDomains(instance: Instance, given: readonly string[], param: string, exceptId?: string): string[] {
  const names = [...new Set(given.map((name) => name.trim().toLowerCase()))];
  const wrong = names.find((name) => !DOMAIN.test(name));
  if (wrong !== undefined || names.length === 0) {
    throw malformedParam(param, `${param} must hold at least one domain, and domains only, such as example.com.`);
  }
  for (const other of connections(instance)) {
    const taken = other.id === exceptId ? undefined : names.find((name) => other.domains.includes(name));
    if (taken === undefined) continue;
    const why = `The domain ${taken} belongs to the connection ${other.id}.`;
    throw refuseParam('saml_email_address_domain_reserved', param, 'is taken', why);
  }
  return names;
}

/** @throws SandboxError for an organization that does not exist or that has another connection. */
export function parseConnectionOrganization(instance: Instance, id: string | null, exceptId?: string): string | null {
  if (id === null) return null;
  must(instance, organizations, id);
  if (connections(instance).some((other) => other.organization_id === id && other.id !== exceptId)) {
    const why = `The organization ${id} has a single sign-on connection already.`;
    throw refuseParam('organization_already_has_sso_connection', 'organization_id', 'already has a connection', why);
  }
  return id;
}

/** Null for the whole, or for one of them, brings the default back. */
export function mergeMapping(
  held: AttributeMapping,
  given: { readonly [Name in keyof AttributeMapping]?: string | null | undefined } | null | undefined,
): AttributeMapping {
  if (given == null) return DEFAULT_MAPPING;
  const names = Object.keys(DEFAULT_MAPPING) as (keyof AttributeMapping)[];
  const entries = names.map((name) => [name, given[name] === undefined ? held[name] : (given[name] ?? DEFAULT_MAPPING[name])]);
  return Object.fromEntries(entries) as unknown as AttributeMapping;
}

export function parseLoginHint(hint: LoginHint | null): LoginHint {
  if (hint?.mode === 'custom_attribute' && (hint.source ?? '') === '') {
    const why = 'login_hint.source must be included when the mode is custom_attribute.';
    throw refuseParam('form_conditional_param_missing', 'login_hint.source', 'is missing', why);
  }
  return hint ?? DEFAULT_HINT;
}

/** @throws SandboxError for a name of nothing but spaces. */
export function parseConnectionName(name: string, param = 'name'): string {
  if (name.trim() === '') throw invalidParam(param, `${param} must not be empty.`);
  return name;
}

/** The domains of the user's verified e-mail addresses. */
export const domainsOfUser = (instance: Instance, userId: string): string[] =>
  instance
    .many(emailAddresses, 'user_id', userId)
    .filter(isVerified)
    .map((row) => domainOf(row.email_address));
