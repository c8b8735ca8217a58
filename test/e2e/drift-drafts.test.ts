import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../tools/index.js';
import { bodyOf, describeAnswer, documentOf, operationIn, parameterOf, type TestDocument } from '../support/openapi-document.js';
import { childEnv, type Ended, runProgram } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const scratch = await scratchDirectory();

/** Ten operations: three groups as a whole, and some of groups that stay. */
const GROUPS = { jwks: 'Jwks', 'signin-tokens': 'SigninTokens', 'actor-tokens': 'ActorTokens' };
const OTHERS = [
  'Users_deleteWeb3Wallet',
  'Sessions_getReverification',
  'RedirectUrLs_removeById',
  'WaitlistEntries_rejectEntry',
  'OrganizationMemberships_removeUserFromOrganization',
];
const removed = operations.filter(({ name, group }) => Object.values(GROUPS).includes(group) || OTHERS.includes(name));

async function taggedDocument(): Promise<TestDocument> {
  const document = await documentOf(operations);
  for (const { group, spec } of operations) {
    if (spec.version === undefined) operationIn(document, spec.request).tags = [group];
  }
  return document;
}

function without(document: TestDocument, requests: readonly string[]): TestDocument {
  const copy = structuredClone(document);
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ');
    delete copy.paths[path]?.[method.toLowerCase()];
  }
  return copy;
}

describe('ten operations that the catalog has lost', () => {
  const inCopy = (...path: string[]): string => join(scratch, ...path);

  /** Runs Node in the copy to its end, whatever that is. */
  async function node(...args: string[]): Promise<Ended> {
    try {
      const { stdout, stderr } = await run(process.execPath, args, { cwd: scratch, env: childEnv() });
      return { code: 0, signal: null, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, signal: null, stdout, stderr };
    }
  }

  const bin = (name: string): string => join(root, 'node_modules', name);

  async function change(path: string, by: (text: string) => string): Promise<void> {
    await writeFile(inCopy(path), by(await readFile(inCopy(path), 'utf8')));
  }

  /** The file that declares the group. */
  async function fileOf(group: string): Promise<string> {
    for (const name of await readdir(inCopy('tools'))) {
      if ((await readFile(inCopy('tools', name), 'utf8')).includes(`name: '${group}_`)) return `tools/${name}`;
    }
    throw new Error(`no file declares the group ${group}`);
  }

  async function forgetThem(): Promise<void> {
    for (const file of Object.keys(GROUPS)) {
      await rm(inCopy('tools', `${file}.ts`));
      await change('tools/groups.ts', (text) => text.replace(new RegExp(`^.*'\\./${file}\\.js'.*\\n`, 'm'), ''));
    }
    for (const name of OTHERS) {
      const [group = '', action = ''] = name.split('_');
      await change(await fileOf(group), (text) =>
        text.replace(new RegExp(`^  ${action}: defineOperation\\(\\{\\n[\\s\\S]*?^  \\}\\),\\n\\n?`, 'm'), ''),
      );
    }
  }

  beforeAll(async () => {
    for (const source of ['src', 'tools', 'scripts', 'skills', 'package.json', 'tsconfig.json', 'biome.json']) {
      await cp(join(root, source), inCopy(source), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), inCopy('node_modules'));
    await forgetThem();
    expect(await node('scripts/build.mjs')).toMatchObject({ code: 0 });
  }, 60_000);

  it('are drafted again, whole but for their words', async () => {
    expect(removed).toHaveLength(10);
    const now = await taggedDocument();
    const before = without(
      now,
      removed.map(({ spec }) => spec.request),
    );
    await writeFile(inCopy('before.json'), JSON.stringify(before));
    await writeFile(inCopy('now.json'), JSON.stringify(now));
    const { code, stdout } = await node('dist/cli.js', 'drift', '--from', 'before.json', '--to', 'now.json');
    expect(code).toBe(0);
    expect(stdout).toContain(': 10 operations and resources differ, 8 tasks for the catalog.');
    expect(stdout.match(/description: ''/g)).toHaveLength(10);

    for (const draft of stdout.split(/^\/\/ \d+\. Add to /m).slice(1)) {
      const [, file, line] = /^\/\/ (tools\/\S+\.ts), a new group.*\n\/\/ +(\w+: .*)\n/m.exec(draft) ?? [];
      const code = draft.slice(draft.indexOf('\n') + 1);
      if (file === undefined) {
        const [group = ''] = draft.split(':');
        await change(await fileOf(group), (text) => text.replace(/\};\s*$/, () => `\n${code}};\n`));
      } else {
        await writeFile(inCopy(file), code);
        await change('tools/groups.ts', (text) => text.replace(/^\} satisfies/m, `  ${line}\n} satisfies`));
      }
    }
    const config = { extends: './tsconfig.json', include: ['tools'] };
    await writeFile(inCopy('tsconfig.tools.json'), JSON.stringify(config));
    expect(await node(bin('@biomejs/biome/bin/biome'), 'check', '--write', '--vcs-enabled=false', 'tools')).toMatchObject({
      code: 0,
    });
    expect(await node(bin('typescript/bin/tsc'), '-p', 'tsconfig.tools.json')).toMatchObject({ code: 0, stdout: '' });

    expect(await node('scripts/build.mjs')).toMatchObject({ code: 0 });
    const drift = await node('dist/cli.js', 'drift', 'now.json');
    expect(drift).toMatchObject({ code: 0, stdout: expect.stringContaining(' 0 differences') });
  }, 180_000);
});

