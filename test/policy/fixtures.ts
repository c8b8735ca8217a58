import * as z from 'zod';
import { Catalog } from '../../src/catalog/catalog.js';
import { defineOperation } from '../../src/catalog/declaration.js';
import type { Operation } from '../../src/catalog/operation.js';
import type { Arguments } from '../../src/catalog/operation-types.js';
import { Policy } from '../../src/policy/policy.js';
import type { PolicyOptions } from '../../src/policy/policy-options.js';
import type { PolicyCall } from '../../src/policy/policy-types.js';

const id = z.string();

export const operations = {
  getUser: defineOperation({
    name: 'Users_get',
    clerk: 'GetUser',
    request: 'GET /users/{user_id}',
    title: 'Get a user',
    description: 'Reads.',
    path: { user_id: id },
    risk: 'read',
  }),
  listSessions: defineOperation({
    name: 'Sessions_list',
    clerk: 'GetSessionList',
    request: 'GET /sessions',
    title: 'List sessions',
    description: 'Reads.',
    query: { user_id: id, status: z.string().optional(), limit: z.int().min(1).max(500).optional() },
    risk: 'read',
  }),
  listBlocked: defineOperation({
    name: 'Blocklist_list',
    clerk: 'ListBlocklistIdentifiers',
    request: 'GET /blocklist_identifiers',
    title: 'List blocked',
    description: 'Reads.',
    risk: 'read',
  }),
  listInvitations: defineOperation({
    name: 'Invitations_list',
    clerk: 'ListInvitations',
    request: 'GET /invitations',
    title: 'List invitations',
    description: 'Reads.',
    query: { limit: z.int().min(1).max(100).optional() },
    risk: 'read',
  }),
  getDomains: defineOperation({
    name: 'Domains_getAllDomains',
    clerk: 'ListDomains',
    request: 'GET /domains',
    title: 'List domains',
    description: 'Reads.',
    risk: 'read',
  }),
  createUser: defineOperation({
    name: 'Users_create',
    clerk: 'CreateUser',
    request: 'POST /users',
    title: 'Create a user',
    description: 'Writes.',
    body: {
      email_address: z.array(z.string()).optional(),
      password: z.string().optional(),
      public_metadata: z.unknown().optional(),
    },
    secrets: ['password'],
    risk: 'write',
  }),
  updateUser: defineOperation({
    name: 'Users_update',
    clerk: 'UpdateUser',
    request: 'PATCH /users/{user_id}',
    title: 'Update a user',
    description: 'Writes.',
    path: { user_id: id },
    body: {
      first_name: z.string().nullable().optional(),
      username: z.string().nullable().optional(),
      password: z.string().nullable().optional(),
      sign_out_of_other_sessions: z.boolean().optional(),
    },
    secrets: ['password'],
    risk: 'write',
    mayDestroy: true,
    raises: [
      { when: { input: 'password', is: 'given' }, risk: 'destructive', effect: 'Changes how {target} signs in.' },
      { when: { input: 'username', is: 'blank' }, risk: 'destructive', effect: 'Changes how {target} signs in.' },
      { when: { input: 'sign_out_of_other_sessions', is: true }, risk: 'destructive', effect: 'Changes how {target} signs in.' },
    ],
    target: { read: 'Users_get' },
  }),
  ban: defineOperation({
    name: 'Users_ban',
    clerk: 'BanUser',
    request: 'POST /users/{user_id}/ban',
    title: 'Ban a user',
    description: 'Bans.',
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Ends every session of {target} and bars sign-in until unbanned.',
    target: { read: 'Users_get' },
    consequences: [
      {
        read: 'Sessions_list',
        with: { user_id: '{user_id}', status: 'active', limit: 500 },
        says: '{n} active sessions end',
        one: '1 active session ends',
      },
    ],
  }),
  deleteUser: defineOperation({
    name: 'Users_delete',
    clerk: 'DeleteUser',
    request: 'DELETE /users/{user_id}',
    title: 'Delete a user',
    description: 'Deletes.',
    path: { user_id: id },
    risk: 'destructive',
    effect: 'Deletes {target} for good.',
    target: { read: 'Users_get' },
    typed: 'target',
  }),
  changeDomain: defineOperation({
    name: 'Instance_changeDomain',
    clerk: 'ChangeProductionInstanceDomain',
    request: 'POST /instance/change_domain',
    title: 'Change the domain',
    description: 'Moves the instance.',
    body: { home_url: z.string(), is_secondary: z.boolean().optional() },
    risk: 'destructive',
    effect: 'Moves the whole instance to {home_url}.',
    typed: '{home_url}',
  }),
  restrict: defineOperation({
    name: 'Instance_restrict',
    clerk: 'UpdateInstanceRestrictions',
    request: 'PATCH /instance/restrictions',
    title: 'Restrict sign-up',
    description: 'Settings.',
    body: { allowlist: z.boolean().optional() },
    risk: 'destructive',
    effect: 'Sets the allowlist to {allowlist}.',
    typed: 'instance',
  }),
  unblock: defineOperation({
    name: 'Blocklist_delete',
    clerk: 'DeleteBlocklistIdentifier',
    request: 'DELETE /blocklist_identifiers/{identifier_id}',
    title: 'Unblock',
    description: 'Unblocks.',
    path: { identifier_id: id },
    risk: 'destructive',
    effect: 'Unblocks {target}.',
    target: { read: 'Blocklist_list', find: 'identifier_id' },
  }),
  revokeInvitation: defineOperation({
    name: 'Invitations_revoke',
    clerk: 'RevokeInvitation',
    request: 'POST /invitations/{invitation_id}/revoke',
    title: 'Revoke',
    description: 'Revokes.',
    path: { invitation_id: id },
    risk: 'destructive',
    effect: 'Revokes {target}.',
    target: { read: 'Invitations_list', find: 'invitation_id' },
  }),
  signInToken: defineOperation({
    name: 'SignInTokens_create',
    clerk: 'CreateSignInToken',
    request: 'POST /sign_in_tokens',
    title: 'Create a sign-in token',
    description: 'Mints.',
    body: { user_id: id },
    risk: 'credential',
    effect: 'Shows {where} a link with which anybody can sign in as {target}.',
    target: { read: 'Users_get', with: { user_id: 'user_id' } },
  }),
  rotate: defineOperation({
    name: 'OAuth_rotate',
    clerk: 'RotateOAuthApplicationSecret',
    request: 'POST /oauth_applications/{id}/rotate_secret',
    title: 'Rotate a secret',
    description: 'Rotates.',
    path: { id },
    risk: 'destructive',
    effect: 'Makes the old secret of {id} void.',
    raises: [{ risk: 'credential', effect: 'Shows the new one {where}.' }],
  }),
  banMany: defineOperation({
    name: 'Users_banMany',
    clerk: 'UsersBan',
    request: 'POST /users/ban',
    title: 'Ban users',
    description: 'Bans.',
    body: { user_ids: z.array(z.string()) },
    bulk: 'user_ids',
    risk: 'destructive',
    effect: 'Bans {user_ids}.',
  }),
  inviteMany: defineOperation({
    name: 'Organizations_inviteMany',
    clerk: 'CreateOrganizationInvitationBulk',
    request: 'POST /organizations/{organization_id}/invitations/bulk',
    title: 'Invite many',
    description: 'Invites.',
    path: { organization_id: id },
    body: { as: 'invitations', items: z.array(z.object({ email_address: z.string(), role: z.string() })) },
    bulk: 'invitations',
    risk: 'write',
  }),
};

