import { must } from '../domain/found.js';
import { addMember, membershipOf, refuseLastAdmin } from '../domain/members.js';
import { mergedMetadata, metadataOf } from '../domain/metadata.js';
import { parseRole } from '../domain/roles.js';
import { personFilters, personOrders } from '../domain/user-filters.js';
import { before, type Filter, later, type Narrowing } from '../filters.js';
import { answers, type Handler, type Handlers, type Naming } from '../handler.js';
import type { Inputs } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { organizations } from '../resources/organization.js';
import { type OrganizationMembershipRow, organizationMemberships } from '../resources/organization-membership.js';
import type { Metadata } from '../resources/shapes.js';
import { type UserRow, users } from '../resources/user.js';
import { notFound } from '../sandbox-error.js';

const userOf = (row: OrganizationMembershipRow, instance: Instance): UserRow => must(instance, users, row.user_id);

/** A filter of users as one of memberships: a membership stays when its user would. */
const byPerson =
  (filter: Filter<UserRow>): Filter<OrganizationMembershipRow> =>
  (value, instance): Narrowing<OrganizationMembershipRow> => {
    const narrowing = filter(value, instance);
    if ('test' in narrowing) return { test: (row) => narrowing.test(userOf(row, instance)) };
    const kept = new Set(narrowing.rows.map((user) => user.id));
    return { test: (row) => kept.has(row.user_id) };
  };

const mapValues = <From, To>(object: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));

const byRole: Filter<OrganizationMembershipRow, readonly string[]> = (wanted) => ({ test: (row) => wanted.includes(row.role) });

const organizationIn = ({ instance, path }: Naming<'organization_id'>) => must(instance, organizations, path.organization_id);

/** A handler about the one membership that the path names; it answers with the membership as it is after, or was before its end. */
const onMember = <Body>(
  act: (row: OrganizationMembershipRow, body: Readonly<Body>, instance: Instance) => void,
): Handler<Inputs<Record<'organization_id' | 'user_id', string>, unknown, Body>> =>
  answers((call) => {
    const row = membershipOf(call.instance, organizationIn(call).id, call.path.user_id);
    if (row === undefined) throw notFound('organization membership of user', call.path.user_id);
    act(row, call.body, call.instance);
    return organizationMemberships.show(row, call.instance);
  });

const orders = mapValues(
  personOrders,
  (order) => (row: OrganizationMembershipRow, instance: Instance) => order(userOf(row, instance), instance),
);

export const organizationMembershipsHandlers: Handlers = {
  OrganizationMemberships_listForInstance: lists(organizationMemberships, { envelope: 'page', orders }),

  OrganizationMemberships_getAllMembers: lists(organizationMemberships, {
    envelope: 'page',
    within: (call) => call.instance.many(organizationMemberships, 'organization_id', organizationIn(call).id),
    filters: {
      ...mapValues(personFilters as Readonly<Record<string, Filter<UserRow>>>, byPerson),
      role: byRole,
      created_at_before: before<OrganizationMembershipRow>((row) => row.created_at),
      created_at_after: later<OrganizationMembershipRow>((row) => row.created_at),
    },
    orders,
  }),

  OrganizationMemberships_addUserToOrganization: answers(({ instance, path, body }) => {
    const organization = organizationIn({ instance, path });
    const row = addMember(instance, organization, {
      user_id: must(instance, users, body.user_id).id,
      role: body.role,
      public_metadata: metadataOf(body, 'public_metadata'),
      private_metadata: metadataOf(body, 'private_metadata'),
    });
    return organizationMemberships.show(row, instance);
  }),

  OrganizationMemberships_updateMembershipProperties: onMember((row, body, instance) => {
    if (body.role === row.role) return;
    const role = parseRole(instance, body.role, must(instance, organizations, row.organization_id));
    refuseLastAdmin(instance, row, role);
    instance.update(organizationMemberships, row, { role });
  }),

  OrganizationMemberships_updateMembershipMetadata: onMember((row, body, instance) => {
    const held: Record<'public_metadata' | 'private_metadata', Metadata> = row;
    const fields = ['public_metadata', 'private_metadata'] as const;
    instance.update(organizationMemberships, row, mergedMetadata(held, body, fields));
  }),

  OrganizationMemberships_removeUserFromOrganization: onMember((row, _, instance) => {
    refuseLastAdmin(instance, row);
    instance.delete(organizationMemberships, row);
  }),
};
