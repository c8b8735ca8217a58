import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { approver, approversFile, runWithPassphrase, signIn, writeApprovers } from '../support/approvers.js';
import { connectHttp } from '../support/http-clients.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { operationOf, plausibleReply, plausibleUpstream } from '../support/plausible.js';
import { PROGRAM, type ProgramClient, type Progress, startProgram, type ToolResult } from '../support/program.js';
import { RecordingServer } from '../support/recording-server.js';
import { scratchDirectory } from '../support/scratch.js';

// Several programs are started one after the other.
vi.setConfig({ testTimeout: 120_000 });

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const file = await approversFile(scratch, 'approvers.json', approver('ann'));
const env = (approvers = file): Record<string, string> => ({
  CLERK_SECRET_KEY: 'sk_live_approvals',
  CLERK_API_URL: `${upstream.origin}/v1`,
  CLERK_MCP_LOG_LEVEL: 'warn',
  CLERK_MCP_APPROVERS: approvers,
});

const open: ProgramClient[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
  await stopAll();
});

/** A client that cannot ask, on a live instance. */
async function start(args: readonly string[] = [], approvers = file): Promise<ProgramClient> {
  const client = await startProgram('v2 (2025)', { args, env: env(approvers) });
  open.push(client);
  return client;
}

const NO_WAIT = ['--ask-wait', '0'];
const BAN = 'Users_markBanned';
const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');

/** What a call that waits for a person is answered with. */
function pendingOf({ json }: ToolResult): { id: string; address: string } {
  expect(json).toMatchObject({
    error: 'approval_pending',
    link: expect.stringMatching(/^http:\/\/localhost:\d+\/approvals\/apr_/),
  });
  const { approval, link } = json as { approval: string; link: string };
  return { id: approval, address: link.replace(`/${approval}`, '') };
}