export const catalog = new Catalog(Object.values(operations));

export const ADA = {
  object: 'user',
  id: 'user_ada',
  first_name: 'Ada',
  last_name: 'Lovelace',
  username: 'ada',
  primary_email_address_id: 'idn_2',
  email_addresses: [
    { id: 'idn_1', email_address: 'old@example.com' },
    { id: 'idn_2', email_address: 'ada@example.com' },
  ],
};

export class NotFound extends Error {
  readonly status = 404;
}

/** Answers lookups as an instance with one user would, and remembers what was read. */
export class Instance {
  readonly reads: { name: string; args: Arguments }[] = [];
  readonly answers: Record<string, (args: Arguments) => unknown> = {
    Users_get: ({ user_id }) => {
      if (user_id === ADA.id) return ADA;
      throw new NotFound();
    },
    Sessions_list: () => [{ id: 'sess_1' }, { id: 'sess_2' }, { id: 'sess_3' }],
    Domains_getAllDomains: () => ({
      data: [
        { name: 'satellite.example.com', is_satellite: true },
        { name: 'example.com', is_satellite: false },
      ],
      total_count: 2,
    }),
  };

  readonly read = async (name: string, args: Arguments): Promise<unknown> => {
    this.reads.push({ name, args });
    const answer = this.answers[name];
    if (answer === undefined) throw new Error(`no answer for ${name}`);
    return answer(args);
  };
}

export class Clock {
  time = Date.UTC(2026, 0, 2, 3, 4, 5);
  readonly now = (): number => this.time;
}

export interface Bench {
  readonly policy: Policy;
  readonly instance: Instance;
  readonly clock: Clock;
  readonly warnings: string[];
}

export function bench(options: Partial<PolicyOptions> = {}): Bench {
  const instance = new Instance();
  const clock = new Clock();
  const warnings: string[] = [];
  const policy = new Policy({
    catalog,
    instance: { kind: 'live', id: 'instance-1' },
    read: instance.read,
    now: clock.now,
    warn: (message) => warnings.push(message),
    ...options,
  });
  return { policy, instance, clock, warnings };
}

export const CALLER = { name: 'local', clientName: 'test-client', clientVersion: '1.0', transport: 'stdio' } as const;

export function call(operation: Operation, args: Arguments, more: Partial<PolicyCall> = {}): PolicyCall {
  return { operation, args, confirm: undefined, caller: CALLER, canAsk: false, ...more };
}
