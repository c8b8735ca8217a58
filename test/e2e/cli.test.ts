import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { offeredByDefault } from '../support/offer.js';
import { childEnv, ended, PROGRAM } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { runAtTerminal, withoutTerminal } from '../support/terminal.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

describe('the command line', () => {
  it('tells its version and its help on stdout', async () => {
    expect(await runCommand(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await runCommand(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const flag of ['--sandbox', '--read-only', '--tools', '--exclude', 'CLERK_SECRET_KEY'])
      expect(help.stdout).toContain(flag);
  });

  it.each([
    [['tools'], ['--json', '--cost']],
    [['http'], ['--port', '--auth']],
    [['init'], ['--client']],
    [
      ['policy', 'explain'],
      ['--instance', '--caller'],
    ],
    [['doctor'], ['--json']],
  ])(
    "tells in the help of %j the command's own options first, examples, and the server's settings in short",
    async (words, own) => {
      const { code, stdout } = await runCommand([...words, '--help']);
      expect(code).toBe(0);
      const [before = '', after = ''] = stdout.split('\nSettings of the server');
      for (const flag of own) expect(before).toMatch(new RegExp(`^ +${flag}\\b`, 'm'));
      expect(before).toMatch(new RegExp(`^Examples?:\\n +clerk-mcp ${words.join(' ')}`, 'm'));
      expect(before).not.toMatch(/^ +--read-only/m);
      expect(after).toContain('--read-only');
      expect(after.trimEnd().split('\n').length).toBeLessThan(25);
    },
  );

  it('explains for export what export takes, and nothing else', async () => {
    const { stdout } = await runCommand(['export', '--help']);
    expect(stdout.match(/^ +--[a-z-]+/gm)?.map((flag) => flag.trim())).toEqual([
      '--timeout',
      '--connect-timeout',
      '--clerk-limit',
      '--fresh',
      '--quiet',
    ]);
  });

  it('lists the tools with risk, gate and request', async () => {
    const { code, stdout } = await runCommand(['tools', '--json']);
    const rows = JSON.parse(stdout) as { name: string; risk: string; gated: boolean; request: string }[];
    expect(code).toBe(0);
    expect(rows.map((row) => row.name).sort()).toEqual(offeredByDefault.map((operation) => operation.name).sort());
    expect(rows).toContainEqual(
      expect.objectContaining({
        name: 'Users_markBanned',
        risk: 'destructive',
        gated: true,
        request: 'POST /users/{user_id}/ban',
      }),
    );
    const table = await runCommand(['tools', '--read-only', '--tools', 'Users']);
    expect(table.stdout).toMatch(/^Users_getUserDetails +read +GET \/users\/\{user_id\}$/m);
    expect(table.stdout).not.toContain('Users_markBanned');
  });

  it('searches the tools, describes one and shows its schema', async () => {
    const found = await runCommand(['tools', 'ban', 'a', 'user']);
    expect(found).toMatchObject({ code: 0, stderr: '' });
    expect(found.stdout.split('\n')[0]).toMatch(/^Users_markBanned +destructive +gated +Ban a user$/);
    const json = await runCommand(['tools', 'ban a user', '--json', '--read-only']);
    expect(new Set((JSON.parse(json.stdout) as { risk: string }[]).map(({ risk }) => risk))).toEqual(new Set(['read']));
    const told = await runCommand(['tools', 'Users_markBanned', '--read-only']);
    expect(told.stdout).toMatch(/^Users_markBanned: Ban a user\n/);
    expect(told.stdout).toMatch(/^ +request +POST \/users\/\{user_id\}\/ban$/m);
    expect(told.stdout).toMatch(/^ +confirmed +always$/m);
    expect(told.stdout).toMatch(/^ +offered +no, the settings leave it out$/m);
    expect(told.stdout).toMatch(/^ +user_id +required +string/m);
    const schema = await runCommand(['tools', 'Users_markBanned', '--schema']);
    expect(JSON.parse(schema.stdout)).toMatchObject({ type: 'object', required: ['user_id'] });
  });

  it('says so where no tool is found', async () => {
    expect(await runCommand(['tools', 'qqqxzzz'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^clerk-mcp: No tool/),
    });
    expect(await runCommand(['tools', 'Users_markBaned', '--schema'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Did you mean Users_markBanned?'),
    });
  });

  it('makes one call by the same road', async () => {
    const { code, stdout, stderr } = await runCommand(['call', 'Users_getTotalCount', '--sandbox']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ object: 'total_count', total_count: expect.any(Number) });
  });

  it('ends where the folder for its state cannot be made, though the sandbox was running by then', async () => {
    const file = fileURLToPath(import.meta.url);
    const { code, stderr } = await runCommand(['call', 'Users_getTotalCount', '--sandbox', '--state-dir', `${file}/below`]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/--state-dir .* cannot be used: .*ENOTDIR/) });
  });

  it('takes the arguments from stdin where they must not stand in a process list', async () => {
    const { code, stdout } = await runCommand(['call', 'Users_listSortedByCreationDate', '-', '--sandbox'], {
      stdin: '{"limit":1,"fields":["id"]}',
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ data: [{}] });
  });

  it('refuses a gated call without confirmation: exit code 3, nothing on stdout', async () => {
    const { code, stdout, stderr } = await runCommand([
      'call',
      'Users_markBanned',
      '{"user_id":"user_1"}',
      '--sandbox',
      '--json',
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ operation: 'Users_markBanned' });
  });

  it("answers Clerk's errors on stderr: exit code 1", async () => {
    const args = ['call', 'Users_getUserDetails', '{"user_id":"user_nobody"}', '--sandbox'];
    expect(await runCommand(args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^clerk-mcp: No user was found with id user_nobody\. Nothing [^\n]* \(resource_not_found, trace \w+\)\n$/,
      ),
    });
    const { code, stdout, stderr } = await runCommand([...args, '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ error: 'resource_not_found', status: 404 });
  });

  it.each([
    ['an unknown flag', ['--read-onyl'], {}, /^clerk-mcp: Unknown option '--read-onyl'\. Did you mean --read-only\?\n$/],
    ['an unknown command', ['toolz'], {}, /^clerk-mcp: Unknown command 'toolz'\. Did you mean tools\?\n$/],
    ['a command that is like none', ['bananas'], {}, /^clerk-mcp: Unknown command 'bananas'\. See clerk-mcp --help\.\n$/],
    ['an unknown command of a command', ['policy', 'chek'], {}, /^clerk-mcp: Unknown command 'chek'\. Did you mean check\?\n$/],
    ['an unknown value', ['--sandbox', '--log-level', 'wran'], {}, /--log-level: .*Did you mean warn\?\n$/],
    ['an unknown value in a list', ['--sandbox', '--profile', 'read,biling'], {}, /--profile: .*Did you mean billing\?\n$/],
    ['an unknown flag of a command', ['tools', '--jsn'], {}, /--json/],
    ['an unknown tool', ['call', 'Users_markBaned', '--sandbox'], {}, /Users_markBanned/],
    ['arguments that are no JSON', ['call', 'Users_getTotalCount', '{limit:1}', '--sandbox'], {}, /no valid JSON/],
    ['a pattern that matches nothing', ['--sandbox', '--tools', 'Userz'], {}, /"Userz".*Users/],
    ['a missing key', [], {}, /No Clerk key.*--sandbox/],
    ['a key in quotes', [], { CLERK_SECRET_KEY: '"sk_test_leaked"' }, /in quotes/],
    ['a key behind Bearer', [], { CLERK_SECRET_KEY: 'Bearer sk_test_leaked' }, /begins with Bearer/],
    ['a key behind its name', [], { CLERK_SECRET_KEY: 'CLERK_SECRET_KEY=sk_test_leaked' }, /NAME=key/],
    ['a variable of Windows for a key', [], { CLERK_SECRET_KEY: '%CLERK_SECRET_KEY%' }, /not filled in/],
    ['a variable of ours misspelt', ['--sandbox'], { CLERK_MCP_READONLY: '1' }, /CLERK_MCP_READ_ONLY/],
    ['a malformed value', ['--sandbox', '--timeout', '5s'], {}, /--timeout: .*milliseconds/],
  ])('stops at %s: exit code 2, the message on stderr', async (_, args, env, message) => {
    const ended = await runCommand(args, { env });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });

  it('never prints a key that it refuses', async () => {
    const ended = await runCommand(['tools'], { env: { CLERK_SECRET_KEY: 'pk_live_verysecret' } });
    expect(ended.code).toBe(0);
    const started = await runCommand([], { env: { CLERK_SECRET_KEY: 'pk_live_verysecret' } });
    expect(started).toMatchObject({ code: 2, stdout: '' });
    expect(started.stderr).not.toContain('verysecret');
  });
});

describe.skipIf(withoutTerminal)('the server, started at a terminal,', () => {
  it.each([
    ['alone', [], [' init\r\n', ' init --sandbox\r\n', ' doctor\r\n']],
    ['on the sandbox', ['--sandbox', '--read-only'], [' init --sandbox --read-only\r\n', ' doctor --sandbox --read-only\r\n']],
    ['with a list that is written with spaces', ['--tools', 'Users', 'Sessions'], [' init --tools Users,Sessions\r\n']],
  ])('%s says what to do, and ends', async (_, args, commands) => {
    const { code, seen } = await runAtTerminal(args, {}, []);
    expect(code).toBe(0);
    for (const command of commands) expect(seen).toContain(command);
    expect(seen).not.toContain('{"level"');
  });

  it('logs for people there, with and without colours, and ends with Ctrl+C', async () => {
    const stop = [{ prompt: 'listening on http://127.0.0.1', text: '\u0003' }];
    const [plain, painted] = await Promise.all(
      [{ TERM: 'xterm', NO_COLOR: '1' }, { TERM: 'xterm' }].map((env: Record<string, string>) =>
        runAtTerminal(['http', '--sandbox', '--port', '0'], env, stop),
      ),
    );
    expect(plain?.code).toBe(0);
    expect(plain?.seen).toMatch(/^\d\d:\d\d:\d\d info {2}listening on http:\/\/127\.0\.0\.1:\d+ version=\S+ instance=sandbox /m);
    expect(plain?.seen).toMatch(/ info {2}stopped/);
    expect(plain?.seen).not.toContain('\u001b');
    expect(painted?.seen).toContain('\u001b[32minfo \u001b[0m listening on');
  });

  it('still says what is wrong with a setting', async () => {
    const { code, seen } = await runAtTerminal(['--timeout', '5s'], {}, []);
    expect(code).toBe(2);
    expect(seen).toMatch(/^clerk-mcp: --timeout: .*milliseconds/);
  });
});

describe('a reader that leaves', () => {
  it.each([['--help'], ['tools'], ['tools', '--json'], ['policy', 'show'], ['call', '--help']])(
    'of %s %s ends the command without a trace',
    async (...args) => {
      const child = spawn(process.execPath, [PROGRAM, ...args.filter((arg) => arg !== undefined)], {
        env: childEnv(),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      expect(await ended(child)).toMatchObject({ code: 0, signal: null, stderr: '' });
    },
  );

  it('is not one that has no room: that is said, with exit code 1', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [PROGRAM, 'tools'], { env: childEnv(), stdio: ['ignore', full, 'pipe'] });
    expect(await ended(child)).toMatchObject({
      code: 1,
      stderr: 'clerk-mcp: stdout cannot be written: the disk is full: make room (ENOSPC).\n',
    });
  });
});
