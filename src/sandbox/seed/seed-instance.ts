import * as z from 'zod';
import type { Done } from '../../platform/in-steps.js';
import { newApiKey } from '../domain/api-keys.js';
import { identifierType, normalize, parseIdentifier } from '../domain/identifiers.js';
import { newInvitation } from '../domain/invitations.js';
import { newMachine } from '../domain/machines.js';
import { patchSetting } from '../domain/patch-setting.js';
import { initialRoleSet } from '../domain/role-sets.js';
import { parseRole } from '../domain/roles.js';
import { lifetimeFrom } from '../domain/sessions.js';
import { slugOf } from '../domain/slug.js';
import type { Instance } from '../instance.js';
import { type ClientRow, clients } from '../resources/client.js';
import { domains, primaryDomain } from '../resources/domain.js';
import { allowlistIdentifiers, blocklistIdentifiers } from '../resources/identifier-lists.js';
import { emailAddresses } from '../resources/identifiers.js';
import { authentication, organizationSettings, restrictions } from '../resources/instance-settings.js';
import { invitations } from '../resources/invitation.js';
import { type MachineRow, machineScopes, machines } from '../resources/machine.js';
import { organizations } from '../resources/organization.js';
import { newDomain, organizationDomains } from '../resources/organization-domain.js';
import { organizationInvitations } from '../resources/organization-invitation.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { reverifications } from '../resources/reverification.js';
import { roleSets } from '../resources/role-set.js';
import { type SessionActivity, sessions } from '../resources/session.js';
import { SIGN_UP_MS, signUps } from '../resources/sign-up.js';
import { users } from '../resources/user.js';
import type { Draft } from '../rows.js';
import { newEndpoint, webhookEndpoints } from '../webhooks/endpoint.js';
import {
  type SeedDescription,
  SeedError,
  type SeedMachine,
  type SeedOrganization,
  type SeedSession,
  type SeedSettings,
  type SeedSignUp,
  seedAt,
  seedDescription,
} from './description.js';
import { seedDiscount, seedPlan, seedSubscription } from './seed-billing.js';
import { seedRoles } from './seed-roles.js';
import { seedUser } from './seed-user.js';
import { seedWaitlistEntry } from './seed-waitlist.js';

/** Sets what the seed chooses about the instance; all else stays as in a new one. */
function applySettings(instance: Instance, { organizations, restrictions: limits, ...chosen }: SeedSettings): void {
  patchSetting(instance, authentication, chosen);
  patchSetting(instance, organizationSettings, organizations ?? {});
  patchSetting(instance, restrictions, limits ?? {});
}

const NO_LIMIT = 0;

/** Fills an instance. @throws SeedError that says where the description is wrong. */
export function seedInstance(instance: Instance, given: SeedDescription): void {
  for (const _ of seedSteps(instance, given));
}

