import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RedisServer, startRedis, withoutRedis } from '../limits/redis-server.js';
import { sitDown } from '../support/approvals-seat.js';
import { approver, approversFile, signIn } from '../support/approvers.js';
import { connectHttp, type HttpClientKind } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { plausibleUpstream } from '../support/plausible.js';
import { startProgram } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';
import { tokenFile, tokenOf } from '../support/token-file.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const approvers = await approversFile(scratch, 'approvers.json', approver('ann'));
const tokens = await tokenFile(scratch, ['bot', 'eve']);
afterAll(stopAll);

const start = (...args: string[]): Promise<HttpProgram> =>
  startHttp({
    args: ['--auth', 'token', '--tokens', tokens, '--ask-wait', '0', ...args],
    env: {
      CLERK_SECRET_KEY: 'sk_live_approvals',
      CLERK_API_URL: `${upstream.origin}/v1`,
      CLERK_MCP_APPROVERS: approvers,
      CLERK_MCP_SIGNING_KEY: 'k'.repeat(32),
    },
  });

/** A call that waits, by a client of its own. */
async function ban(server: HttpProgram, caller: string, user_id: string, kind: HttpClientKind = 'v2 (2025)') {
  const client = await connectHttp(kind, server.url, { token: tokenOf(caller) });
  const { approval: id } = (await client.call('Users_markBanned', { user_id })).json as { approval: string };
  return { client, id, ann: await signIn(`${server.url}/approvals`, 'ann') };
}

