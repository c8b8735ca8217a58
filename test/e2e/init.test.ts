import { mkdir, mkdtemp, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMachine } from '../support/fake-client.js';
import { childEnv, type Ended, PROGRAM } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory } from '../support/scratch.js';
import { runAtTerminal, withoutTerminal } from '../support/terminal.js';

const scratch = await scratchDirectory();
let machine: FakeMachine;

beforeEach(async () => {
  const directory = await mkdtemp(join(scratch, 'machine-'));
  machine = new FakeMachine(directory);
  await mkdir(machine.home);
});

async function init(...args: readonly string[]): Promise<Ended> {
  const ended = await runCommand(['init', ...args], { env: machine.env });
  expect(ended.stdout + ended.stderr).not.toContain('neverToBeSeen');
  return ended;
}

/** Every file under the home, with its content. */
async function files(): Promise<Record<string, string>> {
  const names = await readdir(machine.home, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(machine.home.length + 1)] = await readFile(path, 'utf8');
  }
  expect(JSON.stringify(found)).not.toContain('neverToBeSeen');
  return found;
}

const args = [PROGRAM, '--read-only'];

/** Where each client has its file, and what stands in it after `init --read-only`. */
const CLIENTS: readonly [id: string, file: string, config: unknown][] = [
  [
    'claude-desktop',
    '.config/Claude/claude_desktop_config.json',
    {
      mcpServers: {
        clerk: {
          command: process.execPath,
          args,
          env: { CLERK_SECRET_KEY_FILE: expect.stringMatching(/clerk-mcp\/secret-key$/) },
        },
      },
    },
  ],
  [
    'claude-code',
    '.claude.json',
    { mcpServers: { clerk: { type: 'stdio', command: 'node', args, env: { CLERK_SECRET_KEY: `\${CLERK_SECRET_KEY}` } } } },
  ],
  [
    'cursor',
    '.cursor/mcp.json',
    { mcpServers: { clerk: { type: 'stdio', command: 'node', args, env: { CLERK_SECRET_KEY: `\${env:CLERK_SECRET_KEY}` } } } },
  ],
  [
    'vscode',
    '.config/Code/User/mcp.json',
    {
      inputs: [{ type: 'promptString', id: 'clerk-secret-key', description: expect.any(String), password: true }],
      servers: { clerk: { type: 'stdio', command: 'node', args, env: { CLERK_SECRET_KEY: `\${input:clerk-secret-key}` } } },
    },
  ],
  [
    'windsurf',
    '.codeium/windsurf/mcp_config.json',
    { mcpServers: { clerk: { command: 'node', args, env: { CLERK_SECRET_KEY: `\${env:CLERK_SECRET_KEY}` } } } },
  ],
  [
    'gemini',
    '.gemini/settings.json',
    { mcpServers: { clerk: { command: 'node', args, env: { CLERK_SECRET_KEY: '$CLERK_SECRET_KEY' } } } },
  ],
  ...[
    ['cline', '.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json', 'mcpServers'],
    ['kiro', '.kiro/settings/mcp.json', 'mcpServers'],
    ['zed', '.config/zed/settings.json', 'context_servers'],
  ].map(([id = '', file = '', servers = '']): [string, string, unknown] => [
    id,
    file,
    {
      [servers]: {
        clerk: { command: 'node', args, env: { CLERK_SECRET_KEY_FILE: expect.stringMatching(/clerk-mcp\/secret-key$/) } },
      },
    },
  ]),
  ['codex', '.codex/config.toml', { mcp_servers: { clerk: { command: 'node', args, env_vars: ['CLERK_SECRET_KEY'] } } }],
];

/** The key of the servers in a client's JSON. */
const serversIn = (file: string): string =>
  file.includes('zed') ? 'context_servers' : file.endsWith('User/mcp.json') ? 'servers' : 'mcpServers';

const read = (file: string, text: string): unknown => (file.endsWith('.toml') ? parseToml(text) : JSON.parse(text));

