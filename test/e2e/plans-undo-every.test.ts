import { afterAll, expect, it } from 'vitest';
import type { RecordedChange } from '../../src/sandbox/change-log.js';
import { operations } from '../../tools/index.js';
import { everyOperation, START } from '../sandbox/every-operation.js';
import { fillIn, type Held, hold, prepare } from '../sandbox/step.js';
import { EVERY_TOOL } from '../support/offer.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

afterAll(endSandboxes);

const TIMEOUT_MS = 90_000;
/** What can be taken back, with what is then lost. */
const REVERSIBLE = new Map(
  operations.flatMap(({ name, spec: { undo } }) => (undo === undefined || 'never' in undo ? [] : [[name, undo.lost ?? '']])),
);

/** In the place of the walk's arguments, where those hold what cannot be read, or send mail. */
const INSTEAD: Readonly<Record<string, object>> = {
  AllowlistBlocklist_addIdentifierToAllowList: { identifier: 'ivy@example.com', notify: undefined },
  ApiKeys_updateKey: { description: 'Reports', seconds_until_expiration: undefined },
  EnterpriseConnections_updateConnection: { name: 'Other', active: undefined, oidc: undefined },
  InstanceSettings_updateInstanceSettings: {
    allowed_origins: ['capacitor://localhost'],
    test_mode: undefined,
    support_email: undefined,
  },
  OrganizationDomains_updateDomain: { enrollment_mode: 'automatic_suggestion', verified: undefined },
};

/** What makes it possible. */
const FIRST: Readonly<Record<string, readonly [tool: string, args: Record<string, unknown>]>> = {
  OrganizationDomains_updateDomain: [
    'InstanceSettings_updateOrganizationSettings',
    { domains_enrollment_modes: ['manual_invitation', 'automatic_suggestion'] },
  ],
};

/** Rows that are there afterwards, or are otherwise than before: what was begun is ended, not gone. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  ActorTokens_createToken: ['actor_token'],
  AdminPortalLinkTokens_createToken: ['admin_portal_link', 'admin_portal_link_token'],
  AgentTasks_createTask: ['agent', 'agent_task'],
  ApiKeys_createKey: ['api_key'],
  Billing_applyDiscount: ['commerce_discount_redemption'],
  Billing_removeDiscount: ['commerce_discount_redemption', 'commerce_discount_redemption'],
  EmailSmsTemplates_updateTemplateByTypeAndSlug: ['template'],
  Invitations_createNewInvitation: ['invitation'],
  M2mTokens_createToken: ['machine_to_machine_token'],
  OrganizationInvitations_createAndSend: ['organization_invitation'],
  Sessions_createSession: ['client', 'session'],
  SigninTokens_createToken: ['sign_in_token'],
  Users_removeLock: ['user'],
};
/** Their objects are known by what they belong to, whatever their ids. */
const REPLACED = new Set(['EmailSmsTemplates_revertTemplate', 'Machines_deleteScope', 'SsoBypassAllowlistUsers_removeUser']);

/** What changes from one row to another that takes its place; a sender's name is shown whether it was set or is the default. */
const OWN = new Set(['id', 'created_at', 'invitation_id', 'from_email_name']);

interface Row {
  readonly resource: string;
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
}

/** What all changes together have made of each row that is not as it was. */
function netOf(changes: readonly RecordedChange[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { resource, id, columns } of changes) {
    const key = `${resource}/${id}`;
    const row = rows.get(key) ?? { resource, before: {}, after: {} };
    rows.set(key, row);
    for (const [name, { before, after }] of Object.entries(columns)) {
      if (!(name in row.before)) row.before[name] = before;
      row.after[name] = after;
    }
  }
  return [...rows.values()].filter(({ before, after }) => text(before) !== text(after));
}

const text = (row: object, without: ReadonlySet<string> = new Set()): string =>
  JSON.stringify(
    Object.entries(row)
      .filter(([name, value]) => !without.has(name) && value !== undefined)
      // An empty text is as good as none.
      .map(([name, value]) => [name, value ?? '']),
  );