describe('a gated call on a live instance, by a client that cannot ask', () => {
  it('is refused with the one command that enrols somebody, who counts at once', async () => {
    const path = join(scratch, 'nobody.json');
    const client = await start(NO_WAIT, path);
    const refused = await client.call(BAN, { user_id: 'user_1', confirm: true });
    expect(refused.json).toMatchObject({
      error: 'person_required',
      enrol: `node ${PROGRAM} approver add NAME --approvers ${path}`,
    });
    expect((await runWithPassphrase(path, 'approver', 'add', 'bob')).stderr).toContain('bob can approve from now on');
    const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1', confirm: true }));
    await (await signIn(address, 'bob')).approve(id);
    await writeApprovers(path);
    await expect(signIn(address, 'bob')).rejects.toThrow('could not sign in');
    expect(changing()).toEqual([]);
  });

  it('waits, and is carried out once when it is approved in a terminal', async () => {
    const client = await start();
    const heard: string[] = [];
    let deciding: ReturnType<typeof runWithPassphrase> | undefined;
    const onprogress = ({ message = '' }: Progress): void => {
      heard.push(message);
      const [id] = /apr_[\w-]{22}/.exec(message) ?? [];
      if (id !== undefined) deciding ??= runWithPassphrase(file, 'approvals', 'approve', id);
    };
    // Longer than 45 s, since it may start anew once.
    let result = await client.call(BAN, { user_id: 'user_1' }, { timeout: 100_000, onprogress });
    const decided = await deciding;
    if (result.isError) result = await client.call(BAN, { user_id: 'user_1', confirm: pendingOf(result).id });
    expect(result.isError).toBe(false);
    expect(changing()).toHaveLength(1);
    expect(heard[0]).toMatch(/^Waits for a person to approve it at http:\/\/localhost:\d+\/approvals\/apr_/);
    expect(decided).toMatchObject({ code: 0, stdout: '' });
    for (const part of ['LIVE instance', 'user_1', 'POST /users/user_1/ban', 'Asked by local', 'Approved.']) {
      expect(decided?.stderr).toContain(part);
    }
  });

  it('is pending where nobody decides in time, and goes on by its id; that works once', async () => {
    const log = join(scratch, 'audit.log');
    const client = await start([...NO_WAIT, '--audit-log', log]);
    const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
    expect(pendingOf(await client.call(BAN, { user_id: 'user_1' })).id).toBe(id);
    for (const confirm of [id, true, 'apr_AAAAAAAAAAAAAAAAAAAAAA', `${id}x`]) {
      expect((await client.call(BAN, { user_id: 'user_1', confirm })).isError).toBe(true);
    }
    const ann = await signIn(address, 'ann');
    expect(await ann.approve(id)).toMatchObject({ status: 200, body: { state: 'approved' } });
    const { shown } = await ann.show(id);
    const swapped = await client.call(BAN, { user_id: 'user_2', confirm: id });
    expect(swapped.json).toMatchObject({ error: 'confirmation_invalid', reason: 'other_arguments' });
    const other = await client.call('Users_lockUser', { user_id: 'user_1', confirm: id });
    expect(other.json).toMatchObject({ error: 'confirmation_invalid', reason: 'other_operation' });
    expect(changing()).toEqual([]);
    const twice = await Promise.all([1, 2].map(() => client.call(BAN, { user_id: 'user_1', confirm: id })));
    expect(twice.map(({ isError }) => isError).sort()).toEqual([false, true]);
    const again = await client.call(BAN, { user_id: 'user_1', confirm: id });
    expect(again.json).toMatchObject({ error: 'confirmation_invalid', reason: 'used' });
    expect(changing()).toHaveLength(1);
    const intent = (await readFile(log, 'utf8')).split('\n').find((line) => line.includes('"kind":"intent"'));
    expect(JSON.parse(intent ?? '{}')).toMatchObject({
      way: 'page',
      confirmed: 'ann, by passphrase',
      approval: {
        id,
        shown,
        shownText: expect.stringContaining('user_1'),
        words: [{ approver: 'ann', method: 'passphrase', fresh: true, lookedMs: 4_000 }],
      },
    });
  });

  it('is declined with who and their reason, which is on record', async () => {
    const log = join(scratch, 'declined.log');
    const client = await start([...NO_WAIT, '--audit-log', log]);
    const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
    await (await signIn(address, 'ann')).decline(id, 'Wrong person.');
    const { json } = await client.call(BAN, { user_id: 'user_1', confirm: id });
    expect(json).toMatchObject({
      error: 'confirmation_declined',
      declined_by: 'ann',
      message: expect.stringContaining('"Wrong person."'),
    });
    const refusal = (await readFile(log, 'utf8')).split('\n').find((line) => line.includes('confirmation_declined'));
    expect(JSON.parse(refusal ?? '{}')).toMatchObject({
      reason: 'confirmation_declined',
      approval: { id, words: [{ approver: 'ann', method: 'passphrase', lookedMs: 4_000 }] },
    });
    expect(changing()).toEqual([]);
  });

  it('is asked anew, with what changed, where the target is another by then', async () => {
    const client = await start(NO_WAIT);
    const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
    const ann = await signIn(address, 'ann');
    await ann.approve(id);
    upstream.reply = (request) => {
      const reply = plausibleReply(request);
      const isTarget = operationOf(request)?.name === 'Users_getUserDetails';
      return isTarget ? { ...reply, body: { ...(reply.body as object), first_name: 'Grace' } } : reply;
    };
    const anew = pendingOf(await client.call(BAN, { user_id: 'user_1', confirm: id }));
    expect(anew.id).not.toBe(id);
    expect((await ann.show(anew.id)).changed.join('\n')).toMatch(/Ada.*Now: .*Grace/);
    expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).json).toMatchObject({ reason: 'replaced' });
    expect(changing()).toEqual([]);
  });

  it('must be typed where it cannot be undone', async () => {
    const args = { user_id: 'user_1' };
    const client = await start(NO_WAIT);
    const { id, address } = pendingOf(await client.call('Users_deleteUserById', args));
    const ann = await signIn(address, 'ann');
    for (const typed of [undefined, 'user_2']) expect((await ann.approve(id, typed)).body.error).toBe('wrong_word');
    expect((await client.call('Users_deleteUserById', { ...args, confirm: id })).isError).toBe(true);
    const { review } = await ann.show(id);
    expect((await ann.approve(id, review.word)).status).toBe(200);
    expect((await client.call('Users_deleteUserById', { ...args, confirm: id })).isError).toBe(false);
    expect(changing()).toHaveLength(1);
  });

  it('may wait ten times for one caller', async () => {
    const client = await start(NO_WAIT);
    for (let n = 1; n <= 10; n++) pendingOf(await client.call(BAN, { user_id: `user_${n}` }));
    expect((await client.call(BAN, { user_id: 'user_11' })).json).toMatchObject({ error: 'too_many_pending' });
    expect(client.stderr()).toContain('further ones are refused');
    expect(changing()).toEqual([]);
  });

  it('is not known after a restart', async () => {
    const before = await start(NO_WAIT);
    const { id, address } = pendingOf(await before.call(BAN, { user_id: 'user_1' }));
    await (await signIn(address, 'ann')).approve(id);
    await before.close();
    const after = await start(NO_WAIT);
    const { json } = await after.call(BAN, { user_id: 'user_1', confirm: id });
    expect(json).toMatchObject({ error: 'confirmation_invalid', reason: 'unknown' });
    expect(changing()).toEqual([]);
  });

  it('takes two people, of whom the caller is not both', async () => {
    const callers = ['local'];
    const two = await approversFile(
      scratch,
      'two.json',
      approver('cleo', { callers }),
      approver('cleo2', { callers }),
      approver('dan'),
    );
    const client = await start([...NO_WAIT, '--confirm', 'two'], two);
    const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
    const cleo = await signIn(address, 'cleo');
    expect((await cleo.approve(id)).body.state).toBe('pending');
    expect((await cleo.approve(id)).body.error).toBe('again');
    expect((await (await signIn(address, 'cleo2')).approve(id)).body.error).toBe('own');
    expect(pendingOf(await client.call(BAN, { user_id: 'user_1', confirm: id })).id).toBe(id);
    expect(changing()).toEqual([]);
    expect((await (await signIn(address, 'dan')).approve(id)).body.state).toBe('approved');
    expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).isError).toBe(false);
    expect(changing()).toHaveLength(1);
  });
});