/** What the test puts beside our entry, for each client's form. */
const others = (file: string): string =>
  file.endsWith('.toml')
    ? 'model = "o4" # keep\n\n[mcp_servers.other]\ncommand = \'x\'\nargs = [ "a",\n  "b" ]\n\n[mcp_servers.other.env]\nTEXT = """\n[mcp_servers.clerk]\n"""\n\n[tui]\nsome = 1\n'
    : `{\n\t"theme" :  "dark",\n\t"${serversIn(file)}": {\n\t\t"other": {"command":"x",  "args": []}\n\t}\n}\n`;

describe.each(CLIENTS)('init --client %s', (client, file, config) => {
  it('makes the file where there is none, readable by its owner alone, with the key by reference', async () => {
    const { code, stdout, stderr } = await init('--client', client, '--read-only');
    expect({ code, stderr }).toEqual({ code: 0, stderr: client === 'cursor' ? expect.stringContaining('takes 80 tools') : '' });
    expect(stdout).toContain(join(machine.home, file));
    expect(Object.keys(await files())).toEqual([file]);
    expect(read(file, await machine.read(file))).toEqual(config);
    expect((await stat(join(machine.home, file))).mode & 0o777).toBe(0o600);
  });

  it('leaves every other byte as it is, keeps a copy of the file and its mode', async () => {
    const before = others(file);
    const path = await machine.file(file, before, 0o640);
    expect(await init('--client', client, '--read-only')).toMatchObject({ code: 0 });
    const after = await machine.read(file);
    expect(read(file, after)).toMatchObject(config as object);
    // What was there can be read in what is there now, in its order, with nothing of it changed.
    let at = 0;
    for (const line of before.split('\n').filter((each) => !/^\s*[{}]*,?$/.test(each))) {
      const bare = line.replace(/,$/, '');
      expect(after.indexOf(bare, at), bare).toBeGreaterThanOrEqual(at);
      at = after.indexOf(bare, at) + bare.length;
    }
    const copies = (await readdir(dirname(path))).filter((name) => name.endsWith('.bak'));
    expect(copies).toHaveLength(1);
    expect(await readFile(join(dirname(path), copies[0] ?? ''), 'utf8')).toBe(before);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('changes nothing when it is run again', async () => {
    await machine.file(file, others(file));
    await init('--client', client, '--read-only');
    const before = await files();
    const { code, stdout } = await init('--client', client, '--read-only');
    expect(code).toBe(0);
    expect(stdout).toContain('nothing was changed');
    expect(await files()).toEqual(before);
  });

  it('replaces its own entry where it stands, and nothing else', async () => {
    await machine.file(file, others(file));
    await init('--client', client, '--read-only');
    await init('--client', client, '--sandbox', '--toolsets', 'users', 'organizations');
    const after = read(file, await machine.read(file)) as Record<string, Record<string, { args: string[]; env?: unknown }>>;
    const entries = after.mcpServers ?? after.servers ?? after.mcp_servers ?? after.context_servers ?? {};
    expect(entries.clerk).toMatchObject({ args: [PROGRAM, '--sandbox', '--toolsets', 'users,organizations'] });
    expect(entries.clerk?.env ?? {}).toEqual({});
    expect(entries.clerk).not.toHaveProperty('env_vars');
    expect(entries).toHaveProperty('other');
    expect(Object.keys(await files()).filter((name) => name.endsWith('.bak'))).toHaveLength(2);
  });

  it('keeps what a person has set in the entry, but for what it starts and where its key is', async () => {
    const own = [process.execPath, PROGRAM, 'sk_test_neverToBeSeen'];
    await machine.file(
      file,
      file.endsWith('.toml')
        ? `[mcp_servers.clerk]\ncommand = "node"\nargs = ["${own[1]}"]\nstartup_timeout_sec = 30\nenabled = false\n\n[mcp_servers.clerk.env]\nCLERK_SECRET_KEY = "x"\nCLERK_MCP_LOG_LEVEL = "debug"\n`
        : JSON.stringify({
            [serversIn(file)]: {
              clerk: {
                ...{ command: 'node', args: [own[1]], disabled: true, alwaysAllow: ['Users_getTotalCount'], timeout: 90 },
                env: { CLERK_SECRET_KEY: 'x', CLERK_MCP_LOG_LEVEL: 'debug' },
              },
            },
          }),
    );
    expect(await init('--client', client, '--sandbox')).toMatchObject({ code: 0 });
    const after = read(file, await machine.read(file)) as Record<string, Record<string, object>>;
    const { clerk } = after.mcpServers ?? after.servers ?? after.mcp_servers ?? after.context_servers ?? {};
    expect(clerk).toMatchObject({ args: [PROGRAM, '--sandbox'], env: { CLERK_MCP_LOG_LEVEL: 'debug' } });
    expect(clerk).toMatchObject(
      file.endsWith('.toml')
        ? { startup_timeout_sec: 30, enabled: false }
        : { disabled: true, alwaysAllow: ['Users_getTotalCount'], timeout: 90 },
    );
    expect(JSON.stringify(clerk)).not.toContain('CLERK_SECRET_KEY');
  });

  it('leaves a file alone that is damaged, and says where', async () => {
    await machine.file(file, file.endsWith('.toml') ? 'a = 1\nb = [ 1\n' : '{\n  "mcpServers": {\n');
    const before = await files();
    const { code, stderr } = await init('--client', client, '--sandbox');
    expect(code).toBe(2);
    expect(stderr).toMatch(/is not valid (JSON|TOML).*line \d.*left as it is/s);
    expect(stderr).not.toMatch(/line \d+ [A-Z]|Expected\b/);
    expect(await files()).toEqual(before);
  });

  it('leaves an entry of the name alone that starts something else', async () => {
    const foreign = file.endsWith('.toml')
      ? '[mcp_servers.clerk]\nurl = "https://mcp.example.com"\n'
      : JSON.stringify({ [serversIn(file)]: { clerk: { url: 'https://mcp.example.com' } } });
    await machine.file(file, foreign);
    const before = await files();
    const { code, stderr } = await init('--client', client, '--sandbox');
    expect(code).toBe(2);
    expect(stderr).toContain('--name');
    expect(await files()).toEqual(before);
    expect(await init('--client', client, '--sandbox', '--name', 'ours')).toMatchObject({ code: 0 });
  });

  it('shows what would be written, and writes nothing', async () => {
    const { code, stdout } = await init('--client', client, '--read-only', '--print');
    expect(code).toBe(0);
    expect(read(file, stdout)).toEqual(config);
    expect(await files()).toEqual({});
  });

  it('names a key file instead, where one is given', async () => {
    expect(await init('--client', client, '--key-file', 'keys/clerk')).toMatchObject({ code: 0 });
    const text = await machine.read(file);
    expect(text).toContain(join(process.cwd(), 'keys/clerk'));
    expect(text).toContain('CLERK_SECRET_KEY_FILE');
    expect(text).not.toMatch(/CLERK_SECRET_KEY\b(?!_)/);
  });
});

describe('a file with comments', () => {
  const before =
    '// mine\r\n{\r\n    "servers": {\r\n        /* hi */\r\n        "other": { "command": "x" }, // last\r\n    },\r\n}\r\n';

  it('keeps them, its line ends and its indentation', async () => {
    await machine.program('code');
    await machine.file('.config/Code/User/mcp.json', before);
    expect(await init('--client', 'vscode')).toMatchObject({ code: 0 });
    expect(await machine.starts('code')).toEqual([]);
    const after = await machine.read('.config/Code/User/mcp.json');
    for (const part of ['// mine\r\n', '        /* hi */\r\n        "other": { "command": "x" }', '// last'])
      expect(after).toContain(part);
    expect(after.replaceAll('\r\n', '')).not.toContain('\n');
    expect(parseJsonc(after, [], { allowTrailingComma: true })).toMatchObject({
      servers: { other: { command: 'x' }, clerk: {} },
    });
  });

  it('is damaged to a client that reads plain JSON', async () => {
    await machine.file('.config/Claude/claude_desktop_config.json', '{} // mine\n');
    const { code, stderr } = await init('--client', 'claude-desktop', '--sandbox');
    expect(code).toBe(2);
    expect(stderr).toContain('line 1 has a comment');
  });
});

describe('the file itself', () => {
  it.each([
    ['no object', '[]', /is not a JSON object/],
    ['servers that are no object', '{"mcpServers": []}', /"mcpServers" that is not an object/],
    ['a key that is there twice', '{"mcpServers": {"a": {}}, "mcpServers": {"b": {}}}', /cannot be put into safely/],
    ['bytes that are no text', Buffer.from([0x7b, 0xff, 0x7d]), /cannot be read/],
  ])('is left alone with %s', async (_, content, message) => {
    const path = await machine.file('.cursor/mcp.json', content);
    const { code, stderr } = await init('--client', 'cursor', '--sandbox');
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await readFile(path)).toEqual(Buffer.from(content));
    expect(await readdir(dirname(path))).toEqual(['mcp.json']);
  });

  it.each([
    ['servers in one line', 'mcp_servers = { other = { command = "x" } }\n'],
    ['ours with dotted keys', 'mcp_servers.clerk.command = "clerk-mcp"\n'],
  ])('is left alone with TOML that has %s', async (_, content) => {
    await machine.file('.codex/config.toml', content);
    const { code, stderr } = await init('--client', 'codex', '--sandbox');
    expect(code).toBe(2);
    expect(stderr).toContain('--print');
    expect(await files()).toEqual({ '.codex/config.toml': content });
  });

  it('is written where a link leads, and the link stays', async () => {
    const target = await machine.file('dotfiles/cursor.json', '{}');
    await mkdir(join(machine.home, '.cursor'));
    await symlink(target, join(machine.home, '.cursor/mcp.json'));
    expect(await init('--client', 'cursor', '--sandbox')).toMatchObject({ code: 0 });
    expect(await readlink(join(machine.home, '.cursor/mcp.json'))).toBe(target);
    expect(JSON.parse(await readFile(target, 'utf8'))).toHaveProperty('mcpServers.clerk');
  });

  it('is not made behind a link that leads nowhere', async () => {
    await mkdir(join(machine.home, '.cursor'));
    await symlink(join(machine.home, 'gone.json'), join(machine.home, '.cursor/mcp.json'));
    expect(await init('--client', 'cursor', '--sandbox')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cannot be read'),
    });
  });

  it('keeps its byte order mark', async () => {
    await machine.file('.codeium/windsurf/mcp_config.json', '\uFEFF{}');
    expect(await init('--client', 'windsurf', '--sandbox')).toMatchObject({ code: 0 });
    const text = await machine.read('.codeium/windsurf/mcp_config.json');
    expect(text.startsWith('\uFEFF{')).toBe(true);
    expect(JSON.parse(text.slice(1))).toHaveProperty('mcpServers.clerk');
  });

  it('had a key in plain text: it is gone from the file, and the copy is named', async () => {
    const entry = { command: 'npx', args: ['-y', 'clerk-mcp'], env: { CLERK_SECRET_KEY: 'sk_test_plain' } };
    await machine.file('.cursor/mcp.json', JSON.stringify({ mcpServers: { clerk: entry } }));
    const { code, stdout } = await init('--client', 'cursor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\.bak is the file as it was. It holds a key/);
    expect(stdout).not.toContain('sk_test_plain');
    expect(await machine.read('.cursor/mcp.json')).not.toContain('sk_test_plain');
  });
});

describe("a client's own command", () => {
  const json = (argv: readonly string[] | undefined): unknown => JSON.parse(argv?.at(-1) ?? '');

  it('claude mcp add-json, without a shell and without the key', async () => {
    await machine.program('claude');
    expect(await init('--client', 'claude-code', '--read-only')).toMatchObject({ code: 0 });
    const [start, ...more] = await machine.starts('claude');
    expect(more).toEqual([]);
    expect(start?.argv.slice(0, 5)).toEqual(['mcp', 'add-json', '--scope', 'user', 'clerk']);
    expect(json(start?.argv)).toEqual({
      type: 'stdio',
      command: 'node',
      args,
      env: { CLERK_SECRET_KEY: `\${CLERK_SECRET_KEY}` },
    });
    expect(start?.environment).not.toContain('neverToBeSeen');
    expect(await files()).toEqual({});
  });

  it('claude mcp remove first, where the entry is there already', async () => {
    await machine.program('claude');
    await machine.file('.claude.json', JSON.stringify({ mcpServers: { clerk: { command: 'npx', args: ['-y', 'clerk-mcp'] } } }));
    expect(await init('--client', 'claude-code', '--sandbox')).toMatchObject({ code: 0 });
    expect((await machine.starts('claude')).map(({ argv }) => argv.slice(0, 5))).toEqual([
      ['mcp', 'remove', '--scope', 'user', 'clerk'],
      ['mcp', 'add-json', '--scope', 'user', 'clerk'],
    ]);
  });

  it('code --add-mcp, with the input that asks for the key', async () => {
    await machine.program('code');
    await machine.file('.config/Code/User/mcp.json', '{"servers":{"other":{"type":"stdio","command":"x"}},"inputs":[]}');
    expect(await init('--client', 'vscode', '--read-only')).toMatchObject({ code: 0 });
    const [start] = await machine.starts('code');
    expect(start?.argv[0]).toBe('--add-mcp');
    expect(json(start?.argv)).toEqual({
      name: 'clerk',
      type: 'stdio',
      command: 'node',
      args,
      env: { CLERK_SECRET_KEY: `\${input:clerk-secret-key}` },
      inputs: [expect.objectContaining({ id: 'clerk-secret-key', password: true })],
    });
  });

  it('gemini mcp add, with the flags of the server behind --', async () => {
    await machine.program('gemini');
    expect(await init('--client', 'gemini', '--timeout', '5000')).toMatchObject({ code: 0 });
    expect((await machine.starts('gemini')).map(({ argv }) => argv)).toEqual([
      [
        ...['mcp', 'add', '--scope', 'user', '-e', 'CLERK_SECRET_KEY=$CLERK_SECRET_KEY', 'clerk', 'node', '--'],
        ...[PROGRAM, '--timeout', '5000'],
      ],
    ]);
  });

  it('is not gemini mcp add where that would write the variables of others in plain text', async () => {
    await machine.program('gemini');
    await machine.file('.gemini/settings.json', '{"mcpServers":{"other":{"command":"x","env":{"TOKEN":"$TOKEN"}}}}');
    expect(await init('--client', 'gemini')).toMatchObject({ code: 0 });
    expect(await machine.starts('gemini')).toEqual([]);
    expect(await machine.read('.gemini/settings.json')).toContain('"TOKEN":"$TOKEN"');
  });

  it('codex mcp add, where it can say all of the entry', async () => {
    await machine.program('codex');
    expect(await init('--client', 'codex', '--sandbox')).toMatchObject({ code: 0 });
    expect((await machine.starts('codex')).map(({ argv }) => argv)).toEqual([
      ['mcp', 'add', 'clerk', '--', 'node', PROGRAM, '--sandbox'],
    ]);
    expect(await init('--client', 'codex')).toMatchObject({ code: 0 });
    expect(await machine.starts('codex')).toHaveLength(1);
    expect(parseToml(await machine.read('.codex/config.toml'))).toHaveProperty('mcp_servers.clerk.env_vars', [
      'CLERK_SECRET_KEY',
    ]);
  });

  it('is shown by --print and not run', async () => {
    await machine.program('claude');
    const { code, stderr } = await init('--client', 'claude-code', '--print');
    expect(code).toBe(0);
    expect(stderr).toContain('mcp add-json --scope user clerk ');
    expect(await machine.starts('claude')).toEqual([]);
  });

  it('that fails is told, and the file is written instead', async () => {
    await machine.program('claude', "process.stderr.write('unknown option --scope'); process.exit(3);");
    const { code, stderr } = await init('--client', 'claude-code', '--sandbox');
    expect(code).toBe(0);
    expect(stderr).toMatch(/claude mcp add-json did not work: it ended with 3: unknown option --scope/);
    expect(JSON.parse(await machine.read('.claude.json'))).toHaveProperty('mcpServers.clerk');
  });

  it('that did half of it is finished by the file', async () => {
    const path = await machine.file(
      '.claude.json',
      JSON.stringify({ n: 1, mcpServers: { other: {}, clerk: { command: 'clerk-mcp' } } }),
    );
    await machine.program(
      'claude',
      `if (process.argv[3] !== 'remove') process.exit(1);
require('node:fs').writeFileSync(${JSON.stringify(path)}, JSON.stringify({ n: 2, mcpServers: { other: {} } }));`,
    );
    expect(await init('--client', 'claude-code', '--sandbox')).toMatchObject({ code: 0 });
    expect(JSON.parse(await machine.read('.claude.json'))).toMatchObject({
      n: 2,
      mcpServers: { other: {}, clerk: { command: 'node' } },
    });
  });

  it('that damages other servers is told, with the copy', async () => {
    const path = await machine.file('.claude.json', JSON.stringify({ mcpServers: { other: { command: 'x' } } }));
    await machine.program('claude', `require('node:fs').writeFileSync(${JSON.stringify(path)}, '{"mcpServers":{}}');`);
    const { code, stderr } = await init('--client', 'claude-code', '--sandbox');
    expect(code).toBe(2);
    expect(stderr).toMatch(/changed other servers.*\.bak is what it was/);
  });
});

describe('without --client', () => {
  it('takes the only one that is installed', async () => {
    await mkdir(join(machine.home, '.cursor'));
    expect(await init('--sandbox')).toMatchObject({ code: 0, stdout: expect.stringContaining('Cursor') });
    expect(Object.keys(await files())).toEqual(['.cursor/mcp.json']);
  });

  it('names them where there are several, and guesses nothing', async () => {
    await mkdir(join(machine.home, '.cursor'));
    await machine.program('gemini');
    const { code, stderr } = await init('--sandbox');
    expect(code).toBe(2);
    expect(stderr).toContain('clerk-mcp init --client cursor');
    expect(stderr).toContain('clerk-mcp init --client gemini');
    expect(stderr).not.toContain('--client codex');
    expect(await files()).toEqual({});
    expect(await machine.starts('gemini')).toEqual([]);
  });

  it('names all where there is none', async () => {
    const { code, stderr } = await init();
    expect(code).toBe(2);
    for (const [client] of CLIENTS) expect(stderr).toContain(`--client ${client} `);
  });
});

describe('the flags of the server', () => {
  it('are all taken, with paths that hold in any directory', async () => {
    const policy = join(machine.home, 'policy.json');
    await writeFile(policy, '{}');
    const given = [
      '--profile',
      'support',
      '--exclude',
      'Users_delete*',
      '--discovery',
      '--policy',
      policy,
      '--audit-log',
      'log/audit.jsonl',
      '--state-dir',
      'state',
    ];
    expect(await init('--client', 'cursor', ...given)).toMatchObject({ code: 0 });
    const { mcpServers } = JSON.parse(await machine.read('.cursor/mcp.json')) as { mcpServers: { clerk: { args: string[] } } };
    expect(mcpServers.clerk.args).toEqual([
      ...[PROGRAM, '--exclude', 'Users_delete*', '--profile', 'support', '--discovery'],
      ...['--policy', policy, '--audit-log', join(process.cwd(), 'log/audit.jsonl'), '--state-dir', join(process.cwd(), 'state')],
    ]);
  });

  it.each([
    ['an unknown client', ['--client', 'emacs'], /expected one of claude-desktop, claude-code/],
    ['a pattern that matches nothing', ['--client', 'cursor', '--tools', 'Userz'], /"Userz"/],
    ['a policy that is not there', ['--client', 'cursor', '--policy', '/nowhere.json'], /policy file .* cannot be read/],
    ['a seed without the sandbox', ['--client', 'cursor', '--seed', 'demo'], /needs --sandbox/],
    ['a bad name', ['--client', 'cursor', '--name', 'a b'], /--name/],
    ['a path that a client would change', ['--client', 'cursor', '--audit-log', '/a/$HOME'], /has a \$/],
  ])('stop at %s, and nothing is written', async (_, given, message) => {
    const { code, stderr } = await init(...given);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await files()).toEqual({});
  });

  it('start a server in a client, as they stand in the entry', async () => {
    await init('--client', 'cursor', '--sandbox', '--read-only', '--tools', 'Users');
    const { mcpServers } = JSON.parse(await machine.read('.cursor/mcp.json')) as {
      mcpServers: { clerk: { command: string; args: string[] } };
    };
    const { command, args: written } = mcpServers.clerk;
    expect(command).toBe('node');
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: written, env: childEnv(), stderr: 'ignore' }),
    );
    const { tools } = await client.listTools();
    await client.close();
    expect(tools.length).toBeGreaterThan(2);
    // The tools of many calls stand in every offer.
    expect(tools.every(({ name }) => /^(Users|Jobs)_/.test(name))).toBe(true);
    expect(tools.map(({ name }) => name)).not.toContain('Users_markBanned');
  });
});

