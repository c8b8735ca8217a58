import { afterEach, describe, expect, it, vi } from 'vitest';
import { BodyError, type BodyLimits, readJsonBody } from '../../../src/mcp/http/body.js';
import { createListener, type Listener, type ListenerOptions, type ReplyHandler } from '../../../src/mcp/http/listener.js';
import { Reply } from '../../../src/mcp/reply.js';
import { RawClient } from './raw.js';

const listeners: Listener[] = [];
const clients: RawClient[] = [];
const onError = vi.fn();

async function serve(handler: ReplyHandler, options: Partial<ListenerOptions> = {}): Promise<number> {
  const listener = createListener(handler, { onError, ...options });
  listeners.push(listener);
  return listener.listen(0, '127.0.0.1');
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function connect(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  clients.push(client);
  return client;
}

/** Echoes a JSON body to whoever is let in, and lets nobody in who does not say so. */
const echo =
  (limits: BodyLimits = {}): ReplyHandler =>
  async (request, { node }) => {
    if (request.method === 'GET') return new Reply('alive');
    if (request.headers.get('authorization') !== 'Bearer good') return new Reply(null, { status: 401 });
    try {
      return Reply.json({ got: await readJsonBody(request, limits, node?.incoming) });
    } catch (error) {
      if (error instanceof BodyError) return error.refusal;
      throw error;
    }
  };

const HEAD = 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const GOOD = `${HEAD}Authorization: Bearer good\r\n`;

afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await Promise.all(listeners.splice(0).map((listener) => listener.stop(0)));
  vi.clearAllMocks();
});

