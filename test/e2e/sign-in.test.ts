import { Client, SSEClientTransport, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBrowserLeftOut, launchBrowser, visit } from '../support/browser.js';
import { type HttpProgram, stopAll } from '../support/http-program.js';
import { toResult } from '../support/program.js';
import { type SignInClient, startSignInClient } from '../support/sign-in-client.js';
import { type SignInIssuer, signInAndAgree } from '../support/sign-in-issuer.js';
import { startSignInServer } from '../support/sign-in-server.js';
import { validator } from '../support/validator.js';

const ALL = 'clerk:read clerk:write clerk:destructive clerk:credential clerk:access';
const COUNT = 'Users_getTotalCount';
const WRITE = 'Users_createNewUser';

const KINDS = [
  ['/mcp, 2026-07-28', '/mcp', true],
  ['/mcp, 2025-11-25', '/mcp', false],
  ['/sse', '/sse', false],
] as const;

describe.skipIf(isBrowserLeftOut)('a host signs its person in, in a browser', { timeout: 180_000 }, () => {
  let browser: Browser;
  let issuer: SignInIssuer;
  let server: HttpProgram;
  const hosts: SignInClient[] = [];

  beforeAll(async () => {
    ({ issuer, server } = await startSignInServer());
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await stopAll();
    await Promise.all(hosts.map((host) => host.stop()));
    await issuer?.stop();
  });

  const connect = async (host: SignInClient, path: string, isPinned: boolean) => {
    const url = new URL(path, server.url);
    const transport =
      path === '/sse'
        ? new SSEClientTransport(url, { authProvider: host.provider })
        : new StreamableHTTPClientTransport(url, { authProvider: host.provider });
    const client = new Client(
      { name: 'host', version: '1' },
      { jsonSchemaValidator: validator, ...(isPinned && { versionNegotiation: { mode: { pin: '2026-07-28' } } }) },
    );
    const connected = client.connect(transport);
    return { client, transport, connected };
  };

  it.each(KINDS)('on %s: from the first refusal to tokens, refresh, more scopes, and the end', async (kind, path, isPinned) => {
    const byDocument = kind.includes('2026');
    const before = issuer.registered();
    const host = await startSignInClient(
      byDocument ? (url) => issuer.publish({ client_name: 'A host', redirect_uris: [url] }) : undefined,
    );
    hosts.push(host);
    const { page, context } = await visit(browser);
    const sub = `user_${path.slice(1)}_${isPinned}`;

    const first = await connect(host, path, isPinned);
    await expect(first.connected).rejects.toThrow(UnauthorizedError);
    expect(issuer.registered() - before).toBe(byDocument ? 0 : 1);
    const asked = new URL(host.sentTo());
    expect(asked.origin).toBe(issuer.issuer);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      resource: `${server.url}${path}`,
      scope: `${ALL} offline_access`,
      code_challenge_method: 'S256',
    });
    await signInAndAgree(page, host.sentTo(), sub, ['clerk:read']);
    await first.transport.finishAuth(await host.broughtBack());
    const token = host.tokens?.access_token ?? '';
    expect(decodeProtectedHeader(token).typ).toBe('at+jwt');
    expect(decodeJwt(token)).toMatchObject({ sub, aud: `${server.url}${path}`, scope: 'clerk:read' });

    const { client, transport, connected } = await connect(host, path, isPinned);
    await connected;
    const call = async (name: string, args: Record<string, unknown> = {}) =>
      toResult((await client.callTool({ name, arguments: args })) as Record<string, unknown>);
    const listed = async (): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name);
    expect(await listed()).toContain(COUNT);
    expect(await listed()).not.toContain(WRITE);
    expect((await call(COUNT)).isError).toBe(false);

    // It expires: the next request is refused, and the client gets itself another one.
    const refreshes = () => issuer.granted.filter((type) => type === 'refresh_token').length;
    const refreshedBefore = refreshes();
    const expire = async (): Promise<void> => {
      if (host.tokens !== undefined)
        host.tokens = { ...host.tokens, access_token: await issuer.expired(host.tokens.access_token) };
    };
    await expire();
    expect((await call(COUNT)).isError).toBe(false);
    expect(refreshes()).toBe(refreshedBefore + 1);
    expect(host.tokens?.access_token).not.toBe(token);

    // A call beyond the scopes: over HTTP+SSE its result says so, elsewhere the client goes back to the issuer by itself.
    const user = { email_address: [`${sub}@example.com`], skip_password_requirement: true };
    if (path === '/sse')
      expect((await call(WRITE, user)).json).toMatchObject({ error: 'insufficient_scope', scope: 'clerk:write' });
    else {
      await expect(call(WRITE, user)).rejects.toThrow(UnauthorizedError);
      expect(new URL(host.sentTo()).searchParams.get('scope')?.split(' ')).toEqual(
        expect.arrayContaining(['clerk:read', 'clerk:write']),
      );
      await signInAndAgree(page, host.sentTo(), sub, ['clerk:read', 'clerk:write']);
      await transport.finishAuth(await host.broughtBack());
      expect((await call(WRITE, user)).isError).toBe(false);
      expect(await listed()).toContain(WRITE);
    }

    // Taken back at the issuer: the token that is out is good until it expires, and there is no other after it.
    const { client_id } = (await host.provider.clientInformation({ issuer: issuer.issuer })) ?? { client_id: '' };
    expect(await issuer.revoke(host.tokens?.refresh_token ?? '', client_id)).toBe(200);
    expect((await call(COUNT)).isError).toBe(false);
    const sentBefore = host.sentTo();
    await expire();
    await expect(call(COUNT)).rejects.toThrow(UnauthorizedError);
    expect(host.sentTo()).not.toBe(sentBefore);
    await context.close();
    await client.close();
  });
});
