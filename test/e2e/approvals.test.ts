import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approversFile } from '../support/approvers.js';
import { connectHttp } from '../support/http-clients.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { operationOf, plausibleReply, plausibleUpstream } from '../support/plausible.js';
import { type ProgramClient, type ProgramOptions, type Progress, startProgram, type ToolResult } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const file = approversFile(scratch);
const env = (): Record<string, string> => ({
  CLERK_SECRET_KEY: 'sk_live_approvals',
  CLERK_API_URL: `${upstream.origin}/v1`,
  CLERK_MCP_LOG_LEVEL: 'warn',
  CLERK_MCP_APPROVERS: file.path,
});

const open: ProgramClient[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
  await stopAll();
});

/** A client that cannot ask, on a live instance. */
async function start(args: readonly string[] = [], options: Partial<ProgramOptions> = {}): Promise<ProgramClient> {
  const client = await startProgram('v2 (2025)', { args: [...args], env: { ...env(), ...options.env }, ...options });
  open.push(client);
  return client;
}

const NO_WAIT = ['--ask-wait', '0'];
const BAN = 'Users_markBanned';
const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');
const idOf = ({ json }: ToolResult): string => (json as { approval: string }).approval;

beforeAll(async () => {
  const enrolled = await file.enrol('ann');
  expect(enrolled.stderr).toContain('ann can approve from now on');
});

describe('a gated call on a live instance, by a client that cannot ask', () => {
  it('is refused with the one command that enrols somebody, where nobody is enrolled', async () => {
    const path = join(scratch, 'nobody.json');
    const client = await start([], { env: { ...env(), CLERK_MCP_APPROVERS: path } });
    const refused = await client.call(BAN, { user_id: 'user_1', confirm: true });
    expect(refused.json).toMatchObject({ error: 'person_required', enrol: `clerk-mcp approver add NAME --approvers ${path}` });
    expect(changing()).toEqual([]);
    // Changes count at once.
    await approversFile(scratch, 'nobody.json').enrol('bob');
    expect(await client.call(BAN, { user_id: 'user_1' }, { onprogress: () => client.close() }).catch(() => 'closed')).toBe(
      'closed',
    );
    expect(changing()).toEqual([]);
  });

  it('waits, and is carried out once when it is approved', async () => {
    const client = await start();
    const heard: string[] = [];
    const approved = new Promise<string>((resolve) => {
      void client
        .call(
          BAN,
          { user_id: 'user_1' },
          {
            onprogress: ({ message = '' }: Progress) => {
              heard.push(message);
              const [id] = /apr_[\w-]{22}/.exec(message) ?? [];
              if (id !== undefined && heard.length === 1)
                void file.approvals('ann', 'approve', id).then(({ stderr }) => resolve(stderr));
            },
          },
        )
        .then((result) => results.push(result));
    });
    const results: ToolResult[] = [];
    const said = await approved;
    expect(said).toContain('LIVE instance');
    expect(said).toContain('user_1');
    expect(said).toContain('POST /users/user_1/ban');
    expect(said).toContain('Approved.');
    await expect.poll(() => results.length).toBe(1);
    expect(results[0]?.isError).toBe(false);
    expect(changing()).toHaveLength(1);
    expect(heard[0]).toMatch(/http:\/\/localhost:\d+\/approvals\/apr_/);
  });

  it('is pending where nobody decides in time, and goes on by its id; that works once', async () => {
    const log = join(scratch, 'audit.log');
    const client = await start([...NO_WAIT, '--audit-log', log]);
    const pending = await client.call(BAN, { user_id: 'user_1' });
    expect(pending.json).toMatchObject({ error: 'approval_pending', link: expect.stringContaining('/approvals/apr_') });
    const id = idOf(pending);
    expect(idOf(await client.call(BAN, { user_id: 'user_1' }))).toBe(id);
    expect(idOf(await client.call(BAN, { user_id: 'user_1', confirm: id }))).toBe(id);
    expect((await file.approvals('ann', 'list')).stdout).toContain(id);
    expect((await client.call(BAN, { user_id: 'user_1', confirm: true })).isError).toBe(true);
    await file.approvals('ann', 'approve', id);
    const swapped = await client.call(BAN, { user_id: 'user_2', confirm: id });
    expect(swapped.json).toMatchObject({ error: 'confirmation_invalid', reason: 'other_arguments' });
    const other = await client.call('Users_unsetBanned', { user_id: 'user_1', confirm: id });
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
        shown: expect.stringMatching(/^[\w-]{43}$/),
        shownText: expect.stringContaining('user_1'),
        words: [{ approver: 'ann', method: 'passphrase', fresh: true, lookedMs: expect.any(Number) }],
      },
    });
  });

  it('is declined with who and their reason', async () => {
    const client = await start(NO_WAIT);
    const id = idOf(await client.call(BAN, { user_id: 'user_1' }));
    await file.approvals('ann', 'decline', id, '--reason', 'Wrong person.');
    const { json } = await client.call(BAN, { user_id: 'user_1', confirm: id });
    expect(json).toMatchObject({
      error: 'confirmation_declined',
      declined_by: 'ann',
      message: expect.stringContaining('"Wrong person."'),
    });
    expect(changing()).toEqual([]);
  });

  it('asks anew, and says what changed, where the target is another by then', async () => {
    const client = await start(NO_WAIT);
    const id = idOf(await client.call(BAN, { user_id: 'user_1' }));
    await file.approvals('ann', 'approve', id);
    upstream.reply = (request) => {
      const reply = plausibleReply(request);
      const body = reply.body as Record<string, unknown>;
      return operationOf(request)?.name === 'Users_getUserDetails' ? { ...reply, body: { ...body, first_name: 'Grace' } } : reply;
    };
    const anew = await client.call(BAN, { user_id: 'user_1', confirm: id });
    expect(anew.json).toMatchObject({ error: 'approval_pending' });
    expect(idOf(anew)).not.toBe(id);
    expect((await file.approvals('ann', 'show', idOf(anew))).stdout).toMatch(/Changed since it was shown: .*Ada.*Grace/);
    expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).json).toMatchObject({ reason: 'replaced' });
    expect(changing()).toEqual([]);
  });

  it('must be typed where it cannot be undone', async () => {
    const client = await start(NO_WAIT);
    const id = idOf(await client.call('Users_deleteUser', { user_id: 'user_1' }));
    const wrong = await file.approvals('ann', 'approve', id, '--word', 'user_2');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('not what was asked for') });
    const { stdout } = await file.approvals('ann', 'show', id, '--json');
    const { review } = JSON.parse(stdout) as { review: { word: string } };
    expect(await file.approvals('ann', 'approve', id, '--word', review.word)).toMatchObject({ code: 0 });
    expect((await client.call('Users_deleteUser', { user_id: 'user_1', confirm: id })).isError).toBe(false);
    expect(changing()).toHaveLength(1);
  });

  it('may wait ten times for one caller', async () => {
    const client = await start(NO_WAIT);
    for (let n = 1; n <= 10; n++) {
      expect((await client.call(BAN, { user_id: `user_${n}` })).json).toMatchObject({ error: 'approval_pending' });
    }
    expect((await client.call(BAN, { user_id: 'user_11' })).json).toMatchObject({ error: 'too_many_pending' });
    expect(client.stderr()).toContain('further ones are refused');
    expect(changing()).toEqual([]);
  });

  it('is not known after a restart', async () => {
    const before = await start(NO_WAIT);
    const id = idOf(await before.call(BAN, { user_id: 'user_1' }));
    await file.approvals('ann', 'approve', id);
    await before.close();
    const after = await start(NO_WAIT);
    const { json } = await after.call(BAN, { user_id: 'user_1', confirm: id });
    expect(json).toMatchObject({ error: 'confirmation_invalid', reason: 'unknown' });
    expect(changing()).toEqual([]);
  });

  it('takes two people, of whom the caller is not both', async () => {
    const directory = join(scratch, 'two');
    await mkdir(directory);
    const two = approversFile(directory);
    await two.enrol('cleo', '--caller', 'local');
    await two.enrol('cleo2', '--caller', 'local');
    await two.enrol('dan');
    const client = await start([...NO_WAIT, '--confirm', 'two'], { env: { ...env(), CLERK_MCP_APPROVERS: two.path } });
    const id = idOf(await client.call(BAN, { user_id: 'user_1' }));
    expect((await two.approvals('cleo', 'approve', id)).stderr).toContain('it takes another person');
    expect((await two.approvals('cleo', 'approve', id)).stderr).toContain('You have approved it already');
    expect((await two.approvals('cleo2', 'approve', id)).stderr).toContain('another person than the caller');
    expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).json).toMatchObject({ error: 'approval_pending' });
    expect(changing()).toEqual([]);
    expect((await two.approvals('dan', 'approve', id)).stderr).toContain('Approved.');
    expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).isError).toBe(false);
    expect(changing()).toHaveLength(1);
  });
});

