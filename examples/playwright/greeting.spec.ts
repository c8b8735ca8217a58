import type { Server } from 'node:http';
import { clerkSetup, setupClerkTestingToken } from '@clerk/testing/playwright';
import { expect, test } from '@playwright/test';
import { type Sandbox, startSandbox } from 'clerk-mcp/sandbox';
import { startApp } from './app.js';

let sandbox: Sandbox;
let app: { url: string; server: Server };
test.beforeAll(async () => {
  sandbox = await startSandbox({
    seed: { users: [{ id: 'user_ada', first_name: 'Ada' }], sessions: [{ id: 'sess_ada', user: 'user_ada' }] },
  });
  Object.assign(process.env, sandbox.env);
  // Asks the sandbox for a testing token, as it would ask Clerk.
  await clerkSetup({ dotenv: false });
  app = await startApp(sandbox.env);
});
test.afterAll(async () => {
  app.server.close();
  await sandbox.stop();
});

test('a visitor is asked to sign in', async ({ page }) => {
  await setupClerkTestingToken({ page });
  await page.goto(app.url);
  await expect(page.getByRole('heading')).toHaveText('Please sign in.');
});

test('a user who is signed in is greeted by name', async ({ page, context }) => {
  // What Clerk's components would have put into the browser.
  const cookies = await sandbox.cookies('sess_ada', { origin: app.url });
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: app.url })));
  await page.goto(app.url);
  await expect(page.getByRole('heading')).toHaveText('Hello, Ada.');
});
