import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { json, MisbehavingServer } from '../support/misbehaving-server.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory } from '../support/scratch.js';
import { tokenEntries } from '../support/token-file.js';

const scratch = await scratchDirectory();
const COUNT = 'Users_getTotalCount';
const clerk = await MisbehavingServer.start(json({ keys: [] }, 200, { date: new Date().toUTCString() }));
afterAll(() => clerk.stop());

const path = join(scratch, 'instances.yml');
const api_url = clerk.origin;
await writeFile(
  path,
  JSON.stringify({
    instances: {
      shop: { kind: 'production', secret_key_env: 'SHOP_KEY', api_url },
      staging: { kind: 'development', secret_key_file: 'staging.key', api_url, toolsets: 'users', policy: 'policy.json' },
      play: { kind: 'sandbox', read_only: true },
    },
  }),
);
await writeFile(join(scratch, 'staging.key'), 'sk_test_neverToBeSeen\n', { mode: 0o600 });
await writeFile(
  join(scratch, 'policy.json'),
  '{"rules":[{"name":"no bans","tools":"Users_markBanned","action":"deny","reason":"Ask Eve."}]}',
);
const env = { SHOP_KEY: 'sk_live_neverToBeSeen' };
const on = (instance: string): string[] => ['--instances', path, '--instance', instance];

interface Check {
  readonly check: string;
  readonly instance?: string;
  readonly status: string;
  readonly message: string;
}

async function doctor(args: readonly string[], environment: Record<string, string> = env) {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json', ...args], { env: environment });
  expect(stdout + stderr).not.toContain('neverToBeSeen');
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return { code, checks, of: (instance?: string) => checks.filter((one) => one.instance === instance) };
}

describe('doctor', () => {
  it('checks each instance, and once what they share', async () => {
    const tokens = join(scratch, 'tokens.json');
    await writeFile(tokens, JSON.stringify({ tokens: [{ ...tokenEntries(['ada']).tokens[0], instances: ['shop'] }] }), {
      mode: 0o600,
    });
    await mkdir(join(scratch, 'secrets'), { mode: 0o700 });
    const { code, of } = await doctor([
      '--instances',
      path,
      '--auth',
      'token',
      '--tokens',
      tokens,
      '--secrets-dir',
      join(scratch, 'secrets'),
    ]);
    const bad = (checks: Check[]) => checks.filter(({ status }) => status !== 'ok');
    expect([...bad(of('shop')), ...bad(of('staging')), ...bad(of('play'))]).toEqual([]);
    expect(code).toBe(0);
    await chmod(path, 0o666);
    const open = await doctor([...on('play')]);
    await chmod(path, 0o600);
    expect(open.of().find(({ check, status }) => check === 'instances' && status === 'warning')?.message).toContain(
      'others on this machine',
    );
    for (const name of ['shop', 'staging', 'play'])
      expect(of(name).map(({ check }) => check)).toEqual(expect.arrayContaining(['key', 'settings', 'api', 'policy', 'secrets']));
    expect(of('staging').find(({ check }) => check === 'policy')?.message).toContain('Rules of its own: 1');
    expect(of().map(({ check }) => check)).toEqual(expect.arrayContaining(['instances', 'settings', 'audit', 'tokens']));
  });

  it('tells every fault of the file and of the keys, and names theirs', async () => {
    const { code, checks } = await doctor(['--instances', path], { SHOP_KEY: 'sk_test_neverToBeSeen' });
    expect(code).toBe(1);
    const faults = checks.filter(({ status }) => status === 'failure');
    expect(faults).toEqual([
      expect.objectContaining({ check: 'key', instance: 'shop', message: expect.stringContaining('is said to be production') }),
      expect.objectContaining({ check: 'key', instance: 'staging', message: expect.stringContaining('the same key as shop') }),
    ]);
    const broken = join(scratch, 'broken.yml');
    await writeFile(broken, 'instances:\n  A: { kind: sandbox }\n  b: { kind: sandbox, polcy: x }\n');
    const found = await doctor(['--instances', broken]);
    expect(found.checks.filter(({ check }) => check === 'instances').map(({ message }) => message)).toEqual([
      expect.stringContaining('the name "A"'),
      expect.stringContaining('instances.b: unknown key "polcy"'),
    ]);
    const tokens = join(scratch, 'strange.json');
    const [entry] = tokenEntries(['ada']).tokens;
    await writeFile(tokens, JSON.stringify({ tokens: [{ ...entry, instances: ['stagin'] }] }), { mode: 0o600 });
    const grants = join(scratch, 'grants.json');
    await writeFile(grants, JSON.stringify({ grants: [{ who: { subject: '*' }, scopes: ['clerk:read'] }] }), { mode: 0o600 });
    const oauth = ['--auth', 'oauth', '--issuer', 'http://127.0.0.1:9', '--audience', 'https://mcp.example.com/mcp'];
    const unnamed = await doctor([...on('play'), ...oauth, '--grants', grants]);
    expect(unnamed.checks.find(({ check }) => check === 'grants')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('name no instance, and so grant nothing: grants[0]'),
    });
    const strange = await doctor([...on('play'), '--auth', 'token', '--tokens', tokens]);
    expect(strange.checks.find(({ check }) => check === 'tokens')).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('no instance is named "stagin". Did you mean staging?'),
    });
  });
});

