import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startRedis, withoutRedis } from '../limits/redis-server.js';
import { AUDIENCE, TestIssuer } from '../mcp/auth/test-issuer.js';
import { freePort } from '../support/free-port.js';
import { type Behaviour, clerkError, html, json, MisbehavingServer, noHttp, silent } from '../support/misbehaving-server.js';
import { startProgram } from '../support/program.js';
import { runCommand } from '../support/run-command.js';
import { endSandboxes, startSandboxProgram } from '../support/sandbox-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { tokenEntries } from '../support/token-file.js';

const scratch = await scratchDirectory();
const KEY = 'sk_test_neverToBeSeen';

const now = (): string => new Date().toUTCString();
const keys = (date = now()): Behaviour => json({ keys: [] }, 200, { date });

const inOrder = await MisbehavingServer.start(keys());
afterAll(() => inOrder.stop());

let server: MisbehavingServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await endSandboxes();
});

type Env = Readonly<Record<string, string>>;
interface Check {
  readonly status: string;
  readonly message: string;
  readonly advice?: string;
}

/** What `doctor --json` finds, by the name of the check. */
async function doctor(args: readonly string[], env: Env = {}): Promise<{ code: number | null; checks: Record<string, Check> }> {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json', ...args], { env });
  expect(stderr).toBe('');
  expect(stdout).not.toContain('neverToBeSeen');
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: ({ check: string } & Check)[] };
  expect(ok).toBe(code === 0);
  expect(code).toBe(checks.some(({ status }) => status === 'failure') ? 1 : 0);
  return { code, checks: Object.fromEntries(checks.map(({ check, ...rest }) => [check, rest])) };
}

/** The same where the API is in order. */
const withFiles = async (args: readonly string[], env: Env = {}): Promise<Record<string, Check>> =>
  (await doctor(args, { CLERK_SECRET_KEY: KEY, CLERK_API_URL: inOrder.origin, ...env })).checks;

const statuses = (checks: Record<string, Check>): Record<string, string> =>
  Object.fromEntries(Object.entries(checks).map(([name, { status }]) => [name, status]));

async function upstream(...plan: Behaviour[]): Promise<Env> {
  server = await MisbehavingServer.start(...plan);
  return { CLERK_SECRET_KEY: KEY, CLERK_API_URL: server.origin };
}

