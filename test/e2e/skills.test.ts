import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { skills } from '../../src/mcp/prompts/skills.js';
import { FakeMachine } from '../support/fake-client.js';
import type { Ended } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();
let machine: FakeMachine;

beforeEach(async () => {
  machine = new FakeMachine(await mkdtemp(join(scratch, 'machine-')));
  await mkdir(machine.home);
});

const run = (...args: readonly string[]): Promise<Ended> => runCommand(['skills', ...args], { env: machine.env });
const names = skills().map(({ name }) => name);
const [first] = skills();
if (first === undefined) throw new Error('there are no skills');
const other = names.filter((name) => name !== first.name);

it('are listed with what they are for', async () => {
  const { code, stdout } = await run('list');
  expect(code).toBe(0);
  for (const { name, description } of skills()) expect(stdout).toContain(`${name}\n  ${description}\n`);
  expect(JSON.parse((await run('list', '--json')).stdout)).toHaveLength(names.length);
});

it.each([
  ['claude-code', '.claude/skills'],
  ['codex', '.agents/skills'],
  ['cursor', '.cursor/skills'],
  ['gemini', '.gemini/skills'],
  ['vscode', '.copilot/skills'],
  ['windsurf', '.codeium/windsurf/skills'],
])('are copied to where %s reads them', async (client, folder) => {
  const { code, stdout } = await run('install', '--client', client);
  expect(code).toBe(0);
  const target = join(machine.home, folder);
  expect((await readdir(target)).sort()).toEqual(['.clerk-mcp.json', ...names]);
  for (const { name, text } of skills()) {
    expect(await readFile(join(target, name, 'SKILL.md'), 'utf8')).toBe(text);
    expect(stdout).toContain(`${join(target, name, 'SKILL.md')}: written\n`);
  }
});

it('keep what a person has changed, and are brought up to date where nobody has', async () => {
  const dir = join(machine.home, 'mine');
  const file = (name: string): string => join(dir, name, 'SKILL.md');
  expect((await run('install', '--dir', dir)).code).toBe(0);
  // No shell expands a ~ within a word.
  const again = await run('install', '--dir=~/mine');
  expect(again.stdout.match(/: up to date\n/g)).toHaveLength(names.length);

  // As an earlier version wrote it, and as a person did.
  const [older = '', changed = ''] = other;
  const ledger = join(dir, '.clerk-mcp.json');
  const former = 'an earlier version\n';
  await writeFile(file(older), former);
  const written = JSON.parse(await readFile(ledger, 'utf8')) as Record<string, string>;
  await writeFile(ledger, JSON.stringify({ ...written, [older]: createHash('sha256').update(former).digest('hex') }));
  await writeFile(file(changed), 'mine\n');
  const third = await run('install', '--dir', dir);
  expect(third.code).toBe(1);
  expect(third.stdout).toContain(`${file(older)}: updated\n`);
  expect(third.stdout).toContain(`${file(changed)}: kept: it was changed here; --force overwrites it\n`);
  expect(await readFile(file(changed), 'utf8')).toBe('mine\n');

  const forced = await run('install', changed, '--dir', dir, '--force');
  expect(forced).toMatchObject({ code: 0, stdout: `${file(changed)}: updated\n` });
  expect(await readFile(file(changed), 'utf8')).toBe(skills().find(({ name }) => name === changed)?.text);
});

it('do not overwrite a skill of the same name that is not ours', async () => {
  const path = join(machine.home, 'mine', first.name, 'SKILL.md');
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'of another\n');
  expect((await run('install', first.name, '--dir', join(machine.home, 'mine'))).code).toBe(1);
  expect(await readFile(path, 'utf8')).toBe('of another\n');
});

it.each([
  [['install'], /Say where: --client NAME .*or --dir DIR/],
  [['install', '--client', 'claude-desktop'], /upload a skill in its settings/],
  [['install', '--client', 'emacs'], /--client: expected one of claude-code/],
  [['install', 'launch-chek', '--dir', 'x'], /Did you mean launch-check/],
])('say what is wrong with %j', async (args, message) => {
  expect(await run(...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
});
