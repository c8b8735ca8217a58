import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpProgram, startHttp, stopAll } from '../support/http-program.js';
import { OperatorTokens } from '../support/operator-tokens.js';
import {
  bearer,
  call,
  EventStream,
  initialize,
  type Message,
  modern,
  openSession,
  send,
  subscribe,
} from '../support/raw-http.js';
import { RecordingServer, type Reply } from '../support/recording-server.js';

const COUNT = 'Users_getTotalCount';
const BAN = 'Users_markBanned';

const tokens = new OperatorTokens();
let upstream: RecordingServer;
let viewer: string;
let admin: string;
let widened: string;
/** The same server with the quick path and without it. */
let ways: readonly [HttpProgram, HttpProgram];

beforeAll(async () => {
  upstream = await RecordingServer.start();
  [viewer, admin, widened] = [
    await tokens.add('vera', 'viewer'),
    await tokens.add('ada', 'admin'),
    await tokens.add('will', 'viewer'),
  ];
  const start = (...more: string[]): Promise<HttpProgram> =>
    startHttp({
      args: ['--auth', 'token', '--tokens', tokens.path, ...more],
      env: { CLERK_SECRET_KEY: 'sk_test_ways', CLERK_API_URL: `${upstream.origin}/v1` },
    });
  ways = [await start(), await start('--no-quick-path')];
});
afterAll(async () => {
  await stopAll();
  await upstream.stop();
});

/** Of the moment, the connection or the session. */
const OF_ITS_OWN = new Set(['date', 'mcp-session-id', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']);
/** How an answer is packed, which for one in a session is the one difference. */
const PACKAGING = new Set(['content-type', 'cache-control', 'x-accel-buffering']);

/** What is offered beside tools. */
const BESIDE: readonly [string, string, object][] = [
  ['the prompts', 'prompts/list', {}],
  ['a prompt', 'prompts/get', { name: 'offboard-person', arguments: { person: 'ada' } }],
  ['a prompt that there is not', 'prompts/get', { name: 'nothing' }],
  ['the resources', 'resources/list', {}],
  ['the templates', 'resources/templates/list', {}],
  ['a resource', 'resources/read', { uri: 'clerk-mcp://offer' }],
  ['a resource that takes reads', 'resources/read', { uri: 'clerk-mcp://instance' }],
  ['a resource that there is not', 'resources/read', { uri: 'clerk-mcp://nothing' }],
  ['a resource without an address', 'resources/read', {}],
  [
    'a completion',
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'offboard-person' }, argument: { name: 'person', value: 'a' } },
  ],
  ['the skills', 'skills/list', {}],
  ['a skill', 'skills/get', { uri: 'skill://launch-check/SKILL.md' }],
];

/** JSON has it as it is, though it ends a line for JavaScript. */
const SEPARATED = 'a\u2028data: 1';

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly session: boolean;
  readonly messages: readonly unknown[];
  readonly text: string;
}

/** Random or of the moment within what is said. */
const masked = (text: string): string =>
  text
    .replaceAll(/\d+\.\d s/g, 'a while')
    .replaceAll(/\bafter(_ms\\?":|\s)\d+/g, 'after$1')
    .replaceAll(/("requestState":)"[^"]*"/g, '$1"sealed"')
    .replaceAll(/\bcfu_[\w-]+/g, 'a token');

const seen = async (response: Response, isPacked: boolean): Promise<Seen> => seenOf(response, await response.text(), isPacked);

function seenOf(response: Response, whole: string, isPacked: boolean): Seen {
  const text = masked(whole);
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  const parts = isStream
    ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)
    : [text].filter((part) => part !== '');
  const headers = [...response.headers].filter(([name]) => !OF_ITS_OWN.has(name) && !(isPacked && PACKAGING.has(name)));
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    session: response.headers.has('mcp-session-id'),
    messages: parts.map((part) => JSON.parse(part) as unknown),
    text: isPacked ? '' : text,
  };
}

const progress = (message: Message): Message => ({
  ...message,
  params: { ...(message.params as object), _meta: { progressToken: 'p' } },
});

