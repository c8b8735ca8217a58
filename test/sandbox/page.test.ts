import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBrowserLeftOut, launchBrowser, type Visitor, visit } from '../support/browser.js';
import { RecordingServer } from '../support/recording-server.js';
import { endSandboxes, type SandboxProgram, startSandboxProgram } from '../support/sandbox-program.js';

const PHONE = { width: 360, height: 740 };

let sandbox: SandboxProgram;
let receiver: RecordingServer;
let origin: string;
let page: string;

interface Found {
  readonly id: string;
  readonly first_name: string;
}
let ada: Found;
let organization: Found;

beforeAll(async () => {
  receiver = await RecordingServer.start();
  sandbox = await startSandboxProgram('--webhook', `${receiver.origin}/hook`);
  origin = String(sandbox.env.CLERK_API_URL).replace('127.0.0.1', 'localhost');
  page = `${origin}/_sandbox/page`;
  const made = await sandbox.request('POST', '/users', {
    first_name: 'Ada',
    last_name: '<b>Lovelace</b>',
    email_address: ['ada@example.com'],
    password: 'violet-kettle-42',
  });
  ada = made.body as Found;
  const { body } = await sandbox.request('POST', '/organizations', { name: 'Engines & Sons', created_by: ada.id });
  organization = body as Found;
  await sandbox.request('PATCH', `/users/${ada.id}`, { first_name: 'Augusta' });
  await sandbox.request('POST', '/sessions', { user_id: ada.id });
  await sandbox.request('POST', '/invitations', { email_address: 'bob@example.com' });
  await sandbox.request('POST', '/users', { email_address: ['nobody'] });
}, 60_000);
afterAll(async () => {
  await endSandboxes();
  await receiver.stop();
});

const get = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const post = async (path: string, body: string, headers: Record<string, string> = FORM) => {
  const response = await fetch(`${page}${path}`, { method: 'POST', body, headers, redirect: 'manual' });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
};

