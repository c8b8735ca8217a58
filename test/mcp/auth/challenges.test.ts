import { describe, expect, it } from 'vitest';
import { BearerChallenges } from '../../../src/mcp/auth/bearer.js';
import { noAuthentication, OpenServerError } from '../../../src/mcp/auth/none.js';
import { ResourceMetadata } from '../../../src/mcp/auth/resource-metadata.js';
import { isLoopback } from '../../../src/platform/is-loopback.js';

describe('the refusals of a server that takes bearer tokens', () => {
  const challenges = new BearerChallenges({ resourceMetadataUrl: 'https://mcp.example.com/x', scopes: () => ['clerk:read'] });

  it('say where to get a token, and no error, when none came', () => {
    const result = challenges.missing();
    expect(result.ok || result.refusal.headers).toEqual({
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json',
      'WWW-Authenticate': 'Bearer scope="clerk:read", resource_metadata="https://mcp.example.com/x"',
    });
  });

  it('name the missing scope with those that the token has', async () => {
    const response = challenges.insufficientScope(['clerk:read', 'clerk:write'], 'clerk:destructive').toResponse();
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", error_description="This call needs the scope clerk:destructive.", scope="clerk:read clerk:write clerk:destructive", resource_metadata="https://mcp.example.com/x"',
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      error: 'insufficient_scope',
      error_description: 'This call needs the scope clerk:destructive.',
    });
  });
});

describe('a server without authentication', () => {
  it.each(['127.0.0.1', '127.8.9.1', 'localhost', 'LOCALHOST', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])(
    'starts on %s',
    (host) => {
      expect(isLoopback(host)).toBe(true);
      expect(() => noAuthentication(host)).not.toThrow();
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '',
    '192.168.1.5',
    '10.0.0.1',
    'example.com',
    'localhost.example.com',
    '127.0.0.1.example.com',
    '128.0.0.1',
    '::ffff:10.0.0.1',
    '2130706433',
    '::2',
  ])('does not start on %j', (host) => {
    expect(() => noAuthentication(host)).toThrow(OpenServerError);
  });

  it('lets everybody on this machine do everything, and nobody from elsewhere', async () => {
    const authentication = noAuthentication('127.0.0.1');
    const headers = new Headers();
    expect(await authentication.authenticate({ headers, remoteAddress: '::ffff:127.0.0.1' })).toMatchObject({
      ok: true,
      caller: { name: 'local', scopes: ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'] },
    });
    expect(await authentication.authenticate({ headers, remoteAddress: '192.0.2.1' })).toMatchObject({
      ok: false,
      refusal: { status: 403 },
    });
  });
});

describe('the protected resource metadata', () => {
  const metadata = new ResourceMetadata({ resource: 'https://mcp.example.com/mcp', issuer: 'https://clerk.example.com' });
  const ask = (path: string, method = 'GET'): Response | undefined =>
    metadata.respond({ method, url: `https://mcp.example.com${path}` })?.toResponse();

  it.each(['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'])('is at %s', async (path) => {
    const response = ask(path);
    expect(await response?.json()).toEqual({
      resource: 'https://mcp.example.com/mcp',
      authorization_servers: ['https://clerk.example.com'],
      scopes_supported: ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'],
      bearer_methods_supported: ['header'],
      resource_name: 'clerk-mcp',
    });
    expect(response?.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is where the challenges say', () => {
    expect(metadata.url).toBe('https://mcp.example.com/.well-known/oauth-protected-resource/mcp');
    expect(metadata.respond({ method: 'GET', url: metadata.url })?.status).toBe(200);
  });

  it('is nowhere else, and cannot be written', () => {
    expect(ask('/mcp')).toBeUndefined();
    expect(ask('/.well-known/oauth-protected-resource/other')).toBeUndefined();
    expect(ask('/.well-known/oauth-protected-resource/mcp/')?.status).toBe(200);
    expect(ask('/.well-known/oauth-protected-resource', 'POST')?.status).toBe(405);
    expect(ask('/.well-known/oauth-protected-resource', 'OPTIONS')?.status).toBe(204);
    expect(ask('/.well-known/oauth-protected-resource', 'HEAD')?.body).toBeNull();
  });
});
