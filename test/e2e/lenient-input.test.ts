import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Message, modelOf, RawProgram } from '../support/raw-program.js';
import { RecordingServer } from '../support/recording-server.js';

let upstream: RecordingServer;
let program: RawProgram;
let discovery: RawProgram;
let id = 0;

beforeAll(async () => {
  upstream = await RecordingServer.start();
  const env = { CLERK_SECRET_KEY: 'sk_test_lenient', CLERK_API_URL: `${upstream.origin}/v1` };
  program = new RawProgram([], env);
  discovery = new RawProgram(['--discovery'], env);
  await Promise.all([program.handshake(), discovery.handshake()]);
});

afterAll(async () => {
  for (const { child } of [program, discovery]) child.stdin?.end();
  await Promise.all([program.ended, discovery.ended]);
  await upstream.stop();
});

beforeEach(() => upstream.reset());

/** Calls with what stands in `arguments`, whatever it is. */
async function call(to: RawProgram, name: string, given: unknown): Promise<Message> {
  const answered = to.answer(++id);
  to.send({ id, method: 'tools/call', params: { name, arguments: given } });
  return answered;
}

const sent = (): string[] => upstream.requests.map(({ method, url, body }) => `${method} ${url} ${String(body)}`.trim());

describe('what hosts and models send', () => {
  it.each<[unknown, string, string[]]>([
    [{ limit: '2', offset: null }, 'GET /v1/users?limit=2', ['limit: text read as number', 'offset: null read as not given']],
    ['{"limit":2}', 'GET /v1/users?limit=2', ['arguments: text read as object']],
    [{ user_id: '["user_1","user_2"]' }, 'GET /v1/users?user_id=user_1&user_id=user_2', ['user_id: text read as list']],
    [{ limit: 2, task_progress: 'x' }, 'GET /v1/users?limit=2', ['task_progress: dropped']],
  ])('%j is sent as what it means, and the answer says so', async (given, request, notes) => {
    upstream.reply = () => ({ body: [] });
    const model = modelOf(await call(program, 'Users_listSortedByCreationDate', given));
    expect(sent()).toEqual([request]);
    expect((model._ as { read_as: string[] }).read_as.toSorted()).toEqual(notes.toSorted());
  });

  it.each<[string, number]>([
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T08:00:00+02:00', Date.UTC(2026, 0, 31, 6)],
  ])('%s is a moment, and the answer says which', async (text, at) => {
    upstream.reply = () => ({ body: [] });
    const model = modelOf(await call(program, 'Users_listSortedByCreationDate', { created_at_after: text }));
    expect(sent()).toEqual([`GET /v1/users?created_at_after=${at}`]);
    expect((model._ as { read_as: string[] }).read_as).toEqual([
      `created_at_after: ${text} read as ${at} (${new Date(at).toISOString()})`,
    ]);
  });

  it.each(['-7d', '-24h', '-30m', '-2w', '+1h'])('%s is a moment from now', async (text) => {
    upstream.reply = () => ({ body: [] });
    const before = Date.now();
    await call(program, 'Users_getTotalCount', { last_active_at_before: text });
    const ms = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[text.at(-1) ?? ''] ?? 0;
    const away = Number(text.slice(0, -1)) * ms;
    const at = Number(new URL(`http://x${upstream.requests[0]?.url}`).searchParams.get('last_active_at_before'));
    expect(at - away).toBeGreaterThanOrEqual(before);
    expect(at - away).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    [1_700_000_000, /^Unix milliseconds: 1700000000 is in seconds.*1700000000000 milliseconds \(2023-11-14T22:13:20.000Z\)$/],
    ['1700000000', /is in seconds/],
    ['last week', /ISO 8601.*-7d/],
    ['2026-02-31', /ISO 8601/],
  ])('what is no moment in milliseconds is refused, since the filter would be void: %j', async (given, expected) => {
    const model = modelOf(await call(program, 'Users_listSortedByCreationDate', { created_at_after: given }));
    expect(model).toMatchObject({
      error: 'invalid_arguments',
      faults: [{ path: 'created_at_after', expected: expect.stringMatching(expected) }],
    });
    expect(sent()).toEqual([]);
  });

  it('no arguments are those that are null', async () => {
    upstream.reply = () => ({ body: [] });
    expect((await call(program, 'Users_listSortedByCreationDate', null)).result?.isError).not.toBe(true);
    expect(sent()).toEqual(['GET /v1/users']);
  });

  it.each<unknown>([
    { name: 'Users_createNewUser', arguments: '{"first_name":"Ada","skip_password_checks":"true"}' },
    '{"name":"Users_createNewUser","arguments":{"first_name":"Ada","skip_password_checks":"true"}}',
    { name: 'Users_createNewUser', arguments: { first_name: 'Ada', skip_password_checks: 'true' }, task_progress: 'x' },
  ])('inside call_operation too: %j', async (given) => {
    await call(discovery, 'call_operation', given);
    expect(sent()).toEqual(['POST /v1/users {"first_name":"Ada","skip_password_checks":true}']);
  });

  it('an empty list asks for nobody, not for everybody: it is refused', async () => {
    const model = modelOf(await call(program, 'Users_listSortedByCreationDate', { user_id: [] }));
    expect(model).toMatchObject({
      error: 'invalid_arguments',
      faults: [{ path: 'user_id', expected: expect.stringContaining('leave it out') }],
    });
    expect(sent()).toEqual([]);
  });

  it('a call that has to be confirmed is refused however the confirmation is quoted', async () => {
    for (const given of [
      { user_id: 'user_1', confirm: 'true' },
      '{"user_id":"user_1","confirm":"true"}',
      { user_id: 'user_1', confirm: null },
    ]) {
      expect((await call(program, 'Users_markBanned', given)).result?.isError).toBe(true);
    }
    expect(sent().filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  it('what is confirmed is what is sent: the question and the request have the same reading', async () => {
    const given = { user_id: 'user_1', task_progress: 'x' };
    const refused = modelOf(await call(program, 'Users_deleteUserById', given));
    expect(refused).toMatchObject({ error: 'confirmation_required', read_as: ['task_progress: dropped'] });
    expect(JSON.stringify(refused.effect)).not.toContain('task_progress');
    await call(program, 'Users_deleteUserById', { ...given, confirm: true });
    expect(sent().filter((request) => request.startsWith('DELETE'))).toEqual(['DELETE /v1/users/user_1']);
  });
});

describe('what was read differently is said', () => {
  it('beside what is still wrong', async () => {
    const model = modelOf(await call(program, 'Users_listSortedByCreationDate', { limit: '2', offset: 'soon' }));
    expect(model).toMatchObject({
      error: 'invalid_arguments',
      faults: [{ path: 'offset' }],
      read_as: ['limit: text read as number'],
    });
  });

  it("beside Clerk's error", async () => {
    upstream.reply = () => ({ status: 404, body: { errors: [{ code: 'resource_not_found', message: 'not found' }] } });
    const model = modelOf(await call(program, 'Users_getUserDetails', '{"user_id":"user_1"}'));
    expect(model).toMatchObject({ error: 'resource_not_found', read_as: ['arguments: text read as object'] });
  });

  it('at the end of a page of text', async () => {
    upstream.reply = () => ({ body: '<html></html>', headers: { 'content-type': 'text/html' } });
    const { result } = await call(program, 'Miscellaneous_getInterstitialMarkup', { frontend_api: null, task_progress: 'x' });
    const [page, note] = String(result?.content?.[0]?.text).split('\n');
    expect(page).toContain('<html></html>');
    expect(JSON.parse(String(note))._.read_as.toSorted()).toEqual([
      'frontend_api: null read as not given',
      'task_progress: dropped',
    ]);
  });

  it.each<[string, unknown, object]>([
    ['search_operations', { queries: ['ban a user'], limit: '2', group: null }, { operations: [{}, {}] }],
    ['search_operations', { queries: 7, limit: '2', group: null }, { error: 'invalid_arguments' }],
    ['describe_operation', { names: ['Users_nobody'], limit: '2', group: null }, { error: 'unknown_operation' }],
    ['call_read_operation', { name: 'Users_deleteUserById', limit: '2', group: null }, { error: 'invalid_arguments' }],
  ])('by %s for its own arguments: %j', async (name, given, expected) => {
    const model = modelOf(await call(discovery, name, given));
    expect(model).toMatchObject(expected);
    expect(model.read_as).toEqual(['limit: text read as number', 'group: null read as not given']);
  });

  it('for the arguments of the call and of the tool together', async () => {
    upstream.reply = () => ({ body: [] });
    const given = { name: 'Users_listSortedByCreationDate', arguments: { limit: '2' }, task_progress: 'x' };
    const model = modelOf(await call(discovery, 'call_read_operation', given));
    expect(model._).toMatchObject({ read_as: ['task_progress: dropped', 'limit: text read as number'] });
  });

  it.each([
    ['users.getUserList', {}, 'GET /v1/users', 'Users_listSortedByCreationDate'],
    ['Users_get', { user_id: 'user_1' }, 'GET /v1/users/user_1', 'Users_getUserDetails'],
    [
      'Organizations_createOrganization',
      { name: 'Acme' },
      'POST /v1/organizations {"name":"Acme"}',
      'Organizations_createNewOrganization',
    ],
  ])('%s is the operation that it can only mean, and the answer says so', async (name, given, request, real) => {
    upstream.reply = () => ({ body: request.endsWith('users') ? [] : { id: 'some_1' } });
    const note = { read_as: [`${name}: read as ${real}`] };
    expect(modelOf(await call(program, name, given))).toMatchObject({ _: note });
    const within = modelOf(await call(discovery, 'call_operation', { name, arguments: given }));
    expect(within).toMatchObject({ _: note });
    expect(sent()).toEqual([request, request]);
  });

  it('another name opens no gate', async () => {
    const given = { user_id: 'user_1' };
    for (const name of ['Users_delete', 'deleteUser', 'users.delete']) {
      expect(modelOf(await call(program, name, given))).toMatchObject({
        error: 'confirmation_required',
        operation: 'Users_deleteUserById',
      });
    }
    expect(sent().filter((request) => !request.startsWith('GET '))).toEqual([]);
  });
});
