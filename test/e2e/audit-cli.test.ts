import { spawn } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { childEnv, type Ended, ended, PROGRAM, startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const directory = await scratchDirectory();
const log = `${directory}/audit.log`;
let lines: string[] = [];

beforeAll(async () => {
  const client = await startProgram('v2 (2025)', { args: ['--sandbox', '--audit-log', log] });
  const created = await client.call('Users_createNewUser', { first_name: 'Ada', email_address: ['ada@audit.example'] });
  const { id: user_id } = created.json as { id: string };
  await client.call('Users_markBanned', { user_id });
  await client.call('Users_markBanned', { user_id, confirm: true });
  await client.call('Users_lockUser', { user_id: 'user_nobody', confirm: true });
  await client.call('Users_getUserDetails', { user_id });
  await client.close();
  lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
});

let copies = 0;

/** A copy of the log with other lines, and with the head that the program noted beside it. */
async function copyWith(change: (lines: string[]) => string[]): Promise<string> {
  copies++;
  const copy = `${directory}/copy-${copies}.log`;
  const changed = change([...lines]);
  await writeFile(copy, changed.map((line) => `${line}\n`).join(''));
  await copyFile(`${log}.head`, `${copy}.head`);
  await copyFile(`${log}.key`, `${copy}.key`);
  return copy;
}

const verify = (...files: string[]): Promise<Ended> => runCommand(['audit', 'verify', ...files]);
const show = (...args: string[]): Promise<Ended> => runCommand(['audit', 'show', log, ...args]);

describe('audit verify', () => {
  it('says that the chain is whole: exit code 0', async () => {
    expect(await verify(log)).toEqual({
      code: 0,
      signal: null,
      stderr: '',
      stdout: `${lines.length} lines, the chain is whole\n`,
    });
  });

  const third = (lines_: string[]): string => lines_[2] ?? '';
  const CHANGES: readonly (readonly [string, (lines: string[]) => string[], RegExp])[] = [
    ['a line removed in the middle', (all) => all.toSpliced(2, 1), /:3: lines were removed before this one: number 3/],
    ['the first line removed', (all) => all.slice(1), /:1: the beginning was removed/],
    ['the last lines removed', (all) => all.slice(0, -2), /lines were removed at the end/],
    ['a word changed', (all) => all.with(2, third(all).replace('"local"', '"other"')), /:3: the line \(number 3\) was changed/],
    ['an argument changed', (all) => all.map((line) => line.replace('"Ada"', '"Eva"')), /was changed/],
    ['two lines swapped', (all) => all.with(2, all[3] ?? '').with(3, third(all)), /out of order/],
    ['a line repeated', (all) => all.toSpliced(3, 0, third(all)), /:4: .*repeated/],
    ['a line inserted', (all) => all.toSpliced(3, 0, '{"seq":4,"kind":"intent"}'), /:4: .*inserted/],
    ['everything removed', () => [], /lines were removed at the end/],
  ];

  it.each(CHANGES)('finds %s and says where: exit code 1', async (_, change, message) => {
    const copy = await copyWith(change);
    const { code, stdout, stderr } = await verify(copy);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    for (const line of stderr.trimEnd().split('\n')) expect(line.startsWith(`${copy}:`)).toBe(true);
    expect(stdout).toContain('the chain is broken');
  });

  it('finds what is no log at all', async () => {
    const ended_ = await verify(await scratchFile(directory, 'Dear diary,\nnothing happened today.\n'));
    expect(ended_.code).toBe(1);
  });

  it.each([
    ['that is not there', ['none.log'], /The log cannot be read: .*none\.log/],
    ['that is a directory', [directory], new RegExp(`The log cannot be read: ${directory}: it is a folder`)],
    ['that nobody named', [], /Missing required argument 'files'/],
  ])('cannot read a file %s: exit code 2', async (_, files, message) => {
    const ended_ = await verify(...files);
    expect(ended_).toMatchObject({ code: 2, stdout: '' });
    expect(ended_.stderr).toMatch(message);
  });
});

describe('audit show', () => {
  it('tells every line in words', async () => {
    const { code, stdout, stderr } = await show();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const shown = stdout.trimEnd().split('\n');
    expect(shown).toHaveLength(lines.length);
    expect(shown[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z #1 start/);
    expect(stdout).toMatch(/refused {2}Users_markBanned {2}destructive {2}by local test 1 .*because confirmation_required/);
    expect(stdout).toMatch(/intent {2}Users_markBanned .*strength flag {2}confirmed by the caller, by confirm: true/);
    expect(stdout).toMatch(/outcome {2}Users_lockUser .*status 404 {2}code resource_not_found/);
    expect(stdout).not.toContain('Users_getUserDetails');
  });

  it('filters by operation, decision, caller and time, an outcome going with its intent', async () => {
    const kinds = async (...flags: string[]): Promise<string[]> =>
      (await show(...flags)).stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(/ +/).slice(2, 4).join(' '));
    const bans = ['refused Users_markBanned', 'intent Users_markBanned', 'outcome Users_markBanned'];
    expect(await kinds('--operation', 'Users_markBanned')).toEqual(bans);
    expect(await kinds('--operation', 'Users_markBanned', '--decision', 'allowed')).toEqual(bans.slice(1));
    expect(await kinds('--decision', 'refused')).toEqual(bans.slice(0, 1));
    expect(await kinds('--decision', 'asked')).toEqual([]);
    expect(await kinds('--caller', 'local')).toHaveLength(lines.length - 2);
    expect(await kinds('--caller', 'nobody')).toEqual([]);
    expect(await kinds('--since', '2100-01-01')).toEqual([]);
    expect(await kinds('--until', '2100-01-01')).toHaveLength(lines.length);
  });

  it.each([
    ['a decision that there is not', ['--decision', 'maybe'], /--decision: .*allowed, refused, asked/],
    ['a time that is none', ['--since', 'yesterday'], /--since: .*2026-01-31T12:00:00Z/],
    ['a decision misspelt', ['--decision', 'refusd'], /Did you mean refused\?/],
    ['an unknown filter', ['--opration', 'x'], /--operation/],
  ])('refuses %s: exit code 2', async (_, flags, message) => {
    const ended_ = await show(...flags);
    expect(ended_).toMatchObject({ code: 2, stdout: '' });
    expect(ended_.stderr).toMatch(message);
  });

  it('takes a log in several files, an outcome going with its intent in an earlier one, and gives JSON Lines', async () => {
    const cut = lines.findIndex((line) => line.includes('"kind":"outcome"') && line.includes('Users_lockUser'));
    const [older, newer] = [lines.slice(0, cut), lines.slice(cut)].map((some) => some.map((line) => `${line}\n`).join(''));
    const files = [await scratchFile(directory, older), await scratchFile(directory, newer)];
    const whole = await runCommand(['audit', 'show', ...files]);
    expect(whole).toMatchObject({ code: 0, stderr: '', stdout: (await show()).stdout });
    const ended_ = await runCommand([
      'audit',
      'show',
      ...files,
      '--json',
      '--decision',
      'allowed',
      '--operation',
      'Users_lockUser',
    ]);
    const shown = ended_.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(shown).toMatchObject([
      { kind: 'intent', operation: 'Users_lockUser', intact: true },
      { kind: 'outcome', operation: 'Users_lockUser', status: 404, intact: true },
    ]);
  });

  it('marks what was changed, and lets nothing in a log play with the terminal', async () => {
    const hostile = '\u001b[2J\u202e\u009b31mfake';
    const changed = (line: string): string => line.replace('"Users_markBanned"', JSON.stringify(hostile));
    const copy = await copyWith((all) => all.map(changed));
    const { code, stdout } = await runCommand(['audit', 'show', copy]);
    expect(code).toBe(0);
    expect(stdout.match(/\(CHANGED\)/g)).toHaveLength(3);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    const json = await runCommand(['audit', 'show', copy, '--json', '--operation', hostile]);
    expect(json.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toContainEqual(expect.objectContaining({ operation: hostile, intact: false }));
  });

  it('ends without complaint when its reader has read enough', async () => {
    const long = await scratchFile(directory, `${lines.join('\n')}\n`.repeat(3_000));
    const child = spawn(process.execPath, [PROGRAM, 'audit', 'show', long], { env: childEnv(), stdio: 'pipe' });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended(child)).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

describe('audit export', () => {
  it('prints events of OCSF, and a table', async () => {
    const { code, stdout } = await runCommand(['audit', 'export', log]);
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { class_uid: number; status?: string });
    expect(events.filter(({ class_uid }) => class_uid === 6003).map(({ status }) => status)).toEqual([
      'Success',
      'Failure',
      'Success',
      'Failure',
    ]);
    expect(events.filter(({ class_uid }) => class_uid === 3001)).toHaveLength(3);
    const table = await runCommand(['audit', 'export', '--audit-log', log, '--format', 'csv']);
    expect(table.code).toBe(0);
    expect(table.stdout.trimEnd().split('\n')).toHaveLength(5);
    const later = await runCommand(['audit', 'export', log, '--since', '2999-01-01T00:00:00Z', '--format', 'jsonl']);
    expect(later).toMatchObject({ code: 0, stdout: '' });
  });

  it.each([
    ['a form that it does not know', [log, '--format', 'xml'], /--format: expected one of ocsf, jsonl, csv/],
    ['no log', [], /Name the files of the log, or --audit-log FILE/],
    ['a log that is not there', ['--audit-log', `${directory}/none`], /There is no log at/],
    ['a time that is none', [log, '--since', 'monday'], /--since: expected a date and time/],
  ])('refuses %s: exit code 2', async (_, args, message) => {
    const { code, stderr } = await runCommand(['audit', 'export', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
