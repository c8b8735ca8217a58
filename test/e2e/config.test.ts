import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.js';
import { type Ended, startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { runAtTerminal, withoutTerminal } from '../support/terminal.js';

const SIGNING_KEY = 'a-signing-key-that-no-file-may-ever-have-in-it';
const VARIABLE = 'CLERK_JWT_SIGNING_KEY_MY_DATA_BASE';

/** An instance with something in every section. */
const FULL = `clerk_configuration: 1
organization_settings: { max_allowed_memberships: 7, domains_enabled: true, domains_enrollment_modes: [automatic_suggestion] }
permissions:
  org:bills:read: { name: Read bills, description: All of them }
  org:bills:pay: { name: Pay bills }
roles:
  org:admin: { name: Admin, permissions: [org:bills:pay, org:sys_memberships:manage, org:sys_memberships:read, org:sys_profile:delete] }
  org:member: { name: Member, permissions: [org:sys_memberships:read, org:sys_billing:read] }
  org:payer: { name: Payer, description: Pays, permissions: [org:bills:read, org:bills:pay] }
role_sets:
  role_set:default: { name: Usual, type: custom, default_role: org:member, creator_role: org:admin, roles: [org:admin, org:member] }
  role_set:paying: { name: Paying, type: initial, default_role: org:payer, creator_role: org:admin, roles: [org:admin, org:payer] }
jwt_templates:
  my data-base:
    lifetime: 90
    signing_key: { env: ${VARIABLE} }
    signing_algorithm: HS256
    claims: { role: authenticated, list: [3, 1, 2], nested: { $ne: 'x', "$steps.a.id": "\${inputs.name}" } }
  plain: { claims: {} }
redirect_urls: ["https://b.example.com/back", "app://callback"]
allowlist_identifiers: ["+15555550123", "*@example.com"]
blocklist_identifiers: [bad@example.com]
email_templates:
  verification_code: { subject: "{{otp_code}}", from_email_name: hello, delivered_by_clerk: true, body: "Hi,\\n\\n{{otp_code}}\\n" }
sms_templates: {}
instance: { allowed_origins: ["chrome-extension://abcdef"] }
protect: { rules_enabled: true }
communication: { blocked_country_codes: [NO, GB] }
oauth_application_settings: { default_scopes: [profile, email], oauth_jwt_access_tokens: true }
`;

interface Recorded {
  readonly method: string;
  readonly operation: string | null;
  readonly status: number;
}

/** An instance, and the program on it. */
interface Instance {
  readonly env: Readonly<Record<string, string>>;
  readonly config: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>;
  readonly pulled: () => Promise<string>;
  /** What was sent that changes something, since the last time. */
  readonly changes: () => Promise<readonly string[]>;
  readonly fault: (description: object) => Promise<void>;
}

const sandboxes: Sandbox[] = [];
afterAll(() => Promise.all(sandboxes.map((sandbox) => sandbox.close())));

async function instance(seed: 'demo' | 'empty' = 'empty', secretKey?: string): Promise<Instance> {
  const sandbox = await startSandbox({ seed, ...(secretKey === undefined ? {} : { secretKey }) });
  sandboxes.push(sandbox);
  const env = { CLERK_API_URL: sandbox.url, CLERK_SECRET_KEY: sandbox.secretKey };
  const config: Instance['config'] = (args, more = {}) => runCommand(['config', ...args], { env: { ...env, ...more } });
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(new URL(`/_sandbox/${path}`, sandbox.url), {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${sandbox.secretKey}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  let seen = 0;
  return {
    env,
    config,
    pulled: async () => (await config(['pull'])).stdout,
    changes: async () => {
      const { data } = (await control('GET', 'requests')) as { data: readonly Recorded[] };
      const sent = data.filter(({ method }) => method !== 'GET').map(({ operation }) => String(operation));
      const since = sent.slice(seen);
      seen = sent.length;
      return since;
    },
    fault: async (description) => void (await control('POST', 'faults', description)),
  };
}

let folder: string;
beforeAll(async () => {
  folder = await scratchDirectory();
});

const flat = (text: string): string => text.replace(/\s+/g, ' ');

describe('what is pulled', () => {
  it('comes back the same after it was applied to another instance, and holds no ids, times or secrets', async () => {
    const [one, other] = await Promise.all([instance('demo'), instance()]);
    const full = await scratchFile(folder, FULL);
    const made = await one.config(['apply', full, '--yes'], { [VARIABLE]: SIGNING_KEY });
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/Changed: (\d+) of \1\./) });
    const file = join(folder, 'pulled.yml');
    // No shell expands a ~ within a word.
    const home = { HOME: folder, USERPROFILE: folder };
    const pull = await one.config(['pull', '--out=~/pulled.yml'], home);
    expect(pull).toMatchObject({ code: 0, stdout: '' });
    expect(pull.stderr).toContain('sign-up restrictions');
    expect(pull.stderr).toContain('the signing key of my data-base');
    const text = await readFile(file, 'utf8');
    expect(text).toContain(`signing_key: { env: ${VARIABLE} } # Clerk does not return it`);
    expect(text).toContain('# Not in the file, since Clerk');
    for (const no of [SIGNING_KEY, 'created_at', 'updated_at', '  id:', 'perm_', 'roleset_', 'jtmp_', 'sk_test_'])
      expect(text).not.toContain(no);
    expect(await one.config(['diff', file])).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference') });

    const key = await scratchFile(folder, SIGNING_KEY);
    const given = `my data-base=~/${relative(folder, key)}`;
    const applied = await other.config(['apply', file, '--yes', '--signing-key', given], home);
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringMatching(/Changed: (\d+) of \1\./) });
    for (const { stdout, stderr } of [made, applied]) expect(stdout + stderr).not.toContain(SIGNING_KEY);
    expect(await other.pulled()).toBe(text);
    expect(await other.config(['diff', file])).toMatchObject({ code: 0 });
    expect((await other.config(['apply', file])).stdout).toMatch(/^There is nothing to change\./);
    // Written over itself, and over nothing else.
    expect(await other.config(['pull', '--out', file])).toMatchObject({ code: 0 });
    expect(await readFile(file, 'utf8')).toBe(text);
    const notes = await scratchFile(folder, '# How we pull\n\n```yaml\nclerk_configuration: 1\n```\n');
    for (const kept of [key, notes]) {
      const before = await readFile(kept, 'utf8');
      expect(await other.config(['pull', '--out', kept])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('is there and is not a configuration'),
      });
      expect(await readFile(kept, 'utf8')).toBe(before);
    }
  });
});