describe('doctor', () => {
  it('finds nothing wrong with the sandbox: exit code 0, a line for each check', async () => {
    const { code, stdout, stderr } = await runCommand(['doctor', '--sandbox', '--read-only']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual(
      ['program', 'settings', 'key', 'api', 'version', 'clock', 'policy', 'audit'].map((check) => `ok ${check}`),
    );
  });

  it('finds nothing wrong with a good key', async () => {
    const { env } = await startSandboxProgram();
    const { code, checks } = await doctor([], env);
    expect(code).toBe(0);
    expect(checks.key?.message).toMatch(/test instance.*CLERK_SECRET_KEY/);
    expect(checks.version?.message).toMatch(/\d{4}-\d\d-\d\d/);
  });

  it('sends one read, and nothing else', async () => {
    const env = await upstream(keys());
    expect((await doctor([], env)).code).toBe(0);
    expect(server?.arrived.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual(['GET /jwks ']);
  });

  it('says on the terminal what to do about what is broken', async () => {
    const { code, stdout } = await runCommand(['doctor'], { env: await upstream(clerkError(401, 'clerk_key_invalid')) });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failure +api +.*does not accept the key \(401\)\.\n +Copy the secret key again/m);
  });
});

describe('the key', () => {
  it.each<[string, Env, RegExp]>([
    ['none', {}, /No Clerk key\. Set CLERK_SECRET_KEY/],
    ['a publishable one', { CLERK_SECRET_KEY: 'pk_live_neverToBeSeen' }, /publishable key/],
    ['something else', { CLERK_SECRET_KEY: 'neverToBeSeen' }, /starts with sk_test_ or sk_live_/],
    ['a variable that the client did not fill in', { CLERK_SECRET_KEY: `\${CLERK_SECRET_KEY}` }, /was not filled in/],
    ['two', { CLERK_SECRET_KEY: KEY, CLERK_SECRET_KEY_FILE: '/etc/key' }, /both set/],
    ['a file that is not there', { CLERK_SECRET_KEY_FILE: '/nowhere/key' }, /cannot be read/],
  ])('%s: nothing is sent', async (_, env, message) => {
    const { code, checks } = await doctor([], env);
    expect(code).toBe(1);
    expect(checks.key).toMatchObject({ status: 'failure', message: expect.stringMatching(message) });
    expect(checks).not.toHaveProperty('api');
    expect(checks).toHaveProperty('policy');
  });

  it('of a machine is called one, and being turned away with it is no failure', async () => {
    const env = { ...(await upstream(clerkError(401, 'clerk_key_invalid'))), CLERK_SECRET_KEY: 'ak_neverToBeSeen' };
    const { code, checks } = await doctor([], env);
    expect(code).toBe(0);
    expect(checks.key?.message).toMatch(/of one machine/);
    expect(checks.api).toMatchObject({ status: 'ok', message: expect.stringContaining('M2M') });
  });

  it('in a file that others may read is a warning', async () => {
    const file = await scratchFile(scratch, 'sk_live_neverToBeSeen\n');
    const { CLERK_API_URL = '' } = await upstream(keys());
    const env = { CLERK_SECRET_KEY_FILE: file, CLERK_API_URL };
    await chmod(file, 0o644);
    expect((await doctor([], env)).checks.key).toMatchObject({ status: 'warning', advice: `chmod 600 ${file}` });
    await chmod(file, 0o600);
    expect((await doctor([], env)).checks.key).toMatchObject({ status: 'ok', message: expect.stringContaining('live instance') });
  });
});

describe('the API', () => {
  it.each<[string, Behaviour, RegExp, RegExp]>([
    ['does not accept the key', clerkError(401, 'clerk_key_invalid'), /does not accept the key/, /dashboard/],
    ['fails', clerkError(503, 'unavailable'), /answers with 503/, /try again later/],
    ['is somebody else', html(200), /not Clerk's Backend API/, /CLERK_API_URL/],
    ['is somebody else who speaks JSON', json({ hello: 1 }), /not Clerk's Backend API/, /CLERK_API_URL/],
    ['is somebody else without the address', html(404), /not Clerk's Backend API/, /CLERK_API_URL/],
    ['speaks no HTTP', noHttp, /not Clerk's Backend API/, /CLERK_API_URL/],
  ])('%s', async (_, behaviour, message, advice) => {
    const { checks } = await doctor([], await upstream(behaviour));
    expect(checks.api).toEqual({
      status: 'failure',
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice),
    });
    expect(server?.arrived).toHaveLength(1);
  });

  it('never answers: the time limit ends it', async () => {
    const { checks } = await doctor(['--timeout', '300'], await upstream(silent));
    expect(checks.api).toMatchObject({ status: 'failure', message: expect.stringContaining('did not answer in time') });
  });

  it('cannot be reached', async () => {
    const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: `http://127.0.0.1:${await freePort()}` };
    expect((await doctor([], env)).checks.api).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is busy: a warning', async () => {
    const { code, checks } = await doctor([], await upstream(clerkError(429, 'too_many_requests', { 'retry-after': '1' })));
    expect(code).toBe(0);
    expect(checks.api?.status).toBe('warning');
  });

  it('does not know the version', async () => {
    const { checks } = await doctor([], await upstream(clerkError(400, 'request_invalid_for_instance')));
    expect(statuses(checks)).toMatchObject({ api: 'ok', version: 'failure' });
    expect(checks.version?.advice).toContain('newest clerk-mcp');
  });

  it('repeats the key: it is not passed on', async () => {
    const echo = json({ errors: [{ code: 'bad', message: `Bearer ${KEY}` }] }, 400);
    const { checks } = await doctor([], await upstream(echo));
    expect(checks.version).toMatchObject({ status: 'failure', message: expect.stringContaining('Bearer [secret key]') });
  });

  it('has another time', async () => {
    const soon = new Date(Date.now() + 30_000).toUTCString();
    const later = new Date(Date.now() + 600_000).toUTCString();
    expect((await doctor([], await upstream(keys(soon)))).checks.clock).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/behind/),
    });
    await server?.stop();
    const { code, checks } = await doctor([], await upstream(keys(later)));
    expect(code).toBe(1);
    expect(checks.clock?.status).toBe('failure');
  });
});

describe('the settings', () => {
  it.each<[string, string[], Env, RegExp]>([
    ['a variable misspelt', [], { CLERK_MCP_READONLY: '1' }, /CLERK_MCP_READ_ONLY/],
    ['a pattern that matches nothing', ['--tools', 'Userz'], {}, /"Userz"/],
    ['a key in the clear', [], { CLERK_API_URL: 'http://example.com' }, /must be https/],
    ['an open server', ['--host', '0.0.0.0'], {}, /loopback/],
    ['tokens that nobody reads', ['--tokens', 't.json'], {}, /--auth token/],
    ['a store without a common key', ['--store', 'redis://127.0.0.1:1'], {}, /CLERK_MCP_SIGNING_KEY/],
  ])('%s would stop a start', async (_, args, env, message) => {
    const { code, checks } = await doctor(args, { CLERK_SECRET_KEY: KEY, ...env });
    expect(code).toBe(1);
    expect(checks.settings).toMatchObject({ status: 'failure', message: expect.stringMatching(message) });
  });
});

