import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { answer, MisbehavingServer } from '../support/misbehaving-server.js';
import { call, openSession, post } from '../support/raw-http.js';
import { modelOf, RawProgram } from '../support/raw-program.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();
const started = new Map<string, Promise<RawProgram>>();

/** One server for all cases with the same arguments. */
function start(...args: string[]): Promise<RawProgram> {
  const key = args.join(' ');
  const known = started.get(key);
  if (known !== undefined) return known;
  const program = new RawProgram(['--sandbox', ...args]);
  const opened = program.handshake().then(() => program);
  started.set(key, opened);
  return opened;
}

let last = 0;
const nextId = (): number => ++last;

afterAll(async () => {
  for (const program of started.values()) (await program).child.kill('SIGKILL');
});

/** What an answer may cost a model is 25,000 tokens, of seldom more than four bytes. */
const MOST_BYTES = 100_000;

const unknownInputs = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`made_up_${at}`, at]));

const LIST = 'Users_listSortedByCreationDate';
const plan = (...steps: object[]): object => ({ steps });
const create = (more: object): object => ({ tool: 'Users_createNewUser', ...more });
const each = (args: object, more: object = {}): object => ({
  list: LIST,
  each: { read: 'Users_getUserDetails', arguments: args, ...more },
});
const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `text_${at}`);

describe('an answer over stdio costs no more than an answer may, for', () => {
  it.each<[string, readonly string[], string, object]>([
    ['a tool name of 200 kB', [], 'Users_markBaned'.repeat(13_000), {}],
    ['an operation name of 200 kB', ['--discovery'], 'describe_operation', { name: 'Users_markBaned'.repeat(13_000) }],
    ['a query of 1 MB', ['--discovery'], 'search_operations', { query: 'bann usr '.repeat(110_000) }],
    ['inputs of the four tools that are unknown', ['--discovery'], 'describe_operation', unknownInputs(100_000)],
    ['100,000 unknown inputs', [], 'Users_getUserDetails', unknownInputs(100_000)],
    ['300,000 unknown inputs', [], 'Users_getUserDetails', unknownInputs(300_000)],
    ['an unknown input of 1 MB', [], 'Users_getUserDetails', { ['x'.repeat(1_000_000)]: 1 }],
    ['100,000 wrong items', [], 'Invitations_bulkCreateAndSend', { invitations: Array(100_000).fill({ wrong: 1 }) }],
    [
      'metadata that looks like the start of many tokens',
      [],
      'Users_deleteUserById',
      { user_id: 'u', private_metadata: { a: 'eyJ-'.repeat(25_000) } },
    ],
    ['metadata of 100,000 names', [], 'Users_createNewUser', { private_metadata: unknownInputs(100_000) }],
    [
      'metadata of 19,000 names',
      ['--confirm', 'token'],
      'Users_createNewUser',
      { public_metadata: { role: 1, ...unknownInputs(19_000) } },
    ],
    ['lists in each other as text', [], 'Users_createNewUser', { private_metadata: `{"a":${'['.repeat(1_000_000)}` }],
    ['an id of 1 MB', ['--confirm', 'token'], 'Users_deleteUserById', { user_id: 'x'.repeat(1_000_000) }],
    ['an identifier of 200,000 dots', [], 'AllowlistBlocklist_addIdentifier', { identifier: `${'.'.repeat(200_000)}@` }],
    [
      'a plan that says 1 MB for each of 10,000 items',
      [],
      'Jobs_planChanges',
      plan(create({ for_each: texts(10_000), arguments: { username: '$', private_metadata: { a: 'x'.repeat(1_000_000) } } })),
    ],
    [
      'a plan that refers to a list 200,000 times',
      [],
      'Jobs_planChanges',
      plan({ tool: LIST, name: 'all' }, create({ arguments: { private_metadata: { a: Array(200_000).fill('$steps.all') } } })),
    ],
    [
      'a reference of 200,000 names',
      [],
      'Jobs_planChanges',
      plan({ tool: LIST, name: 'all' }, create({ if: `$steps.all${'.data'.repeat(200_000)}` })),
    ],
    [
      'a plan of the same 10,000 calls in 25 steps',
      [],
      'Jobs_planChanges',
      plan(
        ...Array.from({ length: 25 }, () => create({ for_each: Array(10_000).fill(1), arguments: { username: 'ada_lovelace' } })),
      ),
    ],
    ['a step with a name of 1 MB', [], 'Jobs_planChanges', plan(create({ name: 'x'.repeat(1_000_000) }))],
    ['a path of a million names, for each row', [], 'Jobs_scanList', each({ user_id: `$.id${'.x'.repeat(1_000_000)}` })],
    ['200,000 paths for each row', [], 'Jobs_scanList', each({ user_id: Array(200_000).fill('$.id') })],
    ['inputs of a read for each row that are unknown', [], 'Jobs_scanList', each({ user_id: '$.id' }, unknownInputs(19_000))],
    ['200,000 paths to select', [], 'Jobs_scanList', { list: LIST, select: Array(200_000).fill('id') }],
    ['a condition of 19,000 names', [], 'Jobs_scanList', { list: LIST, where: unknownInputs(19_000) }],
  ])('%s', async (_, args, name, input) => {
    const program = await start(...args);
    const [id, nextOne] = [nextId(), nextId()];
    const [answered, next] = [program.answer(id), program.answer(nextOne)];
    program.call(id, name, input);
    program.send({ id: nextOne, method: 'ping' });
    const answer = JSON.stringify(await answered);
    expect(Buffer.byteLength(answer)).toBeLessThan(MOST_BYTES);
    expect(answer.includes('Unknown tool')).toBe(name.startsWith('Users_markBaned'));
    expect((await next).result).toEqual({});
  });
});

