import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/catalog/operation.js';
import type { AuditLine } from '../../src/policy/audit/line.js';
import { operations } from '../../tools/index.js';
import { json, MisbehavingServer, silent } from '../support/misbehaving-server.js';
import { EVERY_TOOL } from '../support/offer.js';
import { operationOf, plausibleReply, plausibleUpstream } from '../support/plausible.js';
import { type ProgramClient, runProgram, startProgram } from '../support/program.js';
import { modelOf, RawProgram } from '../support/raw-program.js';
import { fullArguments, PNG } from '../support/sample-arguments.js';
import { scratchDirectory } from '../support/scratch.js';

const KEY = 'sk_test_VerySecretKeyOfTheInstance';
const BAN = { name: 'Users_markBanned', args: { user_id: 'user_ada', confirm: true } };

const upstream = await plausibleUpstream();
const scratch = await scratchDirectory();
let directory: string;
let log: string;
let count = 0;
beforeEach(async () => {
  count++;
  directory = `${scratch}/${count}`;
  log = `${directory}/audit.log`;
  await mkdir(directory);
});

const linesOf = async (path = log): Promise<AuditLine[]> =>
  (await readFile(path, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditLine);

const environment = (origin: string): Record<string, string> => ({
  CLERK_SECRET_KEY: KEY,
  CLERK_API_URL: `${origin}/v1`,
  CLERK_MCP_LOG_LEVEL: 'info',
});

const verify = (...files: string[]) => runProgram(['audit', 'verify', ...files]);

const started: RawProgram[] = [];
afterEach(() => {
  for (const program of started.splice(0)) program.child.kill('SIGKILL');
});

async function start(origin: string, limit?: string): Promise<RawProgram> {
  const program = new RawProgram(['--audit-log', log], environment(origin), limit === undefined ? {} : { limit });
  started.push(program);
  await program.handshake();
  return program;
}

describe('kill -9 in the middle of a call', () => {
  it.each([
    ['gated', BAN.name, BAN.args],
    ['writing', 'Users_createNewUser', { first_name: 'Ada' }],
  ])('leaves the truth in the log: a %s call was begun and may have happened', async (_, name, args) => {
    const holding = await MisbehavingServer.start(silent);
    const killed = await start(holding.origin);
    killed.call(1, name, args);
    await holding.hasArrived(1);
    expect((await linesOf()).map(({ kind, operation }) => [kind, operation])).toEqual([
      ['start', undefined],
      ['intent', name],
    ]);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const { call, operation, time } = (await linesOf())[1] ?? {};

    const after = await verify(log);
    expect(after).toMatchObject({ code: 0, stderr: '' });
    expect(after.stdout).toContain(`without an outcome, it may have happened: ${operation} of ${time} (call ${call})`);

    holding.plan = [json({ id: 'user_ada' })];
    const next = await start(holding.origin);
    next.child.stdin?.end();
    expect((await next.ended).stderr).toMatch(new RegExp(`${call}.*no outcome`));
    expect((await linesOf())[2]).toMatchObject({ kind: 'start', open: [{ call, operation, time }] });
    expect(holding.arrived).toHaveLength(1);

    const third = await start(holding.origin);
    third.child.stdin?.end();
    expect((await third.ended).stderr).not.toContain(call);
    const whole = await verify(log);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(whole.stdout).toMatch(/may have happened[\s\S]*the chain is whole/);
    await holding.stop();
  });
});

describe('rotation by rename and SIGHUP', () => {
  it('loses nothing and keeps the chain, calls under way included', async () => {
    const holding = await MisbehavingServer.start(silent, json({ id: 'user_ada' }));
    const program = await start(holding.origin);
    program.call(1, BAN.name, BAN.args);
    await holding.hasArrived(1);
    await rename(log, `${log}.1`);
    program.child.kill('SIGHUP');
    for (let id = 2; !existsSync(log); id++) {
      const answered = program.answer(id);
      program.call(id, 'Users_getTotalCount');
      await answered;
    }
    const banned = program.answer(1_000);
    program.call(1_000, BAN.name, BAN.args);
    await banned;
    program.child.stdin?.end();
    await program.ended;
    expect(await verify(`${log}.1`, log)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/chain is whole\n$/),
    });
    expect((await verify(`${log}.1`, log)).stdout).not.toContain('without an outcome');
    expect((await verify(log, `${log}.1`)).code).toBe(1);
    expect(await verify(log)).toMatchObject({ code: 1, stderr: expect.stringContaining('give the files before it too') });
    expect(await verify('--partial', log)).toMatchObject({ code: 0, stdout: expect.stringContaining('continues a file') });
    const [old, fresh] = [await linesOf(`${log}.1`), await linesOf()];
    expect(old.map(({ kind }) => kind)).toEqual(['start', 'intent', 'rotated']);
    expect(fresh.map(({ kind }) => kind)).toEqual(['continued', 'intent', 'outcome', 'outcome', 'stop']);
    expect((await stat(log)).mode & 0o777).toBe(0o600);
    await holding.stop();
  });
});

