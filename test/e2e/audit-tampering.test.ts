import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ended, startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory } from '../support/scratch.js';
import { sharedSandbox } from '../support/shared-sandbox.js';

const directory = await scratchDirectory();
const original = `${directory}/audit.log`;
const sandbox = await sharedSandbox();

let users = 0;
/** Of one user more. */
const ada = () => ({ first_name: 'Ada', email_address: [`ada.${++users}@audit.example`] });

const verify = (...args: string[]): Promise<Ended> => runCommand(['audit', 'verify', ...args]);
const work = (log: string, env?: Record<string, string>): Promise<Ended> =>
  runCommand(['call', 'Users_createNewUser', JSON.stringify(ada()), '--audit-log', log], { env: { ...sandbox, ...env } });
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What somebody writes who has all but the key. */
function forged(line: string, previous: string, seq: number): string {
  const body = line
    .replace(/,"sum":.*$/, '')
    .replace(/"seq":\d+/, `"seq":${seq}`)
    .replace(/"prev":"\w+"/, `"prev":"${sha256(previous)}"`)
    .replace('"Ada"', '"Eve"');
  const summed = `${body},"sum":"${sha256(body).slice(0, 16)}"`;
  return `${summed},"mac":"${'0'.repeat(32)}"}`;
}

const headOf = (lines: readonly string[]): string => JSON.stringify({ seq: lines.length, sha256: sha256(lines.at(-1) ?? '') });

let copies = 0;

/** A copy of the log, of its head and its key. */
async function copied(): Promise<string> {
  copies++;
  const log = `${directory}/copy-${copies}.log`;
  for (const suffix of ['', '.head', '.key']) await copyFile(`${original}${suffix}`, `${log}${suffix}`);
  return log;
}

const linesOf = async (log: string): Promise<string[]> => (await readFile(log, 'utf8')).trimEnd().split('\n');
const write = (path: string, lines: readonly string[]): Promise<void> =>
  writeFile(path, lines.map((line) => `${line}\n`).join(''));

beforeAll(async () => {
  await work(original);
  expect((await verify(original)).code).toBe(0);
});

const forgeLast = (lines: readonly string[]): string[] => {
  const kept = lines.slice(0, -1);
  return [...kept, forged(lines[1] ?? '', kept.at(-1) ?? '', lines.length)];
};