describe('with --max-result-tokens 1000 no text costs more, be it', () => {
  const ids = Array.from({ length: 50 }, (_, at) => `user_${'x'.repeat(60)}${at}`);
  const metadata = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`key_${at}`, `${'word '.repeat(20)}${at}`]));

  it.each<[string, readonly string[], string, object, string]>([
    ['a refusal by flag', ['--confirm', 'flag'], 'Users_banMany', { user_ids: ids }, 'confirmation_required'],
    ['a refusal with a token', ['--confirm', 'token'], 'Users_banMany', { user_ids: ids }, 'confirmation_required'],
    [
      'a refusal that shows metadata',
      ['--confirm', 'token'],
      'Users_createNewUser',
      { first_name: 'Ada', private_metadata: { ...metadata, role: 'admin' } },
      'confirmation_required',
    ],
    ['faults of arguments', [], 'Users_getUserDetails', unknownInputs(1000), 'invalid_arguments'],
    ['faults of a discovery tool', ['--discovery'], 'search_operations', unknownInputs(1000), 'invalid_arguments'],
    ['an unknown operation', ['--discovery'], 'call_operation', { name: 'Users_'.repeat(5000) }, 'unknown_operation'],
  ])('%s', async (_, args, name, input, error) => {
    const program = await start('--max-result-tokens', '1000', ...args);
    const id = nextId();
    const answered = program.answer(id);
    program.call(id, name, input);
    const { result } = await answered;
    const text = String(result?.content?.[0]?.text);
    const model = JSON.parse(text) as { error: string; token?: string };
    expect(model.error).toBe(error);
    expect(countTokens(text)).toBeLessThanOrEqual(1000);
    if (args.includes('token')) expect(model.token).toMatch(/^[\w-]{60,}$/);
  });
});

