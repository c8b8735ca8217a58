import { type CallToolResult, MissingRequiredClientCapabilityError, Server } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InFlightRequest } from '../../../../src/mcp/http/in-flight-request.js';
import type { Route } from '../../../../src/mcp/http/incoming.js';
import { messagesOf } from '../../../../src/mcp/http/messages.js';
import { ModernEndpoint } from '../../../../src/mcp/http/modern.js';
import { DirectAnswer, type DirectAnswerOptions } from '../../../../src/mcp/http/quick-path/direct-answer.js';
import { SharedServer } from '../../../../src/mcp/http/quick-path/shared-server.js';
import { Sessions } from '../../../../src/mcp/http/sessions.js';
import type { Reply } from '../../../../src/mcp/reply.js';
import { modern } from '../../../support/raw-http.js';

const RESULT = { jsonrpc: '2.0', id: 1, result: { content: [] } } as const;
const PROGRESS = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } } as const;
const KEEP_ALIVE_MS = 15_000;

function open(streams: DirectAnswerOptions['streams'] = 'in time') {
  const over = vi.fn();
  const onGone = vi.fn();
  const answer = new DirectAnswer({ headers: { 'Mcp-Session-Id': 's' }, keepAliveMs: KEEP_ALIVE_MS, streams, over, onGone });
  return { answer, over, onGone };
}

async function streamOf(answer: DirectAnswer): Promise<Response> {
  const reply = await answer.reply;
  expect(reply.headers).toMatchObject({ 'Content-Type': 'text/event-stream', 'Mcp-Session-Id': 's' });
  return reply.toResponse();
}

describe('an answer', () => {
  afterEach(() => void vi.useRealTimers());

  it('is complete where nothing came before it', async () => {
    const { answer, over } = open();
    answer.answer(RESULT);
    answer.tell(PROGRESS);
    const reply = await answer.reply;
    expect(reply).toMatchObject({ status: 200, body: JSON.stringify(RESULT), headers: { 'Mcp-Session-Id': 's' } });
    expect(over).not.toHaveBeenCalled();
    expect(await reply.toResponse().json()).toEqual(RESULT);
    expect(over).toHaveBeenCalledOnce();
  });

  it('is the end of a stream where something did', async () => {
    const { answer, over, onGone } = open();
    answer.tell(PROGRESS);
    answer.answer(RESULT);
    answer.giveUp();
    const text = await (await streamOf(answer)).text();
    expect(text).toBe([PROGRESS, RESULT].map((message) => `event: message\ndata: ${JSON.stringify(message)}\n\n`).join(''));
    expect(over).toHaveBeenCalledOnce();
    expect(onGone).not.toHaveBeenCalled();
  });

  it('that is long in coming has a stream with signs of life before it', async () => {
    vi.useFakeTimers();
    const { answer } = open();
    vi.advanceTimersByTime(KEEP_ALIVE_MS * 3);
    answer.answer(RESULT);
    vi.advanceTimersByTime(KEEP_ALIVE_MS * 3);
    const text = await (await streamOf(answer)).text();
    expect(text).toBe(`${': keepalive\n\n'.repeat(3)}event: message\ndata: ${JSON.stringify(RESULT)}\n\n`);
  });

  it('that will not come ends what has begun, or is said not to come', async () => {
    const waiting = open();
    waiting.answer.giveUp();
    expect(await waiting.answer.reply).toMatchObject({ status: 503 });
    expect(waiting.over).toHaveBeenCalledOnce();
    const begun = open();
    begun.answer.tell(PROGRESS);
    begun.answer.giveUp();
    expect(await (await streamOf(begun.answer)).text()).not.toContain('result');
    expect(begun.over).toHaveBeenCalledOnce();
  });

  it('of which nobody reads the stream is given up', async () => {
    const { answer, over, onGone } = open();
    answer.tell(PROGRESS);
    await (await streamOf(answer)).body?.cancel();
    answer.answer(RESULT);
    expect(onGone).toHaveBeenCalledOnce();
    expect(over).toHaveBeenCalledOnce();
  });
});

