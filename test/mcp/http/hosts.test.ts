import { describe, expect, it } from 'vitest';
import { corsHeaders, preflight } from '../../../src/mcp/http/cors.js';
import { defaultHosts, HostEntryError, Hosts, type HostsOptions } from '../../../src/mcp/http/hosts.js';
import { Reply } from '../../../src/mcp/reply.js';

const status = (
  options: HostsOptions,
  headers: Record<string, string>,
  url = `http://${headers.host ?? 'localhost'}/mcp`,
): number => {
  const [hosts, request] = [new Hosts(options), { url, headers: new Headers(headers) }];
  return (hosts.checkHost(request) ?? hosts.checkOrigin(request))?.status ?? 200;
};

describe('the Host of a request', () => {
  const local = defaultHosts('127.0.0.1');
  const remote = {
    allowedHosts: ['MCP.example.com', 'other.example.com:8443', '[2001:DB8::1]', 'tls.example.com:443'],
    allowedOrigins: [],
  };

  it.each([
    'localhost',
    'localhost:3000',
    'LocalHost:9',
    '127.0.0.1',
    '127.0.0.1:3000',
    '[::1]',
    '[::1]:3000',
    '[0:0:0:0:0:0:0:1]:3000',
  ])('may be %s on a loopback address', (host) => {
    expect(status(local, { host }, 'http://localhost/mcp')).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:3000',
    'localhost.',
    'localhost:evil',
    'localhost:99999',
    'localhost:3000:3000',
    'localhost@evil.example',
    'evil.example#localhost',
    'evil.example/localhost',
    'localhost, evil.example',
    'localhost evil.example',
    '127.1',
    '127.0.0.2',
    '0x7f.0.0.1',
    '2130706433',
    '0.0.0.0:3000',
    '[::]',
    '[::2]',
    '::1',
    '[::1',
    '169.254.169.254',
    '',
    'xn--lcalhost-8za',
    'l\u00f6calhost',
  ])('may not be %j there', (host) => {
    expect(status(local, { host }, 'http://localhost/mcp')).toBe(403);
  });

  it.each([
    ['mcp.example.com', 200],
    ['mcp.example.com:8080', 200],
    ['other.example.com:8443', 200],
    ['other.example.com', 403],
    ['other.example.com:8444', 403],
    ['[2001:db8:0::1]:443', 200],
    ['tls.example.com', 200],
    ['tls.example.com:80', 403],
    ['localhost', 403],
    ['sub.mcp.example.com', 403],
    ['example.com', 403],
  ])('where others were listed, %s is answered with %d', (host, expected) => {
    expect(status(remote, { host })).toBe(expected);
  });

  it('counts in the request line too, as a proxy writes it', () => {
    expect(status(remote, { host: 'mcp.example.com' }, 'http://evil.example/mcp')).toBe(403);
    expect(status(remote, { host: 'evil.example' }, 'http://mcp.example.com/mcp')).toBe(403);
    expect(status(remote, {}, 'http://mcp.example.com/mcp')).toBe(200);
    expect(status(remote, {}, 'http://evil.example/mcp')).toBe(403);
  });

  it.each([
    ['0.0.0.0', []],
    ['::', []],
    ['192.0.2.1', ['192.0.2.1']],
    ['2001:db8::1', ['[2001:db8::1]']],
    ['mcp.example.com', ['mcp.example.com']],
  ])('for a server on %s is by default one of %j', (host, expected) => {
    expect(defaultHosts(host)).toEqual({ allowedHosts: expected, allowedOrigins: [] });
  });

  it.each(['*', '', 'https://mcp.example.com', 'mcp.example.com/path', '*.example.com', 'a b', 'x:99999'])(
    'cannot be listed as %j',
    (entry) => {
      expect(() => new Hosts({ allowedHosts: [entry], allowedOrigins: [] })).toThrow(HostEntryError);
    },
  );
});

