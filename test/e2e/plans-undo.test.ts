import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalJson } from '../../src/policy/confirmation/canonical.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const USERS = ['user_0', 'user_1', 'user_2', 'user_3'];
const ORGANIZATIONS = ['org_a', 'org_b'];
/** What changes of itself, and what no request sets. */
const VOLATILE = new Set(['updated_at', 'last_active_at', 'members_count', 'lockout_expires_in_seconds', 'id', 'created_at']);

const SEED = {
  users: USERS.map((id, nth) => ({
    id,
    first_name: `First${nth}`,
    email_addresses: [`${id}@example.com`],
    public_metadata: { plan: 'free', deep: { a: nth, b: 'x' } },
    private_metadata: { note: `n${nth}` },
  })),
  organizations: ORGANIZATIONS.map((id) => ({
    id,
    name: id,
    max_allowed_memberships: 0,
    public_metadata: { tier: 1 },
    members: [
      { user: 'user_0', role: 'org:admin' },
      { user: 'user_1', role: 'org:member' },
    ],
  })),
};

/** Each is a plan, its application and its undo on the built program. */
const RUNS = 8;
const TIMEOUT_MS = 120_000;

let sandbox: SandboxProgram;
let client: ProgramClient;
beforeAll(async () => {
  const dir = await scratchDirectory();
  sandbox = await startSandboxProgram('--seed', await scratchFile(dir, SEED));
  client = await startProgram('v2 (2025)', { args: ['--state-dir', `${dir}/state`], env: sandbox.env });
});
afterAll(async () => {
  await client.close();
  await endSandboxes();
});

/** Everything that a caller can see, in an order of its own. */
async function everything(): Promise<unknown> {
  const paths = ['/users?limit=100', '/organizations?limit=100', '/organization_memberships?limit=100', '/blocklist_identifiers'];
  const answers = await Promise.all(paths.map(async (path) => (await sandbox.request('GET', path)).body));
  return answers.map((body) => {
    const list = Array.isArray(body) ? body : (body as { data: unknown[] }).data;
    return list.map((each) => canonicalJson(stable(each))).sort();
  });
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([key]) => !VOLATILE.has(key));
  return Object.fromEntries(members.map(([key, member]) => [key, stable(member)]));
}

const user = fc.constantFrom(...USERS);
const organization = fc.constantFrom(...ORGANIZATIONS);
const word = fc.stringMatching(/^[A-Za-z]{1,8}$/);
const metadata = fc.dictionary(
  fc.constantFrom('plan', 'deep', 'fresh'),
  fc.oneof(word, fc.integer({ min: 0, max: 9 }), fc.constant(null), fc.record({ a: fc.integer({ min: 0, max: 9 }), c: word })),
  { minKeys: 1, maxKeys: 3 },
);

/** Calls that are said to be taken back wholly, or whose loss no one can see here. */
const step = fc.oneof(
  fc.record({
    tool: fc.constant('Users_mergeUserMetadataAttributes'),
    arguments: fc.record({ user_id: user, public_metadata: metadata }),
  }),
  fc.record({
    tool: fc.constant('Users_replaceUserMetadata'),
    arguments: fc.record({ user_id: user, private_metadata: metadata }),
  }),
  fc.record({
    tool: fc.constant('Users_updateUserAttributes'),
    arguments: fc.record({ user_id: user, last_name: fc.option(word), locale: fc.constant('de-DE') }),
  }),
  fc.record({ tool: fc.constantFrom('Users_markBanned', 'Users_lockUser'), arguments: fc.record({ user_id: user }) }),
  fc.record({
    tool: fc.constant('Organizations_updateOrganization'),
    arguments: fc.record({ organization_id: organization, name: word, max_allowed_memberships: fc.integer({ min: 5, max: 9 }) }),
  }),
  fc.record({
    tool: fc.constant('Organizations_mergeOrganizationMetadata'),
    arguments: fc.record({ organization_id: organization, public_metadata: metadata }),
  }),
  fc.record({ tool: fc.constant('Organizations_createNewOrganization'), arguments: fc.record({ name: word, created_by: user }) }),
  fc.record({
    tool: fc.constant('OrganizationMemberships_addUserToOrganization'),
    arguments: fc.record({
      organization_id: organization,
      user_id: fc.constantFrom('user_2', 'user_3'),
      role: fc.constantFrom('org:member', 'org:admin'),
    }),
  }),
  fc.record({
    tool: fc.constant('OrganizationMemberships_updateMembershipProperties'),
    arguments: fc.record({
      organization_id: organization,
      user_id: fc.constant('user_1'),
      role: fc.constantFrom('org:member', 'org:admin'),
    }),
  }),
  fc.record({
    tool: fc.constant('OrganizationMemberships_removeUserFromOrganization'),
    arguments: fc.record({ organization_id: organization, user_id: fc.constant('user_1') }),
  }),
  fc.record({
    tool: fc.constant('AllowlistBlocklist_addIdentifier'),
    arguments: fc.record({ identifier: word.map((name) => `${name}@blocked.example.com`) }),
  }),
);

/** The undo gives the user their name back first, and then removes them under it. */
const RENAMED_THEN_REMOVED = [
  {
    tool: 'OrganizationMemberships_addUserToOrganization' as const,
    arguments: { organization_id: 'org_a', user_id: 'user_3' as const, role: 'org:admin' as const },
  },
  { tool: 'Users_updateUserAttributes' as const, arguments: { user_id: 'user_3', last_name: 'Other', locale: 'de-DE' as const } },
];

it(
  'leaves everything as it was when a plan is applied and taken back',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const before = await everything();
        const planned = await client.call('Jobs_planChanges', { steps });
        const { plan } = planned.json as { plan: string };
        await client.call('Jobs_applyPlan', { plan, confirm: true, on_error: 'continue' });
        const undo = (await client.call('Jobs_undoChanges', { plan })).json as {
          plan: string;
          calls: number;
          warnings?: string[];
        };
        if (undo.calls > 0) {
          const { json } = await client.call('Jobs_applyPlan', { plan: undo.plan, confirm: true });
          expect(json).toMatchObject({ state: 'finished', done: undo.calls });
        }
        expect(await everything()).toEqual(before);
      }),
      { numRuns: RUNS, endOnFailure: true, examples: [[RENAMED_THEN_REMOVED]] },
    );
  },
  TIMEOUT_MS,
);