describe('two documents', () => {
  const list = async (before: TestDocument, now: TestDocument): Promise<Ended> =>
    runProgram(['drift', '--from', await scratchFile(scratch, before), '--to', await scratchFile(scratch, now)]);

  it('of which the catalog has all make no work', async () => {
    const now = await documentOf(operations);
    const before = structuredClone(now);
    parameterOf(operationIn(before, 'GET /users'), 'limit').schema.maximum = 250;
    const { code, stdout } = await list(before, now);
    expect(code).toBe(0);
    expect(stdout).toMatch(/: 1 operations and resources differ, 0 tasks for the catalog\.$/m);
  });

  it('make a task of each operation and resource that is otherwise, with its words kept', async () => {
    const before = await documentOf(operations);
    describeAnswer(operationIn(before, 'GET /users/{user_id}'), 'GET /users/{user_id}');
    const now = structuredClone(before);
    bodyOf(operationIn(now, 'POST /users')).properties.shoe_size = { type: ['integer', 'null'], minimum: 1 };
    describeAnswer(operationIn(now, 'GET /users/{user_id}'), 'GET /users/{user_id}').properties.shoe_size = { type: 'integer' };
    delete now.paths['/jwks'];
    const { stdout } = await list(before, now);
    expect(stdout).toContain('3 tasks for the catalog.');
    expect(stdout).toMatch(/^\/\/ 1\. Change Users_createNewUser\.\n\/\/ +shoe_size: integer or null, was none$/m);
    expect(stdout).toContain('shoe_size: z.int().min(1).nullable().optional(),');
    expect(stdout).toContain("title: 'Create a user',");
    expect(stdout).toMatch(
      /^\/\/ 2\. Change what user is in answers.*\n\/\/ +shoe_size: integer, was none\n\/\/ +shoe_size: z\.int\(\),$/m,
    );
    expect(stdout).toMatch(/^\/\/ 3\. Take out Jwks_getJsonWebKeySet: /m);
  });

  it.each([
    [['--from', 'a.json'], /--from and --to go together/],
    [['x.json', '--from', 'a.json', '--to', 'b.json'], /take neither another document/],
    [[], /Name a document/],
  ])('are named both: %j', async (args, reason) => {
    const { code, stderr } = await runProgram(['drift', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });
});
