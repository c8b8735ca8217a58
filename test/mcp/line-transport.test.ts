import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
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
  return { input, transport, written, received, errors, give, isClosed: () => isClosed };
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
    const { give, errors, written, received } = await open();
    const params = { id: 1, text: 'x'.repeat(600), '"id"': { id: 2 } };
    await give(line({ method: 'ping', params, jsonrpc: '2.0', id: 7 }).slice(0, 500));
    await give(line({ method: 'ping', params, jsonrpc: '2.0', id: 7 }).slice(500));
    await give(line({ id: 'seven "7"', method: 'ping', params: { ...params, more: 'x'.repeat(600) } }));
    await give(`${'x'.repeat(2000)}\n`);
    await give(line({ jsonrpc: '2.0', id: 9, result: { text: 'x'.repeat(2000) } }));
    await give(line(ping(1)));
    await new Promise(setImmediate);
    const error = { code: -32600, message: 'The message is longer than 1000 bytes.' };
    expect(
      written
        .join('')
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual(['seven "7"', null].map((id) => ({ jsonrpc: '2.0', id, error })));
    expect(errors).toHaveLength(3);
    expect(received).toEqual([{ method: 'ping', params, jsonrpc: '2.0', id: 7 }, ping(1)]);
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