/** Without rows that are gone and rows that are the same but for their ids and dates. */
function withoutReplaced(rows: readonly Row[]): Row[] {
  const gone = rows.filter(({ after }) => after.id === undefined && text(after) === '[]');
  const pairs = gone.flatMap((row) => {
    const other = rows.find(
      ({ resource, before, after }) =>
        resource === row.resource && text(before) === '[]' && text(after, OWN) === text(row.before, OWN),
    );
    return other === undefined ? [] : [row, other];
  });
  return rows.filter((row) => !pairs.includes(row));
}

it(
  'takes back every call that is said to be taken back, with nothing left but what is said to be lost',
  async () => {
    const dir = await scratchDirectory();
    const everything = { name: 'all', risk: ['read', 'write', 'destructive', 'credential', 'access'], action: 'allow' };
    const policy = await scratchFile(dir, { rules: [everything], budgets: [] });
    const sandbox = await startSandboxProgram('--seed', await scratchFile(dir, START));
    const clients = new Map<string, ProgramClient>();
    const clientOf = async (key = sandbox.env.CLERK_SECRET_KEY ?? ''): Promise<ProgramClient> => {
      const args = [...EVERY_TOOL, '--policy', policy, '--results', 'full', '--clerk-limit', '1000000'];
      const client =
        clients.get(key) ?? (await startProgram('v2 (2025)', { args, env: { ...sandbox.env, CLERK_SECRET_KEY: key } }));
      clients.set(key, client);
      return client;
    };
    const changes = async (): Promise<RecordedChange[]> =>
      ((await sandbox.request('GET', '/_sandbox/changes')).body as { data: RecordedChange[] }).data;

    /** Plans, applies and takes back one call. What is then not as it was. */
    async function leftBy(client: ProgramClient, tool: string, args: object): Promise<Row[]> {
      const mark = JSON.stringify((await changes()).at(-1));
      const { plan } = (await client.call('Jobs_planChanges', { steps: [{ tool, arguments: args }] })).json as { plan: string };
      expect((await client.call('Jobs_applyPlan', { plan })).json, tool).toMatchObject({ state: 'finished', done: 1 });
      const undo = await client.call('Jobs_undoChanges', { plan });
      expect.soft(undo.json, `${tool}: ${undo.text}`).toMatchObject({ calls: 1 });
      const applied = await client.call('Jobs_applyPlan', { plan: (undo.json as { plan: string }).plan });
      expect.soft(applied.json, `${tool}: ${applied.text}`).toMatchObject({ state: 'finished', done: 1 });
      const all = await changes();
      return netOf(all.slice(all.findLastIndex((change) => JSON.stringify(change) === mark) + 1));
    }

    const held: Held = {};
    const tried = new Set<string>();
    for (const step of everyOperation(Date.now())) {
      const { operation, args = {}, keep = {}, key } = step;
      await prepare(step, held, async (...request) => (await sandbox.request(...request)).body);
      const client = await clientOf(key === undefined ? undefined : held[key]);
      const given = fillIn(args, held);
      const lost = REVERSIBLE.get(operation);
      const [enabling, enablingArgs] = FIRST[operation] ?? [];
      if (enabling !== undefined) await client.call(enabling, enablingArgs);
      if (lost !== undefined && !tried.has(operation)) {
        tried.add(operation);
        const left = await leftBy(client, operation, { ...given, ...INSTEAD[operation] });
        const comesAnew = REPLACED.has(operation) || /\b(?:new|anew)\b/.test(lost);
        const unlike = comesAnew ? withoutReplaced(left) : left;
        expect
          .soft(unlike.map(({ resource }) => resource).sort(), `${operation}: ${JSON.stringify(left)}`)
          .toEqual(LEFT[operation] ?? []);
        for (const { after } of comesAnew ? [] : unlike) {
          if ('status' in after) expect(after.status, operation).toMatch(/^(?:revoked|removed)$/);
          if ('revoked' in after) expect(after.revoked, operation).toBe(true);
        }
        // What came back under another id is no longer there for the walk's own call.
        if (comesAnew && unlike.length < left.length) continue;
      }
      hold(held, keep, (await client.call(operation, given)).json);
    }
    expect([...REVERSIBLE.keys()].filter((name) => !tried.has(name))).toEqual([]);
    await Promise.all([...clients.values()].map((client) => client.close()));
  },
  TIMEOUT_MS,
);
