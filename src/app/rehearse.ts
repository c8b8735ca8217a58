import { randomBytes } from 'node:crypto';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { buildRequest, type ClerkRequest } from '../clerk/request.js';
import { at } from '../jobs/plan/references.js';
import { ENDS_USER, type Rehearsal, type Rehearsed } from '../jobs/plan/rehearsal.js';
import { isRecord } from '../platform/is-record.js';
import { Turns } from '../platform/turns.js';
import { withValue } from '../policy/confirmation/passes.js';
import { createSandbox } from '../sandbox/create-sandbox.js';
import { isAdmin } from '../sandbox/domain/members.js';
import type { Instance } from '../sandbox/instance.js';
import type { SandboxRequest, SandboxResponse } from '../sandbox/middleware.js';
import { organizations } from '../sandbox/resources/organization.js';
import { type OrganizationMembershipRow, organizationMemberships } from '../sandbox/resources/organization-membership.js';
import { lockedFor, users } from '../sandbox/resources/user.js';
import type { SeedDescription } from '../sandbox/seed/description.js';
import { seedFromApi } from '../sandbox/seed/from-api.js';

type Resource = Readonly<Record<string, unknown>>;

/** Callers wait no longer than this for what can only be a warning. */
const LONGEST_MS = 8_000;
const MOST_TRIED = 3_000;
const ORIGIN = 'http://localhost';
/** What is not known of the instance: what was not read, and how much its plan at Clerk lets it have. */
const NEVER_PLAYED = new Set([
  'not_in_sandbox',
  'resource_not_found',
  'internal_clerk_error',
  'organization_instance_roles_quota_exceeded',
]);

/** Tries calls out on a sandbox of their own, filled with what was read from the instance. */
export async function rehearse({ items, objects, roles, signal }: Rehearsal): Promise<Rehearsed> {
  const secretKey = `sk_test_${randomBytes(24).toString('hex')}`;
  const seed = seedOf(objects, roles);
  const sandbox = await createSandbox({ options: { seed }, secretKey, origin: ORIGIN, stored: undefined });
  const instance = await sandbox.instance();
  let managed = managedIn(instance);
  const orphans: Rehearsed['orphans'][number][] = [];
  const send = (request: ClerkRequest): Promise<SandboxResponse> => sandbox.handle(toSandbox(request, secretKey));
  const gave = new Map<string, unknown>();
  const failures: Rehearsed['failures'][number][] = [];
  const until = performance.now() + LONGEST_MS;
  const turns = new Turns();
  let unknown = 0;
  let tried = 0;
  for (const [nth, { operation, args, step, later }] of items.entries()) {
    if (tried >= MOST_TRIED || performance.now() > until) break;
    await turns.next();
    signal.throwIfAborted();
    const request = requestOf(operation, filled(args, later, gave));
    tried++;
    if (request === undefined) {
      unknown++;
      continue;
    }
    const { status, body } = await send(request);
    if (status < 400) {
      gave.set(step, body);
      if (!ENDS_USER.test(operation.name)) continue;
      const still = managedIn(instance);
      for (const [id, name] of managed) if (!still.has(id)) orphans.push({ item: nth, organization: name });
      managed = still;
    } else {
      const failure = failureIn(body);
      if (failure === undefined || NEVER_PLAYED.has(failure.code)) unknown++;
      else failures.push({ item: nth, ...failure });
    }
  }
  return { failures, orphans, unknown, tried };
}

/** The organizations managed by at least one user who can sign in: names by id. */
function managedIn(instance: Instance): ReadonlyMap<string, string> {
  const able = (membership: OrganizationMembershipRow): boolean => {
    const user = instance.of(users).get(membership.user_id);
    return user !== undefined && !user.banned && lockedFor(user, instance.now()) === 0 && isAdmin(instance, membership);
  };
  const all = instance.of(organizations).oldestFirst();
  const managed = all.filter(({ id }) => instance.of(organizationMemberships).many('organization_id', id).some(able));
  return new Map(managed.map(({ id, name }) => [id, name]));
}