describe('a request in a session is answered alike with the quick path and without it', () => {
  const batch = [call(1, COUNT), call(2, 'Users_nothing')];
  it.each<[string, unknown, Record<string, string>?]>([
    ['a read', call(1, COUNT)],
    ['a read of which progress is wanted', progress(call('p' as never, COUNT))],
    ['an unknown tool', call(1, 'Users_nothing')],
    ['wrong arguments', call(1, BAN, { user: 1 })],
    ['a gated call', call(1, BAN, { user_id: 'user_1' })],
    ['a call without a name', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }],
    ['a call without parameters', { jsonrpc: '2.0', id: 1, method: 'tools/call' }],
    ['a call that is no JSON-RPC', { id: 1, method: 'tools/call', params: { name: COUNT } }],
    ['a call without an id', { jsonrpc: '2.0', method: 'tools/call', params: { name: COUNT } }],
    ['a call with the id null', { jsonrpc: '2.0', id: null, method: 'tools/call', params: { name: COUNT } }],
    ['a batch', batch],
    ['a ping', { jsonrpc: '2.0', id: 1, method: 'ping' }],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'nothing/such' }],
    ['a cursor', { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor: null } }],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } }],
    ['a revision that is none', call(1, COUNT), { 'mcp-protocol-version': '1999-01-01' }],
    ['JSON alone', call(1, COUNT), { accept: 'application/json' }],
    ['JSON alone for a batch', batch, { accept: 'application/json' }],
    ['JSON alone for an answer with a line separator', call(SEPARATED as never, COUNT), { accept: 'application/json' }],
    ['an input that would be the prototype', call(1, COUNT, JSON.parse('{"__proto__":1,"query":"a"}') as object)],
    ['a stream alone', call(1, COUNT), { accept: 'text/event-stream' }],
    ['neither', call(1, COUNT), { accept: 'text/html' }],
    ['another session', call(1, COUNT), { 'mcp-session-id': 'none' }],
    ...BESIDE.map(([name, method, params]): [string, unknown] => [name, { jsonrpc: '2.0', id: 1, method, params }]),
  ])('%s', async (_, body, more = {}) => {
    const answers = [];
    for (const way of ways) {
      const session = await openSession(way.url, bearer(admin));
      answers.push(await seen(await send(`${way.url}/mcp`, body, { ...session, ...more }), true));
    }
    expect(answers[0]?.status).toBeGreaterThan(0);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('JSON alone for what is no call, with a line separator in it', async () => {
    for (const way of ways) {
      const session = { ...(await openSession(way.url, bearer(admin))), accept: 'application/json' };
      const response = await send(`${way.url}/mcp`, { jsonrpc: '2.0', id: SEPARATED, method: 'ping' }, session);
      expect(await response.json()).toEqual({ jsonrpc: '2.0', id: SEPARATED, result: {} });
    }
  });

  it('a call beyond the scopes', async () => {
    const answers = [];
    for (const way of ways) {
      const session = await openSession(way.url, bearer(viewer));
      answers.push(await seen(await send(`${way.url}/mcp`, call(1, BAN, { user_id: 'user_1' }), session), false));
    }
    expect(answers[0]).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('clerk:destructive') },
    });
    expect(answers[0]).toEqual(answers[1]);
  });

  it('the beginning and the end of it', async () => {
    for (const message of [initialize(), initialize({ elicitation: {} })]) {
      const answers = [];
      for (const way of ways) answers.push(await seen(await send(`${way.url}/mcp`, message, bearer(admin)), false));
      expect(answers[0]).toEqual(answers[1]);
    }
  });
});

/** Clerk is busy once, so that there is something to tell of before the answer. */
const busyOnce = (): (() => Reply) => {
  let isBusy = true;
  return () => {
    if (!isBusy) return { body: { object: 'total_count', total_count: 3 } };
    isBusy = false;
    return { status: 429, headers: { 'retry-after': '0' }, body: { errors: [{ code: 'too_many_requests', message: 'x' }] } };
  };
};

const ELICITS = { elicitation: {} };

