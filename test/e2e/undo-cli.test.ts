import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectHttp, type HttpClient } from '../support/http-clients.js';
import { startHttp, stopAll } from '../support/http-program.js';
import type { Ended } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { runAtTerminal, withoutTerminal } from '../support/terminal.js';
import { tokenFile, tokenOf } from '../support/token-file.js';

const SEED = {
  users: ['Ada', 'Bob', 'Cy', 'Dora', 'Eve'].map((first_name, nth) => ({
    id: `user_${nth}`,
    first_name,
    email_addresses: [`${first_name.toLowerCase()}@example.com`],
  })),
};
const LIVE = { CLERK_SECRET_KEY: 'sk_live_nobody', CLERK_API_URL: 'http://127.0.0.1:9' };

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly caller: string;
  readonly calls: number;
}

describe('beside a server that runs', () => {
  let sandbox: SandboxProgram;
  let server: HttpClient;
  let state: string;
  beforeAll(async () => {
    const dir = await scratchDirectory();
    state = join(dir, 'state');
    sandbox = await startSandboxProgram('--seed', await scratchFile(dir, SEED));
    const tokens = await tokenFile(dir, ['ann']);
    const args = ['--auth', 'token', '--tokens', tokens, '--state-dir', state, '--clerk-limit', '1000000'];
    const { url } = await startHttp({ args, env: sandbox.env });
    server = await connectHttp('v2 (2025)', url, { token: tokenOf('ann') });
  });
  afterAll(async () => {
    await server.close();
    await stopAll();
    await endSandboxes();
  });

  const undo = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runCommand(['undo', ...args, '--state-dir', state], { env: { ...sandbox.env, ...env } });
  const listed = async (): Promise<Listed[]> => JSON.parse((await undo(['--json'])).stdout) as Listed[];
  const bannedUsers = async (): Promise<string[]> =>
    ((await sandbox.request('GET', '/users?banned=true')).body as { id: string }[]).map(({ id }) => id).sort();

  const nameOf = async (id: string): Promise<unknown> =>
    ((await sandbox.request('GET', `/users/${id}`)).body as { last_name: unknown }).last_name;

  async function banned(users: readonly string[], deleted: readonly string[]): Promise<string> {
    const steps = [
      { tool: 'Users_markBanned', for_each: users, arguments: { user_id: '$' } },
      { tool: 'Users_deleteUserById', for_each: deleted, arguments: { user_id: '$' } },
    ];
    const { plan } = (await server.call('Jobs_planChanges', { steps })).json as { plan: string };
    expect((await server.call('Jobs_applyPlan', { plan, confirm: true })).json).toMatchObject({ state: 'finished' });
    return plan;
  }

  it.skipIf(withoutTerminal)('shows all that a plan takes back, and takes it back by a yes at the terminal alone', async () => {
    const plan = await banned(['user_0', 'user_1'], ['user_4']);
    expect(await undo([plan])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('"Ada" <ada@example.com>'),
      stderr: expect.stringContaining('asks at a terminal'),
    });
    const args = ['undo', plan, '--state-dir', state];
    const left = await runAtTerminal(args, sandbox.env, [{ prompt: '[y/N]', text: '' }]);
    expect(left).toMatchObject({ code: 3, seen: expect.stringContaining('Nothing was changed') });
    expect(await bannedUsers()).toEqual(['user_0', 'user_1']);

    const { code, seen } = await runAtTerminal(args, sandbox.env, [{ prompt: '[y/N]', text: 'y' }]);
    expect(seen.replace(/\s+/g, ' ')).toContain('a deleted user cannot be brought back: "Eve" <eve@example.com>');
    expect(seen).toContain('TEST');
    for (const name of ['"Ada" <ada@example.com>', '"Bob" <bob@example.com>']) expect(seen).toContain(`- ${name}`);
    expect({ code, seen }).toMatchObject({ code: 0, seen: expect.stringContaining('Taken back: 2 of 2.') });
    expect(await bannedUsers()).toEqual([]);
    expect((await undo([plan])).stdout).toMatch(/^Nothing is left to take back\./);
  });

  it('lists plans and single calls with whose they are, and takes one back without asking where that is allowed', async () => {
    await server.call('Users_updateUserAttributes', { user_id: 'user_2', last_name: 'New' });
    await server.call('Users_updateUserAttributes', { user_id: 'user_3', last_name: 'New' });
    await server.call('Users_updateUserAttributes', { user_id: 'user_3', last_name: 'Newer' });
    const [newest, older, oldest] = await listed();
    expect([newest, oldest]).toMatchObject([
      { title: 'Update a user: "Dora New" <dora@example.com>', caller: 'ann', calls: 1 },
      { title: 'Update a user: "Cy" <cy@example.com>' },
    ]);
    expect((await undo([])).stdout.split('\n')[0]).toMatch(
      /^call-\S{12} {2}\d+ seconds? ago {2}Update a user: .* by ann {2}until /,
    );

    expect(await undo([oldest?.id ?? ''])).toMatchObject({ code: 2, stderr: expect.stringContaining('asks at a terminal') });
    expect(await nameOf('user_2')).toBe('New');
    expect(await undo([oldest?.id ?? '', '--yes'])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 of 1') });
    // What has been written over since stays.
    expect((await undo([older?.id ?? '', '--yes'])).stdout.replace(/\s+/g, ' ')).toMatch(
      /^Nothing is left.*changed since, and is not overwritten: "Dora" <dora@example.com>\./,
    );
    expect([await nameOf('user_2'), await nameOf('user_3')]).toEqual([null, 'Newer']);
  });

  it('says what to do about an id that is unknown, and about a key that is another', async () => {
    expect(await undo(['pln_0000000000000000000000'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing is kept of plan pln_0000000000000000000000'),
    });
    expect(await undo([], { CLERK_MCP_SIGNING_KEY: 'another key than the server has, quite' })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('give the key that it was written with (CLERK_MCP_SIGNING_KEY'),
    });
    const other = await undo([], { CLERK_SECRET_KEY: 'sk_test_of_another_instance' });
    expect(other).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('is taken back with its key') });
  });
});

it.each([
  [[], 'give its --state-dir (CLERK_MCP_STATE_DIR)'],
  [['--state-dir', '/nowhere/at/all'], 'not a folder'],
  [['abc', '--yes', '--state-dir', '/tmp'], '--yes is not for a live instance'],
])('with %j says what to do instead', async (args, why) => {
  expect(await runCommand(['undo', ...args], { env: LIVE })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(why),
  });
});
