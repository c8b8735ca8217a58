import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HTTP_OPTIONS } from '../../src/config/http-options.js';
import { INIT_OPTIONS } from '../../src/config/init-options.js';
import type { Option } from '../../src/config/option.js';
import { SANDBOX_OPTIONS } from '../../src/config/sandbox-options.js';
import { OPTIONS } from '../../src/config/server-options.js';
import { helpOfAll } from '../support/help-of-all.js';
import { manyLines } from '../support/many-lines.js';
import { scratchDirectory } from '../support/scratch.js';

// A shell expands ~ at the beginning of a word alone, and not in --option=~/file; on Windows it expands none.

const SETTINGS: readonly Option[] = [OPTIONS, HTTP_OPTIONS, INIT_OPTIONS, SANDBOX_OPTIONS].flatMap((table) =>
  Object.values(table),
);
const isPath = (flag: string): boolean => /<(?:\w+=)?(?:file|dir|document)>/.test(flag);

it.each(SETTINGS.filter(({ flag }) => isPath(flag)).map(({ flag, schema }) => [flag, schema] as const))(
  'takes ~ for the home folder in %s',
  (_, schema) => {
    expect(schema().parse('~/file')).toBe(join(homedir(), 'file'));
  },
);

/** Lines with the paths that commands take beside the settings, by the flag; what they find there is of no use. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  '--batch <file>': ['call', '--batch=~/bad', '--sandbox'],
  '--out <file>': ['config', 'pull', '--sandbox', '--out=~/new.yml'],
  '--out <file> of a batch': ['call', 'Users_getTotalCount', '--batch=~/one', '--sandbox', '--state-dir=~/state', '--out=~/new'],
  '--signing-key <name=file>': ['config', 'apply', '~/empty', '--sandbox', '--signing-key=none=~/bad'],
  '--tokens <file>': ['token', 'list', '--tokens=~/bad'],
  '--dir <dir>': ['skills', 'install', '--dir=~/skills'],
  '--faults <json>': ['sandbox', '--port', '0', '--faults=~/bad'],
  '--from <document>': ['drift', '--from=~/bad', '--to', 'bad'],
  '--to <document>': ['drift', '--from', 'bad', '--to=~/bad'],
  'drift [document]': ['drift', '~/bad'],
  'config diff [file] [other]': ['config', 'diff', '~/empty', '~/empty'],
  'export <file>': ['export', '~/bad'],
  'policy check <file>': ['policy', 'check', '~/bad'],
  'audit verify <files...>': ['audit', 'verify', '~/bad'],
  'audit show <files...>': ['audit', 'show', '~/bad'],
  'audit export [files...]': ['audit', 'export', '~/bad'],
};

it('takes ~ for the home folder in every other path on the command line', async () => {
  const home = await scratchDirectory();
  writeFileSync(join(home, 'bad'), '{"openapi":');
  writeFileSync(join(home, 'one'), '{}\n');
  writeFileSync(join(home, 'empty'), 'jwt_templates: {}\n');
  const told = await manyLines(
    Object.values(LINES).map((args) => ({ args, ...(args[0] === 'export' && { env: { CLERK_SECRET_KEY: 'sk_test_none' } }) })),
    home,
  );
  for (const [nth, flag] of Object.keys(LINES).entries()) {
    const { stdout, stderr } = told[nth] ?? {};
    expect(`${stdout}${stderr}`, flag).not.toContain('ENOENT');
  }
  for (const written of ['new.yml', 'new', 'skills', 'state']) expect(existsSync(join(home, written)), written).toBe(true);
  expect(existsSync(join(home, '~'))).toBe(false);
});

it('knows every flag that takes a path', async () => {
  const help = [...(await helpOfAll(await scratchDirectory())).values()].join('\n');
  const flags = new Set([...help.matchAll(/^ {2}(--[\w-]+ <[\w=]+>)/gm)].map(([, flag]) => flag ?? '').filter(isPath));
  expect(flags).toContain('--policy <file>');
  const known = [...SETTINGS.map(({ flag }) => flag), ...Object.keys(LINES)];
  expect([...flags].filter((flag) => !known.includes(flag))).toEqual([]);
});
