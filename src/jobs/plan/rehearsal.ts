import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import { inTurns, type Reader } from './expand.js';
import type { Known } from './known.js';
import type { PlanItem } from './plan.js';
import type { Deferred } from './references.js';

/** Calls to try out without effect, on what is known of the instance. */
export interface Rehearsal {
  readonly items: readonly {
    readonly operation: Operation;
    readonly args: Arguments;
    readonly step: string;
    readonly later: readonly Deferred[];
  }[];
  /** The objects that were read, as the API returned them. */
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly roles: {
    readonly roles: readonly unknown[];
    readonly permissions: readonly unknown[];
    readonly role_sets: readonly unknown[];
  };
  readonly signal: AbortSignal;
}

export interface Rehearsed {
  /** What would fail, in the order of the calls. */
  readonly failures: readonly { readonly item: number; readonly code: string; readonly message: string }[];
  /** Organizations that would be left without anyone to manage them. */
  readonly orphans: readonly { readonly item: number; readonly organization: string }[];
  /** How many calls could not be tried, because their target was not read or the rehearsal does not simulate them. */
  readonly unknown: number;
  /** How many calls were tried. */
  readonly tried: number;
}

/** What was read for a rehearsal, and what was too much to read. */
export interface Surroundings {
  readonly roles: Rehearsal['roles'];
  /** A clause each. */
  readonly unseen: readonly string[];
}

const ADDS_MEMBER = /^Organization(?:Memberships_addUser|Invitations_(?:create|bulkCreate))/;
const TOUCHES_MEMBER = /^OrganizationMemberships_(?:removeUser|updateMembershipProperties)/;
const TOUCHES_ROLE = /^(?:OrganizationRoles|OrganizationPermissions|RoleSets)_|^InstanceSettings_updateOrganizationSettings$/;
/** After these calls the user can no longer act for an organization. */
export const ENDS_USER = /^Users_(?:markBanned|banMany|lockUser|deleteUserById)$/;
const MOST_ORGANIZATIONS = 10;
const MOST_USERS = 50;
const IDS_AT_ONCE = 100;
const MOST_ADDRESSES = 1_000;
const AT_ONCE = 6;
const NO_ROLES: Rehearsal['roles'] = { roles: [], permissions: [], role_sets: [] };

/**
 * Reads what decides whether the calls can succeed: the members of organizations that gain or lose some, and the present
 * holders of addresses that calls assign.
 */
export async function readSurroundings(
  items: readonly PlanItem[],
  known: Known,
  { catalog, reader, signal }: { readonly catalog: Catalog; readonly reader: Reader; readonly signal: AbortSignal },
): Promise<Surroundings> {
  const unseen: string[] = [];
  const list = async (name: string, args: Arguments = {}): Promise<readonly unknown[]> => {
    const operation = catalog.find(name);
    if (operation === undefined) return [];
    return reader.readList(operation, args).catch(() => []);
  };
  const users = unique(
    items.filter(({ operation }) => ENDS_USER.test(operation)).flatMap(({ args }) => [args.user_id, args.user_ids].flat()),
  );
  if (users.length > MOST_USERS) unseen.push(`which organizations ${users.length} users manage`);
  else {
    const found = await inTurns(users, AT_ONCE, (user_id) => list('Users_getOrganizationMemberships', { user_id }), signal);
    for (const memberships of found) known.add(memberships);
  }
  const members = items.filter(({ operation }) => ADDS_MEMBER.test(operation) || TOUCHES_MEMBER.test(operation));
  const managed = users.length > MOST_USERS ? [] : organizationsManagedBy(users, known);
  const organizations = unique([...members.map(({ args }) => args.organization_id), ...managed]).filter((id) =>
    id.startsWith('org_'),
  );
  if (organizations.length > MOST_ORGANIZATIONS)
    unseen.push(`who is in ${organizations.length - MOST_ORGANIZATIONS} of ${organizations.length} organizations`);
  const looked = organizations.slice(0, MOST_ORGANIZATIONS);
  await inTurns(
    looked,
    AT_ONCE,
    async (organization_id) => {
      const operation = catalog.find('Organizations_getByIdOrSlug');
      if (operation !== undefined) known.add(await reader.read(operation, { organization_id }).catch(() => undefined));
      known.add(await list('OrganizationMemberships_getAllMembers', { organization_id }));
    },
    signal,
  );
  const addresses = unique(items.flatMap(({ args }) => addressesIn(args)));
  if (addresses.length > MOST_ADDRESSES) unseen.push(`who holds ${addresses.length - MOST_ADDRESSES} of the addresses`);
  const chunks = Array.from({ length: Math.ceil(Math.min(addresses.length, MOST_ADDRESSES) / IDS_AT_ONCE) }, (_, at) =>
    addresses.slice(at * IDS_AT_ONCE, (at + 1) * IDS_AT_ONCE),
  );
  await inTurns(
    chunks,
    AT_ONCE,
    async (email_address) => {
      known.add(await list('Users_listSortedByCreationDate', { email_address }));
    },
    signal,
  );
  if (looked.length === 0 && !items.some(({ operation }) => TOUCHES_ROLE.test(operation))) return { roles: NO_ROLES, unseen };
  const [roles, permissions, role_sets] = await Promise.all([
    list('OrganizationRoles_list'),
    list('OrganizationPermissions_list'),
    list('RoleSets_list'),
  ]);
  return { roles: { roles, permissions, role_sets }, unseen };
}

/** The organizations that one of the users is a member of, as far as they were read. */
function organizationsManagedBy(users: readonly string[], known: Known): string[] {
  const wanted = new Set(users);
  const found = new Set<string>();
  for (const { object, public_user_data: member, organization, role } of known.objects) {
    if (object !== 'organization_membership' || !isRecord(member) || !isRecord(organization)) continue;
    if (typeof member.user_id === 'string' && wanted.has(member.user_id) && role !== 'org:member')
      found.add(String(organization.id));
  }
  return [...found];
}

/** Addresses that calls assign to users. */
function addressesIn(args: Arguments): readonly unknown[] {
  const bulk = Object.values(args).flatMap((value) => (Array.isArray(value) ? value.filter(isRecord) : []));
  return [args, ...bulk].flatMap((each) => [each.email_address].flat());
}

const unique = (values: readonly unknown[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string' && !value.startsWith('$'))),
];