describe('a command', () => {
  it('shows what a terminal would act on as escapes, line by line', async () => {
    const file = join(scratch, 'hidden.yml');
    await writeFile(file, 'instances:\n  "pl\\u202eay\\u001b[31m": { kind: sandbox }\n  "b\\nc": { kind: sandbox }\n');
    const { code, stderr } = await runCommand(['call', COUNT, '--instances', file, '--instance', 'play'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('\n  the name "pl\\u202eay\\u001b[31m" cannot be used');
    expect(stderr).toContain('\n  the name "b\\nc" cannot be used');
    expect(stderr).not.toMatch(/(?!\n)\p{C}/u);
  });

  it('works on the instance that is named, with its settings', async () => {
    const explained = await runCommand(['policy', 'explain', 'Users_markBanned', '{"user_id":"user_1"}', ...on('staging')]);
    expect(JSON.parse(explained.stdout)).toMatchObject({ rule: 'no bans' });
    const kind = await runCommand(['policy', 'explain', 'Users_markBanned', '{"user_id":"user_1"}', '--instance', 'test']);
    expect(kind.code).toBe(0);
    const listed = await runCommand(['tools', '--json', ...on('staging')]);
    expect((JSON.parse(listed.stdout) as { name: string }[]).every(({ name }) => /^(?:Users|Jobs)_/.test(name))).toBe(true);
    const refused = await runCommand(['call', 'Users_markBanned', '{"user_id":"user_1"}', ...on('play')]);
    expect(refused.stderr).toContain('started to read only');
    expect((await runCommand(['export', join(scratch, 'x.json'), ...on('play')])).stderr).toContain('name another --instance');
    const undo = await runCommand(['undo', ...on('play'), '--state-dir', join(scratch, 'state')]);
    expect(undo.stderr).toContain(`${join(scratch, 'state', 'play')} is not a folder`);
  });

  it.each([
    [['call', COUNT, '--instances', path], /Say which instance with --instance NAME: none is taken by default/],
    [['call', COUNT, '--instances', path, '--instance', 'shopp'], /has no instance shopp\. It has shop \(production\)/],
    [['call', COUNT, '--instance', 'shop'], /--instance needs --instances FILE/],
    [['call', COUNT, ...on('play'), '--sandbox'], /--sandbox does not go with --instances/],
    [['http', ...on('play')], /leave --instance out/],
    [['http', '--instances', join(scratch, 'none.yml')], /The file of instances cannot be read: there is no such file/],
    [['tools', '--instances', scratch, '--instance', 'play'], /cannot be read: it is a folder: name a file/],
    [['http', '--instances', path], /instances\.shop: The variable SHOP_KEY/],
    [['token', 'new', 'x', '--tokens', join(scratch, 't.json'), '--instance', 'A b'], /not the name of an instance/],
  ])('%j is told what is missing', async (args, said) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
  });

  it('needs of OAuth that grants say who may reach which instance', async () => {
    const oauth = ['--auth', 'oauth', '--issuer', 'https://issuer.example', '--audience'];
    const http = (...args: string[]) => runCommand(['http', '--instances', path, ...args], { env });
    expect((await http(...oauth, 'https://mcp.example.com/mcp')).stderr).toContain('needs --grants FILE');
    expect((await http(...oauth, 'https://mcp.example.com/mcp,other')).stderr).toContain('--audience takes one address');
  });
});

describe('init', () => {
  it('writes an entry for one instance, which holds no key', async () => {
    const home = join(scratch, 'home');
    await mkdir(join(home, '.cursor'), { recursive: true });
    const run = (...args: string[]) => runCommand(['init', '--client', 'cursor', ...args], { env: { HOME: home } });
    const { code, stdout } = await run(...on('shop'), '--discovery');
    expect(code).toBe(0);
    expect(stdout).toContain('from the variable SHOP_KEY, which must be set where the client starts');
    const { mcpServers } = JSON.parse(await readFile(join(home, '.cursor', 'mcp.json'), 'utf8')) as {
      mcpServers: Record<string, { args: string[]; env?: unknown }>;
    };
    expect(mcpServers['clerk-shop']?.args.slice(1)).toEqual(['--instances', path, '--instance', 'shop', '--discovery']);
    expect(mcpServers['clerk-shop']?.env).toBeUndefined();
    expect((await run(...on('shop'))).code).toBe(0);
    expect(await readFile(join(home, '.cursor', 'mcp.json'), 'utf8')).toMatch(/"shop": \{/);
    expect((await run('--instances', path)).stderr).toContain('Say which instance');
    expect((await run(...on('shop'), '--key-file', 'k')).stderr).toContain('--key-file does not go with --instances');
  });
});
