import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Message, RawProgram } from '../support/raw-program.js';
import { RecordingServer } from '../support/recording-server.js';

const COUNT = 'Users_getTotalCount';
const BAN = 'Users_markBanned';

let upstream: RecordingServer;
let program: RawProgram;
let lastId = 0;

beforeAll(async () => {
  upstream = await RecordingServer.start();
  upstream.reply = () => ({ body: { object: 'total_count', total_count: 3 } });
  const env = { CLERK_SECRET_KEY: 'sk_test_quick_calls', CLERK_API_URL: `${upstream.origin}/v1` };
  program = new RawProgram([], env);
  await program.handshake({ elicitation: {} });
});
afterAll(async () => {
  program.child.kill('SIGKILL');
  await upstream.stop();
});

const questions = (): number => program.lines.filter((line) => line.includes('"elicitation/create"')).length;

/**
 * What the program answers, under one id for all, and how often it asked before.
 * @param say what the person says; undefined where nobody is asked
 */
async function answerTo(params: object, say: object | undefined): Promise<{ readonly answer: Message; readonly asked: number }> {
  const id = ++lastId;
  const before = questions();
  const answered = program.answer(id);
  const asked = say && program.request('elicitation/create');
  program.send({ id, method: 'tools/call', params });
  if (asked !== undefined) program.send({ id: (await asked).id, result: say });
  return { answer: { ...(await answered), id: 0 }, asked: questions() - before };
}

const masked = (message: Message): unknown =>
  JSON.parse(
    JSON.stringify(message)
      .replaceAll(/\bcfu_[\w-]+/g, 'a token')
      .replaceAll(/\bafter(_ms\\?":|\s)\d+/g, 'after$1 0'),
  );

describe('a plain call over stdio is answered as the SDK would answer it', () => {
  it.each<[string, object, object?]>([
    ['a read', { name: COUNT }],
    ['a read with arguments', { name: 'Users_getUserDetails', arguments: { user_id: 'user_1' } }],
    ['an unknown tool', { name: 'Users_nothing' }],
    ['wrong arguments', { name: BAN, arguments: { user: 1 } }],
    ['a gated call that a person refuses', { name: BAN, arguments: { user_id: 'user_1' } }, { action: 'decline' }],
    ['a gated call that a person turns away from', { name: BAN, arguments: { user_id: 'user_1' } }, { action: 'cancel' }],
    ['arguments that are null', { name: COUNT, arguments: null }],
    ['arguments as text', { name: COUNT, arguments: '{}' }],
    ['arguments that are a list', { name: COUNT, arguments: [] }],
    ['a name that is none', { name: 1 }],
    ['no name', { arguments: {} }],
    ['an input that there is not', { name: COUNT, arguments: { nothing: 1 } }],
    ['an input that would be the prototype', { name: COUNT, arguments: JSON.parse('{"__proto__":{"limit":1}}') }],
    ['an input named like a method of objects', { name: COUNT, arguments: { toString: 1 } }],
    ['a number that JSON cannot hold', { name: 'Users_listSortedByCreationDate', arguments: JSON.parse('{"limit":1e400}') }],
  ])('%s', async (_, params, say) => {
    const plain = await answerTo(params, say);
    // With anything beside the name and the arguments the call is the SDK's.
    const whole = await answerTo({ ...params, _meta: {} }, say);
    expect(masked(plain.answer)).toEqual(masked(whole.answer));
    expect([plain.asked, whole.asked]).toEqual(say === undefined ? [0, 0] : [1, 1]);
    expect('result' in plain.answer || 'error' in plain.answer).toBe(true);
  });

  it('and asks its person before it sends anything', async () => {
    const before = upstream.requests.filter(({ method }) => method !== 'GET').length;
    const { asked } = await answerTo({ name: BAN, arguments: { user_id: 'user_1' } }, { action: 'decline' });
    expect(asked).toBe(1);
    expect(upstream.requests.filter(({ method }) => method !== 'GET')).toHaveLength(before);
  });
});

describe('a plain call that is cancelled', () => {
  it('is not answered, while the one after it is', async () => {
    const id = ++lastId;
    const asked = program.request('elicitation/create');
    program.call(id, BAN, { user_id: 'user_1' });
    await asked;
    program.send({ method: 'notifications/cancelled', params: { requestId: id } });
    const answered = program.answer(++lastId);
    program.call(lastId, COUNT);
    await answered;
    expect(program.lines.map((line) => (JSON.parse(line) as Message).id)).not.toContain(id);
    expect(upstream.requests.some(({ method }) => method === 'POST')).toBe(false);
  });
});
