import { html, type Part } from '../../pages/html.js';
import { time } from '../../pages/time.js';
import type { Instance } from '../instance.js';
import type { Resource } from '../resource.js';
import { emailAddresses, isVerified, phoneNumbers } from '../resources/identifiers.js';
import { type InvitationBase, invitationStatus } from '../resources/invitation.js';
import { type OrganizationRow, organizations } from '../resources/organization.js';
import { organizationDomains } from '../resources/organization-domain.js';
import { organizationInvitations } from '../resources/organization-invitation.js';
import { type OrganizationMembershipRow, organizationMemberships } from '../resources/organization-membership.js';
import { roleName } from '../resources/roles.js';
import { isLive, sessions, statusOf } from '../resources/session.js';
import { identifierOf, lockedFor, type UserRow, users } from '../resources/user.js';
import type { Row } from '../table.js';
import { type Content, code, folded, link, list, paged, state, table } from './layout.js';

const nameOf = (user: UserRow): string => [user.first_name, user.last_name].filter((part) => part !== null).join(' ');
const callOf = (user: UserRow, instance: Instance): string => nameOf(user) || identifierOf(user, instance) || user.id;

const ofUser = <R extends Row, Lookup extends string>(
  instance: Instance,
  resource: Resource<R, string, Lookup | 'user_id'>,
  { id }: UserRow,
): readonly R[] => instance.many(resource, 'user_id', id);

const standing = (user: UserRow, instance: Instance): Part =>
  user.banned
    ? state('banned', 'declined')
    : lockedFor(user, instance.now()) > 0
      ? state('locked', 'pending')
      : state('active', 'approved');

const holds = (text: string, ...values: readonly (string | null)[]): boolean =>
  values.some((value) => value?.toLowerCase().includes(text));

/** The newest first. */
const newest = <R extends Row>(instance: Instance, resource: Resource<R>): readonly R[] => [...instance.all(resource)].reverse();

export function usersView(instance: Instance, query: URLSearchParams): Content {
  const wanted = (query.get('q') ?? '').trim().toLowerCase();
  const found = newest(instance, users as unknown as Resource<UserRow>).filter(
    (user) =>
      wanted === '' ||
      holds(wanted, user.id, nameOf(user), user.username, user.external_id) ||
      ofUser(instance, emailAddresses, user).some((held) => holds(wanted, held.email_address)) ||
      ofUser(instance, phoneNumbers, user).some((held) => holds(wanted, held.phone_number)),
  );
  const { rows, controls } = paged(found, query, 'users');
  const lines = rows.map((user) => [
    link('users', user.id, callOf(user, instance)),
    identifierOf(user, instance),
    standing(user, instance),
    String(ofUser(instance, sessions, user).filter((session) => isLive(session, instance)).length),
    organizationsOf(instance, ofUser(instance, organizationMemberships, user)),
  ]);
  const heads = ['User', 'Identifier', 'State', 'Live sessions', 'Organizations'];
  return { title: 'Users', current: 'users', body: html`<h1>Users</h1>${controls}${table('Users', heads, lines)}` };
}

const organizationsOf = (instance: Instance, memberships: readonly OrganizationMembershipRow[]): Part =>
  memberships.map((membership, nth) => {
    const name = instance.get(organizations, membership.organization_id)?.name ?? membership.organization_id;
    return html`${nth > 0 && ', '}${link('organizations', membership.organization_id, name)} (${roleName(instance, membership.role)})`;
  });

