import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Seat, sitDown } from '../support/approvals-seat.js';
import { approver, approversFile, PASSPHRASE, type SignedIn, signIn } from '../support/approvers.js';
import { connectHttp, type HttpClient } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const USERS = ['user_a', 'user_b', 'user_c', 'user_d'] as const;
const SEED = { users: USERS.map((id) => ({ id, first_name: id, email_addresses: [`${id}@example.com`] })) };

let server: HttpProgram;
let client: HttpClient;
let ann: SignedIn;
let seat: Seat;
let log: string;

beforeAll(async () => {
  const dir = await scratchDirectory();
  log = join(dir, 'audit.log');
  server = await startHttp({
    args: [
      ...['--sandbox', '--seed', await scratchFile(dir, SEED), '--auth', 'none'],
      ...['--confirm', 'person', '--ask', 'page', '--ask-wait', '0', '--state-dir', join(dir, 'state'), '--audit-log', log],
    ],
    env: { CLERK_MCP_APPROVERS: await approversFile(dir, 'approvers.json', approver('ann')) },
  });
  client = await connectHttp('v2 (2025)', server.url);
  ann = await signIn(`${server.url}/approvals`, 'ann');
  seat = await sitDown(`${server.url}/approvals`);
});
afterAll(async () => {
  await client?.close();
  await stopAll();
});

/** Makes a call that a person approves. Answers with the approval. */
async function approved(tool: string, args: Record<string, unknown>): Promise<string> {
  const { approval } = (await client.call(tool, args)).json as { approval: string };
  expect(await ann.approve(approval)).toMatchObject({ status: 200 });
  const answer = await client.call(tool, { ...args, confirm: approval });
  expect(answer.isError, answer.text).toBe(false);
  return approval;
}

const userNow = async (user_id: string) =>
  (await client.call('Users_getUserDetails', { user_id, fields: ['banned', 'last_name'] })).json as {
    banned: boolean;
    last_name: string | null;
  };

const formsIn = (page: string): string[] => [...page.matchAll(/name="of" value="([^"]+)"/g)].map(([, of]) => of ?? '');

/** Clicks on “Undo…”. Answers with the approval that it led to. */
async function undo(of: string): Promise<string> {
  const response = await seat.post('/undo', { of });
  expect(response.status, await response.text()).toBe(303);
  return /apr_[\w-]{22}$/.exec(response.headers.get('location') ?? '')?.[0] ?? '';
}