describe('audit verify finds, while no server runs,', () => {
  it.each<[string, (log: string, lines: string[]) => Promise<unknown>, RegExp]>([
    ['a log that was emptied', (log) => writeFile(log, ''), /lines were removed at the end/],
    ['a log that was deleted', (log) => rm(log), /lines were removed at the end/],
    [
      'forged lines at the end',
      (log, lines) => write(log, [...lines, forged(lines[1] ?? '', lines.at(-1) ?? '', lines.length + 1)]),
      /not signed with the log's key/,
    ],
    ['rewritten last lines', (log, lines) => write(log, forgeLast(lines)), /not signed with the log's key/],
    [
      'rewritten last lines with a head that fits',
      async (log, lines) => {
        await write(log, forgeLast(lines));
        await writeFile(`${log}.head`, headOf(forgeLast(lines)));
      },
      /not signed with the log's key/,
    ],
    ['a head that was emptied', (log) => writeFile(`${log}.head`, ''), /its head is missing or empty/],
    ['a head that was deleted', (log) => rm(`${log}.head`), /its head is missing or empty/],
    [
      'a head that was set back',
      async (log, lines) => writeFile(`${log}.head`, headOf(lines.slice(0, -1))),
      /the head is not signed with the log's key/,
    ],
    [
      'lines without a signature',
      (log, lines) =>
        write(
          log,
          lines.map((line) => line.replace(/,"mac":.*$/, '}')),
        ),
      /./,
    ],
    ['a key that was deleted', (log) => rm(`${log}.key`), /their key is missing/],
    ['another key', (log) => writeFile(`${log}.key`, 'k'.repeat(43)), /not signed with the log's key/],
  ])('%s', async (_, tamper, problem) => {
    const log = await copied();
    await tamper(log, await linesOf(log));
    const { code, stderr } = await verify(log);
    expect(code).toBe(1);
    expect(stderr).toMatch(problem);
  });

  it('a head that an older one was put in the place of', async () => {
    const log = await copied();
    const before = await readFile(`${log}.head`);
    await work(log);
    await writeFile(`${log}.head`, before);
    expect(await verify(log)).toMatchObject({ code: 1, stderr: expect.stringContaining('the head is behind the log') });
  });
});

describe('a start on a log that was tampered with', () => {
  it.each<[string, (log: string, lines: string[]) => Promise<unknown>, RegExp, RegExp]>([
    [
      'emptied',
      (log) => writeFile(log, ''),
      /lines 1 to \d+ are missing at its end/,
      /the log was emptied, deleted or moved away/,
    ],
    ['deleted', (log) => rm(log), /lines 1 to \d+ are missing at its end/, /the log was emptied, deleted or moved away/],
    ['cut', (log, lines) => write(log, lines.slice(0, 2)), /lines 3 to \d+ are missing at its end/, /lines were removed before/],
    [
      'rewritten at its end',
      (log, lines) => write(log, forgeLast(lines)),
      /was not signed with this key/,
      /not signed with the log's key/,
    ],
  ])('%s warns, records it, and leaves it to be found', async (_, tamper, warning, problem) => {
    const log = await copied();
    await tamper(log, await linesOf(log));
    const { code, stderr } = await work(log);
    expect(code).toBe(0);
    expect(stderr).toMatch(warning);
    const start = (await linesOf(log)).findLast((line) => line.includes('"kind":"start"')) ?? '';
    expect(start).toMatch(/"lost":\{"from":\d+,"to":\d+\}|"reason":/);
    const verified = await verify(log);
    expect(verified.code).toBe(1);
    expect(verified.stderr).toMatch(problem);
    expect((await verify('--partial', log)).code).toBe(1);
  });

  it('whose head was emptied warns and records it', async () => {
    const log = await copied();
    await writeFile(`${log}.head`, '');
    expect((await work(log)).stderr).toContain('its head is gone: lines may be missing at its end');
    expect((await verify(log)).stdout).toContain('a start found that its head is gone');
  });
});

describe('the files of a log', () => {
  it('that was moved away while no server ran are whole together, and the later one not by itself', async () => {
    const log = await copied();
    await rename(log, `${log}.1`);
    await work(log);
    expect(await verify(`${log}.1`, log)).toMatchObject({ code: 0, stderr: '' });
    expect((await verify(log)).code).toBe(1);
    expect(await verify(`${log}.1`)).toMatchObject({ code: 0, stderr: '' });
  });

  it('are signed with a key that only their owner reads, or with one from the environment', async () => {
    expect((await stat(`${original}.key`)).mode & 0o777).toBe(0o600);
    const log = `${directory}/env.log`;
    const env = { CLERK_MCP_AUDIT_KEY: 'a key of thirty-two bytes or more' };
    await work(log, env);
    await expect(stat(`${log}.key`)).rejects.toThrow('ENOENT');
    const check = (key: Record<string, string>): Promise<Ended> => runCommand(['audit', 'verify', log], { env: key });
    expect((await check(env)).code).toBe(0);
    expect((await check({})).stderr).toContain('CLERK_MCP_AUDIT_KEY');
    expect((await check({ CLERK_MCP_AUDIT_KEY: 'another key of thirty-two bytes or more' })).code).toBe(1);
    expect(await check({ CLERK_MCP_AUDIT_KEY: 'short' })).toMatchObject({ code: 2 });
  });

  it('go on where a log was begun before there were keys', async () => {
    const log = await copied();
    const lines = await linesOf(log);
    const unsigned: string[] = [];
    for (const line of lines) {
      const body = line.replace(/,"sum":.*$/, '').replace(/"prev":"\w+"/, `"prev":"${sha256(unsigned.at(-1) ?? '')}"`);
      const first = body.replace(/"prev":"\w+"/, `"prev":"${'0'.repeat(64)}"`);
      const own = unsigned.length === 0 ? first : body;
      unsigned.push(`${own},"sum":"${sha256(own).slice(0, 16)}"}`);
    }
    await write(log, unsigned);
    await writeFile(`${log}.head`, headOf(unsigned));
    await rm(`${log}.key`);
    expect(await work(log)).toMatchObject({ code: 0, stderr: '' });
    expect(await verify(log)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('servers that are started with the same --audit-log', () => {
  const start = (setting: string) => startProgram('v2 (2025)', { args: ['--audit-log', setting], env: sandbox });

  it.each([
    ['a folder', 'folder', ['folder/audit.log', 'folder/audit-2.log']],
    ['a file', 'one.log', ['one.log', 'one-2.log']],
  ])('have a log each, all of them whole: %s', { timeout: 90_000 }, async (_, setting, files) => {
    if (setting === 'folder') await mkdir(`${directory}/folder`);
    const clients = await Promise.all(files.map(() => start(`${directory}/${setting}`)));
    for (const client of clients) expect((await client.call('Users_createNewUser', ada())).isError).toBe(false);
    expect(clients.filter((client) => client.stderr().includes('This process writes '))).toHaveLength(1);
    await Promise.all(clients.map((client) => client.close()));
    for (const file of files) {
      expect(await readFile(`${directory}/${file}`, 'utf8')).toContain('Users_createNewUser');
      expect(await verify(`${directory}/${file}`)).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('have a log by their process, where the setting says %p', { timeout: 90_000 }, async () => {
    const clients = await Promise.all([1, 2].map(() => start(`${directory}/audit-%p.log`)));
    for (const client of clients) await client.call('Users_createNewUser', ada());
    const files = clients.map((client) => `${directory}/audit-${client.pid()}.log`);
    await Promise.all(clients.map((client) => client.close()));
    for (const file of files) expect(await verify(file)).toMatchObject({ code: 0, stderr: '' });
  });
});