describe('a comparison', () => {
  it('names what differs by key and field, for people and for programs', async () => {
    const here = await instance();
    const file = await scratchFile(
      folder,
      `clerk_configuration: 1
roles:
  org:admin: { name: Boss, permissions: [org:sys_memberships:read] }
  org:new: { name: New, permissions: [] }
redirect_urls: [app://callback]
protect: { rules_enabled: true }
`,
    );
    const { code, stdout } = await here.config(['diff', file]);
    expect(code).toBe(1);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain(
      'roles\n  ~ org:admin\n      name: "Admin" -> "Boss"\n      permissions: - "org:sys_billing:manage"\n',
    );
    expect(stdout).toContain('  - org:member\n');
    expect(stdout).toContain('  + org:new\n      name: "New"\n');
    expect(stdout).toContain('redirect_urls\n  + app://callback\nprotect\n  ~ rules_enabled: false -> true\n');
    expect(stdout).toContain('2 different (~), 1 only in the instance (-).');

    const json = await here.config(['diff', file, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      same: false,
      differences: [
        { section: 'roles', key: 'org:admin', change: 'changed', fields: { name: { from: 'Admin', to: 'Boss' } } },
        { section: 'roles', key: 'org:new', change: 'added' },
        { section: 'roles', key: 'org:member', change: 'removed' },
        { section: 'redirect_urls', key: 'app://callback', change: 'added' },
        { section: 'protect', change: 'changed', fields: { rules_enabled: { from: false, to: true } } },
      ],
      not_compared: {},
    });
    expect(await here.changes()).toEqual([]);
  });

  it('says of a section that may not be read that it was not, and does not call it equal', async () => {
    const here = await instance();
    const file = join(folder, 'part.yml');
    const pull = await here.config(['pull', '--out', file, '--exclude', 'RoleSets']);
    expect(pull).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Not read: role_sets: RoleSets_list is not offered here'),
    });
    expect(await readFile(file, 'utf8')).toContain('# Not read: role_sets: RoleSets_list');
    expect(await here.config(['diff', file])).toMatchObject({ code: 0 });
    expect(await here.config(['diff', file, '--exclude', 'RedirectUrLs'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('redirect_urls: not compared: RedirectUrLs_listAll is not offered here'),
    });
  });

  it('takes two instances by their names', async () => {
    const file = await scratchFile(
      folder,
      'instances: {staging: {kind: sandbox, seed: demo}, production: {kind: sandbox, seed: empty}}\n',
    );
    const args = ['config', 'diff', '--instances', file, '--instance', 'staging', '--against', 'production'];
    expect(await runCommand(args)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/\+ org:reports:share\n[\s\S]*\d only in staging \(\+\), \d different/),
    });
  });

  it('takes another file in place of the instance, and needs no key', async () => {
    const [one, other] = await Promise.all([
      scratchFile(folder, 'clerk_configuration: 1\nredirect_urls: [a://b, c://d]\nprotect: {rules_enabled: true}\n'),
      scratchFile(folder, 'clerk_configuration: 1\nredirect_urls: [c://d]\n'),
    ]);
    expect(await runCommand(['config', 'diff', one, other])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('+ a://b\nprotect: not compared: the other side does not have it'),
    });
    expect(await runCommand(['config', 'diff', other, one])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('- a://b'),
    });
    expect(await runCommand(['config', 'diff', one, one])).toMatchObject({ code: 0 });
  });
});