describe('the page of approvals over HTTP', () => {
  it('shows who calls and is connected, what is left of budgets, and the record, without secrets', async () => {
    const server = await start('--audit-log', join(scratch, 'alone.log'));
    const { raw, text } = await sitDown(`${server.url}/approvals`);
    expect(await text('/callers')).toContain('There are no callers yet.');

    const bot = await ban(server, 'bot', 'user_1');
    expect(await bot.ann.approve(bot.id)).toMatchObject({ status: 200 });
    expect((await bot.client.call('Users_markBanned', { user_id: 'user_1', confirm: bot.id })).isError).toBe(false);
    const eve = await ban(server, 'eve', 'user_2', 'v1 over SSE');
    await eve.ann.decline(eve.id, 'No.');
    await eve.client.call('Users_markBanned', { user_id: 'user_2', confirm: eve.id });
    const args = { first_name: 'Ada', email_address: ['ada@page.example'], password: 'not-to-be-seen' };
    await bot.client.call('Users_createNewUser', args);

    const callers = await text('/callers');
    expect(callers).toMatch(/Connected 2 .*bot says it is “[^”]+” http .*Have called 2/);
    expect(callers).toMatch(/bot says it is “[^”]+” http 3 calls/);
    const budgets = await text('/budgets');
    expect(budgets).toMatch(/default: defensive 500 in 1h, each caller: .*?bot 499 of 500 left more in 60 min/);
    expect(budgets).toMatch(/default: destructive 20 in 1h, each caller: .*?None of it is taken: 20 left/);

    const record = await text('/record');
    for (const part of ['Users_markBanned', 'ann, by passphrase, shown anew, after 4 s', 'declined', bot.id, 'user_1']) {
      expect(record).toContain(part);
    }
    expect(record).not.toContain('not-to-be-seen');
    expect(await text('/record?caller=eve&end=declined')).toMatch(/1 call, the newest first .*user_2/);
    expect(await text('/record?end=done&approver=ann&operation=ban&risk=destructive')).toContain('1 call, the newest first');
    for (const range of ['24h', '7d', '30d']) {
      expect(await raw(`/history?range=${range}`)).toContain(': 1 approved, 1 declined, 0 came to nothing"');
    }
    expect(await text('/record?since=2020-01-01T00:00&until=2020-01-02T00:00')).toContain('Nothing was found');
    await Promise.all([bot.client.close(), eve.client.close()]);
    // Whose stream has ended is gone.
    await expect.poll(() => text('/callers'), { timeout: 20_000 }).toContain('Connected 1');
  });

  it('goes through the record by pages, in files that were rotated away too, and says what was changed', async () => {
    const log = join(scratch, 'long.log');
    const server = await start('--audit-log', log);
    const bot = await ban(server, 'bot', 'user_1');
    const asked = (await readFile(log, 'utf8')).split('\n').find((line) => line.includes('"kind":"asked"')) ?? '';
    await writeFile(`${log}.1`, `${asked.replace('user_1', '<script>')}\n`.repeat(120), { mode: 0o600 });
    const { raw, text } = await sitDown(`${server.url}/approvals`);
    const sizes: (string | undefined)[] = [];
    let path: string | undefined = '/record?caller=bot';
    while (path !== undefined) {
      const page = await raw(path);
      expect(page).not.toContain('<script>');
      sizes.push(/(\d+) calls?, the newest/.exec(page)?.[1]);
      path = /href="\/approvals(\/record\?[^"]*)">Older/.exec(page)?.[1]?.replaceAll('&amp;', '&');
    }
    // The call was asked, and answered that it waits.
    expect(sizes).toEqual(['50', '50', '22']);
    expect(await text('/record')).toContain('CHANGED');
    await bot.client.close();
  });

  it('says how a record is kept where none is, and counts the decisions of a day', async () => {
    const server = await start();
    const { raw, text } = await sitDown(`${server.url}/approvals`);
    expect(await text('/record')).toContain('--audit-log FILE');
    const bot = await ban(server, 'bot', 'user_1');
    await bot.ann.decline(bot.id, 'No.');
    const history = await raw('/history?range=30d');
    expect(history).toContain('Decisions in the last 24 hours: 0 approved, 1 declined, 0 came to nothing');
    expect(history).toContain('--audit-log FILE');
    await bot.client.close();
  });

  describe.skipIf(withoutRedis)('of several processes behind one store', () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis?.kill());

    it('shows what all of them have, whichever is asked', async () => {
      const folder = join(scratch, 'records');
      await mkdir(folder);
      const servers = await Promise.all([1, 2].map(() => start('--store', redis.url, '--audit-log', folder)));
      const [one, other] = servers as [HttpProgram, HttpProgram];
      const bot = await ban(one, 'bot', 'user_1');
      await bot.ann.approve(bot.id);
      await bot.client.call('Users_markBanned', { user_id: 'user_1', confirm: bot.id });
      const eve = await ban(other, 'eve', 'user_2', 'v2 (2026)');
      for (const server of servers) {
        const { text } = await sitDown(`${server.url}/approvals`);
        await expect.poll(() => text('/callers'), { timeout: 30_000 }).toMatch(/Connected 1 .*Have called 2 /);
        expect(await text('/budgets')).toMatch(/bot 499 of 500 left/);
        expect(await text('/record?risk=destructive')).toMatch(/eve .*user_2|user_2.* eve /);
        expect(await text('/record?end=done')).toMatch(/1 call, the newest first .*user_1/);
      }
      await Promise.all([bot.client.close(), eve.client.close()]);
    });
  });
});

describe('the page of approvals over stdio', () => {
  it('shows its one client as connected', async () => {
    const client = await startProgram('v2 (2025)', {
      args: ['--ask-wait', '0'],
      env: {
        CLERK_SECRET_KEY: 'sk_live_approvals',
        CLERK_API_URL: `${upstream.origin}/v1`,
        CLERK_MCP_APPROVERS: approvers,
        CLERK_MCP_LOG_LEVEL: 'silent',
      },
    });
    const { link = '' } = (await client.call('Users_markBanned', { user_id: 'user_1' })).json as { link?: string };
    const { text } = await sitDown(new URL('.', link).href.replace(/\/$/, ''));
    expect(await text('/callers')).toMatch(/Connected 1 .*local says it is “[^”]+” stdio/);
    await client.close();
  });
});
