import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RedisServer, startRedis, withoutRedis } from '../limits/redis-server.js';
import { approver, approversFile, type SignedIn, signIn } from '../support/approvers.js';
import { connectHttp, type HttpClient } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { operationOf, plausibleReply, plausibleUpstream } from '../support/plausible.js';
import type { Progress, ToolResult } from '../support/program.js';
import { scratchDirectory } from '../support/scratch.js';

const BAN = 'Users_markBanned';
const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');

describe.skipIf(withoutRedis)('an approval that two processes share', () => {
  let redis: RedisServer;
  let start: (...args: string[]) => Promise<HttpProgram>;
  let here: HttpProgram;
  let there: HttpProgram;
  const open: HttpClient[] = [];
  let user = 0;

  beforeAll(async () => {
    const approvers = await approversFile(scratch, 'approvers.json', approver('ann'));
    redis = await startRedis();
    const env = {
      CLERK_SECRET_KEY: 'sk_live_shared',
      CLERK_API_URL: `${upstream.origin}/v1`,
      CLERK_MCP_APPROVERS: approvers,
      CLERK_MCP_STORE: redis.url,
      CLERK_MCP_SIGNING_KEY: 'shared-by-the-two-0123456789abcdefghij',
    };
    start = (...args) => startHttp({ args: ['--auth', 'none', ...args], env });
    [here, there] = await Promise.all([start('--ask-wait', '0'), start('--ask-wait', '0')]);
    upstream.reply = plausibleReply;
    // The first call loads more than the store's time limit may leave on a busy machine.
    for (const server of [here, there]) {
      const client = await connect(server);
      const args = newArguments();
      await vi.waitFor(async () => expect(codeOf(await client.call(BAN, args))).toBe('approval_pending'));
    }
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.close()));
  });
  afterAll(async () => {
    await stopAll();
    await redis.kill();
  });

  const connect = async ({ url }: HttpProgram): Promise<HttpClient> => {
    const client = await connectHttp('v2 (2026)', url);
    open.push(client);
    return client;
  };
  const signedInAt = ({ url }: HttpProgram): Promise<SignedIn> => signIn(`${url}/approvals`, 'ann');
  const codeOf = ({ json }: ToolResult): unknown => (json as { error?: unknown }).error;
  const idOf = ({ json }: ToolResult): string => {
    expect(json).toMatchObject({ error: 'approval_pending' });
    return (json as { approval: string }).approval;
  };
  const newArguments = (): { user_id: string } => ({ user_id: `user_${++user}` });

  it('is the same at both, and lets one request through however many race for it', async () => {
    const [one, other] = await Promise.all([connect(here), connect(there)]);
    const args = newArguments();
    const ids = await Promise.all([one, other, one, other].map(async (client) => idOf(await client.call(BAN, args))));
    expect(new Set(ids).size).toBe(1);
    const [confirm = ''] = ids;
    await (await signedInAt(there)).approve(confirm);
    const race = await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? other : one).call(BAN, { ...args, confirm })));
    expect(race.filter(({ isError }) => !isError)).toHaveLength(1);
    const late = race.filter(({ isError }) => isError).map(({ json }) => (json as { reason: unknown }).reason);
    expect(late).toEqual(Array.from({ length: 9 }, () => 'used'));
    expect(changing()).toHaveLength(1);
  });

  it('has one word at a time: of an approval and a refusal that race, the call follows what stands', async () => {
    const client = await connect(here);
    const args = newArguments();
    const id = idOf(await client.call(BAN, args));
    const [one, other] = [await signedInAt(here), await signedInAt(there)];
    await Promise.all([one.approve(id), other.decline(id, 'No.')]);
    // A yes can be taken back until it is used, so that the no stands whichever came first.
    expect((await client.call(BAN, { ...args, confirm: id })).json).toMatchObject({ error: 'confirmation_declined' });
    expect(changing()).toEqual([]);
  });

  it('is heard of where the call waits, though the word came to the other', async () => {
    const waiting = await start();
    const client = await connectHttp('v2 (2025)', waiting.url);
    open.push(client);
    const ann = await signedInAt(there);
    let approving: Promise<unknown> | undefined;
    const onprogress = ({ message = '' }: Progress): void => {
      const [id] = /apr_[\w-]{22}/.exec(message) ?? [];
      if (id !== undefined) approving ??= ann.approve(id);
    };
    expect((await client.call(BAN, newArguments(), { onprogress })).isError).toBe(false);
    await approving;
    expect(changing()).toHaveLength(1);
  });

  it('outlives the process that asked for it, and what was used stays used', async () => {
    const doomed = await start('--ask-wait', '0');
    const args = newArguments();
    const id = idOf(await (await connect(doomed)).call(BAN, args));
    await doomed.stop('SIGKILL');
    open.pop();
    await (await signedInAt(here)).approve(id);
    const successor = await start('--ask-wait', '0');
    expect((await (await connect(successor)).call(BAN, { ...args, confirm: id })).isError).toBe(false);
    await successor.stop('SIGKILL');
    open.pop();
    const again = await (await connect(there)).call(BAN, { ...args, confirm: id });
    expect(again.json).toMatchObject({ error: 'confirmation_invalid', reason: 'used' });
    expect(changing()).toHaveLength(1);
  });

  it('is asked anew at the other where the target has changed, and the old one is good nowhere', async () => {
    const [one, other] = await Promise.all([connect(here), connect(there)]);
    const args = newArguments();
    const id = idOf(await one.call(BAN, args));
    const ann = await signedInAt(here);
    await ann.approve(id);
    upstream.reply = (request) => {
      const reply = plausibleReply(request);
      const isTarget = operationOf(request)?.name === 'Users_getUserDetails';
      return isTarget ? { ...reply, body: { ...(reply.body as object), first_name: 'Grace' } } : reply;
    };
    const anew = idOf(await other.call(BAN, { ...args, confirm: id }));
    expect(anew).not.toBe(id);
    expect((await ann.show(anew)).changed.join('\n')).toMatch(/Ada.*Now: .*Grace/);
    for (const client of [one, other]) {
      expect((await client.call(BAN, { ...args, confirm: id })).json).toMatchObject({ reason: 'replaced' });
    }
    expect(changing()).toEqual([]);
  });

  it('is good for nothing else at the other: other arguments, another operation', async () => {
    const [one, other] = await Promise.all([connect(here), connect(there)]);
    const args = newArguments();
    const id = idOf(await one.call(BAN, args));
    await (await signedInAt(here)).approve(id);
    expect((await other.call(BAN, { user_id: 'user_other', confirm: id })).json).toMatchObject({ reason: 'other_arguments' });
    expect((await other.call('Users_lockUser', { ...args, confirm: id })).json).toMatchObject({ reason: 'other_operation' });
    expect(changing()).toEqual([]);
  });
});
