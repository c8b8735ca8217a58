import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileProblem } from '../../src/platform/file-problem.js';
import { type Line, type Told, manyLines as told } from '../support/many-lines.js';
import { childEnv, ended, PROGRAM } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

const COUNT = ['call', 'Users_getTotalCount', '{}', '--sandbox'];
const DEAD = { CLERK_SECRET_KEY: 'sk_test_dead', CLERK_API_URL: 'http://127.0.0.1:9' };

/** What reads a file, and what writes one; each with the words that name the file to a person. */
const READING: readonly (readonly [name: string, args: (file: string) => string[], env?: Line['env']])[] = [
  ['policy show', (file) => ['policy', 'show', '--policy', file]],
  ['policy explain', (file) => ['policy', 'explain', 'Users_markBanned', '{}', '--policy', file]],
  ['policy check', (file) => ['policy', 'check', file]],
  ['call --policy', (file) => [...COUNT, '--policy', file]],
  ['call --seed', (file) => [...COUNT, '--seed', file]],
  ['call --openapi', (file) => [...COUNT, '--openapi', file]],
  ['call --batch', (file) => ['call', 'Users_createNewUser', '--sandbox', '--batch', file]],
  ['tools --openapi', (file) => ['tools', '--openapi', file]],
  ['drift', (file) => ['drift', file]],
  ['drift --from', (file) => ['drift', '--from', file, '--to', file]],
  ['token list', (file) => ['token', 'list', '--tokens', file]],
  ['token revoke', (file) => ['token', 'revoke', 'ann', '--tokens', file]],
  ['audit show', (file) => ['audit', 'show', file]],
  ['audit verify', (file) => ['audit', 'verify', file]],
  ['sandbox --seed', (file) => ['sandbox', '--port', '0', '--seed', file]],
  ['sandbox --faults', (file) => ['sandbox', '--port', '0', '--faults', file]],
  ['http --tokens', (file) => ['http', '--sandbox', '--port', '0', '--auth', 'token', '--tokens', file]],
  ['http --metrics-token-file', (file) => ['http', '--sandbox', '--port', '0', '--metrics-token-file', file]],
  ['CLERK_SECRET_KEY_FILE', () => ['call', 'Users_getTotalCount'], {}],
];

const WRITING: readonly (readonly [name: string, args: (file: string) => string[], env?: Line['env']])[] = [
  ['call --audit-log', (file) => [...COUNT, '--audit-log', file]],
  ['call --state-dir', (file) => [...COUNT, '--state-dir', file]],
  ['call --secrets-dir', (file) => [...COUNT, '--secrets-dir', file]],
  ['call --batch --out', (file) => ['call', 'Users_createNewUser', '--sandbox', '--batch', 'users.jsonl', '--out', file]],
  ['undo --state-dir', (file) => ['undo', '--sandbox', '--state-dir', file]],
  ['export', (file) => ['export', file], DEAD],
  ['sandbox --state', (file) => ['sandbox', '--port', '0', '--state', file]],
  ['token new', (file) => ['token', 'new', 'ann', '--tokens', file]],
  ['approver list', (file) => ['approver', 'list', '--approvers', file]],
  ['skills install', (file) => ['skills', 'install', '--dir', file]],
];

/** A line that names what is meant, says what is wrong, and what to do. */
function expectOneLine(name: string, { code, stdout, stderr }: Told, exit: number): void {
  expect({ name, code, stdout, stderr }).toEqual({
    name,
    code: exit,
    stdout: '',
    stderr: expect.stringMatching(/^clerk-mcp: [^\n]{20,}[.)?]\n$/),
  });
  expect(stderr, name).not.toMatch(/Error:|\bat \S+:\d+|undefined|\[object/);
}

