import { Server } from '@modelcontextprotocol/server';
import { describe, expect, it, vi } from 'vitest';
import { InFlightRequest } from '../../../src/mcp/http/in-flight-request.js';
import { messagesOf } from '../../../src/mcp/http/messages.js';
import { ModernEndpoint } from '../../../src/mcp/http/modern.js';
import { Sessions } from '../../../src/mcp/http/sessions.js';
import { EventStream, modern } from '../../support/raw-http.js';

/** An endpoint whose tools change, so that there is something to listen to. */
function make() {
  const sessions = new Sessions<undefined>({ maxPerCaller: 1 });
  const listeners = new Map<string, () => void>();
  const onFull = vi.fn();
  const endpoint = new ModernEndpoint({
    sessions,
    onFull,
    onError: () => {},
    keepAliveMs: 15_000,
    quickPath: true,
    createServer: () => new Server({ name: 'test', version: '1' }, { capabilities: { tools: { listChanged: true } } }),
  });
  const listen = async (more: { name?: string; withdrawn?: AbortSignal; gone?: AbortSignal } = {}) => {
    const { name = 'ada', withdrawn } = more;
    const { body, headers } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const released = vi.fn();
    const onWidened = (listener: () => void): (() => void) => {
      listeners.set(name, listener);
      return () => void listeners.delete(name);
    };
    const inFlight = new InFlightRequest({ name, scopes: [], onWidened, ...(withdrawn && { withdrawn }) }, released);
    const request = new Request('http://localhost/mcp', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      ...(more.gone && { signal: more.gone }),
    });
    const reply = await endpoint.handle({ request, body, messages: messagesOf(body), inFlight });
    const response = reply.toResponse();
    return { response, released };
  };
  return { sessions, onFull, listen, widen: (name: string) => listeners.get(name)?.() };
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

  it('tells of what has changed for its own caller, and is ended in order at shutdown', async () => {
    const { sessions, listen, widen } = make();
    const [ada, bob] = [new EventStream((await listen()).response), new EventStream((await listen({ name: 'bob' })).response)];
    for (const stream of [ada, bob]) await stream.until(/acknowledged/);
    widen('ada');
    await ada.until(/list_changed/);
    await sessions.close();
    expect(await ada.ended()).toMatch(/list_changed[\s\S]*"resultType":"complete"/);
    expect(await bob.ended()).not.toContain('list_changed');
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
