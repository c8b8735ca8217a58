import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeText, type TextForm } from '../../src/platform/read-text.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { runProgram } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';
import { tokenEntries, tokenOf } from '../support/token-file.js';

const directory = await scratchDirectory();
afterAll(stopAll);

const FORMS: readonly (readonly [name: string, form: TextForm])[] = [
  ['UTF-8 with a mark', { encoding: 'utf-8', isMarked: true }],
  ['UTF-16', { encoding: 'utf-16le', isMarked: true }],
  ['UTF-16 of the other order', { encoding: 'utf-16be', isMarked: true }],
];

let count = 0;

/** A file as an editor on Windows saves it. */
async function saved(text: string, form: TextForm): Promise<string> {
  count++;
  const path = `${directory}/${count}`;
  await writeFile(path, encodeText(text.replaceAll('\n', '\r\n'), form));
  return path;
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

describe.each(FORMS)('a file in %s, with CRLF,', (_, form) => {
  it('is read as a seed and a policy', async () => {
    const seed = await saved(pretty({ users: [{ first_name: 'Zoë' }] }), form);
    const policy = await saved(
      pretty({ rules: [{ name: 'no bans', tools: 'Users_markBanned', action: 'deny', reason: 'no' }] }),
      form,
    );
    expect(await runProgram(['policy', 'check', policy])).toMatchObject({ code: 0, stderr: '' });
    const args = ['call', 'Users_listSortedByCreationDate', '--sandbox', '--seed', seed, '--policy', policy];
    expect(await runProgram(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('Zoë') });
  });

  it('is read as a key, and as arguments from stdin', async () => {
    const env = { CLERK_SECRET_KEY_FILE: await saved('sk_test_abcdefgh\n', form), CLERK_API_URL: 'http://127.0.0.1:9/v1' };
    const called = await runProgram(['call', 'Users_getTotalCount', '--timeout', '500'], { env });
    expect(called).toMatchObject({ code: 1, stderr: expect.stringContaining('connect') });
    const stdin = await readFile(await saved(pretty({ first_name: 'Zoë', email_address: ['zoe@text.example'] }), form));
    const created = await runProgram(['call', 'Users_createNewUser', '-', '--sandbox'], { stdin });
    expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('Zoë') });
  });

  it('is read as tokens, and what is removed in it ends', async () => {
    const tokens = await saved(pretty(tokenEntries(['ada', 'bob'])), form);
    const server = await startHttp({ args: ['--sandbox', '--auth', 'token', '--tokens', tokens] });
    const status = async (name: string): Promise<number> => {
      const headers = { authorization: `Bearer ${tokenOf(name)}`, 'content-type': 'application/json' };
      return (await fetch(`${server.url}/mcp`, { method: 'POST', headers, body: '{}' })).status;
    };
    expect(await status('ada')).not.toBe(401);
    await writeFile(tokens, await readFile(await saved(pretty(tokenEntries(['bob'])), form)));
    server.child.kill('SIGHUP');
    await expect.poll(() => status('ada')).toBe(401);
    expect(await status('bob')).not.toBe(401);
  });
});

describe('a file in UTF-16 without a mark', () => {
  it.each([
    ['a seed', (file: string) => ['call', 'Users_getTotalCount', '--sandbox', '--seed', file]],
    ['a policy', (file: string) => ['policy', 'check', file]],
    ['tokens', (file: string) => ['token', 'new', 'ada', '--tokens', file]],
    ['an OpenAPI document', (file: string) => ['drift', file]],
  ])('is refused with what to do: %s', async (_, args) => {
    const { code, stderr } = await runProgram(args(await saved('{}', { encoding: 'utf-16le', isMarked: false })));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('save it as UTF-8') });
  });
});

describe('~ in a setting', () => {
  it('is the home of this person, in flags and in the environment', async () => {
    const home = `${directory}/home`;
    await mkdir(`${home}/log`, { recursive: true });
    await writeFile(`${home}/key`, 'sk_test_abcdefgh');
    await writeFile(`${home}/rules.json`, '{"rules": []}');
    await writeFile(`${home}/seed.json`, pretty({ users: [{ first_name: 'Zoë' }] }));
    const env = { HOME: home, CLERK_MCP_POLICY: '~/rules.json', CLERK_MCP_SEED: '~/seed.json' };
    const args = ['call', 'Users_listSortedByCreationDate', '--sandbox', '--audit-log=~/log/audit.log'];
    expect(await runProgram(args, { env })).toMatchObject({ code: 0, stdout: expect.stringContaining('Zoë') });
    expect(await readFile(`${home}/log/audit.log`, 'utf8')).toContain('"start"');
    const keyed = { HOME: home, CLERK_SECRET_KEY_FILE: '~/key', CLERK_API_URL: 'http://127.0.0.1:9/v1' };
    expect((await runProgram(['call', 'Users_getTotalCount', '--timeout', '500'], { env: keyed })).code).toBe(1);
    expect((await runProgram(['token', 'new', 'ada', '--tokens=~/tokens.json'], { env })).code).toBe(0);
    expect(await readFile(`${home}/tokens.json`, 'utf8')).toContain('"ada"');
  });
});