describe('calls of 2026-07-28', () => {
  /** A server whose calls end when they are told to. */
  function make() {
    const ends: ((result: CallToolResult) => void)[] = [];
    const signals: AbortSignal[] = [];
    const calls = new SharedServer({
      onError: () => {},
      keepAliveMs: KEEP_ALIVE_MS,
      createServer: () => {
        const server = new Server(
          { name: 'test', version: '1' },
          { capabilities: { tools: {} }, supportedProtocolVersions: ['2026-07-28'] },
        );
        server.setRequestHandler('tools/call', (_, { mcpReq }) => {
          signals.push(mcpReq.signal);
          return new Promise<CallToolResult>((resolve) => ends.push(resolve));
        });
        return server;
      },
    });
    const call = (more: { id?: number; headers?: Record<string, string>; gone?: AbortSignal } = {}) => {
      const { body, headers } = modern('tools/call', { name: 'x', arguments: {} }, more.id);
      const released = vi.fn();
      const request = new Request('http://localhost/mcp', {
        method: 'POST',
        headers: { ...headers, ...more.headers },
        ...(more.gone && { signal: more.gone }),
      });
      const route = {
        kind: 'modern',
        messageKind: 'request',
        message: body,
        classification: { era: 'modern', revision: '2026-07-28' },
      } as unknown as Route;
      const inFlight = new InFlightRequest({ name: 'ada', scopes: [] }, released);
      return { reply: calls.handle({ request, body, messages: messagesOf(body), inFlight, route }), released };
    };
    return { calls, call, ends, signals };
  }

  const textOf = async (reply: Reply | undefined): Promise<unknown> => reply?.toResponse().json();

  it('are told apart although their clients gave them the same id', async () => {
    const { call, ends } = make();
    const first = call({ id: 7 });
    const second = call({ id: 7 });
    await expect.poll(() => ends.length).toBe(2);
    ends[1]?.({ content: [{ type: 'text', text: 'second' }] });
    ends[0]?.({ content: [{ type: 'text', text: 'first' }] });
    expect(await textOf(await first.reply)).toMatchObject({ id: 7, result: { content: [{ text: 'first' }] } });
    expect(await textOf(await second.reply)).toMatchObject({ id: 7, result: { content: [{ text: 'second' }] } });
  });

  it('end when their client goes away, and no others', async () => {
    const { call, ends, signals } = make();
    const gone = new AbortController();
    const first = call({ gone: gone.signal });
    const second = call();
    await expect.poll(() => ends.length).toBe(2);
    gone.abort();
    await first.reply;
    expect(first.released).toHaveBeenCalledOnce();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    ends[1]?.({ content: [] });
    expect(await textOf(await second.reply)).toMatchObject({ result: { content: [] } });
  });

  it('are left to the SDK where a header does not say what the body says', async () => {
    const { call } = make();
    expect(await call({ headers: { 'mcp-name': 'y' } }).reply).toBeUndefined();
    expect(await call({ headers: { 'mcp-method': 'tools/list' } }).reply).toBeUndefined();
    expect(await call({ headers: { 'mcp-protocol-version': '2025-11-25' } }).reply).toBeUndefined();
  });

  it('are given up when the endpoint closes', async () => {
    const { calls, call, ends } = make();
    const { reply, released } = call();
    await expect.poll(() => ends.length).toBe(1);
    await calls.close();
    expect(await reply).toMatchObject({ status: 503 });
    expect(released).toHaveBeenCalledOnce();
  });
});

describe('a call that needs an ability that its client lacks', () => {
  it.each([false, true])('has the status that it has without the quick path; progress came before: %s', async (tellsBefore) => {
    const answers = await Promise.all(
      [true, false].map(async (quickPath) => {
        const endpoint = new ModernEndpoint({
          quickPath,
          sessions: new Sessions({ maxPerCaller: 1 }),
          onFull: () => {},
          onError: () => {},
          keepAliveMs: KEEP_ALIVE_MS,
          createServer: () => {
            const server = new Server(
              { name: 'test', version: '1' },
              { capabilities: { tools: {} }, supportedProtocolVersions: ['2026-07-28'] },
            );
            server.setRequestHandler('tools/call', async (_, { mcpReq }) => {
              if (tellsBefore) await mcpReq.notify(PROGRESS);
              throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
            });
            return server;
          },
        });
        const { body, headers } = modern('tools/call', { name: 'x', arguments: {}, _meta: { progressToken: 1 } });
        const request = new Request('http://localhost/mcp', {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        });
        const route = {
          kind: 'modern',
          messageKind: 'request',
          message: body,
          classification: { era: 'modern', revision: '2026-07-28' },
        } as unknown as Route;
        const inFlight = new InFlightRequest({ name: 'ada', scopes: [] }, () => {});
        const response = (await endpoint.handle({ request, body, messages: messagesOf(body), inFlight, route })).toResponse();
        // The listener sets it for either.
        response.headers.delete('connection');
        const answer = { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
        await endpoint.close();
        return answer;
      }),
    );
    expect(answers[0]).toMatchObject({ status: tellsBefore ? 200 : 400, text: expect.stringContaining('-32021') });
    expect(answers[0]).toEqual(answers[1]);
  });
});
