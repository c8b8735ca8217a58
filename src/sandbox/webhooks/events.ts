import type { Change, Sight } from '../changes.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { externalAccounts } from '../resources/external-account.js';
import { emailAddresses, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import type { InvitationBase } from '../resources/invitation.js';
import { type MessageRow, messages } from '../resources/message.js';
import { type OrganizationRow, organizations, publicDataOf } from '../resources/organization.js';
import { organizationDomains } from '../resources/organization-domain.js';
import { type OrganizationInvitationRow, organizationInvitations } from '../resources/organization-invitation.js';
import { type OrganizationMembershipRow, organizationMemberships } from '../resources/organization-membership.js';
import { passkeys } from '../resources/passkey.js';
import { permissions, roles } from '../resources/roles.js';
import { type SessionRow, type SessionStatus, sessions, statusOf } from '../resources/session.js';
import { type UserRow, users } from '../resources/user.js';
import { waitlistEntries } from '../resources/waitlist-entry.js';
import type { Row } from '../table.js';
import type { EventType } from './event-types.js';

/** One event, and the object that it is about. */
export interface Event {
  readonly type: EventType;
  readonly objectId: string;
  readonly data: object;
}

/** What Clerk tells of one kind of thing. What is left out it does not tell. */
interface Kind<R extends Row> {
  readonly created?: (row: R, instance: Instance) => readonly EventType[];
  readonly updated?: (row: R, before: R) => readonly EventType[];
  readonly deleted?: EventType;
  /** Default: as the resource is shown. */
  readonly data?: (row: R, instance: Instance) => object;
  /** Of one that is gone. Default: its id, and that it is gone. */
  readonly gone?: (before: R, lastShown: object | undefined) => object;
}

/** The kind of a resource that is told of as it is: when it came, when it changed, when it went. */
const plain = <R extends Row>(name: string, more: Kind<R> = {}): Kind<R> => ({
  created: () => [`${name}.created` as EventType],
  updated: () => [`${name}.updated` as EventType],
  deleted: `${name}.deleted` as EventType,
  ...more,
});

const ENDS: Partial<Record<SessionStatus, EventType>> = {
  ended: 'session.ended',
  removed: 'session.removed',
  revoked: 'session.revoked',
};

const SETTLED: Partial<Record<InvitationBase['status'], EventType>> = {
  accepted: 'organizationInvitation.accepted',
  revoked: 'organizationInvitation.revoked',
};

/** Whoever has accepted an invitation has its address. */
const guestOf = (row: OrganizationInvitationRow, instance: Instance): string =>
  instance.one(emailAddresses, 'email_address', row.email_address)?.user_id ?? '';

const KINDS: ReadonlyMap<string, readonly [Resource<Row>, Kind<Row>]> = new Map(
  [
    kind(users, plain<UserRow>('user', { gone: ({ external_id }) => (external_id === null ? {} : { external_id }) })),
    kind(sessions, {
      created: (row: SessionRow, instance) =>
        statusOf(row, instance) === 'pending' ? ['session.created', 'session.pending'] : ['session.created'],
      updated: (row, before) => (row.status === before.status ? [] : [ENDS[row.status] ?? []].flat()),
      data: (row, instance) => {
        const user = instance.get(users, row.user_id);
        return { ...sessions.show(row, instance), user: user === undefined ? null : users.show(user, instance) };
      },
    }),
    kind(organizations, plain<OrganizationRow>('organization', { gone: ({ slug }) => ({ slug }) })),
    kind(organizationDomains, plain('organizationDomain')),
    kind(
      organizationMemberships,
      plain<OrganizationMembershipRow>('organizationMembership', {
        gone: (_, lastShown = {}) => ({ ...lastShown, deleted: undefined }),
      }),
    ),
    kind(organizationInvitations, {
      created: () => ['organizationInvitation.created'],
      updated: (row: OrganizationInvitationRow, before) =>
        row.status === before.status ? [] : [SETTLED[row.status] ?? []].flat(),
      data: (row, instance) => {
        const organization = { public_organization_data: publicDataOf(instance, row.organization_id) };
        const guest = row.status === 'accepted' ? { user_id: guestOf(row, instance) } : {};
        return { ...organizationInvitations.show(row, instance), ...organization, ...guest };
      },
    }),
    kind(roles, plain('role')),
    kind(permissions, plain('permission')),
    kind(waitlistEntries, { created: () => ['waitlistEntry.created'], updated: () => ['waitlistEntry.updated'] }),
    kind(messages, { created: ({ type }: MessageRow) => [`${type}.created`] }),
  ].map((entry) => [entry[0].name, entry] as const),
);

function kind<R extends Row>(resource: Resource<R>, tells: Kind<R>): readonly [Resource<Row>, Kind<Row>] {
  return [resource as unknown as Resource<Row>, tells as unknown as Kind<Row>];
}

/** What belongs to a user and is shown with the user, so that a change of it is one of the user. */
const PARTS_OF_USERS: ReadonlySet<string> = new Set(
  [emailAddresses, phoneNumbers, web3Wallets, passkeys, externalAccounts].map(({ name }) => name),
);

/** A membership is told of whole when it has ended, and then there may be no user to show. */
export const lastSight =
  (instance: Instance): Sight =>
  (resource, row) =>
    resource === organizationMemberships.name
      ? organizationMemberships.show(row as OrganizationMembershipRow, instance)
      : undefined;

/** The events that tell of changes, in the order in which things came about. */
export function eventsOf(changes: readonly Change[], instance: Instance): Event[] {
  const goneOrganizations = new Set(
    changes.filter(({ resource, after }) => resource === organizations.name && after === undefined).map(({ id }) => id),
  );
  return withUsersOfParts(changes, instance).flatMap((change) => {
    // With an organization all that belongs to it goes, and only the organization is told of.
    if (goneOrganizations.has((change.before as { organization_id?: string } | undefined)?.organization_id ?? '')) return [];
    return eventsOfChange(change, instance);
  });
}

/** A user whose parts alone have changed has changed too. */
function withUsersOfParts(changes: readonly Change[], instance: Instance): readonly Change[] {
  const told = new Set(changes.filter(({ resource }) => resource === users.name).map(({ id }) => id));
  return changes.map((change) => {
    if (!PARTS_OF_USERS.has(change.resource)) return change;
    const { user_id: id } = (change.after ?? change.before) as Row & { user_id: string };
    const user = told.has(id) ? undefined : instance.get(users, id);
    if (user === undefined) return change;
    told.add(id);
    return { resource: users.name, id, before: user, after: user, lastShown: undefined };
  });
}

function eventsOfChange({ resource: name, id, before, after, lastShown }: Change, instance: Instance): Event[] {
  const found = KINDS.get(name);
  if (found === undefined) return [];
  const [resource, { created, updated, deleted, data = resource.show, gone = () => ({}) }] = found;
  if (after !== undefined) {
    const types = before === undefined ? created?.(after, instance) : updated?.(after, before);
    return (types ?? []).map((type) => ({ type, objectId: id, data: data(after, instance) }));
  }
  if (before === undefined || deleted === undefined) return [];
  return [{ type: deleted, objectId: id, data: { object: name, id, deleted: true, ...gone(before, lastShown) } }];
}
