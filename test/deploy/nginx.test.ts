import { describe, expect, it } from 'vitest';
import { HTTP_OPTIONS } from '../../src/config/http-options.js';
import { checkNginx, renderNginx, withoutNginx } from '../support/nginx.js';
import { scratchDirectory } from '../support/scratch.js';
import { readDeployed } from './files.js';

const site = readDeployed('nginx/clerk-mcp.conf');
const directive = (name: string): string[] =>
  [...site.matchAll(new RegExp(`^\\s*${name} (.+);$`, 'gm'))].map(([, value = '']) => value);

describe('the nginx configuration', () => {
  it.skipIf(withoutNginx)('is taken by nginx', async () => {
    const file = await renderNginx(await scratchDirectory(), 8080, readDeployed('nginx/servers.conf'));
    expect(await checkNginx(file)).toMatchObject({ code: 0, said: expect.stringContaining('test is successful') });
  });

  it.skipIf(withoutNginx)('would be refused with a directive that does not exist', async () => {
    const file = await renderNginx(await scratchDirectory(), 8080, 'servers 127.0.0.1:3001;');
    expect(await checkNginx(file)).toMatchObject({ code: 1, said: expect.stringContaining('unknown directive "servers"') });
  });

  it('lets the server refuse what is too large', () => {
    expect(directive('client_max_body_size')).toEqual(['5m']);
    expect(5 * 1024 * 1024).toBeGreaterThan(Number(HTTP_OPTIONS.maxBody.default));
  });

  it('passes on where a request came from, and nothing that a client says about it', () => {
    expect(directive('proxy_set_header')).toEqual(
      expect.arrayContaining(['X-Forwarded-For $remote_addr', 'Forwarded ""', 'Host $host']),
    );
  });

  it('sends nothing twice, and passes streams on as they come', () => {
    expect(directive('proxy_next_upstream')).toEqual(['error timeout']);
    expect(directive('proxy_buffering')).toEqual(['off']);
  });

  it('serves the paths of MCP and no others', () => {
    const open = [...site.matchAll(/^\s*location (.+) \{$/gm)].map(([, place]) => place);
    expect(open).toEqual([
      '= /mcp',
      '^~ /.well-known/oauth-protected-resource',
      String.raw`~ ^/(?:\.well-known/(?:oauth-authorization-server|openid-configuration)|register$)`,
      '= /sse',
      '= /messages',
      '= /healthz',
      '/',
      '@lost',
    ]);
    // What the servers say of themselves is not for the outside.
    expect(site).not.toMatch(/location.*(metrics|readyz)/);
  });

  it('knows the servers of the systemd units', () => {
    const ports = [...readDeployed('nginx/servers.conf').matchAll(/^server 127\.0\.0\.1:(\d+) /gm)].map(([, port]) => port);
    const [, enabled = ''] = /systemctl enable --now (.+)$/m.exec(readDeployed('systemd/clerk-mcp@.service')) ?? [];
    expect(ports.map((port) => `clerk-mcp@${port}`).join(' ')).toBe(enabled);
  });
});
