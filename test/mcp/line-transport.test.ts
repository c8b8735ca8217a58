import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { describe, expect, it, vi } from 'vitest';
import { LineTransport } from '../../src/mcp/line-transport.js';

const ping = (id: number, params: object = {}): JSONRPCMessage => ({ jsonrpc: '2.0', id, method: 'ping', params: { ...params } });
const line = (message: object): string => `${JSON.stringify(message)}\n`;

async function open(maxMessageBytes = 1000) {
  const input = new PassThrough();
  const written: string[] = [];
  const received: JSONRPCMessage[] = [];
  const errors: string[] = [];
  const transport = new LineTransport({
    input,
    write: async (text) => {
      if (text.includes('unwritable')) throw new Error('no reader');
      written.push(text);
    },
    maxMessageBytes,
  });
  let isClosed = false;
  transport.onmessage = (message) => void received.push(message);
  transport.onerror = (error) => void errors.push(error.message);
  transport.onclose = () => {
    isClosed = true;
  };
  await transport.start();
  /** Resolves when the text has been read. */
  const give = async (text: string | Buffer): Promise<void> => {
    const read = once(input, 'data');
    input.write(text);
    await read;
  };
  /** What has been written, once that is on its way. */
  const answers = async (): Promise<unknown[]> => {
    await new Promise(setImmediate);
    return written.flatMap((text) => text.trim().split('\n')).map((text) => JSON.parse(text));
  };
  return { input, transport, written, received, errors, give, answers, isClosed: () => isClosed };
}

describe('what comes in', () => {
  it('is cut at line ends, wherever the parts end', async () => {
    const { give, received } = await open();
    const messages = [ping(1, { text: 'é😀' }), ping(2), ping(3)];
    const bytes = Buffer.from(messages.map(line).join(''));
    for (const byte of bytes.subarray(0, 60)) await give(Buffer.of(byte));
    await give(bytes.subarray(60));
    expect(received).toEqual(messages);
  });

  it('may end its lines as Windows does, and have empty ones', async () => {
    const { give, received, errors } = await open();
    await give(`\n\r\n${JSON.stringify(ping(1))}\r\n`);
    expect(received).toEqual([ping(1)]);
    expect(errors).toEqual([]);
  });

  it('is passed over where it is no JSON, and reported without its content where it is no message', async () => {
    const { give, received, errors } = await open();
    await give(`hello\n${line({ jsonrpc: '2.0', id: {}, method: 'sk_live_x' })}1\n${line(ping(1))}`);
    expect(received).toEqual([ping(1)]);
    expect(errors).toHaveLength(2);
    expect(errors.join()).not.toContain('sk_live_x');
  });

  it('is skipped where a line is too long, answered with the id that stands in it, and read on after it', async () => {
    const { give, errors, answers, received } = await open();
    const params = { id: 1, text: 'x'.repeat(600), '"id"': { id: 2 } };
    await give(line({ method: 'ping', params, jsonrpc: '2.0', id: 7 }).slice(0, 500));
    await give(line({ method: 'ping', params, jsonrpc: '2.0', id: 7 }).slice(500));
    await give(line({ id: 'seven "7"', method: 'ping', params: { ...params, more: 'x'.repeat(600) } }));
    await give(`${'x'.repeat(2000)}\n`);
    await give(line({ jsonrpc: '2.0', id: 9, result: { text: 'x'.repeat(2000) } }));
    await give(line(ping(1)));
    const error = { code: -32600, message: 'The message is longer than 1000 bytes.' };
    expect(await answers()).toEqual(['seven "7"', null].map((id) => ({ jsonrpc: '2.0', id, error })));
    expect(errors).toHaveLength(3);
    expect(received).toEqual([{ method: 'ping', params, jsonrpc: '2.0', id: 7 }, ping(1)]);
  });

  it.each<[string, string, (number | string | null)[]]>([
    ['has stray bytes before it', `\u0000\u001b[0m${line(ping(2))}`, [2]],
    ['has a word before it', `info: ${line(ping(3))}`, [3]],
    ['breaks off', '{"jsonrpc":"2.0","id":"four","method":"ping","params":{"a":[\n', ['four']],
    ['is a list that breaks off', '[{"id":5,"method":"ping"},{"method":"ping","id":6,"params":{\n', [5, 6]],
    [
      'is no UTF-8',
      Buffer.concat([Buffer.from('{"id":7,"method":"'), Buffer.of(0xff), Buffer.from('"}\n')]).toString('latin1'),
      [7],
    ],
    ['has no id that can be read', '{"jsonrpc":"2.0","id":\n', [null]],
    ['is an answer', '{"jsonrpc":"2.0","id":8,"result":{\n', []],
  ])('is answered with -32700 where it %s', async (_, text, ids) => {
    const { give, received, answers } = await open();
    await give(Buffer.from(text, 'latin1'));
    await give(line(ping(1)));
    expect(await answers()).toEqual(
      ids.map((id) => ({ jsonrpc: '2.0', id, error: { code: -32700, message: expect.any(String) } })),
    );
    expect(received).toEqual([ping(1)]);
  });

  it('is not parsed where it nests too deeply, has too many names or too many messages, and is answered with its ids', async () => {
    const { give, received, errors, answers } = await open(10_000_000);
    const parse = vi.spyOn(JSON, 'parse');
    await give(line(ping(2)).replace('{}', '['.repeat(1_000_000)));
    await give(line(ping(3)).replace('{}', `{${Array.from({ length: 20_001 }, (_, n) => `"n${n}":1`).join()}}`));
    expect(Math.max(...parse.mock.calls.map(([text]) => text.length))).toBeLessThan(100);
    parse.mockRestore();
    await give(line(Array.from({ length: 1001 }, () => ping(4))));
    const error = (message: string) => ({ code: -32600, message });
    expect(await answers()).toEqual([
      { jsonrpc: '2.0', id: 2, error: error('The message nests deeper than 200 levels.') },
      { jsonrpc: '2.0', id: 3, error: error('The message has more than 20000 different names.') },
      { jsonrpc: '2.0', id: 4, error: error('The message is a list of more than 1000.') },
    ]);
    expect(errors).toHaveLength(3);
    expect(received).toEqual([]);
  });

  it('may end without the end of its last line', async () => {
    const { input, received, answers } = await open();
    const ended = once(input, 'end');
    input.write(`${line(ping(1))}${JSON.stringify(ping(2))}`);
    input.end();
    await ended;
    expect(received).toEqual([ping(1), ping(2)]);
    expect(await answers()).toEqual([]);
  });

  it('may end before what it asked has been answered', async () => {
    const { input, transport, written, isClosed } = await open();
    const ended = once(input, 'end');
    input.end();
    await ended;
    expect(isClosed()).toBe(false);
    await transport.send(ping(1));
    expect(written).toEqual([line(ping(1))]);
  });
});

