import { differs, listOf, type MakeCall, type Task } from './task.js';

const PLAN = 'Jobs_planChanges';
const APPLY = 'Jobs_applyPlan';

/** Plans, and carries out what was planned. Answers with the plan's id. */
async function planned(call: MakeCall, args: Readonly<Record<string, unknown>>): Promise<string> {
  const { plan } = await call(PLAN, args);
  await call(APPLY, { plan });
  return String(plan);
}

const named =
  (plan: string, inputs: Readonly<Record<string, unknown>>): Task['run'] =>
  async (call) => {
    await planned(call, { plan, inputs });
  };

const count = (body: unknown): number => listOf(body).length;
const activeSessions = 'status=active&limit=100';

/** The jobs of an agent at an instance of 140 users. */
export const TASKS: readonly Task[] = [
  {
    name: 'shut out a person who leaves',
    run: async (call) => {
      const found = await call('Users_listSortedByCreationDate', { email_address: ['u0@example.com'], fields: ['id'] });
      await planned(call, { plan: 'offboard', inputs: { user_id: listOf(found)[0]?.id } });
    },
    faults: async (ask) => [
      ...differs('banned', ((await ask('/users/user_0')) as { banned: boolean }).banned, true),
      ...differs('memberships', count(await ask('/users/user_0/organization_memberships')), 0),
      ...differs('sessions', count(await ask(`/sessions?user_id=user_0&${activeSessions}`)), 0),
      ...differs('keys', count(await ask('/api_keys?subject=user_0')), 0),
    ],
    most: { calls: 5, tokens: 1_500, questions: 1 },
  },
  {
    name: 'lock an organization down',
    run: named('lock-organization-down', { organization_id: 'org_acme' }),
    faults: async (ask) => [
      ...differs(
        'locked',
        listOf(await ask('/users?organization_id=org_acme&limit=100')).filter(({ locked }) => locked === true).length,
        26,
      ),
      ...differs('invitations', count(await ask('/organizations/org_acme/invitations?status=pending')), 0),
      ...differs('sessions', count(await ask(`/sessions?user_id=user_3&${activeSessions}`)), 0),
    ],
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'move 25 members to another organization',
    run: named('move-members', { from: 'org_acme', to: 'org_beta' }),
    faults: async (ask) => [
      ...differs('left', count(await ask('/organizations/org_acme/memberships?limit=100')), 1),
      ...differs('joined', count(await ask('/organizations/org_beta/memberships?limit=100')), 26),
    ],
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'move 25 members, and back',
    run: async (call) => {
      const plan = await planned(call, { plan: 'move-members', inputs: { from: 'org_acme', to: 'org_beta' } });
      const undo = await call('Jobs_undoChanges', { plan });
      await call(APPLY, { plan: undo.plan });
    },
    faults: async (ask) => [
      ...differs('back', count(await ask('/organizations/org_acme/memberships?limit=100')), 26),
      ...differs('gone', count(await ask('/organizations/org_beta/memberships?limit=100')), 1),
    ],
    most: { calls: 4, tokens: 2_500, questions: 2 },
  },
  {
    name: 'set a metadata key for 100 users',
    run: async (call) => {
      await planned(call, {
        steps: [
          {
            tool: 'Users_mergeUserMetadataAttributes',
            for_each: {
              list: 'Users_listSortedByCreationDate',
              where: { 'email_addresses.email_address': { $regex: '@example\\.com$' }, id: { $nin: WITHOUT } },
            },
            arguments: { user_id: '$.id', public_metadata: { cohort: 'spring' } },
          },
        ],
      });
    },
    faults: async (ask) =>
      differs(
        'cohort',
        listOf(await ask('/users?limit=500')).filter(
          ({ public_metadata: held }) => (held as { cohort?: string }).cohort === 'spring',
        ).length,
        100,
      ),
    most: { calls: 4, tokens: 1_000, questions: 0 },
  },
  {
    name: 'set metadata of users in a list',
    run: named('set-metadata', { user_ids: ['user_50', 'user_51'], public_metadata: { beta: true } }),
    faults: async (ask) =>
      differs(
        'metadata',
        listOf(await ask('/users?user_id=user_50&user_id=user_51')).map(({ public_metadata: held }) => held),
        [
          { plan: 'free', beta: true },
          { plan: 'free', beta: true },
        ],
      ),
    most: { calls: 2, tokens: 600, questions: 0 },
  },
  {
    name: 'sweep out sign-ups from one domain',
    run: named('incident-sweep', { domain: 'evil.example', since: '2026-01-02' }),
    faults: async (ask) => differs('banned', count(await ask('/users?banned=true&limit=100')), 10),
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'end all sessions of an organization',
    run: named('end-all-sessions', { organization_id: 'org_acme' }),
    faults: async (ask) => differs('sessions', count(await ask(`/sessions?user_id=user_3&${activeSessions}`)), 0),
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'tell everything about a user',
    run: async (call) => {
      await call(PLAN, { plan: 'everything-about', inputs: { user_id: 'user_3' } });
    },
    faults: async () => [],
    most: { calls: 1, tokens: 2_500, questions: 0 },
  },
  {
    name: 'export what is held about a user',
    run: async (call) => {
      await call(PLAN, { plan: 'privacy-export', inputs: { user_id: 'user_3' } });
    },
    faults: async () => [],
    most: { calls: 1, tokens: 400, questions: 0 },
  },
  {
    name: 'erase a user with what remains',
    run: named('privacy-erase', { user_id: 'user_30' }),
    faults: async (ask) => [
      ...differs('users', count(await ask('/users?user_id=user_30')), 0),
      ...differs('waitlist', count(await ask('/waitlist_entries?query=u30@')), 0),
      ...differs('invitations', count(await ask('/invitations?status=pending')), 0),
    ],
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'onboard a company',
    run: named('onboard-company', {
      name: 'Delta',
      admin: 'boss@delta.example',
      members: ['a@delta.example', 'b@delta.example'],
      domain: 'delta.example',
    }),
    faults: async (ask) => {
      const [delta] = listOf(await ask('/organizations?query=Delta'));
      return [
        ...differs('invited', count(await ask(`/organizations/${delta?.id}/invitations?status=pending`)), 3),
        ...differs('domains', count(await ask(`/organizations/${delta?.id}/domains`)), 1),
      ];
    },
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'rotate a key',
    run: async (call) => {
      const found = await call('ApiKeys_list', { subject: 'user_31', fields: ['id'] });
      await planned(call, { plan: 'rotate-key', inputs: { key_id: listOf(found)[0]?.id } });
    },
    faults: async (ask) => {
      const keys = listOf(await ask('/api_keys?subject=user_31&include_invalid=true'));
      return [
        ...differs('keys', keys.length, 2),
        ...differs('revoked', keys.filter(({ revoked }) => revoked === true).length, 1),
        ...differs(
          'scopes',
          keys.map(({ scopes }) => scopes),
          [['reports:read'], ['reports:read']],
        ),
      ];
    },
    most: { calls: 5, tokens: 1_500, questions: 1 },
  },
  {
    name: 'clean up test users',
    run: named('clean-up-test-users', {}),
    faults: async (ask) => differs('users', count(await ask('/users?limit=500')), 135),
    most: { calls: 4, tokens: 1_500, questions: 1 },
  },
  {
    name: 'ban a list of people',
    run: async (call) => {
      await planned(call, {
        steps: [{ tool: 'Users_markBanned', for_each: ['user_40', 'user_41', 'user_42'], arguments: { user_id: '$' } }],
      });
    },
    faults: async (ask) => differs('banned', count(await ask('/users?banned=true')), 3),
    most: { calls: 2, tokens: 800, questions: 1 },
  },
];

/** Users with an address at example.com who are not among the hundred. */
const WITHOUT = Array.from({ length: 30 }, (_, nth) => `user_${nth < 25 ? nth : nth + 110}`);
