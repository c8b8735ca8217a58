import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Undo } from '../../src/approvals/undo.js';
import { INSIGHT } from '../support/approvals-insight.js';
import { DELETION, REVIEW, type ServedPage, serveApprovalsPage, withPassphrase } from '../support/approvals-page.js';
import { PASSPHRASE } from '../support/approvers.js';
import { isBrowserLeftOut, launchBrowser, plugInAuthenticator, type Visitor, visit } from '../support/browser.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { PROGRAM, startProgram } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

const MINUTE = 60_000;
const PHONE = { width: 360, height: 740 };
const people = Array.from({ length: 30 }, (_, nth) => `person-${nth + 1}@example.com`);
const MANY = {
  ...REVIEW,
  title: 'Invite people in bulk',
  inputs: [{ name: 'invitations', value: people, items: 30, lines: ['invitations (30):', ...people.map((one) => `- ${one}`)] }],
};

const BAN = { call: 'aaaaaaaaaaaa' };
const PLAN = { plan: `pln_${'a'.repeat(22)}` };
/** What a call of the page's own that takes another back is shown as. */
const UNDOING = {
  ...REVIEW,
  title: 'Undo of Ban a user: Ada',
  effects: ['1 change in all: 1 access.'],
  question: 'Carry out all 1?',
};