describe('serving over node:http', () => {
  it('answers, and tells the handler where a request comes from', async () => {
    const port = await serve(async (request, { remoteAddress }) => Reply.json({ url: request.url, remoteAddress }));
    const response = await fetch(`http://127.0.0.1:${port}/mcp?x=1`);
    expect(await response.json()).toEqual({ url: `http://127.0.0.1:${port}/mcp?x=1`, remoteAddress: '127.0.0.1' });
  });

  it('streams, and lets the handler know when the client is gone', async () => {
    const gone = deferred();
    const port = await serve(async (request) => {
      request.signal.addEventListener('abort', () => gone.resolve());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode(': hello\n\n')),
      });
      return new Reply(body, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    const client = await connect(port);
    client.send('GET /sse HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(client.received).toContain(': hello'), { timeout: 10_000 });
    client.end();
    await gone.promise;
  });

  it('says nothing of an error inside, and tells the operator', async () => {
    const port = await serve(async () => {
      throw new Error('sk_test_secret in /srv/app.js');
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe(
      '{"jsonrpc":"2.0","error":{"code":-32000,"message":"The server failed on this request, and its log says why. If it was a call that changes something, look whether that was done before you send it again."},"id":null}',
    );
    expect(onError).toHaveBeenCalledWith(new Error('sk_test_secret in /srv/app.js'));
  });

  it('breaks the connection, and says nothing, when an answer breaks off midway', async () => {
    const port = await serve(async () => {
      let part = 0;
      const body = new ReadableStream<Uint8Array>(
        {
          pull: (controller) => {
            if (part++ === 0) controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
            else controller.error(new Error('sk_test_secret'));
          },
        },
        { highWaterMark: 0 },
      );
      return new Reply(body, { headers: { 'Content-Type': 'text/event-stream' } });
    });
    const client = await connect(port);
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const received = await client.closed();
    expect(received).not.toContain('sk_test_secret');
    expect(received.endsWith('0\r\n\r\n')).toBe(false);
    expect(onError).toHaveBeenCalledTimes(1);
  });
});

describe('a body', () => {
  it('is not read, nor asked for, before the credentials are good', async () => {
    const port = await serve(echo());
    const [bad, good] = [await connect(port), await connect(port)];
    bad.send(`${HEAD}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n`);
    expect(await bad.closed()).toMatch(/^HTTP\/1\.1 401 /);
    expect(bad.statuses).toEqual([401]);
    good.send(`${GOOD}Content-Length: 9\r\nExpect: 100-continue\r\n\r\n`);
    await vi.waitFor(() => expect(good.statuses).toEqual([100]), { timeout: 10_000 });
    good.send('{"a":"b"}');
    expect(await good.closed()).toContain('{"got":{"a":"b"}}');
    expect(good.statuses).toEqual([100, 200]);
  });

  it('of a request that was refused is not mistaken for the next request', async () => {
    const port = await serve(echo());
    const client = await connect(port);
    client.send(`${HEAD}Content-Length: 500\r\n\r\nGET /inner HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await client.closed();
    expect(client.statuses).toEqual([401]);
  });

  it('is refused when it is too large by what it says, and when it only turns out to be', async () => {
    const port = await serve(echo({ maxBytes: 1000 }));
    const [says, is] = [await connect(port), await connect(port)];
    says.send(`${GOOD}Content-Length: 1001\r\n\r\n`);
    await vi.waitFor(() => expect(says.statuses).toEqual([413]), { timeout: 10_000 });
    is.send(`${GOOD}Transfer-Encoding: chunked\r\n\r\n`);
    for (let i = 0; i < 20; i++) is.send(`64\r\n${'x'.repeat(100)}\r\n`);
    await vi.waitFor(() => expect(is.statuses).toEqual([413]), { timeout: 10_000 });
    await Promise.all([says.closed(), is.closed()]);
  });

  it('that never ends is cut, though it is never looked at', async () => {
    const port = await serve(echo());
    const client = await connect(port);
    client.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const flood = setInterval(() => client.send(`1000\r\n${'x'.repeat(4096)}\r\n`), 1);
    await client.closed();
    clearInterval(flood);
    expect(client.statuses).toEqual([401]);
  });
});

describe('slow senders', () => {
  const hurried = { headersTimeoutMs: 100, requestTimeoutMs: 100, checkingIntervalMs: 20 };

  it('of headers are cut', async () => {
    const port = await serve(echo(), hurried);
    const client = await connect(port);
    client.send('POST /mcp HTTP/1.1\r\nHost: loc');
    const drip = setInterval(() => client.send('a'), 10);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  it('of bodies are cut, by the reader and by the server, whichever is first', async () => {
    const [byReader, byServer] = [await serve(echo({ timeoutMs: 50 }), {}), await serve(echo(), hurried)];
    const slow = [await connect(byReader), await connect(byServer)];
    for (const client of slow) client.send(`${GOOD}Content-Length: 100\r\n\r\n{"a":`);
    const drip = setInterval(() => slow.forEach((client) => void client.send(' ')), 10);
    const received = await Promise.all(slow.map((client) => client.closed()));
    clearInterval(drip);
    for (const text of received) expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('who say nothing at all are cut, and others are served meanwhile', async () => {
    const port = await serve(echo(), hurried);
    const silent = await Promise.all(Array.from({ length: 200 }, () => connect(port)));
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('alive');
    await Promise.all(silent.map((client) => client.closed()));
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('alive');
  });

  it('are those who send, not those who listen', async () => {
    const { promise: enough, resolve } = deferred();
    const port = await serve(async () => {
      const body = new ReadableStream<Uint8Array>({
        start: async (controller) => {
          controller.enqueue(new TextEncoder().encode('data: first\n\n'));
          await enough;
          controller.enqueue(new TextEncoder().encode('data: last\n\n'));
          controller.close();
        },
      });
      return new Reply(body, { headers: { 'Content-Type': 'text/event-stream' } });
    }, hurried);
    const [listening, silent] = [await connect(port), await connect(port)];
    listening.send('GET /sse HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await silent.closed();
    expect(listening.isClosed).toBe(false);
    resolve();
    expect(await listening.closed()).toContain('data: last');
  });
});

describe('malformed requests', () => {
  const plain = 'Host: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer good\r\n';
  it.each<[string, string]>([
    [
      'a length and chunks',
      `POST /mcp HTTP/1.1\r\n${plain}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ],
    [
      'chunks and a length',
      `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    ],
    ['two lengths', `POST /mcp HTTP/1.1\r\n${plain}Content-Length: 4\r\nContent-Length: 50\r\n\r\nnull`],
    ['a length that is a list', `POST /mcp HTTP/1.1\r\n${plain}Content-Length: 4, 4\r\n\r\nnull`],
    ['a negative length', `POST /mcp HTTP/1.1\r\n${plain}Content-Length: -4\r\n\r\nnull`],
    ['a length with a sign', `POST /mcp HTTP/1.1\r\n${plain}Content-Length: +4\r\n\r\nnull`],
    ['a coding that only looks chunked', `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked before another coding', `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a blank before the colon', `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `POST /mcp HTTP/1.1\r\n${plain}X-A: b\r\n chunked\r\nContent-Length: 4\r\n\r\nnull`],
    ['bare line feeds', 'POST /mcp HTTP/1.1\nHost: localhost\nContent-Length: 4\n\nnull'],
    ['a NUL in a header', `POST /mcp HTTP/1.1\r\n${plain}X-A: a\0b\r\nContent-Length: 4\r\n\r\nnull`],
    [
      'a chunk that lies about its size',
      `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding: chunked\r\n\r\n2\r\n{"a":1}\r\n0\r\n\r\n`,
    ],
    ['a chunk size that is no number', `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding: chunked\r\n\r\nzz\r\nnull\r\n0\r\n\r\n`],
    [
      'a chunk size beyond all bounds',
      `POST /mcp HTTP/1.1\r\n${plain}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nnull\r\n0\r\n\r\n`,
    ],
    ['no Host', 'GET /mcp HTTP/1.1\r\n\r\n'],
    ['an old version without a Host', 'GET /mcp HTTP/1.0\r\n\r\n'],
    ['a Host with a path', 'GET /mcp HTTP/1.1\r\nHost: localhost/evil\r\n\r\n'],
    ['a Host with a user', 'GET /mcp HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n'],
    ['no protocol', 'GET /mcp\r\nHost: localhost\r\n\r\n'],
    ['an unknown method', 'HACK /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('with %s get 400 at most, and the connection is closed', async (_, bytes) => {
    const port = await serve(echo());
    const client = await connect(port);
    client.send(bytes);
    const received = await client.closed();
    expect(client.statuses.filter((status) => status !== 400)).toEqual([]);
    expect(received).not.toMatch(/\r\nalive|"got"|\bat \//);
  });

  it('with headers without end get 431', async () => {
    const port = await serve(echo());
    const [long, many] = [await connect(port), await connect(port)];
    long.send(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    many.send(`GET / HTTP/1.1\r\nHost: localhost\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`);
    expect(await long.closed()).toMatch(/^HTTP\/1\.1 431 /);
    expect(await many.closed()).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('stopping', () => {
  it('lets requests in flight end, takes no new ones, and does not wait for idle connections', async () => {
    const { promise: enough, resolve } = deferred();
    const arrived = deferred();
    const listener = createListener(
      async (request) => {
        if (request.url.endsWith('/idle')) return new Reply('idle');
        arrived.resolve();
        await enough;
        return new Reply('worked');
      },
      { onError, keepAliveMs: 600_000 },
    );
    const port = await listener.listen(0, '127.0.0.1');
    const [idle, working] = [await connect(port), await connect(port)];
    idle.send('GET /idle HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(idle.statuses).toEqual([200]), { timeout: 10_000 });
    working.send('GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await arrived.promise;
    const stopped = listener.stop(600_000);
    await idle.closed();
    await expect(RawClient.connect(port)).rejects.toThrow(/ECONNREFUSED/);
    expect(working.isClosed).toBe(false);
    resolve();
    await stopped;
    expect(await working.closed()).toContain('worked');
  });

  it('cuts what has not ended by then', async () => {
    const arrived = deferred();
    const listener = createListener(
      () => {
        arrived.resolve();
        return new Promise<Reply>(() => {});
      },
      { onError },
    );
    const client = await connect(await listener.listen(0, '127.0.0.1'));
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await arrived.promise;
    await listener.stop(10);
    await client.closed();
    expect(client.statuses).toEqual([]);
  });
});