describe('the policy file', () => {
  it('is good, faulty, or not there', async () => {
    const good = await scratchFile(scratch, { rules: [] });
    expect((await withFiles(['--policy', good])).policy).toMatchObject({ status: 'ok' });
    const faulty = await scratchFile(scratch, { ruels: [] });
    expect((await withFiles(['--policy', faulty])).policy).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('ruels'),
    });
    expect((await withFiles(['--policy', '/nowhere.json'])).policy?.status).toBe('failure');
  });

  it('that others may change is a warning', async () => {
    const file = await scratchFile(scratch, { rules: [] });
    await chmod(file, 0o666);
    expect((await withFiles(['--policy', file])).policy).toMatchObject({
      status: 'warning',
      advice: `chmod go-w ${file}`,
    });
  });
});

describe('the audit log', () => {
  it('that is not there yet is not made', async () => {
    const log = join(scratch, 'new.log');
    expect((await withFiles(['--audit-log', log])).audit).toMatchObject({ status: 'ok' });
    expect(await readdir(scratch)).not.toContain('new.log');
  });

  it('is whole while a server writes it, and not written by looking', async () => {
    const log = join(scratch, 'live.log');
    server = await MisbehavingServer.start(silent);
    const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: server.origin };
    const client = await startProgram('v2 (2026)', { args: ['--audit-log', log], env });
    const call = client.call('Users_createNewUser', { first_name: 'Ada' }).catch(() => undefined);
    await server.hasArrived(1);
    const before = await readFile(log);
    expect((await withFiles(['--audit-log', log])).audit).toMatchObject({ status: 'ok' });
    expect(await readFile(log)).toEqual(before);
    await client.close();
    await call;
  });

  it('is whole, or was changed', async () => {
    const log = join(scratch, 'audit.log');
    const { stderr } = await runCommand(['call', 'Users_createNewUser', '{"first_name":"Ada"}', '--audit-log', log], {
      env: await upstream(json({ id: 'user_1' })),
    });
    expect(stderr).toBe('');
    const before = await readFile(log);
    expect((await withFiles(['--audit-log', log])).audit?.message).toMatch(/its chain is whole\. Lines: \d+/);
    expect(await readFile(log)).toEqual(before);

    const changed = join(scratch, 'changed.log');
    await writeFile(changed, before.toString().replace('"local"', '"other"'));
    await copyFile(`${log}.head`, `${changed}.head`);
    expect((await withFiles(['--audit-log', changed])).audit).toMatchObject({
      status: 'failure',
      advice: expect.stringContaining(`clerk-mcp audit verify ${changed}`),
    });
  });

  it('that a crash left is a warning: a call may have happened', async () => {
    const log = join(scratch, 'crashed.log');
    server = await MisbehavingServer.start(silent);
    const env = { CLERK_SECRET_KEY: KEY, CLERK_API_URL: server.origin };
    const client = await startProgram('v2 (2026)', { args: ['--audit-log', log], env });
    const call = client.call('Users_createNewUser', { first_name: 'Ada' }).catch(() => undefined);
    await server.hasArrived(1);
    process.kill(client.pid(), 'SIGKILL');
    await call;
    await client.close();
    expect((await withFiles(['--audit-log', log])).audit).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/^Calls without an outcome .*: 1\.$/),
    });
  });

  it('held by another machine or container is a warning, and the start says it in one line', async () => {
    const log = join(scratch, 'shared.log');
    const env = await upstream(keys(), json({ id: 'user_1' }));
    const create = ['call', 'Users_createNewUser', '{"first_name":"Ada"}', '--audit-log', log];
    await runCommand(create, { env });
    await writeFile(`${log}.lock`, JSON.stringify({ pid: 7, host: 'web-1', began: '', nonce: 'x' }));
    const held =
      /shared\.log is held by process 7 of another machine or container, web-1, whose last sign of life was \d+ s ago\./;
    expect((await withFiles(['--audit-log', log])).audit).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(held),
      advice: expect.stringContaining(`remove ${log}.lock`),
    });
    const { stderr } = await runCommand(create, { env });
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(held)]);
    expect(stderr).toContain(`This process writes ${join(scratch, 'shared-2.log')} instead.`);
  });

  it('in a directory that is not there, or no file at all, is a failure and keeps nobody waiting', async () => {
    const gone = join(scratch, 'gone', 'audit.log');
    expect((await withFiles(['--audit-log', gone])).audit?.status).toBe('failure');
    const path = join(scratch, 'socket');
    const socket = createServer();
    await once(socket.listen(path), 'listening');
    expect((await withFiles(['--audit-log', path])).audit).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('not a regular file'),
    });
    await new Promise((resolve) => socket.close(resolve));
  });
});