describe('what a caller makes up', () => {
  it('is told in part where an input is unknown, with the nearest name as long as that can be', async () => {
    const program = await start();
    const id = nextId();
    const answered = program.answer(id);
    program.call(id, 'Users_listSortedByCreationDate', { ofset: 1, ...unknownInputs(1000) });
    const { faults } = modelOf(await answered) as { faults: { path: string; expected: string }[] };
    expect(faults).toHaveLength(21);
    expect(faults[0]).toEqual({ path: 'ofset', expected: 'no such input. Did you mean offset?' });
    expect(faults.at(-1)?.expected).toMatch(/more/);
  });

  it('goes into the record in part, and without secrets: a name of 3.5 MB, and metadata like the start of many tokens', async () => {
    const log = join(scratch, 'audit.log');
    const program = new RawProgram(['--sandbox', '--audit-log', log]);
    const [opened, called] = [program.answer(0), program.answer(1)];
    const clientInfo = { name: 'x'.repeat(3_500_000), version: 'y'.repeat(100_000) };
    program.send({ id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
    await opened;
    program.send({ method: 'notifications/initialized' });
    program.call(1, 'Users_createNewUser', { first_name: 'Ada', private_metadata: { a: 'eyJ-'.repeat(25_000) } });
    await called;
    const secrets = program.answer(2);
    const named = Object.fromEntries(['pass', 'pwd', 'pin', 'auth', 'bearer', 'cookie'].map((name) => [name, 'hunter2']));
    const urls = ['https://ada:hunter2@example.com/', 'https://example.com/?api_token=hunter2'];
    program.call(2, 'Users_createNewUser', { first_name: 'Ada', private_metadata: { ...named, urls } });
    await secrets;
    program.child.stdin?.end();
    await program.ended;
    const lines = readFileSync(log, 'utf8').split('\n');
    expect(lines.some((line) => line.includes('"operation":"Users_createNewUser"'))).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(16_000);
    expect(lines.join()).toContain('"pwd":"[secret]"');
    expect(lines.join()).not.toContain('hunter2');
  });
});

describe('a plan of many calls', () => {
  it('is made while others are answered', async () => {
    const program = await start();
    const [made, first, second] = [nextId(), nextId(), nextId()];
    const [planned, one] = [program.answer(made), program.answer(first)];
    const answers: unknown[] = [];
    void planned.then(({ id }) => answers.push(id));
    program.call(made, 'Jobs_planChanges', plan(create({ for_each: texts(1_200), arguments: { username: '$' } })));
    program.send({ id: first, method: 'ping' });
    await one;
    const other = program.answer(second);
    program.send({ id: second, method: 'ping' });
    await other;
    expect(answers).toEqual([]);
    expect(modelOf(await planned).calls).toBe(1_200);
  });
});

const TEN_MEGABYTES = 10 * 1024 * 1024;
const filled = (before: string, piece: string, after: string): string =>
  before + piece.repeat(Math.floor((TEN_MEGABYTES - 100) / piece.length)) + after;

const filledBy = (piece: (n: number) => string, before: string, after: string): string =>
  before + Array.from({ length: 400_000 }, (_, n) => piece(n)).join('') + after;

describe('a hostile answer of the API', () => {
  const said = { body: '' };
  const saying = (): ReturnType<typeof answer> => answer(200, said.body, { 'content-type': 'application/json' });
  let upstream: MisbehavingServer;
  let server: HttpProgram;
  let sessions: Awaited<ReturnType<typeof openSession>>[];
  let calls = 0;
  beforeAll(async () => {
    upstream = await MisbehavingServer.start({ when: 'arrived', act: (socket) => saying().act(socket) });
    const env = { CLERK_SECRET_KEY: 'sk_test_hostile_answer_0123456789', CLERK_API_URL: `${upstream.origin}/v1` };
    server = await startHttp({ args: [], env });
    sessions = [await openSession(server.url), await openSession(server.url)];
  });
  afterAll(async () => {
    await stopAll();
    await upstream.stop();
  });

  it.each<[string, string, string | undefined]>([
    ['with millions of numbers', filled('[', '0,', '0]'), 'answer_too_large'],
    ['with millions of empty lists', filled('{"data":[', '[],', '[]],"total_count":1}'), 'answer_too_large'],
    ['nested five million deep', filled('', '[', ''), 'answer_too_large'],
    [
      'with as many different names as there is room for',
      filledBy((n) => `"made_up_${n}":1,`, '{', '"a":1}'),
      'answer_too_large',
    ],
    ['with numbers that a double cannot hold', filled('[', '12345678901234567890.5,', '0]'), 'answer_too_large'],
    ['with half a million names', filled('{', '"made_up":1,', '"a":1}'), 'answer_too_large'],
    ['with a text of ten megabytes', filled('{"id":"', 'x', '"}'), undefined],
    ['that echoes the start of the key', filled('{"id":"', 'sk_test_hostile_answer', '"}'), undefined],
  ])('%s stops nobody: another is answered, and the call is', async (_, body, error) => {
    said.body = body;
    const [one, other] = sessions;
    const called = post(`${server.url}/mcp`, call(++calls, 'Users_getUserDetails', { user_id: 'user_1' }), one);
    await upstream.hasArrived(calls);
    const pinged = await post(`${server.url}/mcp`, { jsonrpc: '2.0', id: calls, method: 'ping' }, other);
    expect(pinged.json.result).toEqual({});
    const { json, text } = await called;
    expect(text.length).toBeLessThan(2 * MOST_BYTES);
    const model = modelOf(json as Parameters<typeof modelOf>[0]);
    expect(model.error).toBe(error);
  });
});
