// Makes the pictures of the page of approvals that stand in the docs: npm run screenshots
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSIGHT } from '../test/support/approvals-insight.js';
import { DELETION, REVIEW, serveApprovalsPage, withPassphrase } from '../test/support/approvals-page.js';
import { PASSPHRASE } from '../test/support/approvers.js';
import { launchBrowser, visit } from '../test/support/browser.js';

const images = join(import.meta.dirname, '../docs/images');
const MINUTE = 60_000;

/** Enough has happened on it to look like a day's work. */
async function fill(served: Awaited<ReturnType<typeof serveApprovalsPage>>): Promise<string> {
  const grace = await served.approvers.find('grace');
  if (grace === undefined) throw new Error('grace is not enrolled');
  const say = { approver: grace, method: 'passphrase', lookedMs: 20_000 } as const;
  for (const [nth, outcome] of [
    'approve',
    'approve',
    'decline',
    'expire',
    'approve',
    'approve',
    'decline',
    'approve',
  ].entries()) {
    const id = await served.ask({
      review: { ...REVIEW, title: nth % 2 === 0 ? 'Ban a user' : 'Revoke a session' },
      caller: { name: nth % 3 === 0 ? 'ci' : 'support-bot' },
    });
    const shown = (await served.desk.get(id))?.shown ?? '';
    if (outcome === 'approve') await served.desk.decide(id, { ...say, verdict: 'approve', shown });
    if (outcome === 'approve') await served.desk.take(id, { call: String(nth) });
    if (outcome === 'decline') await served.desk.decide(id, { ...say, verdict: 'decline', shown, reason: 'Ask her first.' });
    served.pass((37 + nth * 11) * MINUTE);
  }
  const people = Array.from({ length: 24 }, (_, nth) => `person-${nth + 1}@example.com`);
  await served.ask({
    review: {
      ...REVIEW,
      title: 'Invite people in bulk',
      target: undefined,
      effects: ['Sends an invitation to each of the 24 addresses.'],
      details: [],
      inputs: [
        { name: 'invitations', value: people, items: 24, lines: ['invitations (24):', ...people.map((one) => `- ${one}`)] },
      ],
      instance: { kind: 'test', domain: 'clever-bee-12.accounts.dev', text: 'development, clever-bee-12.accounts.dev' },
    },
  });
  return served.ask({
    review: DELETION,
    needs: { grave: true, two: true },
    request: { method: 'DELETE', path: '/users/user_ada', query: {}, body: undefined },
  });
}

const directory = await mkdtemp(join(tmpdir(), 'clerk-mcp-screenshots-'));
const served = await serveApprovalsPage(directory, [withPassphrase('grace'), withPassphrase('ada')], { insight: INSIGHT });
const browser = await launchBrowser();
try {
  await mkdir(images, { recursive: true });
  const id = await fill(served);
  const { page } = await visit(browser, { viewport: { width: 960, height: 800 }, locale: 'en-GB', timezoneId: 'UTC' });
  await page.clock.setFixedTime(served.now());
  const take = async (name: string, path: string): Promise<void> => {
    await page.goto(`${served.url}${path}`);
    await page.screenshot({ path: join(images, `approvals-${name}.png`), fullPage: true });
  };
  await page.goto(served.url);
  await page.getByLabel('Name').fill('grace');
  await page.getByLabel('Passphrase').fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Sign in with the passphrase' }).click();
  await page.waitForURL(served.url);
  await take('pending', '');
  await take('detail', `/${id}`);
  await take('history', '/history');
  await take('record', '/record');
  await take('budgets', '/budgets');
  await take('callers', '/callers');
} finally {
  await browser.close();
  await served.close();
  await rm(directory, { recursive: true });
}
