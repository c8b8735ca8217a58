import { isSaml, mergeOidc, mergeSaml, parseCustomAttributes, refuseHalfActive } from '../domain/enterprise-settings.js';
import { changes, deletes, flagsOf, gets, must } from '../domain/found.js';
import { parseConnectionDomains, parseConnectionName, parseConnectionOrganization } from '../domain/sso-connections.js';
import { beginTestRun, linkOf } from '../domain/test-sign-in.js';
import { equal } from '../filters.js';
import { answers, type Handlers } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { type ConnectionTestRunRow, connectionTestRuns } from '../resources/connection-test-run.js';
import { type EnterpriseConnectionRow, enterpriseConnections } from '../resources/enterprise-connection.js';
import { organizationDomains } from '../resources/organization-domain.js';
import { invalidParam } from '../sandbox-error.js';

const FLAGS = [
  'active',
  'sync_user_attributes',
  'disable_additional_identifications',
  'allow_organization_account_linking',
] as const;

type ConnectionBody = BodyOf<'EnterpriseConnections_updateConnection'>;

type CreateConnection = BodyOf<'EnterpriseConnections_createConnection'>;

type Patch = Partial<Omit<EnterpriseConnectionRow, 'id' | 'provider' | 'settings_id' | 'created_at' | 'updated_at'>>;

/** What the body changes besides the settings of its protocol. @throws SandboxError */
function parse(instance: Instance, body: ConnectionBody, heldId?: string): Patch {
  const patch: Patch = flagsOf(body, FLAGS);
  if (typeof body.name === 'string') patch.name = parseConnectionName(body.name);
  if (body.domains != null && (body.domains.length > 0 || heldId === undefined)) {
    patch.domains = parseConnectionDomains(instance, body.domains, 'domains', heldId);
  }
  // Once linked, always linked.
  if (body.organization_id != null) patch.organization_id = parseConnectionOrganization(instance, body.organization_id, heldId);
  if (body.custom_attributes != null) patch.custom_attributes = parseCustomAttributes(body.custom_attributes);
  return patch;
}

/** Settings of the other protocol would be lost without a word. @throws SandboxError */
function refuseOther(provider: string, body: ConnectionBody): void {
  const other = isSaml(provider) ? 'oidc' : 'saml';
  if (body[other] == null) return;
  throw invalidParam(other, `${other} does not belong to a connection of ${provider}.`);
}

function create(instance: Instance, body: CreateConnection): EnterpriseConnectionRow {
  const { provider } = body;
  refuseOther(provider, body);
  const name = parseConnectionName(body.name);
  const saml = isSaml(provider) ? mergeSaml(body.saml ?? {}, { name }) : null;
  const draft = {
    organization_id: null,
    active: false,
    sync_user_attributes: true,
    disable_additional_identifications: false,
    allow_organization_account_linking: false,
    custom_attributes: [],
    ...parse(instance, body),
    name,
    domains: parseConnectionDomains(instance, body.domains, 'domains'),
    provider,
    saml,
    oidc: saml === null ? mergeOidc(body.oidc ?? {}) : null,
  };
  refuseHalfActive(draft);
  const row = instance.insert(enterpriseConnections, { ...draft, settings_id: instance.newId(saml === null ? 'oac' : 'samlc') });
  if (row.active) yieldDomains(instance, row);
  return row;
}

/** An active connection is what its domains are for: organizations that had verified one of them lose it. */
function yieldDomains(instance: Instance, { domains }: EnterpriseConnectionRow): void {
  const held = instance.of(organizationDomains);
  for (const row of [...held.oldestFirst()]) if (row.verified && domains.includes(row.name)) held.delete(row);
}

function update(instance: Instance, row: EnterpriseConnectionRow, body: ConnectionBody): void {
  refuseOther(row.provider, body);
  const patch = parse(instance, body, row.id);
  if (row.saml !== null && body.saml != null) patch.saml = mergeSaml(body.saml, row.saml);
  if (row.oidc !== null && body.oidc != null) patch.oidc = mergeOidc(body.oidc, row.oidc);
  refuseHalfActive({ ...row, ...patch });
  const begins = patch.active === true && !row.active;
  instance.update(enterpriseConnections, row, patch);
  if (begins) yieldDomains(instance, row);
}

export const enterpriseConnectionsHandlers: Handlers = {
  EnterpriseConnections_list: lists(enterpriseConnections, {
    envelope: 'page',
    filters: {
      organization_id: (id: string, instance) => ({ rows: instance.many(enterpriseConnections, 'organization_id', id) }),
      active: equal<EnterpriseConnectionRow, boolean>((row) => row.active),
    },
  }),

  EnterpriseConnections_createConnection: answers(
    ({ instance, body }) => enterpriseConnections.show(create(instance, body), instance),
    { status: 201 },
  ),

  EnterpriseConnections_getById: gets(enterpriseConnections),
  EnterpriseConnections_deleteById: deletes(enterpriseConnections),

  EnterpriseConnections_updateConnection: changes(enterpriseConnections, (row, { instance, body }) =>
    update(instance, row, body),
  ),

  EnterpriseConnections_listTestRuns: lists(connectionTestRuns, {
    envelope: 'page',
    within: ({ instance, path }) =>
      instance.many(
        connectionTestRuns,
        'enterprise_connection_id',
        must(instance, enterpriseConnections, path.enterprise_connection_id).id,
      ),
    filters: {
      status: (wanted: readonly ConnectionTestRunRow['status'][]) => ({ test: (row) => wanted.includes(row.status) }),
    },
  }),

  EnterpriseConnections_createTestRun: answers(({ instance, path }) => {
    const connection = must(instance, enterpriseConnections, path.enterprise_connection_id);
    return { url: linkOf(instance, beginTestRun(instance, connection)) };
  }),
};