describe('the page of the sandbox', () => {
  it('runs no script, loads nothing from elsewhere and is framed by nobody', async () => {
    for (const path of ['/_sandbox/', '/_sandbox', '/_sandbox/page/users', '/_sandbox/page/nothing']) {
      const { headers, text } = await get(origin + path);
      expect(headers.get('content-security-policy')).toContain("script-src 'none'");
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(text).not.toMatch(/<script|\son\w+=|https?:\/\/(?!127\.0\.0\.1|localhost)[^\s<]*["']/i);
    }
  });

  it('shows what people wrote as text, and no password', async () => {
    const { text } = await get(`${page}/users/${ada.id}`);
    expect(text).toContain('&lt;b&gt;Lovelace&lt;/b&gt;');
    expect(text).not.toContain('<b>');
    const all = await Promise.all(['users', 'changes', 'requests'].map((view) => get(`${page}/${view}`)));
    expect(all.map(({ text: shown }) => shown).join('')).not.toMatch(/violet-kettle|\$2[aby]\$|\$argon2|sk_test_/);
  });

  it('is refused under another name, and to other sites', async () => {
    const { hostname, port } = new URL(origin);
    const { request } = await import('node:http');
    const statusFor = (headers: Record<string, string>, method = 'GET', path = '/_sandbox/') =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request({ hostname, port, path, method, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on('error', reject).end();
      });
    expect(await statusFor({ host: `evil.example:${port}` })).toBe(403);
    const host = `localhost:${port}`;
    const elsewhere = { host, origin: 'https://evil.example', ...FORM };
    for (const path of ['/_sandbox/page/reset', '/_sandbox/page/clock', '/_sandbox/page/faults', '/_sandbox/reset']) {
      expect(await statusFor(elsewhere, 'POST', path), path).toBe(403);
      const fetched = { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', ...FORM };
      if (path.includes('/page/')) expect(await statusFor(fetched, 'POST', path), path).toBe(403);
    }
    expect(await statusFor({ host, origin: `http://${host}`, ...FORM }, 'POST', '/_sandbox/reset')).toBe(403);
    expect((await sandbox.request('GET', `/users/${ada.id}`)).status).toBe(200);
  });

  it('takes nothing but its own forms', async () => {
    expect(await post('/reset', '{}', { 'content-type': 'application/json' })).toMatchObject({ status: 400 });
    expect(await post('/reset', 'a'.repeat(9000))).toMatchObject({ status: 400 });
    expect(await post('/clock', 'by=-5')).toMatchObject({ status: 422 });
    expect(await post('/nothing', '')).toMatchObject({ status: 404 });
    expect(await get(`${page}/users/user_none`)).toMatchObject({ status: 404 });
    expect(await get(`${page}/__proto__`)).toMatchObject({ status: 404 });
    const wrong = await post('/faults', 'fault=error&operations=Useres');
    expect([wrong.status, wrong.text]).toEqual([422, expect.stringContaining('Did you mean Users')]);
  });

  it('finds people and pages through many', async () => {
    const { text } = await get(`${page}/users?q=ADA%40example`);
    expect(text).toContain('1 to 1 of 1');
    expect((await get(`${page}/organizations?q=%26%20sons`)).text).toContain('Engines &amp; Sons');
    for (let nth = 0; nth < 51; nth++) {
      await sandbox.request('POST', '/users', { email_address: [`many-${nth}@example.com`], skip_password_requirement: true });
    }
    const first = (await get(`${page}/users?q=many-`)).text;
    expect(first).toContain('1 to 50 of 51');
    const next = /href="([^"]*from=50)"/.exec(first)?.[1]?.replaceAll('&amp;', '&');
    expect((await get(origin + next)).text).toContain('51 to 51 of 51');
    expect((await get(`${page}/users?from=999999`)).status).toBe(200);
  });

  it('has what changed as JSON too, with both sides', async () => {
    const { body } = await sandbox.request('GET', '/_sandbox/changes');
    const { data } = body as { data: { id: string; what: string; columns: object }[] };
    expect(data.filter(({ id, what }) => id === ada.id && what === 'updated')).toMatchObject([
      { columns: { first_name: { before: 'Ada', after: 'Augusta' } } },
    ]);
  });
});

describe.skipIf(isBrowserLeftOut)('the page of the sandbox in a browser', { timeout: 180_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 120_000);
  afterAll(async () => browser?.close());

  const open = async (path: string): Promise<Visitor> => {
    const visitor = await visit(browser);
    await visitor.page.goto(path);
    return visitor;
  };
  const leave = async ({ context, elsewhere, complaints }: Visitor): Promise<void> => {
    await context.close();
    expect([elsewhere, complaints]).toEqual([[], []]);
  };

  it('leads from a user to the organization and back, and shows sessions, changes, requests and messages', async () => {
    await sandbox.request('POST', '/users', { email_address: ['nobody'] });
    await sandbox.request('PATCH', `/users/${ada.id}`, { last_name: 'King' });
    const visitor = await open(`${origin}/_sandbox/`);
    const { page: tab } = visitor;
    await tab.getByRole('link', { name: 'Users', exact: true }).click();
    await tab.getByLabel('Search').fill('ada@example');
    await tab.getByRole('button', { name: 'Search' }).click();
    await tab.getByRole('link', { name: 'Augusta' }).click();
    await tab.getByRole('region', { name: 'Sessions' }).getByText('active').waitFor();
    await tab.getByRole('link', { name: 'Engines & Sons' }).click();
    await tab.getByRole('region', { name: 'Members' }).getByText('org:admin').waitFor();
    await tab.getByRole('link', { name: 'Changes' }).click();
    const changed = tab.getByRole('row').filter({ hasText: 'last_name' }).filter({ hasText: 'King' });
    expect(await changed.first().innerText()).toMatch(/last_name\s+<b>Lovelace<\/b>\s+King/);
    await tab.getByRole('link', { name: 'Requests' }).click();
    await tab.getByText('422', { exact: true }).first().waitFor();
    await tab.getByRole('link', { name: 'Messages' }).click();
    await tab.getByRole('row').filter({ hasText: 'bob@example.com' }).getByText('ticket=').waitFor();
    await tab.getByRole('link', { name: 'Webhooks' }).click();
    await tab.getByText('delivered').first().waitFor();
    await leave(visitor);
  });

  it('is used by the keyboard alone: sets a fault, lifts it and moves the clock', async () => {
    const visitor = await open(`${page}/faults`);
    const { page: tab } = visitor;
    const focused = () => tab.evaluate('document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText');
    const tabTo = async (name: string): Promise<void> => {
      for (let pressed = 0; pressed < 60; pressed++) {
        await tab.keyboard.press('Tab');
        if ((await focused()) === name) return;
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await tabTo('Skip to the content');
    await tabTo('For which operations');
    await tab.keyboard.type('Users_getTotalCount');
    await tabTo('How often');
    await tab.keyboard.type('1');
    await tab.keyboard.press('Enter');
    await tab.getByRole('row').filter({ hasText: 'Users_getTotalCount' }).waitFor();
    expect((await sandbox.request('GET', '/users/count')).status).toBe(429);
    await tabTo('Lift all');
    await tab.keyboard.press('Enter');
    await tab.getByText('Nothing yet.').waitFor();
    expect((await sandbox.request('GET', '/users/count')).status).toBe(200);

    await tab.goto(`${origin}/_sandbox/`);
    await tabTo('Move it on by');
    await tab.keyboard.type('7 days');
    await tabTo('Move the clock');
    await tab.keyboard.press('Enter');
    await tab.getByText('moved on by 10080 min').waitFor();
    expect((await sandbox.request('GET', '/_sandbox/clock')).body).toMatchObject({ ahead_ms: 604_800_000 });
    await leave(visitor);
  });

  it('has nothing that axe finds, fits a phone and follows the dark', async () => {
    await post('/faults', 'fault=slow&operations=Jwks');
    for (const look of [
      { viewport: PHONE, colorScheme: 'light' },
      { viewport: { width: 1200, height: 800 }, colorScheme: 'dark' },
    ] as const) {
      // What is put into the page here is the test's own, which its policy would keep out.
      const { page: tab, context } = await visit(browser, { ...look, bypassCSP: true });
      for (const view of [
        '',
        '/users',
        `/users/${ada.id}`,
        '/organizations',
        `/organizations/${organization.id}`,
        '/changes',
        '/requests',
        '/messages',
        '/webhooks',
        '/faults',
        '/nothing',
      ]) {
        await tab.goto(view === '' ? `${origin}/_sandbox/` : `${page}${view}`);
        await tab.evaluate('for (const one of [...document.querySelectorAll("details")].slice(0, 12)) one.open = true');
        const found = await tab.evaluate(
          `${axe.source}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
        );
        expect(found, view).toEqual([]);
        expect(await tab.evaluate('document.documentElement.scrollWidth'), view).toBe(look.viewport.width);
        const light = await tab.evaluate(
          'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((part) => part > 128)',
        );
        expect(light).toBe(look.colorScheme === 'light');
      }
      await context.close();
    }
    await post('/faults/lift', '');
  });

  it('sends an event again, and begins anew', async () => {
    const visitor = await open(`${page}/webhooks`);
    const { page: tab } = visitor;
    const before = receiver.requests.length;
    await tab.getByRole('button', { name: 'Send again' }).first().click();
    await tab.getByText('200, 200').first().waitFor();
    expect(receiver.requests).toHaveLength(before + 1);
    await tab.goto(`${origin}/_sandbox/`);
    await tab.getByRole('button', { name: 'Reset' }).click();
    await tab.getByRole('heading', { name: 'The sandbox' }).waitFor();
    expect((await sandbox.request('GET', `/users/${ada.id}`)).status).toBe(404);
    expect((await sandbox.request('GET', '/_sandbox/changes')).body).toMatchObject({ data: [] });
    await leave(visitor);
  });
});
