import { Server } from '@modelcontextprotocol/server';
import { describe, expect, it, vi } from 'vitest';
import { Exchange } from '../../../src/mcp/http/exchange.js';
import { messagesOf } from '../../../src/mcp/http/messages.js';
import { ModernEndpoint } from '../../../src/mcp/http/modern.js';
import { Sessions } from '../../../src/mcp/http/sessions.js';
import { EventStream, modern } from '../../support/raw-http.js';

/** An endpoint whose tools change, so that there is something to listen to. */
function make() {
  const sessions = new Sessions<undefined>({ maxPerCaller: 1 });
  const onFull = vi.fn();
  const endpoint = new ModernEndpoint({
    sessions,
    onFull,
    onError: () => {},
    keepAliveMs: 15_000,
    createServer: () => new Server({ name: 'test', version: '1' }, { capabilities: { tools: { listChanged: true } } }),
  });
  const listen = async (more: { withdrawn?: AbortSignal; gone?: AbortSignal } = {}) => {
    const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const released = vi.fn();
    const exchange = new Exchange({ name: 'ada', scopes: [], ...(more.withdrawn && { withdrawn: more.withdrawn }) }, released);
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...(more.gone && { signal: more.gone }),
    });
    const response = await endpoint.handle({ request, body, messages: messagesOf(body), exchange });
    return { response, released };
  };
  return { sessions, onFull, listen };
}

describe('a subscription of 2026-07-28', () => {
  it('takes a place among the sessions, and no second one where there is none', async () => {
    const { sessions, onFull, listen } = make();
    const { response } = await listen();
    const stream = new EventStream(response);
    await stream.until(/acknowledged/);
    expect(sessions.size).toBe(1);
    const second = await listen();
    expect(second.response.status).toBe(429);
    expect(second.released).toHaveBeenCalledOnce();
    expect(onFull).toHaveBeenCalledOnce();
    await stream.cancel();
    await sessions.close();
  });

  it('gives its place back when the client has gone', async () => {
    const { sessions, listen } = make();
    const { response, released } = await listen();
    const stream = new EventStream(response);
    await stream.until(/acknowledged/);
    await stream.cancel();
    expect(sessions.size).toBe(0);
    expect(released).toHaveBeenCalledOnce();
    await sessions.close();
  });

  it('ends with the credential that it was opened with', async () => {
    const { sessions, listen } = make();
    const withdraw = new AbortController();
    const { response, released } = await listen({ withdrawn: withdraw.signal });
    const stream = new EventStream(response);
    await stream.until(/acknowledged/);
    withdraw.abort();
    await stream.ended();
    expect(sessions.size).toBe(0);
    expect(released).toHaveBeenCalledOnce();
    await sessions.close();
  });
});