export function userView(instance: Instance, id: string): Content | undefined {
  const user = instance.get(users, id);
  if (user === undefined) return undefined;
  const held = [
    ...ofUser(instance, emailAddresses, user).map((row) => [row.email_address, row] as const),
    ...ofUser(instance, phoneNumbers, user).map((row) => [row.phone_number, row] as const),
  ];
  const identifiers = held.map(([text, row]) => [
    text,
    isVerified(row) ? state('verified', 'approved') : state(row.reserved ? 'reserved' : 'unverified', 'pending'),
    code(row.id),
  ]);
  const live = ofUser(instance, sessions, user).map((session) => [
    code(session.id),
    isLive(session, instance) ? state(statusOf(session, instance), 'approved') : state(statusOf(session, instance)),
    time(session.created_at),
    time(session.expire_at),
    session.latest_activity?.browser_name ?? '',
  ]);
  const memberships = ofUser(instance, organizationMemberships, user);
  const body = html`<h1>${callOf(user, instance)}</h1>
<div class="card">${list([
    ['Id', code(user.id)],
    ['State', standing(user, instance)],
    ['Username', user.username ?? 'none'],
    ['External id', user.external_id ?? 'none'],
    ['Password', user.password === null ? 'none' : 'set'],
    ['Created', time(user.created_at)],
    ['Organizations', memberships.length === 0 ? 'none' : organizationsOf(instance, memberships)],
  ])}</div>
<h2>Identifiers</h2>${table('Identifiers', ['Identifier', 'State', 'Id'], identifiers)}
<h2>Sessions</h2>${table('Sessions', ['Session', 'State', 'Began', 'Expires', 'Browser'], live)}
<h2>All of it</h2><div class="card">${folded('As the API shows the user', users.show(user, instance))}</div>`;
  return { title: callOf(user, instance), current: 'users', body };
}

const members = (instance: Instance, { id }: OrganizationRow) => instance.many(organizationMemberships, 'organization_id', id);

const pending = (row: InvitationBase, instance: Instance): boolean => invitationStatus(row, instance) === 'pending';

export function organizationsView(instance: Instance, query: URLSearchParams): Content {
  const wanted = (query.get('q') ?? '').trim().toLowerCase();
  const all = newest(instance, organizations as unknown as Resource<OrganizationRow>);
  const { rows, controls } = paged(
    all.filter((row) => wanted === '' || holds(wanted, row.id, row.name, row.slug)),
    query,
    'organizations',
  );
  const lines = rows.map((row) => [
    link('organizations', row.id, row.name),
    code(row.slug),
    String(members(instance, row).length),
    String(instance.many(organizationInvitations, 'organization_id', row.id).filter((one) => pending(one, instance)).length),
    time(row.created_at),
  ]);
  const heads = ['Organization', 'Slug', 'Members', 'Open invitations', 'Created'];
  const body = html`<h1>Organizations</h1>${controls}${table('Organizations', heads, lines)}`;
  return { title: 'Organizations', current: 'organizations', body };
}

export function organizationView(instance: Instance, id: string): Content | undefined {
  const row = instance.get(organizations, id);
  if (row === undefined) return undefined;
  const people = members(instance, row).map((member) => {
    const user = instance.get(users, member.user_id);
    const name = user === undefined ? member.user_id : callOf(user, instance);
    return [link('users', member.user_id, name), roleName(instance, member.role), code(member.role), time(member.created_at)];
  });
  const invited = instance
    .many(organizationInvitations, 'organization_id', id)
    .map((one) => [
      one.email_address,
      roleName(instance, one.role),
      state(invitationStatus(one, instance), pending(one, instance) ? 'pending' : ''),
      time(one.expires_at),
    ]);
  const domains = instance
    .many(organizationDomains, 'organization_id', id)
    .map((one) => [one.name, one.enrollment_mode, one.verified ? state('verified', 'approved') : state('unverified', 'pending')]);
  const body = html`<h1>${row.name}</h1>
<div class="card">${list([
    ['Id', code(row.id)],
    ['Slug', code(row.slug)],
    ['Members at most', row.max_allowed_memberships === 0 ? 'no limit' : String(row.max_allowed_memberships)],
    ['Role set', code(row.role_set_key)],
    ['Created', time(row.created_at)],
  ])}</div>
<h2>Members</h2>${table('Members', ['Member', 'Role', 'Key', 'Since'], people)}
<h2>Invitations</h2>${table('Invitations', ['Address', 'Role', 'State', 'Expires'], invited)}
<h2>Domains</h2>${table('Domains', ['Domain', 'Enrollment', 'State'], domains)}
<h2>All of it</h2><div class="card">${folded('As the API shows the organization', organizations.show(row, instance))}</div>`;
  return { title: row.name, current: 'organizations', body };
}
