import { Server } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../../src/mcp/http/connection.js';
import { InFlightRequest } from '../../../src/mcp/http/in-flight-request.js';
import { messagesOf } from '../../../src/mcp/http/messages.js';
import { Sessions } from '../../../src/mcp/http/sessions.js';
import { SseEndpoint } from '../../../src/mcp/http/sse.js';
import { call, EventStream, initialize } from '../../support/raw-http.js';

const all: Sessions<Connection | undefined>[] = [];
afterEach(async () => {
  await Promise.all(all.splice(0).map((sessions) => sessions.close()));
});

/** An endpoint whose only tool answers with what it is given, as often as it is told. */
function make({ keepAliveMs = 15_000, answer = 'done' } = {}) {
  const sessions = new Sessions<Connection | undefined>();
  all.push(sessions);
  const createServer = (): Server => {
    const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/call', async () => ({ content: [{ type: 'text', text: answer }] }));
    return server;
  };
  const endpoint = new SseEndpoint(
    { sessions, createServer, onFull: () => {}, onError: () => {}, keepAliveMs, quickPath: true },
    '/base/messages',
  );
  const caller = { name: 'ada', scopes: [] };
  const open = async (signal = new AbortController().signal): Promise<Response> => {
    const request = new Request('http://localhost/base/sse', { signal });
    const inFlight = new InFlightRequest(caller, () => {});
    return (await endpoint.open({ request, body: undefined, messages: [], inFlight })).toResponse();
  };
  const post = async (path: string, body: unknown, release = (): void => {}): Promise<number> => {
    const request = new Request(new URL(path, 'http://localhost'), { method: 'POST' });
    const inFlight = new InFlightRequest(caller, release);
    return (await endpoint.post({ request, body, messages: messagesOf(body), inFlight })).status;
  };
  return { sessions, open, post };
}

const pathOf = async (stream: EventStream): Promise<string> => (await stream.until(/^event: endpoint\ndata: (.+)\n\n/))[1] ?? '';

describe('HTTP+SSE', () => {
  it('tells where to post, and answers on the stream', async () => {
    const { open, post } = make();
    const stream = new EventStream(await open());
    const path = await pathOf(stream);
    expect(path).toMatch(/^\/base\/messages\?sessionId=[\w-]{36}$/);
    const released = vi.fn();
    expect(await post(path, initialize())).toBe(202);
    await stream.until(/"id":0/);
    expect(await post(path, call(1, 'x'), released)).toBe(202);
    await stream.until(/"text":"done"/);
    expect(released).toHaveBeenCalledOnce();
  });

  it('keeps the stream alive with comments', async () => {
    const { open } = make({ keepAliveMs: 5 });
    const stream = new EventStream(await open());
    await stream.until(/(: keepalive\n\n){3}/);
    await stream.cancel();
  });

  it('ends the session when the client has gone, whether it read the stream or not', async () => {
    const { sessions, open } = make();
    await new EventStream(await open()).cancel();
    expect(sessions.size).toBe(0);
    const gone = new AbortController();
    await open(gone.signal);
    expect(sessions.size).toBe(1);
    gone.abort();
    expect(sessions.size).toBe(0);
    await open(AbortSignal.abort());
    expect(sessions.size).toBe(0);
  });

  it('gives up a client that does not read', async () => {
    const { sessions, open, post } = make({ answer: 'x'.repeat(1024 * 1024) });
    const response = await open();
    const reader = response.body?.getReader();
    const path = /data: (.+)\n/.exec(new TextDecoder().decode((await reader?.read())?.value))?.[1] ?? '';
    await post(path, initialize());
    for (let id = 1; id <= 10; id++) await post(path, call(id, 'x'));
    await expect.poll(() => sessions.size).toBe(0);
    await expect(reader?.read()).rejects.toThrow();
  });

  it.each([
    ['a list', [call(1, 'x')]],
    ['no message', { hello: 'world' }],
    ['nothing', null],
  ])('refuses %s', async (_, body) => {
    const { open, post } = make();
    const stream = new EventStream(await open());
    const released = vi.fn();
    expect(await post(await pathOf(stream), body, released)).toBe(400);
    expect(released).toHaveBeenCalledOnce();
  });
});