describe('a log that cannot be written', () => {
  const callOf = (program: RawProgram) => {
    let id = 0;
    return async (name: string, args: object) => {
      id++;
      const answered = program.answer(id);
      program.call(id, name, args);
      return answered;
    };
  };

  const bans = (): number => upstream.requests.filter((request) => operationOf(request)?.name === BAN.name).length;

  it.each([
    ['at the start: no such directory', '/nowhere/audit.log', /ENOENT/],
    ['at the start: a device', '/dev/full', /no regular file/],
  ])('%s: exit code 2, and nothing is served', async (_, path, reason) => {
    const ended = await runProgram(['--sandbox', '--audit-log', path]);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^clerk-mcp: The audit log /);
    expect(ended.stderr).toMatch(reason);
  });

  it('as on a disk that was full before the start: exit code 2, and nothing is left that would keep the next start away', async () => {
    const full = new RawProgram(['--audit-log', log], environment(upstream.origin), { limit: 'ulimit -f 0' });
    started.push(full);
    expect(await full.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('(EFBIG)') });
    expect(await readdir(directory)).toEqual([]);
  });

  it('as on a full disk: what changes something is refused, reads go on, and nothing was sent without its line', async () => {
    const full = await start(upstream.origin, 'ulimit -f 8');
    const call = callOf(full);
    let refused = await call(BAN.name, BAN.args);
    for (let tries = 0; tries < 50 && refused.result?.isError !== true; tries++) refused = await call(BAN.name, BAN.args);
    const sent = bans();
    expect(sent).toBeGreaterThan(1);
    expect(modelOf(refused)).toMatchObject({ error: 'audit_unavailable', message: expect.stringContaining('Nothing was sent') });
    expect(modelOf(await call(BAN.name, BAN.args))).toMatchObject({ error: 'audit_unavailable' });
    expect(modelOf(await call('Users_createNewUser', { first_name: 'Ada' }))).toMatchObject({ error: 'audit_unavailable' });
    expect((await call('Users_getUserDetails', { user_id: 'user_ada' })).result?.isError).toBeFalsy();
    expect(bans()).toBe(sent);
    expect(upstream.requests.every(({ method, url }) => method === 'GET' || url.endsWith('/ban'))).toBe(true);
    full.child.stdin?.end();
    const { stderr } = await full.ended;
    expect(stderr).toContain('cannot be written');
    expect(stderr).toMatch(/"operation":"Users_createNewUser".*"outcome":"refused"/);

    const intact = (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => line.endsWith('}') && line.includes('"kind":"intent"'));
    expect(intact.length).toBeGreaterThanOrEqual(sent);
    const next = await start(upstream.origin);
    expect((await callOf(next)(BAN.name, BAN.args)).result?.isError).toBeFalsy();
    next.child.stdin?.end();
    await next.ended;
    expect(await verify(log)).toMatchObject({ code: 0, stderr: '' });
  });

  it('since it was deleted: what changes something is refused until there is a new one', async () => {
    const program = await start(upstream.origin);
    const call = callOf(program);
    expect((await call(BAN.name, BAN.args)).result?.isError).toBeFalsy();
    await rm(directory, { recursive: true });
    for (const args of [BAN.args, { user_id: 'user_ada' }]) {
      expect((await call(BAN.name, args)).result?.isError).toBe(true);
    }
    expect(modelOf(await call(BAN.name, BAN.args))).toMatchObject({ error: 'audit_unavailable' });
    expect((await call('Users_getUserDetails', { user_id: 'user_ada' })).result?.isError).toBeFalsy();
    expect(bans()).toBe(1);
    await mkdir(directory);
    program.child.kill('SIGHUP');
    while (!existsSync(log)) await call('Users_getTotalCount', {});
    expect((await call(BAN.name, BAN.args)).result?.isError).toBeFalsy();
    expect((await linesOf()).map(({ kind }) => kind)).toEqual(['continued', 'intent', 'outcome']);
  });
});

