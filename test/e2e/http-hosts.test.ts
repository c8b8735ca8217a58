import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from '../mcp/http/raw.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { initialize, post, readAnswer } from '../support/raw-http.js';

afterAll(stopAll);

/** The first answer to bytes sent as they are. */
async function status(server: HttpProgram, head: string, body = ''): Promise<number | undefined> {
  const client = await RawClient.connect(server.port);
  client.send(`${head}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await client.closed();
  return client.statuses[0];
}

const PATHS = ['GET /mcp', 'POST /mcp', 'DELETE /mcp', 'GET /sse', 'POST /messages', 'GET /metrics', 'OPTIONS /mcp'];

describe('a server on loopback', () => {
  let server: HttpProgram;
  beforeAll(async () => {
    server = await startHttp();
  });

  it.each(
    PATHS.flatMap((path) =>
      ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '0'].map((host) => [path, host]),
    ),
  )('does not answer %s under the name %s', async (path, host) => {
    expect(await status(server, `${path} HTTP/1.1\r\nHost: ${host}`)).toBe(403);
  });

  it('does not answer a request line that names another host than the header', async () => {
    expect(await status(server, 'GET http://evil.example/mcp HTTP/1.1\r\nHost: localhost')).toBe(403);
  });

  it('logs under which name it was called', async () => {
    await status(server, 'GET /mcp HTTP/1.1\r\nHost: evil.example');
    expect(await server.logged('a caller was refused')).toMatchObject({
      level: 40,
      why: 'host',
      address: '127.0.0.1',
      host: expect.stringContaining('evil.example'),
    });
  });

  it.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'file://', 'http://127.0.0.1@evil.example'])(
    'does not answer a page of %s',
    async (origin) => {
      const { status, headers } = await post(`${server.url}/mcp`, initialize(), { origin });
      expect(status).toBe(403);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('lets a page of this machine call and read the answer', async () => {
    const origin = 'http://localhost:5173';
    const preflight = await fetch(`${server.url}/mcp`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, mcp-session-id, x-other',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type, mcp-session-id');
    const { status, headers } = await post(`${server.url}/mcp`, initialize(), { origin });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toContain('Mcp-Session-Id');
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/mcp/mcp', 404],
    ['GET', '/../etc/passwd', 404],
    ['PUT', '/mcp', 405],
    ['POST', '/sse', 405],
    ['GET', '/messages', 405],
    ['POST', '/healthz', 405],
    ['GET', '/mcp', 406],
  ])('answers %s %s with %i', async (method, path, expected) => {
    const { status, text } = await readAnswer(await fetch(`${server.url}${path}`, { method }));
    expect(expected === 406 ? [400, 406] : [expected]).toContain(status);
    expect(text).not.toMatch(/\n +at |node_modules|\.js/);
  });
});

describe('a server with names of its own', () => {
  let server: HttpProgram;
  beforeAll(async () => {
    server = await startHttp({
      args: ['--sandbox', '--allowed-hosts', 'mcp.example.com', '--allowed-origins', 'https://app.example.com', '--no-sse'],
    });
  });

  it.each([
    ['mcp.example.com', 400],
    ['mcp.example.com:8443', 400],
    ['localhost', 403],
    ['127.0.0.1', 403],
  ])('goes by the name %s', async (host, expected) => {
    expect(await status(server, `DELETE /mcp HTTP/1.1\r\nHost: ${host}`)).toBe(expected);
  });

  it.each([
    ['https://app.example.com', 400],
    ['https://app.example.com:444', 403],
    ['http://app.example.com', 403],
    ['http://localhost', 403],
  ])('goes by the origin %s', async (origin, expected) => {
    expect(await status(server, `DELETE /mcp HTTP/1.1\r\nHost: mcp.example.com\r\nOrigin: ${origin}`)).toBe(expected);
  });

  it('serves no HTTP+SSE where that is switched off', async () => {
    expect(await status(server, 'GET /sse HTTP/1.1\r\nHost: mcp.example.com')).toBe(404);
    expect(await status(server, 'POST /messages?sessionId=x HTTP/1.1\r\nHost: mcp.example.com')).toBe(404);
  });

  it('tells under any name whether it is alive, since probes have their own', async () => {
    expect(await status(server, 'GET /healthz HTTP/1.1\r\nHost: 10.1.2.3:3000')).toBe(200);
  });
});