describe('the Origin of a request', () => {
  const from = (origin: string, allowedOrigins: string[]): number =>
    status({ allowedHosts: ['mcp.example.com'], allowedOrigins }, { host: 'mcp.example.com', origin });

  it('need not be there: only browsers send it', () => {
    expect(status({ allowedHosts: ['mcp.example.com'], allowedOrigins: [] }, { host: 'mcp.example.com' })).toBe(200);
  });

  it.each<[string, string, number]>([
    ['https://app.example.com', 'https://app.example.com', 200],
    ['https://app.example.com', 'https://app.example.com:443', 200],
    ['https://app.example.com:443', 'https://app.example.com', 200],
    ['HTTPS://APP.example.com/', 'https://app.EXAMPLE.com', 200],
    ['https://app.example.com', 'http://app.example.com', 403],
    ['https://app.example.com', 'https://app.example.com:8443', 403],
    ['https://app.example.com:*', 'https://app.example.com:8443', 200],
    ['https://app.example.com', 'https://app.example.com.evil.example', 403],
    ['https://app.example.com', 'https://evil.example', 403],
    ['https://app.example.com', 'https://app.example.com@evil.example', 403],
    ['https://app.example.com', 'https://sub.app.example.com', 403],
    ['https://app.example.com', 'https://app.example.com/path', 403],
    ['https://app.example.com', 'null', 403],
    ['https://app.example.com', '', 403],
    ['https://app.example.com', 'file://', 403],
    ['https://app.example.com', 'https://mcp.example.com', 403],
    ['https://app.example.com', 'https://evil.example https://app.example.com', 403],
    ['http://[::1]:*', 'http://[0::1]:5173', 200],
    ['moz-extension://abc', 'moz-extension://abc', 200],
    ['moz-extension://abc', 'moz-extension://abd', 403],
  ])('with %s allowed, %s is answered with %d', (allowed, origin, expected) => {
    expect(from(origin, [allowed])).toBe(expected);
  });

  it('may be any page of this machine on a loopback address, and none from elsewhere', () => {
    const local = defaultHosts('localhost');
    for (const origin of ['http://localhost:6274', 'https://localhost', 'http://127.0.0.1:1', 'http://[::1]:8080']) {
      expect(status(local, { host: 'localhost:3000', origin })).toBe(200);
    }
    for (const origin of ['http://evil.example', 'http://localhost.evil.example', 'null', 'chrome-extension://localhost']) {
      expect(status(local, { host: 'localhost:3000', origin })).toBe(403);
    }
  });

  it.each(['*', '', 'app.example.com', 'https://', 'null', 'https://*.example.com', 'https://a.example/path'])(
    'cannot be listed as %j',
    (entry) => {
      expect(() => new Hosts({ allowedHosts: [], allowedOrigins: [entry] })).toThrow(HostEntryError);
    },
  );
});

describe('CORS', () => {
  const ask = (headers: Record<string, string>, method = 'OPTIONS'): Response | undefined =>
    preflight({ method, headers: new Headers(headers) })?.toResponse();

  it('lets a page send what MCP needs, and nothing else', () => {
    const response = ask({
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers':
        'Authorization, content-type, Mcp-Session-Id, mcp-protocol-version, x-forwarded-for, cookie, last-event-id',
    });
    expect(response?.status).toBe(204);
    expect(Object.fromEntries(response?.headers ?? [])).toEqual({
      'access-control-allow-headers': 'authorization, content-type, mcp-session-id, mcp-protocol-version, last-event-id',
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-max-age': '600',
    });
  });

  it('is no business of other requests', () => {
    expect(ask({ origin: 'https://app.example.com' })).toBeUndefined();
    expect(ask({ 'access-control-request-method': 'POST' })).toBeUndefined();
    expect(ask({ origin: 'https://app.example.com', 'access-control-request-method': 'POST' }, 'POST')).toBeUndefined();
  });

  it('adds to an answer what the page may read, and never asks for cookies', async () => {
    const reply = Reply.json({ a: 1 }, { status: 401 }).with(corsHeaders('https://app.example.com'));
    const response = reply.toResponse();
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(response.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(response.headers.get('vary')).toBe('Origin');
    expect(await response.json()).toEqual({ a: 1 });
    expect(corsHeaders(null)).toEqual({ Vary: 'Origin' });
    const open = new Reply(null, { headers: { 'access-control-allow-origin': '*' } });
    const kept = open.with(corsHeaders('https://app.example.com')).toResponse();
    expect(kept.headers.get('access-control-allow-origin')).toBe('*');
  });
});
