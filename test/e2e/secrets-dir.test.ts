import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../tools/index.js';
import { clerkError, json, MisbehavingServer, resetAfterRequest } from '../support/misbehaving-server.js';
import { EVERY_TOOL } from '../support/offer.js';
import { operationOf, plausibleReply, plausibleUpstream } from '../support/plausible.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { minimalArguments } from '../support/sample-arguments.js';
import { scratchDirectory } from '../support/scratch.js';

const minting = operations.filter(({ risk }) => risk === 'credential');
const TOKEN = { name: 'SigninTokens_createToken', args: { user_id: 'user_ada', confirm: true } };
const SECRET = 'S3cr3tOfTheAnswer';

const upstream = await plausibleUpstream();
const scratch = await scratchDirectory();
let secrets: string;
let count = 0;
const clients: ProgramClient[] = [];

beforeEach(async () => {
  count++;
  secrets = `${scratch}/secrets-${count}`;
  await mkdir(secrets, { mode: 0o700 });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function start(origin: string, ...args: string[]): Promise<ProgramClient> {
  const client = await startProgram('v2 (2025)', {
    args: [...EVERY_TOOL, '--secrets-dir', secrets, '--confirm', 'flag', ...args],
    env: { CLERK_SECRET_KEY: 'sk_test_secrets', CLERK_API_URL: `${origin}/v1`, CLERK_MCP_LOG_LEVEL: 'trace' },
  });
  clients.push(client);
  return client;
}

describe('with --secrets-dir', () => {
  beforeEach(() => {
    upstream.reply = (request) => {
      const { body } = plausibleReply(request);
      const named = Object.fromEntries(
        ['token', 'jwt', 'client_secret', 'svix_url', 'url'].map((name) => [name, `https://x.example/${SECRET}-${name}`]),
      );
      return { body: { ...(body as object), ...named } };
    };
  });

  it('the secret of every operation that returns one is in a new file of mode 0600, and nowhere else', async () => {
    const log = `${scratch}/audit.log`;
    const client = await start(upstream.origin, '--audit-log', log);
    const seen = new Set<string>();
    for (const operation of minting) {
      const args = minimalArguments(operation);
      const refusal = await client.call(operation.name, args);
      expect(refusal.text).toContain('in a file on the server');
      expect(refusal.text).not.toContain('in this conversation');
      expect(await readdir(secrets)).toHaveLength(seen.size);

      const { isError, text, json: result } = await client.call(operation.name, { ...args, confirm: true });
      expect([operation.name, isError]).toEqual([operation.name, false]);
      expect(text).not.toContain(SECRET);
      const { secret_file } = result as { secret_file: string };
      expect(secret_file.startsWith(`${secrets}/${operation.name}-`)).toBe(true);
      expect(seen.has(secret_file)).toBe(false);
      seen.add(secret_file);
      expect((await stat(secret_file)).mode & 0o777).toBe(0o600);
      expect(JSON.parse(await readFile(secret_file, 'utf8'))).toMatchObject({
        operation: operation.name,
        result: { token: expect.stringContaining(SECRET), client_secret: expect.stringContaining(SECRET) },
      });
    }
    expect(await readdir(secrets)).toHaveLength(minting.length);
    expect(await readFile(log, 'utf8')).toContain([...seen][0]);
    for (const out of [await readFile(log, 'utf8'), client.stderr()]) expect(out).not.toContain(SECRET);
  });

  it('two calls at once have two files', async () => {
    const client = await start(upstream.origin);
    const results = await Promise.all(Array.from({ length: 10 }, () => client.call(TOKEN.name, TOKEN.args)));
    expect(new Set(results.map(({ json: result }) => (result as { secret_file: string }).secret_file)).size).toBe(10);
    expect(await readdir(secrets)).toHaveLength(10);
  });

  const BREAK: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['is gone', () => rm(secrets, { recursive: true })],
    ['can be written by other users', () => chmod(secrets, 0o777)],
    ['was swapped for another', () => rename(secrets, `${secrets}-old`).then(() => mkdir(secrets, { mode: 0o700 }))],
    ['was swapped for a link', () => rename(secrets, `${secrets}-old`).then(() => symlink(`${secrets}-old`, secrets))],
  ];

  it.each(BREAK)('nothing is sent where the directory %s since the start, and other calls go on', async (_, spoil) => {
    const client = await start(upstream.origin);
    await spoil();
    for (const operation of minting) {
      const refused = await client.call(operation.name, { ...minimalArguments(operation), confirm: true });
      expect(refused).toMatchObject({ isError: true, json: { error: 'secrets_unavailable', operation: operation.name } });
    }
    expect(upstream.requests).toEqual([]);
    expect((await client.call('Users_markBanned', { user_id: 'user_ada', confirm: true })).isError).toBe(false);
    expect((await client.call('Users_getUserDetails', { user_id: 'user_ada' })).isError).toBe(false);
    expect(upstream.requests.map((request) => operationOf(request)?.name)).toEqual(['Users_markBanned', 'Users_getUserDetails']);
    expect(await readdir(secrets).catch(() => [])).toEqual([]);
  });
});

describe('a call that fails', () => {
  it.each([
    ["by Clerk's answer", clerkError(422, 'form_param_invalid'), undefined],
    ['by a lost answer', resetAfterRequest, true],
  ])('%s leaves no file behind', async (_, behaviour, mayHaveHappened) => {
    const failing = await MisbehavingServer.start(behaviour);
    const client = await start(failing.origin);
    const failed = await client.call(TOKEN.name, TOKEN.args);
    expect(failed.isError).toBe(true);
    expect((failed.json as { may_have_happened?: boolean }).may_have_happened).toBe(mayHaveHappened);
    expect(await readdir(secrets)).toEqual([]);
    await failing.stop();
  });

  it('in the last moment, because its file was taken away, says that Clerk has acted', async () => {
    const failing = await MisbehavingServer.start({
      when: 'arrived',
      act: (socket) => void rm(secrets, { recursive: true }).then(() => json({ token: SECRET, id: 'sit_1' }).act(socket)),
    });
    const client = await start(failing.origin);
    const failed = await client.call(TOKEN.name, TOKEN.args);
    expect(failed).toMatchObject({ isError: true, json: { error: 'secret_not_stored' } });
    expect(failed.text).toContain('Clerk has carried this out');
    expect(failed.text + client.stderr()).not.toContain(SECRET);
    await failing.stop();
  });
});

describe('a directory that will not do', () => {
  it.each([
    ['is not there', '/nowhere/secrets', 0o700, /mkdir -m 700/],
    ['is a file', process.execPath, undefined, /is no directory/],
    ['can be written by other users', undefined, 0o777, /chmod 700/],
    ['can be written by its group', undefined, 0o775, /chmod 700/],
    ['can be read by other users', undefined, 0o755, /chmod 700/],
  ])('stops the start: one that %s', async (_, path, mode, message) => {
    if (path === undefined && mode !== undefined) await chmod(secrets, mode);
    const ended = await runCommand(['--sandbox', '--secrets-dir', path ?? secrets]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });
});