describe('an apply', () => {
  it('that fails half way is gone on with, and makes nothing twice', async () => {
    const here = await instance();
    const file = await scratchFile(folder, FULL);
    const run = (): Promise<Ended> => here.config(['apply', file, '--yes'], { [VARIABLE]: SIGNING_KEY });
    await here.fault({ fault: 'reset', operations: 'OrganizationRoles_createRole', times: 1, takes_effect: true });
    const first = await run();
    expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining('it plans what is not done, and nothing twice') });
    expect(first.stdout).toMatch(/Changed: \d of 2\d\./);
    expect(first.stdout).toContain('May have happened, and will not be repeated: 1.');
    await here.fault({ fault: 'reset', operations: 'JwtTemplates_createTemplate', times: 1 });
    expect(await run()).toMatchObject({ code: 1 });
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringMatching(/Changed: (\d+) of \1\./) });
    const sent = await here.changes();
    expect(sent.filter((name) => name === 'OrganizationPermissions_createPermission')).toHaveLength(2);
    expect(sent.filter((name) => name === 'OrganizationRoles_createRole')).toHaveLength(1);
    expect(await here.config(['diff', file])).toMatchObject({ code: 0 });
  });

  it('is taken back by undo', async () => {
    const here = await instance();
    const before = await here.pulled();
    const state = join(folder, 'state');
    const file = await scratchFile(
      folder,
      FULL.replaceAll(/(?:role_sets:[\s\S]*?(?=jwt_templates)|email_templates:[\s\S]*?(?=sms_templates))/g, ''),
    );
    const audit = join(folder, 'audit.jsonl');
    const flags = ['--yes', '--state-dir', state, '--audit-log', audit, '--log-level', 'trace'];
    const applied = await here.config(['apply', file, ...flags], { [VARIABLE]: SIGNING_KEY });
    expect(applied.code).toBe(0);
    const kept = (await readdir(state)).map((name) => join(state, name));
    for (const path of [audit, ...kept]) expect((await readFile(path)).includes(SIGNING_KEY)).toBe(false);
    expect(applied.stdout + applied.stderr).not.toContain(SIGNING_KEY);
    const [, plan = ''] = /clerk-mcp undo (pln_\S+)\./.exec(applied.stderr) ?? [];
    expect(await here.pulled()).not.toBe(before);
    const undone = await runCommand(['undo', plan, '--yes', '--state-dir', state], { env: here.env });
    expect(undone).toMatchObject({ code: 0, stdout: expect.stringMatching(/Taken back: (\d+) of \1\./) });
    expect(await here.pulled()).toBe(before);
  });

  it('sends nothing where it is not agreed to, where a rule refuses a part, and where a file is wrong', async () => {
    const here = await instance();
    const file = await scratchFile(folder, FULL);
    const key = { [VARIABLE]: SIGNING_KEY };
    expect(await here.config(['apply', file], key)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('asks at a terminal'),
    });
    const rules = { rules: [{ tools: 'RoleSets_createRoleSet', action: 'deny', reason: 'No new sets.' }] };
    const refused = await here.config(['apply', file, '--yes', '--policy', await scratchFile(folder, rules)], key);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('No new sets.') });
    expect(await here.config(['apply', file, '--yes', '--read-only'], key)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not offered here'),
    });
    expect(await here.config(['apply', file, '--yes'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/:16: jwt_templates › my data-base › signing_key is missing: give it in CLERK_JWT_/),
    });
    const unknown = await scratchFile(
      folder,
      'clerk_configuration: 1\nroles:\n  org:x:\n    name: X\n    permissions: [org:no:such]\n',
    );
    expect(await here.config(['apply', unknown, '--yes'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        ':5: roles › org:x › permissions names org:no:such, which neither the file nor the instance has.',
      ),
    });
    expect(
      await runCommand(['config', 'apply', file, '--yes'], { env: { CLERK_SECRET_KEY: 'sk_live_x', ...key } }),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes is not for a live instance'),
    });
    expect(await here.changes()).toEqual([]);
  });

  it.skipIf(withoutTerminal)(
    'on a live instance is agreed to by a person who has seen all of it, and by nobody else',
    async () => {
      const here = await instance('empty', `sk_live_${'a'.repeat(42)}`);
      const file = await scratchFile(
        folder,
        'clerk_configuration: 1\nredirect_urls: [app://one, app://two]\nprotect: {rules_enabled: true}\n',
      );
      expect(await here.config(['apply', file])).toMatchObject({ code: 2, stdout: expect.stringContaining('app://one') });
      const args = ['config', 'apply', file];
      const left = await runAtTerminal(args, here.env, [{ prompt: '[y/N] ', text: 'n' }]);
      expect(left).toMatchObject({ code: 3, seen: expect.stringContaining('Nothing was changed.') });
      expect(await here.changes()).toEqual([]);
      const { code, seen } = await runAtTerminal(args, here.env, [{ prompt: '[y/N] ', text: 'y' }]);
      expect({ code, seen }).toMatchObject({ code: 0, seen: expect.stringContaining('Changed: 3 of 3.') });
      for (const shown of ['LIVE', 'app://one', 'app://two', 'rules true']) expect(flat(seen)).toContain(shown);
    },
  );

  it.skipIf(withoutTerminal)('deletes by --prune alone, and only once a person has typed how much is gone for good', async () => {
    const here = await instance('demo');
    const file = await scratchFile(
      folder,
      `clerk_configuration: 1
permissions: {}
roles:
  org:admin: { name: Admin, permissions: [org:sys_memberships:manage, org:sys_memberships:read, org:sys_profile:delete] }
  org:member: { name: Member, permissions: [] }
role_sets:
  role_set:default: { name: Default, default_role: org:member, creator_role: org:admin, roles: [org:admin, org:member] }
blocklist_identifiers: []
`,
    );
    const kept = await here.config(['apply', file, '--yes']);
    expect(kept.code).toBe(0);
    expect(flat(kept.stdout)).toContain('3 that only the instance has stay: only prune deletes.');
    expect((await here.changes()).filter((name) => /delete|replace/i.test(name))).toEqual([]);

    const pruning = ['config', 'apply', file, '--prune'];
    expect(await runCommand(pruning, { env: here.env })).toMatchObject({ code: 2 });
    const prompt = 'cancel): ';
    const left = await runAtTerminal(pruning, here.env, [{ prompt, text: '' }]);
    expect(left).toMatchObject({ code: 3, seen: expect.stringContaining('Nothing was changed.') });
    expect(await here.changes()).toEqual([]);
    const pruned = await runAtTerminal(pruning, here.env, [{ prompt, text: '3 cannot be undone' }]);
    expect(pruned).toMatchObject({ code: 0, seen: expect.stringContaining('Changed: 4 of 4.') });
    expect(await here.config(['diff', file])).toMatchObject({ code: 0 });
  });
});