describe('what else is configured', () => {
  it('a directory for secrets', async () => {
    const directory = join(scratch, 'secrets');
    expect((await withFiles(['--secrets-dir', directory])).secrets).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('mkdir'),
    });
    await mkdir(directory, { mode: 0o700 });
    expect((await withFiles(['--secrets-dir', directory])).secrets).toMatchObject({ status: 'ok' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('a file of grants', async () => {
    const file = join(scratch, 'grants.yaml');
    const issuer = await TestIssuer.start();
    const oauth = ['--auth', 'oauth', '--issuer', issuer.url, '--audience', AUDIENCE];
    const check = async (text: string) => {
      await writeFile(file, text, { mode: 0o600 });
      const { issuer: found, grants } = await withFiles([...oauth, '--grants', file]);
      expect(found).toMatchObject({ status: 'ok' });
      return grants;
    };
    expect(await check('grants: [{ who: { subject: user_1 }, scopes: [clerk:read] }]')).toMatchObject({ status: 'ok' });
    expect(await check('grants: []')).toMatchObject({ status: 'warning' });
    expect(await check('grants: [{ who: { subject: user_1 }, scopes: [clerk:reed] }]')).toMatchObject({
      status: 'failure',
      message: expect.stringContaining('Did you mean clerk:read?'),
    });
    await issuer.stop();
  });

  it('a file of tokens', async () => {
    const check = async (content: unknown) => {
      const file = await scratchFile(scratch, content);
      return (await withFiles(['--auth', 'token', '--tokens', file])).tokens;
    };
    const [entry] = tokenEntries(['ada']).tokens;
    expect(await check({ tokens: [entry] })).toMatchObject({ status: 'ok' });
    expect(await check({ tokens: [] })).toMatchObject({ status: 'warning', advice: expect.stringContaining('token new') });
    expect(await check({ tokens: [{ ...entry, expires: '2020-01-01T00:00:00Z' }] })).toMatchObject({ status: 'warning' });
    expect(await check('{')).toMatchObject({ status: 'failure' });
    const gone = ['--auth', 'token', '--tokens', '/nowhere/tokens.json'];
    expect((await withFiles(gone)).tokens).toMatchObject({ status: 'failure', advice: expect.stringContaining('token new') });
  });

  const signing = { CLERK_MCP_SIGNING_KEY: 'x'.repeat(32) };

  it('a store that is away, whose password is not told', async () => {
    const url = `redis://:neverToBeSeen@127.0.0.1:${await freePort()}`;
    expect((await withFiles(['--store', url], signing)).store).toMatchObject({ status: 'failure' });
  });

  it.skipIf(withoutRedis)('a store, and how it is set up', async () => {
    const redis = await startRedis();
    const admin = new Redis(redis.url);
    const look = async (url = redis.url): Promise<unknown> => {
      const { status, message, advice = '' } = (await withFiles(['--store', url], { ...signing, DEBUG: '*' })).store as Check;
      return `${status}: ${message} ${advice}`;
    };
    expect(await look()).toMatch(/^warning: .*keeps nothing on disk/);
    await admin.config('SET', 'save', '3600 1');
    expect(await look()).toMatch(/^ok: .*can be written to.*\((?:Redis|Valkey) \d/);
    await admin.config('SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
    expect(await look()).toMatch(/^failure: .*evicts keys.*\(allkeys-lru\).*noeviction/);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    // As where Redis is rented.
    await admin.acl('SETUSER', 'app', 'on', '>neverToBeSeen', '~*', '+@all', '-config');
    const rented = redis.url.replace('//', '//app:neverToBeSeen@');
    expect(await look(rented)).toMatch(/^warning: .*cannot be found out: reading its configuration is forbidden/);
    await admin.acl('SETUSER', 'app', '-info');
    expect(await look(rented)).toMatch(/^failure: .*\(NOPERM\).*INFO/);
    expect(await look(redis.url.replace('//', '//app:neverToBeSeen-at-all@'))).toMatch(/^failure: .*\(WRONGPASS\)/);
    await admin.replicaof('127.0.0.1', '1');
    expect(await look()).toMatch(/^failure: .*\(READONLY\).*address of the primary/);
    await admin.quit();
    await redis.kill();
  });
});