describe.skipIf(isBrowserLeftOut)('the page of approvals in a browser', { timeout: 180_000 }, () => {
  let browser: Browser;
  let served: ServedPage;

  beforeAll(async () => {
    // It is never asked: nobody signs in there.
    const issuer = { issuer: 'https://id.example.com', clientId: 'approvals' };
    const people = [
      withPassphrase('grace', { subjects: [{ issuer: issuer.issuer, sub: 'sub-grace' }] }),
      withPassphrase('barbara'),
      { name: 'katherine', added: '2026-01-01T00:00:00Z' },
    ];
    const undo: Undo = {
      list: async () => [
        { of: PLAN, title: 'Offboard Ada', caller: 'support-bot', at: 0, until: 7 * 24 * 60 * MINUTE, calls: 12 },
      ],
      isKept: async (of) => 'call' in of,
      begin: async (of, name) =>
        'plan' in of
          ? { kind: 'nothing', lines: ['12 left out: it has changed since, and is not overwritten: Ada.'] }
          : {
              kind: 'asked',
              approval: await served.ask({
                review: UNDOING,
                needs: { grave: true },
                caller: { name, transport: 'page', clientName: undefined },
              }),
            },
      report: async () => ({ isRunning: false, lines: ['Carried out: 1 of 1.'] }),
    };
    served = await serveApprovalsPage(await scratchDirectory(), people, { insight: INSIGHT, issuer, undo });
    browser = await launchBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
    expect(served.complaints).toEqual([]);
  });

  const signIn = async ({ page }: Visitor, name = 'grace', path = ''): Promise<void> => {
    await page.goto(`${served.url}${path}`);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Sign in with the passphrase' }).click();
    await page.waitForURL(`${served.url}${path}`);
  };
  const wordsOn = async (id: string) => (await served.desk.get(id))?.words;
  /** A call that grace has approved. */
  const approved = async (): Promise<string> => {
    const id = await served.ask();
    const grace = await served.approvers.find('grace');
    const shown = (await served.desk.get(id))?.shown ?? '';
    if (grace === undefined) throw new Error('grace is not enrolled');
    await served.desk.decide(id, { verdict: 'approve', approver: grace, method: 'passphrase', shown, lookedMs: 1 });
    return id;
  };
  const stateOn = async (page: Page) => page.locator('.state').first().innerText();

  it('enrols a passkey by a link that works once, signs in with it, and signs a grave approval', {
    timeout: 90_000,
  }, async () => {
    const visitor = await visit(browser);
    const { page } = visitor;
    await plugInAuthenticator(visitor);
    const link = await served.invite('katherine');
    await page.goto(link);
    expect(page.url(), 'the secret stays in the address bar').not.toContain('#');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Create the passkey' }).click();
    await page.getByRole('heading', { name: 'katherine is enrolled' }).waitFor();
    expect((await served.approvers.find('katherine'))?.passkeys).toMatchObject([{ rpId: 'localhost' }]);

    const id = await served.ask({ review: DELETION, needs: { grave: true, passkey: true } });
    await page.goto(`${served.url}/${id}`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Delete a user' }).waitFor();
    await page.getByLabel('Type ada@example.com').fill('ada@example.com');
    await page.getByRole('button', { name: 'Approve with the passkey' }).click();
    await page.getByText('katherine approved it').waitFor();
    expect(await wordsOn(id)).toMatchObject([{ approver: 'katherine', method: 'passkey', fresh: true }]);

    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('This link was used').waitFor();
    expect(visitor.elsewhere).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it('shows nothing before signing in, then all of the call, and takes a yes', async () => {
    const id = await served.ask({ review: MANY });
    const visitor = await visit(browser);
    const { page } = visitor;
    await page.goto(`${served.url}/${id}`);
    expect(await page.content()).not.toContain('Ada');
    await signIn(visitor, 'grace', `/${id}`);
    for (const text of ['LIVE', ...REVIEW.effects, ...REVIEW.details, 'support-bot', '“claude-desktop 1.4”', people[29] ?? '']) {
      expect(await page.locator('main').innerText()).toContain(text);
    }
    await page.getByText('The exact request').click();
    await page.getByText('POST /users/user_ada/ban').waitFor();
    await page.getByLabel('Search in invitations').fill('person-7@');
    await page.getByText('1 of 30 shown').waitFor();
    expect(await page.getByRole('list', { name: 'invitations' }).getByRole('listitem').count()).toBe(1);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('grace approved it').waitFor();
    expect(await wordsOn(id)).toMatchObject([{ approver: 'grace', method: 'passphrase' }]);
    expect(visitor.elsewhere).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it('takes a no with its reason, and what is typed for what cannot be undone, without any script', async () => {
    const declined = await served.ask();
    const banned = await served.ask();
    const deleted = await served.ask({ review: DELETION, needs: { grave: true } });
    const visitor = await visit(browser, { javaScriptEnabled: false });
    const { page } = visitor;
    await signIn(visitor, 'grace', `/${declined}`);
    await page.getByLabel('Reason').fill('Ask her first.');
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByText('“Ask her first.”').waitFor();
    expect((await served.desk.get(declined))?.declined).toMatchObject({ approver: 'grace', reason: 'Ask her first.' });

    // Without a script the page cannot tell its own browser.
    await page.goto(`${served.url}/${banned}`);
    await page.getByText('Another program of this machine may have your session').waitFor();
    await page.getByLabel('Your passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Approve with the passphrase' }).click();
    await page.getByText('grace approved it').waitFor();

    await page.goto(`${served.url}/${deleted}`);
    await page.getByText('This cannot be undone: a deleted user cannot be brought back.').waitFor();
    for (const [typed, passphrase, said] of [
      ['ada@example.org', PASSPHRASE, 'What was typed is not what was asked for.'],
      ['ada@example.com', 'wrong', 'Nothing was approved.'],
      ['ada@example.com', PASSPHRASE, 'grace approved it'],
    ] as const) {
      await page.getByLabel('Type ada@example.com').fill(typed);
      await page.getByLabel('Your passphrase').fill(passphrase);
      await page.getByRole('button', { name: 'Approve with the passphrase' }).click();
      await page.getByText(said).waitFor();
    }
    expect(await wordsOn(deleted)).toMatchObject([{ approver: 'grace', method: 'passphrase', fresh: true }]);
    await visitor.context.close();
  });

  it('takes two people, and shows each what the other did', async () => {
    const id = await served.ask({ needs: { two: true } });
    const [first, second] = [await visit(browser), await visit(browser)];
    await signIn(first, 'grace', `/${id}`);
    await signIn(second, 'barbara', `/${id}`);
    await first.page.getByRole('button', { name: 'Approve' }).click();
    await first.page.getByText('It takes one more person.').waitFor();
    // The page finds out by itself.
    await second.page.getByText('grace approved it').waitFor();
    await second.page.getByRole('button', { name: 'Approve' }).click();
    await second.page.getByText('barbara approved it').waitFor();
    expect((await wordsOn(id))?.map(({ approver }) => approver)).toEqual(['grace', 'barbara']);
    await first.context.close();
    await second.context.close();
  });

  it('is used by the keyboard alone', async () => {
    const id = await served.ask();
    const { page, context } = await visit(browser);
    await page.goto(`${served.url}/${id}`);
    const tabTo = async (name: string): Promise<void> => {
      const focused = () => page.evaluate('document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText');
      for (let pressed = 0; pressed < 40; pressed++) {
        await page.keyboard.press('Tab');
        if ((await focused()) === name) return;
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await tabTo('Name');
    await page.keyboard.type('grace');
    await tabTo('Passphrase');
    await page.keyboard.type(PASSPHRASE);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${served.url}/${id}`);
    await tabTo('Approve');
    await page.keyboard.press('Enter');
    await page.getByText('grace approved it').waitFor();
    await context.close();
  });

  it('has nothing that axe finds, fits a phone and follows the dark', async () => {
    const [plain, grave, used] = [
      await served.ask({ review: MANY, changed: ['The name was "A".'] }),
      await served.ask({ review: DELETION, needs: { grave: true } }),
      await approved(),
    ];
    await served.desk.take(used, BAN);
    for (const look of [
      { viewport: PHONE, colorScheme: 'light' },
      { viewport: { width: 1200, height: 800 }, colorScheme: 'dark' },
    ] as const) {
      // What is put into the page here is the test's own, which its policy would keep out.
      const visitor = await visit(browser, { ...look, bypassCSP: true });
      const { page } = visitor;
      const check = async (path: string): Promise<void> => {
        await page.goto(`${served.url}${path}`);
        await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
        const found = await page.evaluate(
          `${axe.source}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))`,
        );
        expect(found, path).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(look.viewport.width);
        const light = await page.evaluate(
          'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((part) => part > 128)',
        );
        expect(light).toBe(look.colorScheme === 'light');
      };
      for (const path of ['/sign-in', '/enrol']) await check(path);
      await signIn(visitor);
      for (const path of [
        '',
        `/${plain}`,
        `/${grave}`,
        `/${used}`,
        '/undo',
        '/history',
        '/history?range=7d',
        '/record',
        '/record?caller=nobody',
        '/budgets',
        '/callers',
        '/apr_0000000000000000000000',
      ])
        await check(path);
      await visitor.context.close();
    }
  });

  it('lets the built program send a call once, after a passkey that its own command enrolled', async () => {
    const path = join(await scratchDirectory(), 'approvers.json');
    const upstream = await plausibleUpstream();
    const visitor = await visit(browser);
    const { page } = visitor;
    await plugInAuthenticator(visitor);
    const enrolling = spawn(process.execPath, [PROGRAM, 'approver', 'add', 'dorothy', '--passkey', '--approvers', path]);
    const ended = once(enrolling, 'exit');
    const [link] = (await once(createInterface(enrolling.stdout), 'line')) as [string];
    await page.goto(link);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Create the passkey' }).click();
    await page.getByRole('heading', { name: 'dorothy is enrolled' }).waitFor();
    expect(await ended).toEqual([0, null]);

    const client = await startProgram('v2 (2025)', {
      args: ['--ask-wait', '0'],
      env: {
        CLERK_SECRET_KEY: 'sk_live_approvals',
        CLERK_API_URL: `${upstream.origin}/v1`,
        CLERK_MCP_LOG_LEVEL: 'silent',
        CLERK_MCP_APPROVERS: path,
      },
    });
    const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');
    const pending = (await client.call('Users_markBanned', { user_id: 'user_1' })).json as { link: string; approval: string };
    await page.goto(pending.link);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('dorothy approved it').waitFor();
    expect(changing()).toEqual([]);
    const sent = await client.call('Users_markBanned', { user_id: 'user_1', confirm: pending.approval });
    expect(sent.isError).toBe(false);
    expect(changing()).toHaveLength(1);
    expect(visitor.complaints).toEqual([]);
    await client.close();
    await visitor.context.close();
  });

  it('has the record, budgets and callers, filtered by the keyboard alone', async () => {
    const visitor = await visit(browser);
    const { page } = visitor;
    await signIn(visitor);
    await page.getByRole('link', { name: 'Record' }).click();
    await page.getByRole('row').filter({ hasText: 'Users_deleteUser' }).getByText('All of it').click();
    await page.getByText('ann, by passkey, shown anew, after 12 s').waitFor();
    await page.getByLabel('Caller').focus();
    await page.keyboard.type('ci');
    await page.keyboard.press('Enter');
    await page.getByText('1 call, the newest first').waitFor();
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByText('Nothing was found.').waitFor();
    expect(await page.getByLabel('Caller').inputValue()).toBe('ci');
    await page.getByRole('link', { name: 'The newest' }).click();
    await page.getByText('1 call, the newest first').waitFor();
    await page.getByRole('link', { name: 'Budgets' }).click();
    await page.getByText('17 of 20 left').waitFor();
    expect(await page.getByLabel('Left to support-bot').first().getAttribute('value')).toBe('17');
    await page.getByRole('link', { name: 'Callers' }).click();
    await page.getByText('says it is “claude-desktop 1.4”').first().waitFor();
    expect(visitor.elsewhere).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it('draws decisions over a chosen time, says the numbers of a bar, and has them as a table', async () => {
    const visitor = await visit(browser, { viewport: PHONE, colorScheme: 'dark' });
    const { page } = visitor;
    await signIn(visitor);
    await page.goto(`${served.url}/history?state=declined`);
    await page.getByRole('link', { name: '30 days' }).click();
    expect(await page.getByLabel('State').inputValue(), 'the filter is lost').toBe('declined');
    expect(await page.getByRole('link', { name: '30 days' }).getAttribute('aria-current')).toBe('true');
    const chart = page.getByRole('img', {
      name: /^Decisions in the last 30 days: \d+ approved, \d+ declined, \d+ came to nothing$/,
    });
    // Of the colour of what was approved, which follows the dark.
    const green = () =>
      page.evaluate<string[]>(`(() => {
        const canvas = document.querySelector('.chart canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set();
        for (let at = 0; at < data.length; at += 4) colours.add([data[at], data[at + 1], data[at + 2]].join());
        return ['63,191,141', '21,128,90'].filter((colour) => colours.has(colour));
      })()`);
    expect(await green()).toEqual(['63,191,141']);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(green).toEqual(['21,128,90']);
    await chart.locator('.u-over').hover();
    await page.getByText(/^\d{4}-\d\d-\d\d 00:00 UTC: \d+ approved, \d+ declined, \d+ came to nothing$/).waitFor();
    await page.getByText('As a table').click();
    expect(await page.getByRole('region', { name: 'Decisions by time' }).getByRole('row').count()).toBe(31);
    await page.getByRole('button', { name: 'Filter' }).click();
    expect(await page.getByRole('link', { name: '30 days' }).getAttribute('aria-current'), 'the time is lost').toBe('true');
    expect(visitor.elsewhere).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it('takes an approved call back from the history, by an approval that wants the passphrase anew, and shows how it went', async () => {
    const used = await approved();
    await served.desk.take(used, BAN);
    const visitor = await visit(browser, { viewport: PHONE });
    const { page } = visitor;
    await signIn(visitor);
    await page.goto(`${served.url}/history?q=${used}`);
    await page.getByRole('button', { name: 'Undo… Ban a user' }).click();
    await page.getByRole('heading', { name: UNDOING.title }).waitFor();
    const id = page.url().split('/').at(-1) ?? '';
    await page.getByText('grace, on this page').waitFor();
    expect(await wordsOn(id)).toEqual([]);
    await page.getByLabel('Your passphrase').fill(PASSPHRASE);
    await page.getByRole('button', { name: 'Approve with the passphrase' }).click();
    await page.getByText('grace approved it').waitFor();
    expect(await wordsOn(id)).toMatchObject([{ approver: 'grace', fresh: true }]);
    await served.desk.take(id, PLAN);
    // The page finds out by itself.
    await page.getByText('Carried out: 1 of 1.').waitFor();
    await page.goto(`${served.url}/history`);
    await page.getByRole('link', { name: 'What can be taken back' }).click();
    await page.getByRole('button', { name: 'Undo… Offboard Ada' }).click();
    await page.getByText('it has changed since, and is not overwritten').waitFor();
    expect(visitor.elsewhere).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  it('is shown in no frame of another site, and hears no word that one sends from the same browser', async () => {
    const id = await served.ask();
    const visitor = await visit(browser);
    const { page } = visitor;
    await signIn(visitor, 'grace', `/${id}`);
    const approve = page.locator('form').filter({ has: page.getByRole('button', { name: 'Approve', exact: true }) });
    const inputs = await approve.evaluate((form) => form.innerHTML);
    // Another site that knows all that is in the form, and whose browser has the session.
    const evil = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(
        `<!doctype html><iframe name="framed" src="${served.url}/${id}"></iframe><iframe name="sent"></iframe>
<form id="f" method="post" target="sent" action="${served.url}/${id}">${inputs}</form><form id="top" method="post" action="${served.url}/${id}">${inputs}</form>`,
      );
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
    // By a locator, which waits until the browser has made up its mind about the frame.
    expect(await page.frameLocator('iframe[name="framed"]').locator('body').innerText()).not.toContain('Ada');
    for (const form of ['f', 'top']) {
      const refused = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.evaluate(`document.getElementById("${form}").submit()`);
      expect((await refused).status(), form).toBe(403);
    }
    expect(await wordsOn(id)).toEqual([]);
    evil.closeAllConnections();
    evil.close();
    await visitor.context.close();
  });

  it('gives its cookie to a program that listens on another port, which approves nothing with it', async () => {
    const id = await served.ask();
    const visitor = await visit(browser);
    const { page } = visitor;
    await signIn(visitor, 'grace', `/${id}`);
    let cookie = '';
    const thief = createServer((request, response) => {
      cookie = request.headers.cookie ?? '';
      response.end('Thank you.');
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    await page.goto(`http://localhost:${(thief.address() as AddressInfo).port}/`);
    const mine = await (await fetch(`${served.url}/${id}`, { headers: { cookie } })).text();
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(mine) ?? [];
    const shown = (await served.desk.get(id))?.shown ?? '';
    for (const secret of ['', 'a'.repeat(43)]) {
      const body = new URLSearchParams({ token, shown, verdict: 'approve', browser: secret });
      const answer = await fetch(`${served.url}/${id}`, { method: 'POST', redirect: 'manual', headers: { cookie }, body });
      expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('Show again who you are')]);
    }
    expect(await wordsOn(id)).toEqual([]);
    await page.goto(`${served.url}/${id}`);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('grace approved it').waitFor();
    thief.close();
    thief.closeAllConnections();
    await visitor.context.close();
  });

  it('says by itself when the time is over, and takes no word then', async () => {
    const id = await served.ask({ lifetimeMs: 10 * MINUTE });
    const visitor = await visit(browser);
    const { page } = visitor;
    await signIn(visitor, 'grace', `/${id}`);
    expect(await stateOn(page)).toBe('waiting');
    served.pass(11 * MINUTE);
    await page.getByText('expired', { exact: true }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.goto(`${served.url}/history?state=expired`);
    await page.getByRole('link', { name: REVIEW.title }).waitFor();
    await visitor.context.close();
  });
});