/** The same in steps, one for each entry: a large seed takes seconds. @throws SeedError */
export function* seedSteps(instance: Instance, given: SeedDescription): Generator<Done> {
  const checked = seedDescription.safeParse(given);
  if (!checked.success) throw new SeedError(z.prettifyError(checked.error));
  const seed = checked.data;
  const steps: (() => void)[] = [];
  const each = <T>(items: readonly T[] | undefined, name: string, seedOne: (item: T) => unknown): void => {
    for (const [at, item] of (items ?? []).entries()) steps.push(() => seedAt(`${name}.${at}`, () => seedOne(item)));
  };
  if (seed.settings !== undefined) applySettings(instance, seed.settings);
  if (seed.domain !== undefined) instance.update(domains, primaryDomain(instance), { name: seed.domain });
  seedRoles(instance, seed);
  each(seed.users, 'users', (user) => seedUser(instance, user));
  each(seed.organizations, 'organizations', (organization) => seedOrganization(instance, organization));
  const clientIds = new Map<string, string>();
  each(seed.sessions, 'sessions', (session) => seedSession(instance, session, clientIds));
  each(seed.invitations, 'invitations', ({ status, created_at, ...fields }) => {
    const email = fields.email_address.toLowerCase();
    const columns = newInvitation(instance, { email_address: email }, fields.public_metadata ?? {});
    instance.insert(invitations, { ...columns, ...(status && { status }), ...(created_at && { created_at }) });
  });
  each(seed.sign_ups, 'sign_ups', (signUp) => seedSignUp(instance, signUp));
  each(seed.waitlist, 'waitlist', (entry) => seedWaitlistEntry(instance, entry));
  each(seed.billing?.plans, 'billing.plans', (plan) => seedPlan(instance, plan));
  each(seed.billing?.discounts, 'billing.discounts', (discount) => seedDiscount(instance, discount));
  each(seed.billing?.subscriptions, 'billing.subscriptions', (subscription) =>
    seedSubscription(instance, subscription, (reference) => userId(instance, reference)),
  );
  each(seed.allowlist, 'allowlist', (text) => instance.insert(allowlistIdentifiers, listed(instance, text)));
  each(seed.blocklist, 'blocklist', (text) => instance.insert(blocklistIdentifiers, listed(instance, text)));
  each(seed.machines, 'machines', (machine) => newMachine(instance, machine));
  each(seed.machines, 'machines', (machine) => seedScopes(instance, machine));
  each(seed.api_keys, 'api_keys', (key) => newApiKey(instance, { ...key, subject: ownerId(instance, key.subject) }));
  each(seed.webhooks, 'webhooks', (given) => {
    instance.insert(
      webhookEndpoints,
      newEndpoint(given, (length) => instance.random.bytes(length)),
    );
  });
  for (const [at, step] of steps.entries()) {
    step();
    yield { progress: at + 1, total: steps.length };
  }
}

/** The id of the user that a reference names. */
function userId(instance: Instance, reference: string): string {
  const held = instance.of(users);
  const user = held.get(reference) ?? held.one('external_id', reference) ?? held.one('username', reference.toLowerCase());
  const id = user?.id ?? instance.many(emailAddresses, 'held', reference.toLowerCase())[0]?.user_id;
  if (id === undefined) throw new SeedError(`no user has the id, external id, username or email address ${reference}`);
  return id;
}

function seedOrganization(instance: Instance, seed: SeedOrganization): void {
  const created = seed.created_at ?? instance.now();
  const row = instance.insert(organizations, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    name: seed.name,
    slug: seed.slug ?? slugOf(instance, seed.name),
    image_id: null,
    max_allowed_memberships: seed.max_allowed_memberships ?? NO_LIMIT,
    admin_delete_enabled: true,
    public_metadata: seed.public_metadata ?? {},
    private_metadata: seed.private_metadata ?? {},
    created_by: seed.created_by === undefined ? null : userId(instance, seed.created_by),
    role_set_key: seed.role_set === undefined ? initialRoleSet(instance).key : roleSetKey(instance, seed.role_set),
    created_at: created,
  });
  for (const member of seed.members ?? []) {
    instance.insert(organizationMemberships, {
      organization_id: row.id,
      user_id: userId(instance, member.user),
      role: parseRole(instance, member.role, row),
      public_metadata: member.public_metadata ?? {},
      private_metadata: member.private_metadata ?? {},
      created_at: member.created_at ?? created,
    });
  }
  for (const { inviter, role, status, created_at, email_address } of seed.invitations ?? []) {
    instance.insert(organizationInvitations, {
      ...newInvitation(instance, { email_address: email_address.toLowerCase() }, {}),
      ...(status === undefined ? {} : { status }),
      organization_id: row.id,
      role: parseRole(instance, role, row),
      inviter_id: inviter === undefined ? null : userId(instance, inviter),
      private_metadata: {},
      created_at: created_at ?? instance.now(),
    });
  }
  for (const { name, enrollment_mode, verified } of seed.domains ?? []) {
    instance.insert(organizationDomains, {
      ...newDomain(name.toLowerCase(), verified ?? true),
      organization_id: row.id,
      enrollment_mode: enrollment_mode ?? 'manual_invitation',
      created_at: created,
    });
  }
}

function roleSetKey(instance: Instance, key: string): string {
  if (instance.one(roleSets, 'key', key) === undefined) throw new SeedError(`no role set has the key ${key}`);
  return key;
}

