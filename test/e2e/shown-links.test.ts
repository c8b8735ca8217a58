import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approver, approversFile, signIn } from '../support/approvers.js';
import type { AskedClient, ShownLink } from '../support/elicitation.js';
import { connectHttp, type HttpClient, type HttpClientKind } from '../support/http-clients.js';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { CLIENTS, type ClientKind, startProgram } from '../support/program.js';
import { call, modern, openSession, post } from '../support/raw-http.js';
import { scratchDirectory } from '../support/scratch.js';

const BAN = 'Users_markBanned';
const ERROR_DEMANDS_LINK = -32_042;

const scratch = await scratchDirectory();
const upstream = await plausibleUpstream();
const file = await approversFile(scratch, 'approvers.json', approver('ann'));
const env = (approvers = file): Record<string, string> => ({
  CLERK_SECRET_KEY: 'sk_live_links',
  CLERK_API_URL: `${upstream.origin}/v1`,
  CLERK_MCP_LOG_LEVEL: 'info',
  CLERK_MCP_APPROVERS: approvers,
});
const changing = () => upstream.requests.filter((request) => operationOf(request)?.risk !== 'read');

let patient: HttpProgram;
let hasty: HttpProgram;
beforeAll(async () => {
  const start = (...args: string[]) => startHttp({ args: ['--auth', 'none', ...args], env: env() });
  [patient, hasty] = await Promise.all([start(), start('--ask-wait', '0')]);
});
afterAll(stopAll);

