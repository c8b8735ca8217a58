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
    const refused = modelOf(await call(program, 'Users_deleteUser', given));
    const state = JSON.stringify(refused);
    expect(state).not.toContain('task_progress');
    await call(program, 'Users_deleteUser', { ...given, confirm: true });
    expect(
      sent()
        .filter((request) => request.startsWith('DELETE'))
        .every((request) => request === 'DELETE /v1/users/user_1'),
    ).toBe(true);
  });
});
