import { enroll, parseEmailDomain, parseEnrollmentMode } from '../domain/enrollment.js';
import { deleted, must } from '../domain/found.js';
import { byKey, type Filter, signed } from '../filters.js';
import { answers, type Handler, type Handlers, type Naming } from '../handler.js';
import type { BodyOf, Inputs } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { organizationSettings } from '../resources/instance-settings.js';
import { type OrganizationRow, organizations } from '../resources/organization.js';
import {
  domainKey,
  enrollmentModes,
  newDomain,
  type OrganizationDomainRow,
  organizationDomains,
} from '../resources/organization-domain.js';
import { featureNotEnabled, invalidParam, missingParam, notFound, refuse, refuseParam } from '../sandbox-error.js';

type DomainFields = BodyOf<'OrganizationDomains_updateDomain'>;

type CreateDomain = BodyOf<'OrganizationDomains_createDomain'>;

const domainsOf = (instance: Instance, organizationId: string): readonly OrganizationDomainRow[] =>
  instance.many(organizationDomains, 'organization_id', organizationId);

const organizationIn = ({ instance, path }: Naming<'organization_id'>): OrganizationRow =>
  must(instance, organizations, path.organization_id);

function domainIn(call: Naming<'organization_id' | 'domain_id'>): OrganizationDomainRow {
  const organization = organizationIn(call);
  const row = must(call.instance, organizationDomains, call.path.domain_id);
  if (row.organization_id !== organization.id) throw notFound(organizationDomains.title, row.id);
  return row;
}

/** A handler about the domain that the path names; it answers with the domain as it is after. */
const onDomain = <Body>(
  act: (row: OrganizationDomainRow, body: Readonly<Body>, instance: Instance) => void,
): Handler<Inputs<Record<'organization_id' | 'domain_id', string>, unknown, Body>> =>
  answers((call) => {
    const row = domainIn(call);
    act(row, call.body, call.instance);
    return organizationDomains.show(row, call.instance);
  });

/** @throws SandboxError when the organization has the domain already, or another one has it verified. */
function refuseTaken(instance: Instance, organizationId: string, name: string): void {
  const own = instance.one(organizationDomains, 'domain', domainKey(organizationId, name));
  if (own !== undefined) throw taken(name, 'the organization has it already');
  refuseVerified(instance, organizationId, name);
}

function refuseVerified(instance: Instance, organizationId: string, name: string): void {
  const others = instance.many(organizationDomains, 'name', name);
  if (others.some((row) => row.verified && row.organization_id !== organizationId)) {
    throw taken(name, 'another organization has verified it');
  }
}

const taken = (name: string, why: string) =>
  refuseParam('organization_domain_already_exists', 'name', 'organization domain already exists', `${name}: ${why}.`);

function create(instance: Instance, organization: OrganizationRow, body: CreateDomain): OrganizationDomainRow {
  if (!instance.store.setting(organizationSettings).domains_enabled) {
    throw featureNotEnabled('Domains of organizations', 'domains_enabled of the organization settings');
  }
  if (body.name === undefined) throw missingParam('name');
  const name = parseEmailDomain(body.name);
  const enrollment_mode = parseEnrollmentMode(instance, body.enrollment_mode ?? 'manual_invitation');
  refuseTaken(instance, organization.id, name);
  const most = instance.store.setting(organizationSettings).max_allowed_domains;
  if (domainsOf(instance, organization.id).length >= most) {
    const why = `An organization can have at most ${most} domains.`;
    throw refuse(403, 'organization_domain_quota_exceeded', 'Domain quota exceeded', why);
  }
  const row = instance.insert(organizationDomains, {
    ...newDomain(name, body.verified ?? true),
    organization_id: organization.id,
    enrollment_mode,
  });
  enroll(instance, row);
  return row;
}

function update(row: OrganizationDomainRow, body: DomainFields, instance: Instance): void {
  const patch: Partial<Omit<OrganizationDomainRow, 'id'>> = {};
  if (typeof body.enrollment_mode === 'string') patch.enrollment_mode = parseEnrollmentMode(instance, body.enrollment_mode);
  if (typeof body.verified === 'boolean') {
    if (body.verified) refuseVerified(instance, row.organization_id, row.name);
    patch.verified = body.verified;
  }
  enroll(instance, instance.update(organizationDomains, row, patch));
}

const byVerified: Filter<OrganizationDomainRow, string> = (value) => {
  if (value !== 'true' && value !== 'false') throw invalidParam('verified', 'verified must be true or false.');
  return { test: (row) => String(row.verified) === value };
};

const byMode: Filter<OrganizationDomainRow, string | readonly string[]> = (values) => {
  const { keep, drop } = signed([values].flat());
  const unknown = [...keep, ...drop].find((mode) => !(enrollmentModes as readonly string[]).includes(mode));
  if (unknown !== undefined) throw invalidParam('enrollment_mode', `${unknown} is no enrollment mode.`);
  return {
    test: ({ enrollment_mode: mode }) => !drop.includes(mode) && (keep.length === 0 || keep.includes(mode)),
  };
};

const matching: Filter<OrganizationDomainRow, string> = (value, instance) => {
  const wanted = value.trim().toLowerCase();
  if (wanted === '') throw invalidParam('query', 'query must not be empty.');
  if (wanted.startsWith('org_')) return { rows: domainsOf(instance, value.trim()) };
  return { test: (row) => row.name.includes(wanted) };
};

export const organizationDomainsHandlers: Handlers = {
  OrganizationDomains_listForInstance: lists(organizationDomains, {
    envelope: 'page',
    filters: {
      organization_id: (id: string, instance: Instance) => ({ rows: domainsOf(instance, id) }),
      verified: byVerified,
      enrollment_mode: byMode,
      query: matching,
      domains: byKey<OrganizationDomainRow>((name, instance) => instance.many(organizationDomains, 'name', name.toLowerCase())),
    },
    orders: { name: (row) => row.name },
  }),

  OrganizationDomains_list: lists(organizationDomains, {
    envelope: 'page',
    within: (call) => domainsOf(call.instance, organizationIn(call).id),
    filters: { verified: byVerified, enrollment_mode: byMode },
    repeated: ['enrollment_mode'],
  }),

  OrganizationDomains_createDomain: answers((call) =>
    organizationDomains.show(create(call.instance, organizationIn(call), call.body), call.instance),
  ),

  OrganizationDomains_updateDomain: onDomain(update),

  OrganizationDomains_verifyOwnership: onDomain((row, _, instance) => {
    if (row.owned_at === null) instance.update(organizationDomains, row, { owned_at: instance.now() });
  }),

  OrganizationDomains_deleteById: answers((call) => {
    const row = domainIn(call);
    call.instance.delete(organizationDomains, row);
    return deleted(organizationDomains, row);
  }),
};
