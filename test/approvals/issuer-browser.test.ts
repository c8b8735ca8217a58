import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBrowserLeftOut, launchBrowser, visit } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { connectHttp, type HttpClient } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { runProgram } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

describe.skipIf(isBrowserLeftOut)('signing in at an issuer, in a browser', { timeout: 180_000 }, async () => {
  const upstream = await plausibleUpstream();
  const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');
  const secret = 'a-secret-of-the-client';
  let browser: Browser;
  let provider: OidcProvider;
  let server: HttpProgram;
  let audience: string;

  beforeAll(async () => {
    const port = await freePort();
    audience = `http://localhost:${port}/mcp`;
    provider = await startOidcProvider(`http://localhost:${port}/approvals/signed-in`, secret);
    const approvers = join(await scratchDirectory(), 'approvers.json');
    for (const [name, sub] of [
      ['ann', 'sub-ann'],
      ['bob', 'sub-bob'],
    ] as const) {
      const args = ['approver', 'add', name, '--issuer', provider.issuer, '--subject', sub, '--approvers', approvers];
      expect(await runProgram(args)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining(`${name} can approve from now on`),
      });
    }
    const listed = await runProgram(['approver', 'list', '--approvers', approvers]);
    expect(listed.stdout).toContain(`ann; signs in with ${provider.issuer} as sub-ann`);
    server = await startHttp({
      args: [
        ...['--port', String(port), '--auth', 'oauth', '--issuer', provider.issuer, '--audience', audience],
        ...['--approvals-client-id', 'approvals', '--ask-wait', '0', '--allowed-hosts', `localhost:${port},127.0.0.1:${port}`],
      ],
      env: {
        CLERK_SECRET_KEY: 'sk_live_approvals',
        CLERK_API_URL: `${upstream.origin}/v1`,
        CLERK_MCP_APPROVERS: approvers,
        CLERK_MCP_APPROVALS_CLIENT_SECRET: secret,
      },
    });
    browser = await launchBrowser();
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await stopAll();
    await provider?.stop();
  });

  const connect = async (sub: string): Promise<HttpClient> =>
    connectHttp('v2 (2025)', server.url, { token: await provider.callerToken(sub, audience) });
  const pendingOf = async (client: HttpClient, tool: string) =>
    (await client.call(tool, { user_id: 'user_1' })).json as { link: string; approval: string };
  const signInAs = async (page: Page, sub: string): Promise<void> => {
    await page.getByLabel('Subject').fill(sub);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const goToIssuer = (page: Page) => page.getByRole('link', { name: `Sign in at ${new URL(provider.issuer).host}` }).click();

  it('lets a person approve, and signs them in anew for their word on the loopback', async () => {
    const client = await connect('bot');
    const visitor = await visit(browser);
    const { page } = visitor;
    const ban = await pendingOf(client, 'Users_markBanned');
    await page.goto(ban.link);
    await goToIssuer(page);
    await signInAs(page, 'sub-ann');
    await page.waitForURL(ban.link);
    await page.getByText('ann, by oauth').waitFor();
    // On the loopback a session alone does not show that it is they who approve.
    await page.getByRole('button', { name: 'Approve by signing in anew' }).click();
    await signInAs(page, 'sub-ann');
    await page.getByText('ann approved it').waitFor();
    expect((await client.call('Users_markBanned', { user_id: 'user_1', confirm: ban.approval })).isError).toBe(false);

    const deletion = await pendingOf(client, 'Users_deleteUserById');
    const word = 'ada@example.com';
    const again = async (sub: string): Promise<void> => {
      await page.goto(deletion.link);
      await page.getByLabel(`Type ${word}`).fill(word);
      await page.getByRole('button', { name: 'Approve by signing in anew' }).click();
      // Although there is a session at the issuer.
      await signInAs(page, sub);
    };
    await again('sub-bob');
    await page.getByText('Another person has signed in at the issuer. Nothing was approved.').waitFor();
    expect((await client.call('Users_deleteUserById', { user_id: 'user_1', confirm: deletion.approval })).json).toMatchObject({
      error: 'approval_pending',
    });
    expect(changing()).toHaveLength(1);
    await again('sub-ann');
    await page.getByText('ann approved it').waitFor();
    expect((await client.call('Users_deleteUserById', { user_id: 'user_1', confirm: deletion.approval })).isError).toBe(false);
    expect(changing()).toHaveLength(2);
    expect(visitor.elsewhere.filter((url) => !url.startsWith(provider.issuer))).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await client.close();
    await visitor.context.close();
  });

  it('shows nothing to whom the issuer knows and who is not enrolled', async () => {
    const client = await connect('bot');
    const { page, context } = await visit(browser);
    await page.goto((await pendingOf(client, 'Users_lockUser')).link);
    await goToIssuer(page);
    await signInAs(page, 'sub-eve');
    await page.getByText('The issuer knows you as "sub-eve", but you are not enrolled here.').waitFor();
    expect(await page.content()).not.toContain('user_1');
    await client.close();
    await context.close();
  });
});