describe('what comes before an answer is the same with the quick path and without it', () => {
  const wanted = { _meta: { progressToken: 'p' } };
  const waits = expect.objectContaining({
    method: 'notifications/progress',
    params: expect.objectContaining({ progressToken: 'p', message: expect.stringContaining('attempt 2') }),
  });

  it('progress in a session', async () => {
    const answers = [];
    for (const way of ways) {
      const session = await openSession(way.url, bearer(admin));
      upstream.reply = busyOnce();
      answers.push(await seen(await send(`${way.url}/mcp`, progress(call(1, COUNT)), session), true));
    }
    expect(answers[0]?.messages).toEqual([waits, expect.objectContaining({ id: 1, result: expect.anything() })]);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('progress in 2026-07-28', async () => {
    const answers = [];
    for (const way of ways) {
      upstream.reply = busyOnce();
      const { body, headers } = modern('tools/call', { name: COUNT, arguments: {}, ...wanted });
      answers.push(await seen(await send(`${way.url}/mcp`, body, { ...headers, ...bearer(admin) }), false));
    }
    expect(answers[0]?.messages).toEqual([waits, expect.objectContaining({ id: 1, result: expect.anything() })]);
    expect(answers[0]).toEqual(answers[1]);
  });

  it.each([
    ['a yes', { result: { action: 'accept', content: { confirm: true } } }],
    ['no answer', { result: { action: 'accept' } }],
    ['an error', { error: { code: -32601, message: 'Method not found' } }],
  ])('a question in a session that is met with %s', async (_, reply) => {
    const answers = [];
    for (const way of ways) {
      upstream.reply = () => ({ body: {} });
      const session = await openSession(way.url, bearer(admin), ELICITS);
      const asked = await send(`${way.url}/mcp`, call(1, BAN, { user_id: 'user_1' }), session);
      const stream = new EventStream(asked);
      const [, data = ''] = await stream.until(/^data: (.*"elicitation\/create".*)$/m);
      const { id } = JSON.parse(data) as { id: number };
      const taken = await seen(await send(`${way.url}/mcp`, { jsonrpc: '2.0', id, ...reply }, session), true);
      answers.push({ taken, asked: seenOf(asked, await stream.ended(), true) });
    }
    expect(answers[0]?.taken.status).toBe(202);
    expect(answers[0]?.asked.messages).toHaveLength(2);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('a question in 2026-07-28 and the call that answers it', async () => {
    const answers = [];
    for (const way of ways) {
      upstream.reply = () => ({ body: {} });
      const ask = async (more: object) => {
        const { body, headers } = modern('tools/call', { name: BAN, arguments: { user_id: 'user_1' }, ...more }, 1, ELICITS);
        const response = await send(`${way.url}/mcp`, body, { ...headers, ...bearer(admin) });
        const text = await response.text();
        return { seen: seenOf(response, text, false), state: /"requestState":"([^"]*)"/.exec(text)?.[1] };
      };
      // The first request with an envelope goes to the SDK in any case.
      await ask({});
      const asked = await ask({});
      const inputResponses = { confirm: { action: 'accept', content: { confirm: true } } };
      const answered = await ask({ inputResponses, requestState: asked.state });
      const again = await ask({ inputResponses, requestState: asked.state });
      answers.push([asked.seen, answered.seen, again.seen]);
    }
    expect(answers[0]?.[0]?.text).toContain('elicitation/create');
    expect(answers[0]?.[1]?.text).not.toContain('isError');
    expect(answers[0]?.[2]?.text).toContain('"isError":true');
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('an open stream is the same with the quick path and without it', () => {
  it('in a session and in 2026-07-28', async () => {
    const open = await Promise.all(
      ways.map(async ({ url }) => {
        const session = await openSession(url, bearer(widened));
        const response = await fetch(`${url}/mcp`, { headers: { ...session, accept: 'text/event-stream' } });
        return { response, session: new EventStream(response), modern: await subscribe(url, bearer(widened)) };
      }),
    );
    tokens.change((entries) => entries.map((entry) => (entry.name === 'will' ? { ...entry, role: 'operator' } : entry)));
    const answers = [];
    for (const { response, session, modern: listening } of open) {
      const streams = [];
      for (const stream of [session, listening]) {
        streams.push((await stream.until(/^data: (.*list_changed.*)$/m))[1]);
        await stream.cancel();
      }
      answers.push({ streams, head: seenOf(response, '', false) });
    }
    expect(answers[0]?.head).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('a request of 2026-07-28 is answered alike with the quick path and without it', () => {
  const read = { name: COUNT, arguments: {} };
  it.each<[string, string, object, Record<string, string>?, ('viewer' | 'admin')?]>([
    ['a read', 'tools/call', read],
    ['a read of which progress is wanted', 'tools/call', { ...read, _meta: { progressToken: 1 } }],
    ['an unknown tool', 'tools/call', { name: 'Users_nothing', arguments: {} }],
    ['wrong arguments', 'tools/call', { name: BAN, arguments: { user: 1 } }],
    ['a gated call', 'tools/call', { name: BAN, arguments: { user_id: 'user_1' } }],
    ['a call beyond the scopes', 'tools/call', { name: BAN, arguments: { user_id: 'user_1' } }, {}, 'viewer'],
    ['arguments that are no object', 'tools/call', { name: COUNT, arguments: [] }],
    ['another name in the header', 'tools/call', read, { 'mcp-name': BAN }],
    ['another method in the header', 'tools/call', read, { 'mcp-method': 'tools/list' }],
    ['another revision in the header', 'tools/call', read, { 'mcp-protocol-version': '2025-11-25' }],
    ['no header for the name', 'tools/call', read, { 'mcp-name': '' }],
    ['the list', 'tools/list', {}],
    ['the list with a cursor', 'tools/list', { cursor: 'x' }],
    ['an unknown method', 'nothing/such', {}],
    ['what the server is', 'server/discover', {}],
    ...BESIDE,
    ...BESIDE.map(([name, method, params]): [string, string, object, Record<string, string>, 'viewer'] => [
      `${name} for a viewer`,
      method,
      params,
      {},
      'viewer',
    ]),
  ])('%s', async (_, method, params, more = {}, role = 'admin') => {
    const { body, headers } = modern(method, params);
    const answers = [];
    for (const way of ways) {
      const credentials = bearer(role === 'viewer' ? viewer : admin);
      const known = modern('tools/call', { name: 'Users_nothing', arguments: {} });
      await send(`${way.url}/mcp`, known.body, { ...known.headers, ...credentials });
      answers.push(await seen(await send(`${way.url}/mcp`, body, { ...headers, ...more, ...credentials }), false));
    }
    expect(answers[0]?.status).toBeGreaterThan(0);
    expect(answers[0]).toEqual(answers[1]);
  });
});
