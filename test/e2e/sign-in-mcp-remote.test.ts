import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBrowserLeftOut, launchBrowser, visit } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { type HttpProgram, stopAll } from '../support/http-program.js';
import { makeOpener } from '../support/opener.js';
import { toResult } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SignInIssuer, signInAndAgree } from '../support/sign-in-issuer.js';
import { startSignInServer } from '../support/sign-in-server.js';
import { validator } from '../support/validator.js';

const REMOTE = fileURLToPath(import.meta.resolve('mcp-remote/dist/proxy.js'));

const COUNT = 'Users_getTotalCount';
const WRITE = 'Users_createNewUser';

describe.skipIf(isBrowserLeftOut)('mcp-remote, by which hosts that know only stdio reach a server', { timeout: 180_000 }, () => {
  let browser: Browser;
  let issuer: SignInIssuer;
  let server: HttpProgram;
  const open: Client[] = [];

  beforeAll(async () => {
    ({ issuer, server } = await startSignInServer());
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await Promise.all(open.map((client) => client.close()));
    await browser?.close();
    await stopAll();
    await issuer?.stop();
  });

  it.each([
    ['/mcp', []],
    ['/mcp', ['--protocol', 'auto']],
    ['/sse', ['--transport', 'sse-only']],
  ] as const)('signs in at %s %s, refreshes, and comes back for more scopes', async (path, more) => {
    const home = await scratchDirectory();
    const { env, addresses } = await makeOpener(home);
    /** The n-th address that was to be opened. */
    const opened = async (n: number): Promise<string> => {
      await expect.poll(addresses, { timeout: 60_000 }).toHaveLength(n);
      return (await addresses()).at(-1) ?? '';
    };
    const auth = join(home, 'auth');
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [REMOTE, `${server.url}${path}`, String(await freePort()), '--host', '127.0.0.1', '--auth-timeout', '120', ...more],
      env: { ...env, HOME: home, MCP_REMOTE_CONFIG_DIR: auth },
      stderr: 'ignore',
    });
    const client = new Client({ name: 'host', version: '1' }, { jsonSchemaValidator: validator });
    open.push(client);
    const connected = client.connect(transport, { timeout: 120_000 });
    const { page, context } = await visit(browser);
    const sub = `user_${more.length}${path.slice(1)}`;
    await signInAndAgree(page, await opened(1), sub, ['clerk:read']);
    await connected;
    const call = async (name: string, args: Record<string, unknown> = {}) =>
      toResult((await client.callTool({ name, arguments: args }, { timeout: 120_000 })) as Record<string, unknown>);
    const listed = async (): Promise<string[]> => (await client.listTools()).tools.map(({ name }) => name);
    expect(await listed()).toContain(COUNT);
    expect(await listed()).not.toContain(WRITE);
    expect((await call(COUNT)).isError).toBe(false);

    const [name] = (await readdir(auth, { recursive: true })).filter((file) => file.endsWith('_tokens.json'));
    const file = join(auth, name ?? '');
    const kept = JSON.parse(await readFile(file, 'utf8')) as { access_token: string };
    const old = await issuer.expired(kept.access_token);
    await writeFile(file, JSON.stringify({ ...kept, access_token: old }));
    const before = issuer.granted.length;
    expect((await call(COUNT)).isError).toBe(false);
    expect(issuer.granted.slice(before)).toEqual(['refresh_token']);

    const user = { email_address: [`${sub}@example.com`], skip_password_requirement: true };
    if (path === '/sse')
      expect((await call(WRITE, user)).json).toMatchObject({ error: 'insufficient_scope', scope: 'clerk:write' });
    else {
      const written = call(WRITE, user);
      await signInAndAgree(page, await opened(2), sub, ['clerk:read', 'clerk:write']);
      expect((await written).isError).toBe(false);
      expect(await listed()).toContain(WRITE);
    }
    await context.close();
  });
});
