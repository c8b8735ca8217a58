import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const directory = await scratchDirectory();
const file = (content: unknown): Promise<string> => scratchFile(directory, content);
const published = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

interface Shown {
  readonly rules: readonly { name?: string; action: string; strength?: string }[];
  readonly budgets: readonly { name?: string; max: number }[];
}

async function show(...args: string[]): Promise<Shown> {
  const ended = await runCommand(['policy', 'show', ...args]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Shown;
}

interface Explained {
  readonly offered: boolean;
  readonly action: string;
  readonly rule: string;
  readonly reason?: string;
  readonly risk: string;
  readonly strength?: { canAsk: string; cannotAsk: string };
  readonly budgets: readonly string[];
  readonly steps: readonly { rule: string; result: string; why: string }[];
}

async function explain(name: string, args: object, ...flags: string[]): Promise<Explained> {
  const ended = await runCommand(['policy', 'explain', name, JSON.stringify(args), ...flags]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Explained;
}

describe('policy show', () => {
  it('prints the built-in rules and budgets', async () => {
    const { rules, budgets } = await show();
    expect(rules.map(({ action }) => action)).toEqual(['confirm', 'confirm', 'allow', 'confirm']);
    expect(rules[0]).toMatchObject({ strength: 'auto', tools: 'Jobs_scanList', args: { to: '*' } });
    expect(rules[1]).toMatchObject({ strength: 'auto', tools: 'Jobs_planChanges', args: { plan: '*-export' } });
    expect(rules[3]).toMatchObject({ strength: 'auto', risk: ['destructive', 'credential', 'access'] });
    expect(budgets).toContainEqual(expect.objectContaining({ risk: 'destructive', instance: 'live', max: 20, per: '1h' }));
  });

  it('has the strength of --confirm, and the rules of a file before the built-in ones', async () => {
    expect((await show('--confirm', 'token')).rules.at(-1)).toMatchObject({ strength: 'token' });
    const policy = await file({ rules: [{ name: 'ours', tools: 'Users', action: 'allow' }], budgets: [] });
    const { rules, budgets } = await show('--policy', policy);
    expect(rules.map(({ name }) => name)).toEqual([
      'ours',
      expect.stringContaining('default'),
      expect.stringContaining('default'),
      expect.stringContaining('default'),
      expect.stringContaining('default'),
    ]);
    expect(budgets).toEqual([]);
  });

  it('prints what can be kept as a policy file', async () => {
    const { stdout } = await runCommand(['policy', 'show']);
    expect(await runCommand(['policy', 'check', await file(stdout)])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the JSON Schema of the policy file', () => {
  it('is the published one (npm run policy-schema writes it)', async () => {
    const { code, stdout } = await runCommand(['policy', 'show', '--schema']);
    expect(code).toBe(0);
    expect(stdout).toBe(await readFile(published('examples/policy.schema.json'), 'utf8'));
  });

  it('goes into the package, with an example', async () => {
    const { files } = JSON.parse(await readFile(published('package.json'), 'utf8')) as { files: string[] };
    expect(files).toEqual(expect.arrayContaining(['examples']));
  });

  it('takes the example, as the program does, and what the program shows', async () => {
    const schema = z.fromJSONSchema(JSON.parse(await readFile(published('examples/policy.schema.json'), 'utf8')));
    const example: unknown = JSON.parse(await readFile(published('examples/policy.example.json'), 'utf8'));
    expect(example).toHaveProperty('$schema', './policy.schema.json');
    expect(schema.safeParse(example).success).toBe(true);
    expect(schema.safeParse(await show()).success).toBe(true);
    expect(await runCommand(['policy', 'check', published('examples/policy.example.json')])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it.each([
    { ruels: [] },
    { rules: [{ tols: 'Users', action: 'allow' }] },
    { rules: [{ risk: 'dangerous', action: 'allow' }] },
    { rules: [{ tools: 'Users', action: 'deny' }] },
    { budgets: [{ risk: 'read', max: 1, per: 'an hour' }] },
  ])('refuses %j', async (wrong) => {
    const schema = z.fromJSONSchema(JSON.parse(await readFile(published('examples/policy.schema.json'), 'utf8')));
    expect(schema.safeParse(wrong).success).toBe(false);
  });
});

describe('policy check', () => {
  it('says that a file is good', async () => {
    const path = await file({ rules: [{ tools: 'Users', action: 'allow' }] });
    const ended = await runCommand(['policy', 'check', path]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(`${path} is good`);
  });

  const rule = (more: object) => ({
    rules: [
      { tools: 'Users', action: 'allow' },
      { action: 'allow', ...more },
    ],
  });
  const WRONG: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown tool', rule({ tools: 'Users_markBaned' }), /rules\[1\]\.tools: .*"Users_markBaned".*Users_markBanned/],
    ['an unknown group', rule({ tools: ['Users', 'Userz'] }), /rules\[1\]\.tools\[1\]: .*"Userz".*Users/],
    ['a glob that matches nothing', rule({ tools: '*_destroy*' }), /rules\[1\]\.tools: .*"\*_destroy\*"/],
    ['an unknown risk', rule({ risk: 'destructve' }), /rules\[1\]\.risk: .*Did you mean destructive\?/],
    ['an unknown key', rule({ tols: 'Users' }), /rules\[1\]\.tols: unknown key.*tools/],
    ['an unknown key at the top', { rulez: [] }, /rulez: unknown key.*rules/],
    ['an unknown strength', rule({ tools: 'Users', action: 'confirm', strength: 'persn' }), /rules\[1\]\.strength: .*person/],
    ['an unknown kind of instance', rule({ instance: 'production' }), /rules\[1\]\.instance: .*test, live, sandbox/],
    ['an unknown input', rule({ tools: 'Users_markBanned', args: { userid: 'x' } }), /rules\[1\]\.args\.userid: .*user_id/],
    ['a budget without a time', { budgets: [{ risk: 'destructive', max: 3 }] }, /budgets\[0\]\.per: /],
    ['a key that is there twice', '{"rules":[],"rules":[]}', /"rules" is there twice/],
    ['what is no JSON', 'rules: []', /no valid JSON/],
  ];

  it.each(WRONG)('names %s with its path: exit code 2, nothing on stdout', async (_, content, message) => {
    const path = await file(content);
    const ended = await runCommand(['policy', 'check', path]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(path);
    expect(ended.stderr).toMatch(message);
  });

  it('names every fault on a line of its own', async () => {
    const path = await file({ rules: [{ tols: 'Users', risk: 'x', action: 'allow' }], budgets: [{ risk: 'y' }] });
    const { stderr } = await runCommand(['policy', 'check', path]);
    for (const at of ['rules[0].tols', 'rules[0].risk', 'budgets[0].risk', 'budgets[0].max', 'budgets[0].per']) {
      expect(stderr.split('\n').filter((line) => line.includes(`${at}: `))).toHaveLength(1);
    }
  });

  it('names faults of form and of content in one go, in words, in the order of the file', async () => {
    const path = await file(
      '{"budgets":[{"max":"3","per":"1h","tools":"Userz"}],"rules":[{"tools":"Users_markBaned","action":"allow"},' +
        '{"tools":5,"action":"allow"},{"tools":[],"action":"deny"},{"tools":"Users","tools":"Users","action":"allow"}]}',
    );
    const { stderr } = await runCommand(['policy', 'check', path]);
    expect(stderr.split('\n').slice(1, -1)).toEqual([
      '  budgets[0].max: expected a number, and a text is given.',
      '  budgets[0].tools: No tool or group matches "Userz". Did you mean Users?',
      '  rules[0].tools: No tool or group matches "Users_markBaned". Did you mean Users_markBanned?',
      '  rules[1].tools: expected a text, and 5 is given.',
      '  rules[2].tools: is an empty list.',
      '  rules[2].reason: is missing: expected a text.',
      '  rules[3]: "tools" is there twice',
    ]);
  });

  it('says that a file cannot be read', async () => {
    for (const path of [`${directory}/none.json`, directory]) {
      const ended = await runCommand(['policy', 'check', path]);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toContain(`The policy file ${path} cannot be read: `);
    }
  });

  it('and the start are one: a bad file stops every command that uses it, and nothing is on stdout', async () => {
    const path = await file(rule({ tools: 'Users_markBaned' }));
    for (const command of [[], ['call', 'Users_getTotalCount'], ['policy', 'show'], ['policy', 'explain', 'Users_markBanned']]) {
      const ended = await runCommand([...command, '--sandbox', '--policy', path]);
      expect(ended).toMatchObject({ code: 2, stdout: '' });
      expect(ended.stderr).toMatch(/rules\[1\]\.tools: .*Users_markBanned/);
    }
  });
});

describe('policy explain', () => {
  it('says which rule decides, how strongly, and why the others do not', async () => {
    const explained = await explain('Users_markBanned', { user_id: 'user_1' });
    expect(explained).toMatchObject({
      offered: true,
      risk: 'destructive',
      action: 'confirm',
      rule: 'default: gated',
      strength: { canAsk: 'person', cannotAsk: 'person' },
      budgets: ['default: defensive', 'default: defensive, process'],
    });
    expect(explained.steps.map(({ result }) => result)).toEqual(['passed over', 'passed over', 'passed over', 'decides']);
    expect(explained.steps[2]?.why).toContain('destructive');
  });

  it('says of whom a call is about what the arguments tell, and what would have to be read', async () => {
    const policy = await file({ rules: [{ name: 'hands off', about: { user: 'user_1' }, action: 'deny', reason: 'No.' }] });
    const why = async (name: string, args: object): Promise<string | undefined> => {
      const { steps } = await explain(name, args, '--policy', policy);
      return steps.find(({ rule }) => rule === 'hands off')?.why;
    };
    expect(await why('Users_markBanned', { user_id: 'user_1' })).toContain('whom it is about too; denies: No.');
    expect(await why('Users_markBanned', { user_id: 'user_2' })).toBe('it is about others');
    expect(await why('Sessions_revokeSession', { session_id: 'sess_1' })).toContain('whom it is about cannot be determined here');
  });

  it('looks at the risk of the very arguments', async () => {
    const user_id = 'user_1';
    expect(await explain('Users_updateUserAttributes', { user_id, first_name: 'Ada' })).toMatchObject({ action: 'allow' });
    expect(await explain('Users_updateUserAttributes', { user_id, password: 'x' })).toMatchObject({
      action: 'confirm',
      risk: 'destructive',
    });
  });

  it('goes by instance, caller and arguments', async () => {
    const policy = await file({
      rules: [
        { name: 'not her', args: { user_id: 'user_owner' }, action: 'deny', reason: 'She stays.' },
        { name: 'support', caller: 'support-*', tools: 'Users', action: 'confirm', strength: 'flag' },
      ],
    });
    const ban = (user_id: string, ...flags: string[]) => explain('Users_markBanned', { user_id }, '--policy', policy, ...flags);
    expect(await ban('user_owner')).toMatchObject({ action: 'deny', rule: 'not her', reason: 'She stays.' });
    expect(await ban('user_1', '--caller', 'support-bot')).toMatchObject({ rule: 'support', strength: { canAsk: 'flag' } });
    expect(await ban('user_1', '--instance', 'test')).toMatchObject({ strength: { cannotAsk: 'flag' }, budgets: [] });
    expect(await ban('user_1', '--sandbox')).toMatchObject({ strength: { cannotAsk: 'flag' } });
    expect(await ban('user_1', '--confirm', 'person')).toMatchObject({ strength: { cannotAsk: 'person' } });
  });

  it('says that a tool is not offered at all', async () => {
    expect(await explain('Users_markBanned', { user_id: 'user_1' }, '--read-only')).toMatchObject({ offered: false });
  });

  it.each([
    ['an unknown tool', ['Users_markBaned'], /Did you mean Users_markBanned/],
    ['an unknown input', ['Users_markBanned', '{"userid":"x"}'], /userid: no such input\. Did you mean user_id/],
    ['what is no JSON', ['Users_markBanned', '{user_id}'], /no valid JSON/],
    ['an unknown instance', ['Users_markBanned', '{"user_id":"x"}', '--instance', 'prod'], /--instance: .*test, live, sandbox/],
    ['an unknown strength', ['Users_markBanned', '{"user_id":"x"}', '--confirm', 'persn'], /--confirm: .*Did you mean person\?/],
    ['no tool', [], /^clerk-mcp: Missing required argument 'name'/],
  ])('refuses %s: exit code 2, nothing on stdout', async (_, args, message) => {
    const ended = await runCommand(['policy', 'explain', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });
});