function requestOf(operation: Operation, args: Arguments): ClerkRequest | undefined {
  if (operation.spec.image !== undefined) return undefined;
  try {
    return buildRequest(operation, operation.keyed ? { ...args, idempotency_key: args.idempotency_key ?? 'rehearsal' } : args);
  } catch {
    return undefined;
  }
}

/** The arguments, with ids filled in from the steps rehearsed so far. */
const filled = (args: Arguments, later: Rehearsal['items'][number]['later'], gave: ReadonlyMap<string, unknown>): Arguments =>
  later.reduce((given, { to, step, path }) => {
    const id = at(gave.get(step), path);
    return id === undefined ? given : (withValue(given, to, id) as Arguments);
  }, args);

function toSandbox({ method, path, headers, body }: ClerkRequest, secretKey: string): SandboxRequest {
  const [route = '', query = ''] = path.split('?');
  return {
    method,
    segments: route.split('/').slice(1).map(decodeURIComponent),
    query: new URLSearchParams(query),
    headers: { ...headers, host: 'localhost', authorization: `Bearer ${secretKey}` },
    body: Buffer.from(body ?? ''),
    traceId: 'rehearsal',
  };
}

function failureIn(body: unknown): { readonly code: string; readonly message: string } | undefined {
  const [error] = isRecord(body) && Array.isArray(body.errors) ? (body.errors as unknown[]) : [];
  if (!isRecord(error)) return undefined;
  return { code: String(error.code), message: String(error.long_message ?? error.message) };
}

const ofType = (objects: readonly Resource[], type: string): Resource[] => objects.filter(({ object }) => object === type);

function seedOf(objects: readonly Resource[], roles: Rehearsal['roles']): SeedDescription {
  const memberships = ofType(objects, 'organization_membership');
  const users = withMembers(ofType(objects, 'user'), memberships);
  const known = new Set(users.map(({ id }) => id));
  const inOrganization = (id: unknown): Resource[] =>
    memberships.filter(({ organization }) => isRecord(organization) && organization.id === id);
  const { seed } = seedFromApi({
    users,
    organizations: ofType(objects, 'organization').map((organization) => ({
      organization,
      memberships: inOrganization(organization.id),
      invitations: [],
    })),
    organization_domains: [],
    ...roles,
    invitations: [],
    allowlist: [],
    blocklist: [],
    domains: [],
  });
  const sessions = ofType(objects, 'session').filter(({ user_id }) => known.has(user_id));
  return {
    ...seed,
    // What the instance requires of new accounts is unknown, so there must be no warnings about it.
    settings: {
      ...seed.settings,
      password_required: false,
      organizations: { ...seed.settings?.organizations, slug_disabled: false },
    },
    sessions: sessions.map(({ id, user_id, status }) => ({
      id: String(id),
      user: String(user_id),
      status: status as NonNullable<SeedDescription['sessions']>[number]['status'],
    })),
  };
}

/** Adds members who are known only from their memberships. */
function withMembers(users: readonly Resource[], memberships: readonly Resource[]): Resource[] {
  const known = new Map(users.map((user) => [user.id, user]));
  for (const { public_user_data: member, created_at } of memberships) {
    if (!isRecord(member) || typeof member.user_id !== 'string' || known.has(member.user_id)) continue;
    const { user_id: id, identifier } = member;
    const isEmail = typeof identifier === 'string' && identifier.includes('@');
    known.set(id, {
      id,
      email_addresses: isEmail
        ? [{ id: `idn_${String(id).slice(5)}`, email_address: identifier, verification: { status: 'verified' } }]
        : [],
      phone_numbers: [],
      web3_wallets: [],
      external_accounts: [],
      banned: false,
      locked: false,
      created_at: typeof created_at === 'number' ? created_at : 0,
    });
  }
  return [...known.values()];
}