describe('who is notified', () => {
  const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

  it('is told of what waits, of decisions and of a flood, by signed messages that no call waits for', async () => {
    const receiver = await RecordingServer.start();
    // Nothing is ever taken.
    receiver.reply = () => ({ status: 500 });
    try {
      const client = await startProgram('v2 (2025)', {
        args: [...NO_WAIT, '--approvals-webhook', receiver.origin],
        env: { ...env(), CLERK_MCP_WEBHOOK_SECRET: SECRET },
      });
      open.push(client);
      const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
      await (await signIn(address, 'ann')).approve(id);
      expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).isError).toBe(false);
      for (let n = 1; n <= 12; n++) await client.call(BAN, { user_id: `user_${n}0` });
      const bodies = (): string[] => receiver.requests.map(({ body }) => String(body));
      const count = (type: string): number => new Set(bodies().filter((body) => JSON.parse(body).type === type)).size;
      await expect.poll(() => ['approval.pending', 'approval.decided', 'approvals.flood'].map(count)).toEqual([11, 1, 1]);
      for (const { headers, body } of receiver.requests) {
        expect(String(body)).not.toMatch(/user_\d|\bAda\b|\bann\b/);
        const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
        const signature = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
        expect(headers['webhook-signature']).toBe(`v1,${signature}`);
      }
      // Each once more, since it was not taken.
      await expect.poll(() => receiver.requests.length).toBeGreaterThan(13);
      expect(client.stderr()).not.toContain(SECRET);
    } finally {
      await receiver.stop();
    }
  });
});

describe('what serves approvals', () => {
  it('tells nothing to who is not signed in, and nothing to another site', async () => {
    const client = await start(NO_WAIT);
    const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
    expect((await fetch(`${address}/api/${id}`)).status).toBe(401);
    const signingIn = (passphrase: string, headers: Record<string, string> = {}) =>
      fetch(`${address}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ name: 'ann', passphrase }),
      });
    expect((await signingIn('guess', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await signingIn('guess')).status).toBe(401);
  });

  it('is the same over HTTP, under /approvals', async () => {
    const program = await startHttp({ args: NO_WAIT, env: { ...env(), CLERK_MCP_LOG_LEVEL: 'info', CLERK_MCP_AUTH: 'none' } });
    const client = await connectHttp('v2 (2026)', program.url);
    try {
      const { id, address } = pendingOf(await client.call(BAN, { user_id: 'user_1' }));
      expect(address).toMatch(/:\d+\/approvals$/);
      await (await signIn(`${program.url}/approvals`, 'ann')).approve(id);
      expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).isError).toBe(false);
      expect(changing()).toHaveLength(1);
    } finally {
      await client.close();
    }
  });
});