describe('what a client takes', () => {
  it.each([
    ['cursor', 80],
    ['windsurf', 100],
    ['vscode', 128],
  ])('%s has room for %i tools: it is said what would be few enough', async (client, most) => {
    const { code, stderr } = await init('--client', client, '--sandbox');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `takes ${most} tools of all servers together, and \\d+ would be listed\\. .*--discovery.*--profile with one of support, `,
      ),
    );
  });

  it.each([['--discovery'], ['--profile', 'support']])('is not spoken of where it is not passed: %s %s', async (...choice) => {
    expect(await init('--client', 'cursor', '--sandbox', ...choice.filter((word) => word !== undefined))).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('is a full name of so many characters: a longer name of the entry is shortened', async () => {
    const { stderr } = await init(
      '--client',
      'cursor',
      '--name',
      'our-production-clerk-instance',
      '--sandbox',
      '--tools',
      'Users',
    );
    const { mcpServers } = JSON.parse(await machine.read('.cursor/mcp.json')) as { mcpServers: object };
    const [name = ''] = Object.keys(mcpServers);
    expect('our-production-clerk-instance'.startsWith(name)).toBe(true);
    expect(name.length).toBeLessThan(29);
    expect(stderr).toContain(`it is shortened to "${name}"`);
    expect(
      await init('--client', 'cursor', '--name', 'our-production-clerk-instance', '--sandbox', '--tools', 'Users'),
    ).toMatchObject({ code: 0 });
  });

  it.skipIf(withoutTerminal)('is asked about at a terminal', async () => {
    const { code, seen } = await runAtTerminal(['init', '--client', 'cursor', '--sandbox'], { HOME: machine.home }, [
      { prompt: '[discovery]:', text: 'support' },
    ]);
    expect({ code, seen }).toMatchObject({ code: 0 });
    expect(await machine.read('.cursor/mcp.json')).toMatch(/"--profile",\s+"support"/);
  });
});