describe('what goes out', () => {
  it('is the same JSON for a list of tools however often it is sent, with what else stands in the answer', async () => {
    const { transport, answers } = await open();
    const tools = [{ name: 'a', inputSchema: { type: 'object' } }];
    const results = [{ tools }, { tools, ttlMs: 5 }, { tools: [] }, { _meta: { x: 1 }, tools }];
    const sent = results.map((result, id) => ({ jsonrpc: '2.0', id, result })) as JSONRPCMessage[];
    for (const message of sent) void transport.send(message);
    expect(await answers()).toEqual(sent);
  });

  it('is written at once where it comes at once, in order', async () => {
    const { transport, written } = await open();
    await Promise.all([transport.send(ping(1)), transport.send(ping(2))]);
    await transport.send(ping(3));
    expect(written).toEqual([line(ping(1)) + line(ping(2)), line(ping(3))]);
  });

  it('is still written when the connection is closed, and nothing after that', async () => {
    const { transport, written, isClosed } = await open();
    const sent = transport.send(ping(1));
    await transport.close();
    await sent;
    expect(written).toEqual([line(ping(1))]);
    expect(isClosed()).toBe(true);
    await expect(transport.send(ping(2))).rejects.toThrow('closed');
  });

  it('fails for its sender where nobody reads, and not for the next one', async () => {
    const { transport, written } = await open();
    await expect(transport.send(ping(1, { text: 'unwritable' }))).rejects.toThrow('no reader');
    await transport.send(ping(2));
    expect(written).toEqual([line(ping(2))]);
  });
});
