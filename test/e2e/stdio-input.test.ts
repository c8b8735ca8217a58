import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RawProgram } from '../support/raw-program.js';

const started: RawProgram[] = [];
const start = (): RawProgram => {
  const program = new RawProgram(['--sandbox']);
  started.push(program);
  return program;
};

const endAll = (): void => {
  for (const program of started.splice(0)) program.child.kill('SIGKILL');
};

const line = (message: unknown): string => `${JSON.stringify(message)}\n`;
const ping = (id: unknown, more: object = {}): object => ({ jsonrpc: '2.0', id, method: 'ping', ...more });

describe('a message that is not quite a request', () => {
  let program: RawProgram;
  beforeAll(async () => {
    program = start();
    await program.handshake();
  });
  afterAll(endAll);

  it.each<[string, unknown, number | string | null]>([
    ['params that are a list', ping(11, { params: [] }), 11],
    ['params that are text', ping(12, { params: 'none' }), 12],
    ['no jsonrpc', { id: 13, method: 'ping' }, 13],
    ['another jsonrpc', ping('fourteen', { jsonrpc: '1.0' }), 'fourteen'],
    ['one key too many', ping(15, { task_progress: 1 }), 15],
    ['half an id', ping(1.5), 1.5],
    ['null for an id', ping(null), null],
    ['no method', { jsonrpc: '2.0', id: 16 }, 16],
  ])('for %s is answered with -32600 and its id', async (_, message, id) => {
    const answered = program.answer(id);
    program.write(line(message));
    expect(await answered).toMatchObject({ jsonrpc: '2.0', id, error: { code: -32600 } });
  });

  it('for broken JSON is answered with -32700 where its id can be read', async () => {
    const answered = program.answer(17);
    program.write('{"jsonrpc":"2.0","id":17,"method":"ping","params":{"half":\n');
    expect((await answered).error?.code).toBe(-32700);
  });

  it.each<[string, number, string, number]>([
    ['broken JSON behind stray bytes', 22, '\u0000\u0001{"jsonrpc":"2.0","id":22,"method":"ping","params":[\n', -32700],
    [
      'a million lists in each other',
      23,
      `{"jsonrpc":"2.0","id":23,"method":"tools/call","params":{"name":"Users_createNewUser","arguments":{"private_metadata":${'['.repeat(1e6)}${']'.repeat(1e6)}}}}\n`,
      -32600,
    ],
    [
      'a million lists in each other that never end',
      24,
      `{"jsonrpc":"2.0","id":24,"method":"tools/call","params":{"name":"Users_getTotalCount","arguments":${'['.repeat(1e6)}\n`,
      -32600,
    ],
  ])('for %s is answered with its id', async (_, id, text, code) => {
    const answered = program.answer(id);
    program.write(text);
    expect((await answered).error?.code).toBe(code);
  });

  it('is served where null stands for no params', async () => {
    const answered = program.answer(18);
    program.write(line(ping(18, { params: null })));
    expect((await answered).result).toEqual({});
  });

  it.each<[string, string, object]>([
    ['a cursor of null', 'tools/list', { cursor: null }],
    ['a cursor that nobody gave', 'tools/list', { cursor: 'x' }],
    ['a call of no name', 'tools/call', { arguments: {} }],
    ['arguments that are a list', 'tools/call', { name: 'Users_getTotalCount', arguments: [] }],
  ])('for %s is answered with -32602', async (_, method, params) => {
    const answered = program.answer(19);
    program.send({ id: 19, method, params });
    expect((await answered).error?.code).toBe(-32602);
  });

  it('of 22 MB is skipped, answered with -32600 and its id, and what follows is served', async () => {
    const [long, next] = [program.answer(20), program.answer(21)];
    program.call(20, 'Users_createNewUser', { first_name: 'x'.repeat(22 * 1024 * 1024) });
    program.send({ id: 21, method: 'ping' });
    expect(await long).toMatchObject({ error: { code: -32600, message: expect.stringContaining('longer than') } });
    expect((await next).result).toEqual({});
  });

  it('is answered, too, where the input ends before the last line does', async () => {
    const last = program.answer(25);
    program.write(JSON.stringify({ jsonrpc: '2.0', id: 25, method: 'tools/call', params: { name: 'Users_getTotalCount' } }));
    program.child.stdin?.end();
    expect((await last).result?.isError).toBeFalsy();
    expect(await program.ended).toMatchObject({ code: 0, signal: null });
  });
});

describe('the first message', () => {
  afterEach(endAll);

  it('may have a byte-order mark before it', async () => {
    const program = start();
    const answered = program.answer(0);
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '0' } };
    program.write(`\uFEFF${line({ jsonrpc: '2.0', id: 0, method: 'initialize', params })}`);
    expect((await answered).result).toMatchObject({ serverInfo: { name: 'clerk-mcp' } });
  });

  it('is answered with -32602 where it is initialize with wrong parameters', async () => {
    const program = start();
    const answered = program.answer(0);
    program.send({ id: 0, method: 'initialize', params: { protocolVersion: 5 } });
    expect((await answered).error?.code).toBe(-32602);
  });
});

describe('a list of messages', () => {
  afterEach(endAll);

  it('is answered with one list where 2025-03-26 was agreed on, whatever is in it', async () => {
    const program = start();
    await program.handshake({}, '2025-03-26');
    const listed = program.list();
    const called = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'Users_getTotalCount' } };
    const notified = { jsonrpc: '2.0', method: 'notifications/initialized' };
    program.write(line([ping(1), called, notified, ping(3, { jsonrpc: '1.0' }), ping('4')]));
    const answers = await listed;
    expect(answers.map(({ id }) => id).sort()).toEqual([1, 2, 3, '4']);
    expect(answers.find(({ id }) => id === 2)?.result?.isError).toBeFalsy();
    expect(answers.find(({ id }) => id === 3)?.error?.code).toBe(-32600);
    const alone = program.answer(5);
    program.write(line(ping(5)));
    expect((await alone).result).toEqual({});
  });

  it('is answered without those that were cancelled', async () => {
    const program = start();
    await program.handshake({}, '2025-03-26');
    const listed = program.list();
    const called = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'Users_getTotalCount' } };
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    program.write(line([called, ping(2), cancelled]));
    expect((await listed).map(({ id }) => id)).toEqual([2]);
  });

  it('is refused where another revision was agreed on, each request by its id', async () => {
    const program = start();
    await program.handshake();
    const [one, other, empty] = [program.answer(1), program.answer('2'), program.answer(null)];
    program.write(line([ping(1), { jsonrpc: '2.0', method: 'notifications/initialized' }, ping('2')]));
    program.write(line([]));
    for (const answer of [await one, await other, await empty]) expect(answer.error?.code).toBe(-32600);
  });
});