describe('an agent', () => {
  it('pulls, compares and applies by named plans, and undoes', async () => {
    const here = await instance('demo');
    const client = await startProgram('v2 (2026)', { args: ['--confirm', 'flag'], env: here.env });
    try {
      const plan = async (name: string, inputs: object = {}): Promise<Record<string, unknown>> =>
        (await client.call('Jobs_planChanges', { plan: name, inputs })).json as Record<string, unknown>;
      const { plans } = (await plan('list')) as { plans: { name: string; inputs: object }[] };
      expect(plans.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['apply-configuration', 'compare-configuration', 'pull-configuration', 'offboard']),
      );
      const { configuration } = (await plan('pull-configuration')) as { configuration: string };
      expect(configuration).toBe(await here.pulled());
      expect(await plan('compare-configuration', { configuration })).toMatchObject({ same: true, differences: [] });
      expect(
        Object.keys(parse((await plan('pull-configuration', { sections: ['roles'] })).configuration as string) as object),
      ).toEqual(['clerk_configuration', 'roles']);
      const wanted = configuration
        .replace('name: Analyst', 'name: Reader')
        .replace('    permissions:\n      - org:reports:share', '    permissions:');
      const compared = await plan('compare-configuration', { configuration: wanted });
      expect(compared).toMatchObject({
        same: false,
        differences: [
          { section: 'roles', key: 'org:analyst', change: 'changed', fields: { name: { from: 'Analyst', to: 'Reader' } } },
        ],
      });
      const made = await plan('apply-configuration', { configuration: wanted });
      expect(made).toMatchObject({
        calls: 2,
        by_operation: { OrganizationRoles_updateRole: 1, OrganizationRoles_removePermission: 1 },
      });
      expect(await here.changes()).toEqual([]);
      expect((await client.call('Jobs_applyPlan', { plan: made.plan })).isError).toBe(true);
      expect(await here.changes()).toEqual([]);
      expect((await client.call('Jobs_applyPlan', { plan: made.plan, confirm: true })).json).toMatchObject({
        state: 'finished',
        done: 2,
      });
      expect(await plan('compare-configuration', { configuration: wanted })).toMatchObject({ same: true });
      const undo = (await client.call('Jobs_undoChanges', { plan: made.plan })).json as { plan: string };
      await client.call('Jobs_applyPlan', { plan: undo.plan, confirm: true });
      expect(await plan('compare-configuration', { configuration })).toMatchObject({ same: true });

      const object = { clerk_configuration: 1, roles: { 'org:admin': { name: 'Admin', permissions: [] } } };
      expect(flat(JSON.stringify(await plan('apply-configuration', { configuration: object })))).toContain(
        'The role of a creator needs the permissions',
      );
      expect(await plan('apply-configuration', { configuration: 'clerk_configuration: 1\nrole: {}\n' })).toMatchObject({
        error: 'invalid_arguments',
        faults: [{ path: 'configuration:2 role', expected: expect.stringContaining('Did you mean roles') }],
      });
      const signed =
        'clerk_configuration: 1\njwt_templates:\n  x: {signing_key: {env: CLERK_JWT_SIGNING_KEY_X}, signing_algorithm: HS256, claims: {}}\n';
      expect(await plan('apply-configuration', { configuration: signed })).toMatchObject({
        faults: [
          {
            path: 'configuration:3 jwt_templates › x › signing_key',
            expected: expect.stringContaining('clerk-mcp config apply'),
          },
        ],
      });
    } finally {
      await client.close();
    }
  });
});