const record = async (): Promise<Record<string, unknown>[]> =>
  (await readFile(log, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('takes an approved call back from the history, when a person has approved that too', async () => {
  const ban = await approved('Users_markBanned', { user_id: 'user_a' });
  const [of = ''] = formsIn(await seat.raw('/history'));
  expect(formsIn(await seat.raw(`/${ban}`))).toEqual([of]);
  const id = await undo(of);
  expect(await undo(of), 'a second click').toBe(id);
  expect(await seat.text(`/${id}`)).toMatch(/Undo of Ban a user: .*user_a.* Unban a user \(1\): .*Asked by ann, on this page/);
  expect(await userNow('user_a')).toMatchObject({ banned: true });
  // Access is given back: that takes the passphrase once more.
  const { shown } = await ann.show(id);
  const said = { verdict: 'approve', shown };
  expect(await (await seat.post(`/${id}`, said)).text()).toContain('Show again who you are');
  expect((await seat.post(`/${id}`, { ...said, passphrase: PASSPHRASE })).status).toBe(303);
  await expect.poll(() => seat.text(`/${id}`), { timeout: 20_000 }).toContain('What became of it Carried out: 1 of 1.');
  expect(await userNow('user_a')).toMatchObject({ banned: false });
  const lines = (await record()).filter(({ caller }) => caller === 'ann');
  expect(lines.find(({ kind }) => kind === 'asked')).toMatchObject({ transport: 'page', operation: 'Jobs_applyPlan' });
  expect(lines).toContainEqual(
    expect.objectContaining({
      kind: 'intent',
      operation: 'Jobs_applyPlan',
      confirmed: 'ann, by passphrase',
      approval: expect.objectContaining({ id, words: [expect.objectContaining({ approver: 'ann', fresh: true })] }),
    }),
  );
  expect(lines.find(({ kind, operation }) => kind === 'intent' && operation === 'Users_removeBanFromUser')).toBeDefined();
});

it('does not overwrite what has changed since, before it was asked or before it was approved, and says so', async () => {
  const rename = (user_id: string, last_name: string) => ({
    tool: 'Users_updateUserAttributes',
    arguments: { user_id, last_name },
  });
  const planned = (await client.call('Jobs_planChanges', { steps: USERS.slice(1).map((id) => rename(id, 'Planned')) })).json;
  const { plan } = planned as { plan: string };
  await client.call('Jobs_applyPlan', { plan });
  const change = (user_id: string) => client.call('Users_updateUserAttributes', { user_id, last_name: 'Since' });
  expect(await userNow('user_b')).toMatchObject({ last_name: 'Planned' });

  await change('user_b');
  expect(formsIn(await seat.raw('/undo'))).toContain(`plan:${plan}`);
  const id = await undo(`plan:${plan}`);
  const page = await seat.text(`/${id}`);
  expect(page).toMatch(/2 changes in all/);
  expect(page).toMatch(/1 left out: it has changed since, and is not overwritten: .*user_b/);
  await change('user_c');
  expect(await ann.approve(id)).toMatchObject({ status: 200 });
  await expect
    .poll(() => seat.text(`/${id}`), { timeout: 20_000 })
    .toMatch(/Carried out: 1 of 2\. Left as they are: 1\. it has changed since: .*user_c/);
  expect(await Promise.all(USERS.slice(1).map(async (each) => (await userNow(each)).last_name))).toEqual([
    'Since',
    'Since',
    null,
  ]);
});

it('changes nothing when it is declined, and can be asked for again', async () => {
  const [of = ''] = formsIn(await seat.raw(`/${await approved('Users_markBanned', { user_id: 'user_d' })}`));
  const first = await undo(of);
  expect(await ann.decline(first, 'Leave it.')).toMatchObject({ status: 200 });
  await expect.poll(() => undo(of), { timeout: 20_000 }).not.toBe(first);
  expect(await userNow('user_d')).toMatchObject({ banned: true });
});

it('wants the passphrase anew for 25 calls or more, whatever they are', async () => {
  const renames = (count: number) =>
    Array.from({ length: count }, (_, nth) => ({
      tool: 'Users_updateUserAttributes',
      arguments: { user_id: 'user_d', last_name: `Name ${nth}` },
    }));
  for (const [count, grave] of [
    [24, false],
    [25, true],
  ] as const) {
    const { plan } = (await client.call('Jobs_planChanges', { steps: renames(count) })).json as { plan: string };
    await client.call('Jobs_applyPlan', { plan });
    const id = await undo(`plan:${plan}`);
    expect((await ann.show(id)).needs).toMatchObject({ grave });
    await ann.decline(id, 'Another time.');
  }
});

it('takes a form of its own alone, from somebody who is signed in, about something that is kept', async () => {
  const of = `call:${'x'.repeat(12)}`;
  expect((await seat.post('/undo', { of, token: 'guessed' })).status).toBe(403);
  const stranger = await fetch(`${server.url}/approvals/undo`, { redirect: 'manual' });
  expect(stranger.headers.get('location')).toMatch(/\/sign-in$/);
  const unknown = await seat.post('/undo', { of });
  expect([unknown.status, await unknown.text()]).toEqual([409, expect.stringContaining('Nothing is kept of call xxxxxxxxxxxx')]);
  expect((await seat.post('/undo', { of: '../../etc' })).status).toBe(400);
});
