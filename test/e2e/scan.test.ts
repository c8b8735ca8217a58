import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Middleware } from '../../src/sandbox/middleware.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/start-sandbox.js';
import { type ProgramClient, startProgram } from '../support/program.js';

const USERS = 2_300;
const START = Date.parse('2026-01-01T00:00:00Z');
const dir = mkdtempSync(join(tmpdir(), 'clerk-mcp-scan-'));
const files = join(dir, 'files');
mkdirSync(files);

let sandbox: Sandbox;
let client: ProgramClient;
/** Done between the answers to two pages of users. */
let meanwhile: ((page: number) => Promise<void>) | undefined;
let page = 0;
/** From this page of users on, the key may not read them. */
let forbiddenFrom = Number.POSITIVE_INFINITY;

const FORBIDDEN = { status: 403, body: { errors: [{ code: 'authorization_invalid', message: 'Unauthorized request' }] } };

const watch: Middleware = async (request, next) => {
  if (request.operation?.name !== 'Users_listSortedByCreationDate') return next(request);
  page++;
  if (page >= forbiddenFrom) return FORBIDDEN;
  const response = await next(request);
  await meanwhile?.(page);
  return response;
};

const control = (path: string, body: object): Promise<Response> =>
  fetch(`${sandbox.origin}/_sandbox${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

async function clerk(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${sandbox.secretKey}`, 'content-type': 'application/json' };
  const response = await fetch(`${sandbox.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

const person = (nth: number) => ({
  id: `user_${nth}`,
  first_name: nth === 7 ? '=cmd|"/c calc"!A0' : `Name ${nth}`,
  email_addresses: [`person${nth}@${nth % 4 === 0 ? 'spam.example.net' : 'example.com'}`],
  banned: nth % 100 === 0,
  created_at: START + nth * 60_000,
  public_metadata: { seats: nth % 5 },
  private_metadata: { note: 'hush' },
  ...(nth % 2 === 0 ? { totp_secret: 'JBSWY3DPEHPK3PXP' } : {}),
});

beforeAll(async () => {
  sandbox = await startSandbox({
    secretKey: 'sk_live_scan',
    middlewares: [watch],
    seed: {
      users: Array.from({ length: USERS }, (_, nth) => person(nth)),
      organizations: [1, 2, 3].map((nth) => ({
        id: `org_${nth}`,
        name: `Org ${nth}`,
        members: [
          { user: `user_${nth}`, role: 'org:admin' },
          { user: `user_${nth + 1}`, role: nth === 3 ? 'org:admin' : 'org:member' },
        ],
      })),
    },
  });
  client = await startProgram('v2 (2026)', {
    args: ['--files-dir', files, '--confirm', 'flag'],
    env: { CLERK_SECRET_KEY: sandbox.secretKey, CLERK_API_URL: sandbox.url },
  });
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
  rmSync(dir, { recursive: true });
});
afterEach(() => {
  meanwhile = undefined;
  page = 0;
  forbiddenFrom = Number.POSITIVE_INFINITY;
  for (const file of readdirSync(files)) rmSync(join(files, file));
});

const LIST = { list: 'Users_listSortedByCreationDate' };

interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly [key: string]: unknown;
}

async function scan(args: Record<string, unknown>): Promise<Answer> {
  const { isError, json, text } = await client.call('Jobs_scanList', args, { timeout: 120_000 });
  expect({ isError, text: isError ? text : '' }).toEqual({ isError: false, text: '' });
  return json as Answer;
}

async function refusal(args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { isError, json } = await client.call('Jobs_scanList', args);
  expect(isError).toBe(true);
  return json as Record<string, unknown>;
}

describe('a scan', () => {
  it('counts all, shows the first, and says how many there are besides', async () => {
    const answer = await scan({ ...LIST, rows: 2 });
    expect(answer).toMatchObject({ complete: true, read: USERS, total: USERS, matched: USERS, requests: 6 });
    expect(answer.rows.map(({ id }) => id)).toEqual(['user_0', 'user_1']);
    expect(answer._).toEqual({ shown: `2 of ${USERS}; rows: n shows more, to: a file has all` });
    expect(answer.rows[0]).not.toHaveProperty('private_metadata');
  });

  it('finds by conditions, sorts and selects', async () => {
    const answer = await scan({
      ...LIST,
      where: { 'email_addresses.email_address': { $regex: '@spam\\.' }, created_at: { $lt: '2026-01-01T02:00:00Z' } },
      sort: ['-created_at'],
      select: ['id', 'public_metadata.seats', 'created_at'],
      times: 'iso',
      rows: 3,
    });
    expect(answer.matched).toBe(30);
    expect(answer.rows).toEqual([
      { id: 'user_116', public_metadata: { seats: 1 }, created_at: '2026-01-01T01:56:00.000Z' },
      { id: 'user_112', public_metadata: { seats: 2 }, created_at: '2026-01-01T01:52:00.000Z' },
      { id: 'user_108', public_metadata: { seats: 3 }, created_at: '2026-01-01T01:48:00.000Z' },
    ]);
  });

  it('takes times in words, in the filters of the list and in its own, and says what it read', async () => {
    const first = new Date(START + 60_000).toISOString();
    const answer = await scan({
      ...LIST,
      arguments: { created_at_before: first },
      where: { created_at: { $gte: new Date(START).toISOString() } },
    });
    expect(answer.matched).toBe(1);
    expect(answer.read_as).toEqual([
      `created_at_before: ${first} read as ${START + 60_000} (${first})`,
      expect.stringContaining(`where.created_at.$gte: `),
    ]);
  });

  it('groups, with the least, the greatest and the sum', async () => {
    const answer = await scan({
      ...LIST,
      group_by: ['banned'],
      measure: ['min:created_at', 'max:created_at', 'sum:public_metadata.seats'],
    });
    expect(answer).toMatchObject({ groups: 2, matched: USERS });
    expect(answer.rows).toEqual([
      {
        banned: false,
        count: 2_277,
        'min:created_at': START + 60_000,
        'max:created_at': START + 2_299 * 60_000,
        'sum:public_metadata.seats': 4_600,
      },
      {
        banned: true,
        count: 23,
        'min:created_at': START,
        'max:created_at': START + 2_200 * 60_000,
        'sum:public_metadata.seats': 0,
      },
    ]);
  });

  it('reads more for each row, two levels deep: the admins of organizations without a second factor', async () => {
    const admins = {
      read: 'OrganizationMemberships_getAllMembers',
      arguments: { organization_id: '$.id' },
      as: 'member',
      where: { role: 'org:admin' },
      each: {
        read: 'Users_getUserDetails',
        arguments: { user_id: '$.member.public_user_data.user_id' },
        as: 'user',
        where: { two_factor_enabled: false },
      },
    };
    const answer = await scan({ list: 'Organizations_listSortedByCreationDate', each: admins, select: ['id', 'user.id'] });
    expect(answer).toMatchObject({ complete: true, read: 3, matched: 2 });
    expect(answer.rows).toEqual([
      { id: 'org_1', user: { id: 'user_1' } },
      { id: 'org_3', user: { id: 'user_3' } },
    ]);
    const without = { ...admins, where: { role: 'org:owner' }, keep: 'none', each: undefined };
    expect(await scan({ list: 'Organizations_listSortedByCreationDate', each: without })).toMatchObject({ matched: 3 });
  });

  it('tells what it could not read for each row', async () => {
    const each = { read: 'Users_getUserDetails', arguments: { user_id: '$.name' } };
    expect(await refusal({ list: 'Organizations_listSortedByCreationDate', each })).toMatchObject({ status: 404 });
    const some = { read: 'Users_getUserDetails', arguments: { user_id: '$.public_metadata.owner' } };
    expect(await scan({ list: 'Organizations_listSortedByCreationDate', each: some })).toMatchObject({
      complete: false,
      matched: 0,
      unread: [{ error: 'nothing_there', count: 3, ids: ['org_1', 'org_2', 'org_3'] }],
    });
  });
});

describe('a scan while others work', () => {
  it('misses nobody when users are deleted and created between pages', async () => {
    const made: string[] = [];
    meanwhile = async (nth) => {
      if (nth === 1) for (const gone of [3, 5, 499, 498]) await clerk('DELETE', `/users/user_${gone}`);
      if (nth === 2)
        made.push(
          String((await clerk('POST', '/users', { email_address: ['late@example.com'], skip_password_requirement: true })).id),
        );
    };
    const answer = await scan({ ...LIST, select: ['id'], to: 'jsonl', confirm: true });
    const ids = readFileSync(String(answer.file), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual([...Array.from({ length: USERS }, (_, nth) => `user_${nth}`), ...made].sort());
    expect(answer.complete).toBe(true);
  });

  it('goes on after answers that were lost or refused for a while', async () => {
    await control('/faults', [
      { fault: 'rate_limit', operations: 'Users_list*', times: 2, retry_after: 0 },
      { fault: 'reset', operations: 'Users_list*', times: 1 },
      { fault: 'error', operations: 'Users_list*', times: 1, status: 503 },
    ]);
    const { complete, read, total } = await scan(LIST);
    expect({ complete, isAll: read === total }).toEqual({ complete: true, isAll: true });
  });

  it('says what it did not see where Clerk fails for good', async () => {
    forbiddenFrom = 3;
    const answer = await scan({ ...LIST, rows: 0 });
    expect(answer).toMatchObject({ complete: false, read: 1_000, stopped: { by: 'error', status: 403 } });
    expect(answer.not_seen).toBe(Number(answer.total) - 1_000);
  });
});

it('lets others be answered while costly conditions are tested', async () => {
  // As large as a pattern may be, and matched against each address to its end.
  const pattern = '(?:[a-z]{0,8}[0-9]{0,8}){0,12}!';
  const $or = Array.from({ length: 5 }, (_, nth) => ({ 'email_addresses.email_address': { $regex: `${pattern}${nth}` } }));
  const ended: string[] = [];
  const costly = scan({ ...LIST, where: { $or }, rows: 0 }).then((answer) => {
    ended.push('scan');
    return answer;
  });
  for (let nth = 0; nth < 3; nth++) await client.call('Organizations_listSortedByCreationDate', { limit: 1 });
  ended.push('others');
  expect(await costly).toMatchObject({ matched: 0 });
  expect(ended).toEqual(['others', 'scan']);
});

describe('a file', () => {
  const where = { created_at: { $lt: '2026-01-01T00:10:00Z' } };

  it('waits for a confirmation on a live instance', async () => {
    expect(await refusal({ ...LIST, to: 'csv' })).toMatchObject({ error: 'confirmation_required' });
    expect(readdirSync(files)).toEqual([]);
  });

  it('is for its owner alone, named by the server, and holds no formulas and no secrets', async () => {
    const answer = await scan({ ...LIST, where, to: 'csv', confirm: true });
    const path = String(answer.file);
    expect(answer.rows).toEqual([]);
    expect(path.startsWith(`${files}/Users_listSortedByCreationDate-`)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('JBSWY3DPEHPK3PXP');
    const [head, ...rows] = text.trimEnd().split('\n');
    expect(head).toBe((answer.columns as string[]).join(','));
    expect(rows).toHaveLength(Number(answer.file_rows));
    expect(text).toContain(`"'=cmd|""/c calc""!A0"`);
  });

  it('holds the rows in order where they are to be sorted', async () => {
    const answer = await scan({
      ...LIST,
      where,
      sort: ['-id'],
      select: ['id', 'email_addresses.email_address'],
      to: 'csv',
      confirm: true,
    });
    const [head, first] = readFileSync(String(answer.file), 'utf8').split('\n');
    expect([head, first]).toEqual(['id,email_addresses.email_address', 'user_9,person9@example.com']);
  });

  it('is not kept of a scan that fails', async () => {
    forbiddenFrom = 1;
    expect(await refusal({ ...LIST, to: 'jsonl', confirm: true })).toMatchObject({ status: 403 });
    expect(readdirSync(files)).toEqual([]);
  });
});

describe('what is no scan', () => {
  it.each([
    [{ list: 'Users_list' }, 'list'],
    [{ list: 'Users_deleteUserById' }, 'list'],
    [{ list: 'Jobs_scanList' }, 'list'],
    [{ ...LIST, arguments: { limit: 5 } }, 'arguments.limit'],
    [{ ...LIST, arguments: { order_by: 'name' } }, 'arguments.order_by'],
    [{ ...LIST, where: { $where: '1' } }, 'where.$where'],
    [{ ...LIST, where: { first_name: { $regex: '(' } } }, 'where'],
    [{ ...LIST, where: { created_at: { $gte: 1_772_000_000 } } }, 'where.created_at.$gte'],
    [{ ...LIST, rows: 5_000 }, 'rows'],
    [{ ...LIST, measure: ['avg:x'] }, 'measure'],
    [{ ...LIST, each: { read: 'Users_deleteUserById', arguments: {} } }, 'each.read'],
    [{ ...LIST, each: { read: 'Users_getUserDetails', as: '__proto__' } }, 'each.as'],
    [{ ...LIST, each: { read: 'Users_getUserDetails', each: { read: 'Users_getUserDetails', each: {} } } }, 'each.each.each'],
  ])('is refused before anything is sent: %j', async (args, path) => {
    const { error, faults } = (await refusal(args)) as { error: string; faults: { path: string }[] };
    expect(error).toBe('invalid_arguments');
    expect(faults.map((fault) => fault.path)).toContain(path);
  });

  it('is refused as its read is', async () => {
    expect(await refusal({ ...LIST, arguments: { bannd: true } })).toMatchObject({
      error: 'invalid_arguments',
      operation: LIST.list,
    });
  });
});

describe('a scan with other settings', () => {
  const start = (args: readonly string[]): Promise<ProgramClient> =>
    startProgram('v1', { args, env: { CLERK_SECRET_KEY: sandbox.secretKey, CLERK_API_URL: sandbox.url } });

  it('ends in time, and says how far it came', async () => {
    const slow = await start(['--job-timeout', '700']);
    await control('/faults', { fault: 'slow', operations: 'Users_list*', delay_ms: 300 });
    const { json } = await slow.call('Jobs_scanList', { ...LIST, rows: 0 });
    await fetch(`${sandbox.origin}/_sandbox/faults`, { method: 'DELETE' });
    await slow.close();
    expect(json).toMatchObject({ complete: false, stopped: { by: 'time' }, rows: [] });
  });

  it('falls under rules and budgets, its own and those of what it reads', async () => {
    const policy = join(dir, 'policy.json');
    const rules = [
      { name: 'no files', tools: 'Jobs_scanList', args: { to: ['csv', 'jsonl'] }, action: 'deny', reason: 'Ask Eve.' },
      { name: 'no invitations', tools: 'Invitations_listAllNonRevoked', action: 'deny', reason: 'Not here.' },
    ];
    writeFileSync(policy, JSON.stringify({ rules, budgets: [{ name: 'two scans', tools: 'Jobs_scanList', max: 2, per: '1h' }] }));
    const strict = await start(['--policy', policy]);
    const codes = [];
    for (const args of [{ ...LIST, to: 'csv' }, { list: 'Invitations_listAllNonRevoked' }, LIST, LIST]) {
      const { json } = await strict.call('Jobs_scanList', args);
      codes.push((json as { error?: string }).error);
    }
    await strict.close();
    expect(codes).toEqual(['denied_by_policy', 'denied_by_policy', undefined, 'budget_exceeded']);
  });

  it('follows a link that its operator has set, and none that waits where the file is to be', async () => {
    const link = join(dir, 'link');
    symlinkSync(files, link);
    const linked = await start(['--files-dir', link, '--confirm', 'flag']);
    const { json } = await linked.call('Jobs_scanList', {
      list: 'Organizations_listSortedByCreationDate',
      to: 'jsonl',
      confirm: true,
    });
    await linked.close();
    expect(String((json as Answer).file).startsWith(`${files}/`)).toBe(true);
    const gone = await start(['--files-dir', join(dir, 'nowhere'), '--confirm', 'flag']);
    const refused = await gone.call('Jobs_scanList', { ...LIST, to: 'csv', confirm: true });
    await gone.close();
    expect(refused.json).toMatchObject({ error: 'file_not_written' });
  });
});