describe('every command, where something is wrong with a file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await scratchDirectory();
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'file'), 'neither JSON nor anything else\n');
    writeFileSync(join(dir, 'users.jsonl'), '{"email_address":["a@example.com"],"skip_password_requirement":true}\n');
  });

  it.each([
    ['that is not there', 'none', /no such file|ENOENT/],
    ['that is a folder', 'folder', /folder|no file that can be read|not a regular file/],
    ['that is below a file', 'file/below', /a file where a folder should be|no such file/],
  ])('that is to be read %s, says so in one line', async (_, file, what) => {
    const lines = READING.map(([, args, env]) => ({ args: args(file), env: env && { CLERK_SECRET_KEY_FILE: file } }));
    const all = await told(
      lines.map(({ args, env }) => ({ args, ...(env && { env }) })),
      dir,
    );
    for (const [nth, [name]] of READING.entries()) {
      const one = all[nth] ?? { code: null, stdout: '', stderr: '' };
      expectOneLine(name, one, 2);
      expect(one.stderr, name).toMatch(what);
    }
  });

  it('that is to be written below a file, says so in one line', async () => {
    const all = await told(
      WRITING.map(([, args, env]) => ({ args: args('file/below'), ...(env && { env }) })),
      dir,
    );
    for (const [nth, [name]] of WRITING.entries()) {
      const one = all[nth] ?? { code: null, stdout: '', stderr: '' };
      expectOneLine(name, one, 2);
      expect(one.stderr, name).toContain('file');
    }
    expect(readdirSync(dir).sort()).toEqual(['file', 'folder', 'users.jsonl']);
  });

  it('that is a folder, or is there already, and is to be written, says so in one line', async () => {
    const all = await told(
      [
        { args: ['export', 'folder'], env: DEAD },
        { args: ['export', 'file'], env: DEAD },
        { args: ['call', 'Users_createNewUser', '--sandbox', '--batch', 'users.jsonl', '--out', 'folder'] },
        { args: ['call', 'Users_createNewUser', '--sandbox', '--batch', 'users.jsonl', '--out', 'file'] },
        { args: ['token', 'new', 'ann', '--tokens', 'folder'] },
        { args: ['sandbox', '--port', '0', '--state', 'folder'] },
        { args: ['approver', 'list', '--approvers', 'folder'] },
        { args: [...COUNT, '--state-dir', 'file'] },
        { args: [...COUNT, '--secrets-dir', 'file'] },
      ],
      dir,
    );
    for (const [nth, one] of all.entries()) expectOneLine(`line ${nth}`, one, 2);
    expect(readdirSync(dir).sort()).toEqual(['file', 'folder', 'users.jsonl']);
  });

  it('says in one line that Clerk is not there, that a key is none, and that a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port);
    const none = { CLERK_SECRET_KEY: 'pk_test_public' };
    try {
      const [call, exported, batch, ...usage] = await told(
        [
          { args: ['call', 'Users_getTotalCount'], env: DEAD },
          { args: ['export', 'new.json'], env: DEAD },
          { args: ['call', 'Users_createNewUser', '--batch', 'users.jsonl', '--state-dir', 'folder'], env: DEAD },
          { args: ['call', 'Users_getTotalCount'], env: none },
          { args: ['call', '--batch', 'users.jsonl', 'Users_createNewUser'], env: none },
          { args: ['export', 'new.json'], env: none },
          { args: ['undo', '--state-dir', 'folder'], env: none },
          { args: ['http', '--port', '0'], env: none },
          { args: ['http', '--sandbox', '--port', port, '--log-level', 'error'] },
          { args: ['sandbox', '--port', port] },
        ],
        dir,
      );
      for (const [name, one] of Object.entries({ call, exported, batch })) {
        expectOneLine(name, one ?? { code: null, stdout: '', stderr: '' }, 1);
        expect(one?.stderr).toMatch(/not_connected/);
      }
      for (const [nth, one] of usage.entries()) expectOneLine(`line ${nth}`, one, 2);
      expect(usage.slice(0, 5).every(({ stderr }) => stderr.includes('publishable key'))).toBe(true);
      expect(usage.slice(5).every(({ stderr }) => stderr.includes('Another program uses this port'))).toBe(true);
    } finally {
      server.close();
    }
  });
});

describe('Ctrl+C', () => {
  it.each([
    ['http', ['http', '--sandbox', '--port', '0', '--audit-log', 'audit.jsonl', '--state-dir', 'state'], 'listening on', 0],
    ['sandbox', ['sandbox', '--port', '0', '--state', 'sandbox.json'], 'serving the sandbox', 0],
  ])('leaves no lock and no draft of %s', async (_, args, started, code) => {
    const dir = await scratchDirectory();
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: childEnv({ HOME: dir }), cwd: dir, stdio: 'pipe' });
    child.stderr.on('data', (chunk: Buffer) => {
      if (String(chunk).includes(started)) child.kill('SIGINT');
    });
    expect(await ended(child)).toMatchObject({ code });
    const left = readdirSync(dir, { recursive: true }).map(String);
    expect(left.filter((name) => /\.(?:lock|new|part|tmp)$/.test(name))).toEqual([]);
  });
});

it('says of every fault of a file what to do about it', () => {
  for (const code of ['EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', 'EROFS', 'EISDIR', 'ENOTDIR', 'ENOENT', 'EEXIST', 'EFBIG']) {
    for (const doing of ['read', 'write'] as const) {
      const problem = fileProblem(Object.assign(new Error(`${code}: words of the system`), { code }), doing);
      expect(problem).toContain(`(${code})`);
      expect(problem).not.toContain('words of the system');
    }
  }
  expect(fileProblem(new Error('it is no UTF-8 text.'), 'read')).toBe('it is no UTF-8 text');
});