describe('a run over every operation with secrets in its arguments and in its answers', () => {
  const SECRET = 'S3cr3tValue';
  const secretText = (name: string): string => `${SECRET}-${name}-0123456789abcdef`;

  /** The same arguments with a secret wherever one can stand. */
  /** The value with a secret in the place of each of its texts. */
  function allSecret(value: unknown, name: string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => allSecret(item, `${name}${index}`));
    if (value === null || typeof value !== 'object') return typeof value === 'string' ? secretText(name) : value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, allSecret(inner, `${name}_${key}`)]));
  }

  function secretArguments(operation: Operation): Record<string, unknown> {
    const args: Record<string, unknown> =
      operation.spec.image === undefined
        ? fullArguments(operation)
        : { ...fullArguments(operation), file_base64: PNG.toString('base64') };
    for (const name of operation.spec.secrets ?? []) {
      args[name] = allSecret(args[name], name);
    }
    for (const name of ['private_metadata', 'public_metadata', 'unsafe_metadata']) {
      if (args[name] === undefined) continue;
      args[name] = {
        integration: [{ api_key: secretText('api_key') }],
        clientSecret: secretText('client_secret'),
        note: `whsec_${SECRET}0123456789`,
      };
    }
    return args;
  }

  const answered = (of: unknown): unknown =>
    of !== null && typeof of === 'object' && !Array.isArray(of)
      ? {
          ...of,
          token: secretText('token'),
          jwt: secretText('jwt'),
          client_secret: secretText('client_secret'),
          secret: secretText('secret'),
          url: `https://clerk.example/v1/tickets?ticket=${secretText('ticket')}`,
          svix_url: `https://svix.example/login#key=${secretText('svix')}`,
          backup_codes: [secretText('backup')],
        }
      : of;

  const failing = {
    errors: [{ code: 'form_param_invalid', message: secretText('error'), long_message: `${KEY} ${secretText('long')}` }],
  };

  let client: ProgramClient;
  afterEach(() => client.close());

  it.each([
    ['token', 200],
    ['flag', 422],
  ] as const)('shows none of them in the log or on stderr: by %s, answers %i', async (strength, status) => {
    upstream.reply = (request) => {
      if (status !== 200 && request.method !== 'GET') return { status, body: failing };
      return { body: answered(plausibleReply(request).body) };
    };
    const env = { ...environment(upstream.origin), CLERK_MCP_LOG_LEVEL: 'trace' };
    client = await startProgram('v2 (2025)', { args: [...EVERY_TOOL, '--confirm', strength, '--audit-log', log], env });
    for (const operation of operations) {
      const args = secretArguments(operation);
      if (operation.gated) {
        const { token } = (await client.call(operation.name, args)).json as { token?: string };
        args.confirm = strength === 'token' ? token : true;
      }
      const result = await client.call(operation.name, args);
      expect([operation.name, result.text.includes(KEY)]).toEqual([operation.name, false]);
    }
    const changing = operations.filter(({ risk }) => risk !== 'read');
    const lines = await linesOf();
    const begun = lines.filter(({ kind }) => kind === 'intent').map(({ operation }) => operation);
    // What is gated by its inputs may have gone through at the first call too.
    expect([...new Set(begun)]).toEqual(changing.map(({ name }) => name));
    expect(lines.filter(({ kind }) => kind === 'outcome')).toHaveLength(begun.length);
    for (const text of [await readFile(log, 'utf8'), client.stderr()]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(KEY.slice('sk_test_'.length));
    }
    expect(lines.find(({ operation, kind }) => operation === 'Users_createNewUser' && kind === 'intent')?.args).toMatchObject({
      password: '[secret]',
      first_name: 'first_name_value',
    });
  });
});