/** What the client was asked to show, and what it was told is over. */
let links: ShownLink[] = [];
let completed: string[] = [];
let user = 0;
const open: HttpClient[] = [];
beforeEach(() => {
  links = [];
  completed = [];
  user++;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

const idIn = ({ url }: ShownLink): string => /apr_[\w-]{22}$/.exec(url)?.[0] ?? '';
const addressIn = ({ url }: ShownLink): string => url.replace(/\/apr_.*$/, '');

/** A client whose person opens the link, signs in and approves. */
const approving = (): AskedClient => ({
  opens: (link) => {
    links.push(link);
    void signIn(addressIn(link), 'ann').then((ann) => ann.approve(idIn(link)));
    return 'accept';
  },
  onComplete: (id) => completed.push(id),
});

async function connect(where: 'stdio' | HttpProgram, kind: string, asked: AskedClient): Promise<HttpClient> {
  const client =
    where === 'stdio'
      ? await startProgram(kind as ClientKind, { args: [], env: env(), ...asked })
      : await connectHttp(kind as HttpClientKind, where.url, asked);
  open.push(client);
  return client;
}

const seats = [
  ...CLIENTS.map((kind) => ['stdio', kind] as const),
  ...(['v1', 'v1 over SSE', 'v2 (2025)', 'v2 (2026)'] as const).map((kind) => ['HTTP', kind] as const),
];

describe('a client that can show links', () => {
  it.each(seats)('over %s, %s: shows the one to the approval, and gets the answer of its call', async (transport, kind) => {
    const client = await connect(transport === 'stdio' ? 'stdio' : patient, kind, approving());
    const result = await client.call(BAN, { user_id: `user_${user}` });
    expect(result.isError).toBe(false);
    expect(changing()).toHaveLength(1);
    const isModern = kind === 'v2 (2026)';
    const [link] = links as [ShownLink];
    expect(links).toEqual([
      expect.objectContaining({
        url: expect.stringMatching(/^http:\/\/[\w.]+:\d+\/approvals\/apr_[\w-]{22}$/),
        message: expect.stringContaining('Ban a user'),
        ...(isModern ? {} : { elicitationId: idIn(link) }),
      }),
    ]);
    // Of whom it is stands behind the link.
    expect(link.message).not.toMatch(/user_|ada/i);
    expect(completed).toEqual(isModern ? [] : [idIn(link)]);
  });

  it.each(seats)('over %s, %s: says that the link was not opened, which is nobody’s no', async (transport, kind) => {
    const client = await connect(transport === 'stdio' ? 'stdio' : patient, kind, {
      opens: (link) => {
        links.push(link);
        return 'decline';
      },
      onComplete: (id) => completed.push(id),
    });
    const args = { user_id: `user_${user}` };
    const { json } = await client.call(BAN, args);
    const [link] = links as [ShownLink];
    expect(json).toMatchObject({ error: 'approval_pending', approval: idIn(link), message: expect.stringContaining('not a no') });
    const ann = await signIn(addressIn(link), 'ann');
    expect((await ann.approve(idIn(link))).body.state).toBe('approved');
    expect((await client.call(BAN, { ...args, confirm: idIn(link) })).isError).toBe(false);
    expect(changing()).toHaveLength(1);
    // Once, for the link was shown.
    expect(links).toHaveLength(1);
    if (kind !== 'v2 (2026)') await expect.poll(() => completed).toEqual([idIn(link)]);
  });

  it('is asked by its form where it has one, and by the link where forms are not to be used', async () => {
    const both: AskedClient = { ...approving(), person: () => ({ action: 'accept', content: { confirm: true } }) };
    const client = await connect(patient, 'v2 (2026)', both);
    expect((await client.call(BAN, { user_id: `user_${user}` })).isError).toBe(false);
    expect(links).toEqual([]);
    const paged = await startProgram('v2 (2025)', { args: ['--ask', 'page'], env: env(), ...both });
    open.push(paged);
    expect((await paged.call(BAN, { user_id: `user_${user}` })).isError).toBe(false);
    expect(links).toHaveLength(1);
    expect(changing()).toHaveLength(2);
  });

  it('gets nothing by what it says of a link: not by its word, nor by the id of another call', async () => {
    const params = { name: BAN, arguments: { user_id: `user_${user}` } };
    const send = async (more: object): Promise<Record<string, unknown>> => {
      const { body, headers } = modern('tools/call', { ...params, ...more });
      const { result } = (await post(`${hasty.url}/mcp`, body, headers)).json;
      const { content } = result as { content: { text: string }[] };
      return JSON.parse(content[0]?.text ?? '{}') as Record<string, unknown>;
    };
    const { approval, link } = await send({});
    const inputResponses = { confirm: { action: 'accept', content: { confirm: true } } };
    expect(await send({ requestState: approval, inputResponses })).toMatchObject({ error: 'approval_pending' });
    expect(changing()).toEqual([]);
    const ann = await signIn(String(link).replace(/\/apr_.*$/, ''), 'ann');
    await ann.approve(String(approval));
    const swapped = { requestState: approval, inputResponses, arguments: { user_id: 'user_other' } };
    expect(await send(swapped)).toMatchObject({ error: 'confirmation_invalid', reason: 'other_arguments' });
    expect(await send({ requestState: 'apr_AAAAAAAAAAAAAAAAAAAAAA', inputResponses })).toMatchObject({ reason: 'unknown' });
    expect(changing()).toEqual([]);
  });

  it('is shown none where nobody is enrolled', async () => {
    const client = await startProgram('v2 (2025)', { args: [], env: env(join(scratch, 'nobody.json')), ...approving() });
    open.push(client);
    expect((await client.call(BAN, { user_id: `user_${user}` })).json).toMatchObject({ error: 'person_required' });
    expect(links).toEqual([]);
  });
});

describe('where the client cannot be asked while its call waits', () => {
  it.each(['v1', 'v1 over SSE', 'v2 (2025)'] as const)(
    '%s is told by the error to show the link, and when to call again',
    async (kind) => {
      const client = await connect(hasty, kind, approving());
      const args = { user_id: `user_${user}` };
      const refused: { code: number; data: { elicitations: ShownLink[] } } = await client.call(BAN, args).then(
        () => expect.fail('the call was answered'),
        (error) => error,
      );
      expect(refused).toMatchObject({ code: ERROR_DEMANDS_LINK, data: { elicitations: [{ mode: 'url' }] } });
      const [link] = refused.data.elicitations as [ShownLink];
      expect(link.elicitationId).toBe(idIn(link));
      expect(changing()).toEqual([]);
      await (await signIn(addressIn(link), 'ann')).approve(idIn(link));
      await expect.poll(() => completed).toEqual([idIn(link)]);
      expect((await client.call(BAN, args)).isError).toBe(false);
      expect(changing()).toHaveLength(1);
      expect(links).toEqual([]);
    },
  );

  it('as it takes no stream, the error is its answer until somebody has decided', async () => {
    const endpoint = `${patient.url}/mcp`;
    const session = await openSession(patient.url, {}, { elicitation: { url: {} } });
    const headers = { ...session, accept: 'application/json' };
    const ban = (id: number) => post(endpoint, call(id, BAN, { user_id: `user_${user}` }), headers);
    const answers = [(await ban(1)).json, (await ban(2)).json] as {
      error: { code: number; data: { elicitations: ShownLink[] } };
    }[];
    expect(answers.map(({ error }) => error.code)).toEqual([ERROR_DEMANDS_LINK, ERROR_DEMANDS_LINK]);
    const [link, same] = answers.map(({ error }) => error.data.elicitations[0]) as [ShownLink, ShownLink];
    expect(same).toEqual(link);
    await (await signIn(addressIn(link), 'ann')).decline(idIn(link), 'No.');
    expect((await post(endpoint, call(3, BAN, { user_id: `user_${user}`, confirm: idIn(link) }), headers)).json).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('confirmation_declined') }] },
    });
    expect(changing()).toEqual([]);
  });
});