describe('what serves approvals', () => {
  it('tells nothing to who is not signed in, and nothing to another site', async () => {
    const client = await start(NO_WAIT);
    const { json } = await client.call(BAN, { user_id: 'user_1' });
    const { link, approval } = json as { link: string; approval: string };
    const api = link.replace(`/${approval}`, '/api');
    expect((await fetch(`${api}/${approval}`)).status).toBe(401);
    const cross = { method: 'POST', headers: { origin: 'https://evil.example', 'content-type': 'application/json' }, body: '{}' };
    expect((await fetch(`${api}/session`, cross)).status).toBe(403);
    const wrong = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'ann', passphrase: 'guess' }),
    };
    expect((await fetch(`${api}/session`, wrong)).status).toBe(401);
  });

  it('is the same over HTTP, under /approvals', async () => {
    const program = await startHttp({ args: NO_WAIT, env: { ...env(), CLERK_MCP_LOG_LEVEL: 'info', CLERK_MCP_AUTH: 'none' } });
    const client = await connectHttp('v2 (2026)', program.url);
    try {
      const id = idOf(await client.call(BAN, { user_id: 'user_1' }));
      expect((await file.approvals('ann', 'approve', id, '--url', `${program.url}/approvals`)).stderr).toContain('Approved.');
      expect((await client.call(BAN, { user_id: 'user_1', confirm: id })).isError).toBe(false);
      expect(changing()).toHaveLength(1);
    } finally {
      await client.close();
    }
  });
});
