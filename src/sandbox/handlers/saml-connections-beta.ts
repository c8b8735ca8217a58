import { changes, creates, deletes, flagsOf, gets } from '../domain/found.js';
import { missingForActivation, NO_PROVIDER, parseProvider } from '../domain/identity-provider.js';
import {
  DEFAULT_HINT,
  DEFAULT_MAPPING,
  mergeMapping,
  parseConnectionDomains,
  parseConnectionName,
  parseConnectionOrganization,
  parseLoginHint,
} from '../domain/sso-connections.js';
import { bySigned, containing } from '../filters.js';
import type { Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { type IdentityProvider, type SamlConnectionRow, samlConnections } from '../resources/saml-connection.js';
import { missingParam, refuse } from '../sandbox-error.js';

const FLAGS = [
  'active',
  'sync_user_attributes',
  'allow_subdomains',
  'allow_idp_initiated',
  'disable_additional_identifications',
  'allow_organization_account_linking',
  'force_authn',
] as const;
type Flags = Record<(typeof FLAGS)[number], boolean>;

type ConnectionBody = BodyOf<'SamlConnectionsBeta_updateConnectionById'>;

type CreateConnection = BodyOf<'SamlConnectionsBeta_createNewConnection'>;

const DEFAULT_FLAGS: Flags = {
  active: false,
  sync_user_attributes: true,
  allow_subdomains: false,
  allow_idp_initiated: false,
  disable_additional_identifications: false,
  allow_organization_account_linking: false,
  force_authn: false,
};

/** The domains that were given, of which the older input names just one; undefined for none. @throws SandboxError */
function parseDomains(instance: Instance, { domain, domains }: ConnectionBody, exceptId?: string): string[] | undefined {
  const given = domains ?? (typeof domain === 'string' ? [domain] : undefined);
  if (given === undefined) return undefined;
  return parseConnectionDomains(instance, given, Array.isArray(domains) ? 'domains' : 'domain', exceptId);
}

type Patch = Partial<Omit<SamlConnectionRow, 'id' | 'provider' | 'created_at' | 'updated_at'>>;

/** What the body changes. @throws SandboxError */
function parse(instance: Instance, body: ConnectionBody, held?: SamlConnectionRow): Patch {
  const patch: Patch = { ...parseProvider(body), ...flagsOf(body, FLAGS) };
  if (typeof body.name === 'string') patch.name = parseConnectionName(body.name);
  const domains = parseDomains(instance, body, held?.id);
  if (domains !== undefined) patch.domains = domains;
  if (body.organization_id !== undefined) {
    patch.organization_id = parseConnectionOrganization(instance, body.organization_id, held?.id);
  }
  if (body.attribute_mapping !== undefined) {
    patch.attribute_mapping = mergeMapping(held?.attribute_mapping ?? DEFAULT_MAPPING, body.attribute_mapping);
  }
  if (body.login_hint !== undefined) patch.login_hint = parseLoginHint(body.login_hint);
  return patch;
}

/** @throws SandboxError when the connection would be active without all that signing in through it takes. */
function refuseHalfActive(connection: IdentityProvider & { readonly active: boolean }): void {
  const missing = connection.active ? missingForActivation(connection) : [];
  if (missing.length === 0) return;
  const why = `An active connection needs ${missing.join(', ')}: give what is missing first.`;
  throw refuse(422, 'saml_connection_cant_be_activated', "SAML Connection can't be activated", why);
}

function create(instance: Instance, body: CreateConnection): SamlConnectionRow {
  const { domains, ...patch } = parse(instance, body);
  if (domains === undefined) throw missingParam('domains', 'domains (or the older domain) must be included.');
  return instance.insert(samlConnections, {
    ...NO_PROVIDER,
    ...DEFAULT_FLAGS,
    organization_id: null,
    attribute_mapping: DEFAULT_MAPPING,
    login_hint: DEFAULT_HINT,
    ...patch,
    name: body.name,
    provider: body.provider,
    domains,
  });
}

export const samlConnectionsBetaHandlers: Handlers = {
  SamlConnectionsBeta_getList: lists(samlConnections, {
    envelope: 'page',
    filters: {
      query: containing<SamlConnectionRow>((row, has) => has(row.name)),
      organization_id: bySigned<SamlConnectionRow>((id, instance) => instance.many(samlConnections, 'organization_id', id)),
    },
    orders: { name: (row) => row.name },
  }),

  SamlConnectionsBeta_getById: gets(samlConnections),
  SamlConnectionsBeta_deleteConnectionById: deletes(samlConnections),

  SamlConnectionsBeta_createNewConnection: creates(samlConnections, ({ instance, body }) => create(instance, body)),

  SamlConnectionsBeta_updateConnectionById: changes(samlConnections, (row, { instance, body }) => {
    const patch = parse(instance, body, row);
    refuseHalfActive({ ...row, ...patch });
    instance.update(samlConnections, row, patch);
  }),
};
