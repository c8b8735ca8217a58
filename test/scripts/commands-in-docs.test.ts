import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../tools/index.js';
import { documentOf } from '../support/openapi-document.js';
import { PROGRAM, runProgram } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';
import { sharedSandbox } from '../support/shared-sandbox.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const pages = [
  'README.md',
  ...readdirSync(new URL('docs', root)).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** Every command of this program on a page without its comment, lines that go on joined, after the variables that its block sets. */
function commandsOf(page: string): string[] {
  return [...read(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => {
    const lines = block
      .replaceAll(/\\\n\s*/g, '')
      .replaceAll(/\s+# .*$/gm, '')
      .split('\n');
    const exports = lines.filter((line) => line.startsWith('export ')).map((line) => `${line}; `);
    return lines.filter((line) => /^(?:[A-Z_]+=\S+ )*(?:npx -y )?clerk-mcp\b/.test(line)).map((line) => exports.join('') + line);
  });
}

/** What a page leaves to the reader, or what would reach beyond this machine or the folder. */
const FILLED: readonly (readonly [RegExp, string])[] = [
  [/ &$/, ''],
  [/ …(?= --introspection)/, ' --auth oauth --issuer http://127.0.0.1:9 --audience http://localhost/mcp'],
  [/ …$/, ''],
  [/redis:\/\/127\.0\.0\.1:6379/, 'redis://127.0.0.1:9'],
  [/CLERK_SECRET_KEY=sk_live_… /, ''],
  [/^(?=.*clerk-mcp export)/, 'rm copy.seed.json; '],
  [/CLERK_SECRET_KEY_FILE=/, 'unset CLERK_SECRET_KEY; CLERK_SECRET_KEY_FILE='],
  [/> sandbox\.env/, '| tee sandbox.env'],
  [/~\/\.config\/fish\/completions\//, ''],
  [/syslog\+tls:\/\/siem\.example\.com/, 'syslog+tcp://127.0.0.1:9'],
  [/https:\/\/clerk\.example\.com/g, 'http://127.0.0.1:9'],
  [/(clerk-mcp (?:http|sandbox)\b)(?!.*--port)/, '$1 --port 0'],
  [/--port [1-9]\d*/, '--port 0'],
];

/** Where a command needs somebody or something that is not here, what it says of that. */
const WITHOUT: readonly { readonly of: RegExp; readonly code: number; readonly says: RegExp }[] = [
  { of: /approver add ann$/, code: 2, says: /terminal/ },
  { of: /approvals (?:list|watch|show|approve|decline)/, code: 2, says: /No server on this machine has a call that waits/ },
  { of: /approver remove ann/, code: 2, says: /ann/ },
  { of: /undo (?:pln|call)/, code: 1, says: /pln_0f3Zr8cV1Qm6yTn2bKxJdA|5W5vw3q2yKU8/ },
  { of: /AUTH=oauth.*doctor/, code: 1, says: /127\.0\.0\.1:9/ },
];

let fixtures: string;
let env: Record<string, string>;

async function prepare(folder: string): Promise<void> {
  const put = (name: string, text: string, mode = 0o600): void => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
  };
  mkdirSync(join(folder, 'bin'));
  put('bin/clerk-mcp', `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`, 0o755);
  put('bin/npx', '#!/bin/sh\nshift 2; exec clerk-mcp "$@"\n', 0o755);
  const user = { email_address: ['ada.lovelace@example.com'], skip_password_requirement: true };
  put('user.json', JSON.stringify(user));
  put('users.jsonl', `${JSON.stringify({ ...user, email_address: ['batch.of.the.page@example.com'] })}\n`);
  put('changes.jsonl', '{"operation":"Users_getTotalCount"}\n');
  put('policy.json', read('examples/policy.example.json'));
  put('copy.seed.json', read('examples/sandbox.seed.example.json'));
  for (const name of ['clerk.yml', 'other.yml']) put(name, 'clerk_configuration: 1\n');
  put('clerk-secret-key', 'sk_test_of_a_file\n');
  put('introspection-secret', 'a secret of the tests');
  put('key.txt', env.CLERK_SECRET_KEY ?? '');
  put('users.jsonl', JSON.stringify({ email_address: ['jean@example.com'], skip_password_requirement: true }));
  put(
    'changes.jsonl',
    JSON.stringify({ operation: 'Users_createNewUser', arguments: { ...user, email_address: ['carl@example.com'] } }),
  );
  for (const name of ['instances.yml', 'policy.example.json', 'sandbox.seed.example.json']) put(name, read(`examples/${name}`));
  put('shop.key', 'sk_live_of_a_file\n');
  mkdirSync(join(folder, 'state'));
  expect(await runProgram(['token', 'new', 'bob', '--tokens', join(folder, 'tokens.json')])).toMatchObject({ code: 0 });
  put('grants.yaml', JSON.stringify({ grants: [{ who: { subject: 'user_2abc' }, scopes: ['clerk:read'] }] }));
  const document = JSON.stringify(await documentOf(operations));
  for (const name of ['openapi.yml', 'old.yml', 'new.yml']) put(name, document);
  // One record in as many files as the pages name.
  const call = ['call', 'Users_createNewUser', '-', '--sandbox', '--audit-log', join(folder, 'audit.log')];
  expect(await runProgram(call, { stdin: JSON.stringify(user) })).toMatchObject({ code: 0 });
  const [first, second, ...others] = readFileSync(join(folder, 'audit.log'), 'utf8').split(/(?<=\n)/);
  put('audit.log.2', first ?? '');
  put('audit.log.1', second ?? '');
  put('audit.log', others.join(''));
  put('received.jsonl', [first, second, ...others].join(''));
  put('audit.jsonl.1', first ?? '');
  put('audit.jsonl', [second, ...others].join(''));
}

/** What goes on until it is stopped is stopped once it says that it serves or waits. */
const GOES_ON = /listening|CLERK_PUBLISHABLE_KEY=|Open this link/i;

function run(command: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const folder = mkdtempSync(`${fixtures}-`);
  cpSync(fixtures, folder, { recursive: true });
  const line = FILLED.reduce((text, [from, to]) => text.replace(from, to), command);
  const child = spawn('bash', ['-c', line], {
    cwd: folder,
    env: { ...env, HOME: folder },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let stopped = false;
  const take = (chunk: Buffer): void => {
    output += String(chunk);
    if (stopped || !GOES_ON.test(output) || child.pid === undefined) return;
    stopped = true;
    process.kill(-child.pid, 'SIGINT');
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: stopped ? 0 : code, output })));
}

describe('the commands on the pages', () => {
  beforeAll(async () => {
    fixtures = await scratchDirectory();
    env = { ...(await sharedSandbox()), PATH: `${join(fixtures, 'bin')}:${process.env.PATH}` };
    env.CLERK_STAGING_SECRET_KEY = 'sk_test_of_staging';
    await prepare(fixtures);
  });

  it.each([...new Set(pages.flatMap(commandsOf))])('%s', async (command) => {
    const { code, output } = await run(command);
    const without = WITHOUT.find(({ of }) => of.test(command));
    if (without !== undefined) expect(output).toMatch(without.says);
    expect(code, output).toBe(without?.code ?? 0);
  });
});
