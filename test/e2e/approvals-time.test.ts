import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { approver, approversFile, PASSPHRASE, signIn } from '../support/approvers.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { childEnv, PROGRAM, type ProgramClient, startProgram } from '../support/program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

vi.setConfig({ testTimeout: 120_000 });

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');

const open: ProgramClient[] = [];
afterAll(() => Promise.all(open.map((client) => client.close())));

async function start(approvers: string, ...args: string[]): Promise<ProgramClient> {
  const client = await startProgram('v2 (2025)', {
    args: ['--ask-wait', '0', ...args],
    env: {
      CLERK_SECRET_KEY: 'sk_live_approvals',
      CLERK_API_URL: `${upstream.origin}/v1`,
      CLERK_MCP_LOG_LEVEL: 'silent',
      CLERK_MCP_APPROVERS: approvers,
    },
  });
  open.push(client);
  return client;
}

async function ban(client: ProgramClient, more: object = {}) {
  const { json } = await client.call('Users_markBanned', { user_id: 'user_1', ...more });
  return json as { error?: string; reason?: string; approval: string; link: string };
}

describe('clerk-mcp approvals watch', () => {
  it('prints what waits, what comes and what becomes of it, until it is stopped', async () => {
    const approvers = await approversFile(scratch, 'watched.json', approver('ann'));
    const client = await start(approvers);
    const first = await ban(client);
    const ann = await signIn(first.link.replace(`/${first.approval}`, ''), 'ann');
    const args = [PROGRAM, 'approvals', 'watch', '--approvers', approvers, '--passphrase-stdin'];
    const watching = spawn(process.execPath, args, { env: childEnv() });
    watching.stdin.end(`${PASSPHRASE}\n`);
    const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await lines.next()).value);
    expect(await next()).toMatch(new RegExp(`^${first.approval}  pending  LIVE.*"Ada".*asked by local  until `));
    const { json } = await client.call('Users_lockUser', { user_id: 'user_1' });
    const { approval } = json as { approval: string };
    expect(await next()).toMatch(new RegExp(`^${approval}  pending  `));
    await ann.decline(first.approval, 'No.');
    expect(await next()).toMatch(new RegExp(`^${first.approval}  declined  `));
    await ann.approve(approval);
    expect(await next()).toMatch(new RegExp(`^${approval}  approved  `));
    watching.kill('SIGINT');
    expect(await once(watching, 'exit')).toEqual([null, 'SIGINT']);
    expect(changing()).toEqual([]);
  });
});

describe('an approval whose time is over', () => {
  it('can be neither given nor used, and the same call is asked anew', async () => {
    const approvers = await approversFile(scratch, 'late.json', approver('ann'));
    const policy = await scratchFile(scratch, {
      rules: [{ name: 'quick', tools: 'Users_markBanned', action: 'confirm', strength: 'person', within: '2s' }],
    });
    const client = await start(approvers, '--policy', policy);
    const [given, late] = [await ban(client), await ban(client, { user_id: 'user_2' })];
    const ann = await signIn(given.link.replace(`/${given.approval}`, ''), 'ann');
    const isInTime = (await ann.approve(given.approval)).status === 200;
    for (const { approval } of [given, late]) {
      await expect.poll(async () => (await ann.show(approval)).state, { timeout: 20_000 }).toBe('expired');
      expect((await ann.approve(approval)).body.error).toBe('not_pending');
    }
    expect(await ban(client, { confirm: given.approval })).toMatchObject({ error: 'confirmation_invalid', reason: 'expired' });
    expect((await ann.show(given.approval)).words).toHaveLength(isInTime ? 1 : 0);
    const anew = await ban(client);
    expect(anew.approval).not.toBe(given.approval);
    expect(changing()).toEqual([]);
  });
});