function seedSession(instance: Instance, seed: SeedSession, clientIds: Map<string, string>): void {
  const created = seed.created_at ?? instance.now();
  const held = seed.client === undefined ? undefined : clientIds.get(seed.client);
  const clientId = held ?? seedClient(instance, created);
  if (seed.client !== undefined) clientIds.set(seed.client, clientId);
  const user = userId(instance, seed.user);
  const activity: SessionActivity = {
    object: 'session_activity',
    id: instance.newId('sess_activity', created),
    is_mobile: seed.is_mobile ?? false,
    ...(seed.browser_name === undefined ? {} : { browser_name: seed.browser_name }),
    ...(seed.city === undefined ? {} : { city: seed.city }),
    ...(seed.country === undefined ? {} : { country: seed.country }),
  };
  const row = instance.insert(sessions, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    user_id: user,
    client_id: clientId,
    status: seed.status ?? 'active',
    actor: null,
    last_active_organization_id: instance.many(organizationMemberships, 'user_id', user)[0]?.organization_id ?? null,
    last_active_at: created,
    latest_activity: activity,
    ...lifetimeFrom(instance, created),
    created_at: created,
  });
  for (const { level, ...given } of seed.reverifications ?? []) {
    instance.insert(reverifications, {
      ...(given.id === undefined ? {} : { id: given.id }),
      session_id: row.id,
      user_id: user,
      level,
      first_factor_verified_at: given.first_factor_verified_at ?? null,
      second_factor_verified_at: given.second_factor_verified_at ?? null,
      created_at: created,
    });
  }
  const client = instance.get(clients, clientId);
  if (client !== undefined && row.status === 'active') instance.update(clients, client, { last_active_session_id: row.id });
}

/** Each sign-up is under way on a client of its own, which is how it is found. */
function seedSignUp(instance: Instance, seed: SeedSignUp): void {
  const created = seed.created_at ?? instance.now();
  const { email_address: email, phone_number: phone } = seed;
  const row = instance.insert(signUps, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    email_address: email === undefined ? null : parseIdentifier('email_address', email),
    phone_number: phone === undefined ? null : parseIdentifier('phone_number', phone),
    username: seed.username ?? null,
    first_name: seed.first_name ?? null,
    last_name: seed.last_name ?? null,
    unsafe_metadata: seed.unsafe_metadata ?? {},
    external_id: seed.external_id ?? null,
    custom_action: false,
    created_user_id: seed.user === undefined ? null : userId(instance, seed.user),
    abandon_at: created + SIGN_UP_MS,
    created_at: created,
  });
  seedClient(instance, created, { sign_up_id: row.id, last_authentication_strategy: null });
}

/** The machine that has this id or name. */
const machineNamed = (instance: Instance, reference: string): MachineRow | undefined => {
  const all = instance.of(machines);
  return all.get(reference) ?? all.oldestFirst().find((machine) => machine.name === reference);
};

function machineId(instance: Instance, reference: string): string {
  const row = machineNamed(instance, reference);
  if (row === undefined) throw new SeedError(`no machine has the id or name ${reference}`);
  return row.id;
}

/** Comes after all machines, since any may call any. */
function seedScopes(instance: Instance, seed: SeedMachine): void {
  const from_machine_id = machineId(instance, seed.id ?? seed.name);
  for (const name of seed.scoped_machines ?? []) {
    instance.insert(machineScopes, { from_machine_id, to_machine_id: machineId(instance, name) });
  }
}

/** The id of the organization, the machine or else the user that a reference names. */
function ownerId(instance: Instance, reference: string): string {
  const organization = instance.get(organizations, reference) ?? instance.one(organizations, 'slug', reference);
  return (organization ?? machineNamed(instance, reference))?.id ?? userId(instance, reference);
}

const seedClient = (instance: Instance, created: number, more: Partial<Draft<ClientRow>> = {}): string =>
  instance.insert(clients, {
    sign_in_id: null,
    sign_up_id: null,
    last_active_session_id: null,
    last_authentication_strategy: 'password',
    ...more,
    created_at: created,
  }).id;

function listed(instance: Instance, text: string) {
  const type = identifierType(text);
  if (type === undefined) throw new SeedError(`${text} is neither an email address or pattern, a phone number nor a wallet`);
  return { identifier: normalize(type, text), identifier_type: type, instance_id: instance.id };
}
