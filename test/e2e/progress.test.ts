import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectHttp, type HttpClient, type HttpClientKind } from '../support/http-clients.js';
import { startHttp, stopAll } from '../support/http-program.js';
import { clerkError, html, json, MisbehavingServer } from '../support/misbehaving-server.js';
import { CLIENTS, type Progress, startProgram } from '../support/program.js';
import { call, modernCall, openSession, post } from '../support/raw-http.js';

const READ = 'Users_getUserDetails';
const BULK = 'Invitations_bulkCreateAndSend';
const EMAILS = ['erin@example.com', 'frank@example.com', 'grace@example.com'];
const INVITATIONS = { invitations: EMAILS.map((email_address) => ({ email_address })) };
const OVER_HTTP: readonly HttpClientKind[] = ['v1', 'v1 over SSE', 'v2 (2025)', 'v2 (2026)'];

let upstream: MisbehavingServer;
let env: Record<string, string>;

beforeEach(async () => {
  upstream = await MisbehavingServer.start(json({}));
  env = { CLERK_SECRET_KEY: 'sk_test_progress', CLERK_API_URL: `${upstream.origin}/v1` };
});
afterEach(async () => {
  await stopAll();
  await upstream.stop();
});
afterAll(stopAll);

const busy = (seconds: number) => clerkError(429, 'too_many_requests', { 'retry-after': String(seconds) });

const ways: readonly (readonly [string, () => Promise<HttpClient>])[] = [
  ...CLIENTS.map((kind) => [`${kind} over stdio`, () => startProgram(kind, { args: [], env })] as const),
  ...OVER_HTTP.map((kind) => {
    const connect = async () => connectHttp(kind, (await startHttp({ args: ['--auth', 'none'], env })).url);
    return [`${kind} over HTTP`, connect] as const;
  }),
];

describe.each(ways)('progress for the client %s', (_, connect) => {
  let client: HttpClient;
  beforeEach(async () => {
    client = await connect();
  });
  afterEach(() => client.close());

  const watch = async (name: string, args: Record<string, unknown>) => {
    const seen: Progress[] = [];
    const result = await client.call(name, args, { onprogress: (progress) => seen.push(progress) });
    const values = seen.map(({ progress }) => progress);
    expect(values).toEqual([...new Set(values)].toSorted((one, other) => one - other));
    return { result, seen };
  };

  it('tells of every wait before another attempt', async () => {
    upstream.plan = [busy(0), busy(1), json({ id: 'user_1' })];
    const { result, seen } = await watch(READ, { user_id: 'user_secretive' });
    expect(result.json).toMatchObject({ id: 'user_1' });
    expect(seen).toEqual([
      { progress: 1, message: expect.stringMatching(/^Clerk takes no more requests for now: attempt 2 follows in \d\.\d s$/) },
      { progress: 2, message: expect.stringMatching(/attempt 3 follows in [12]\.\d s$/) },
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/secretive|sk_test|too_many/);
  });

  it('tells of a bulk call when it begins, waits and is done', async () => {
    upstream.plan = [busy(0), json([])];
    const { result, seen } = await watch(BULK, INVITATIONS);
    expect(result.isError).toBe(false);
    const [begin, wait, ...done] = seen;
    expect(begin).toEqual({ progress: 0, total: 3, message: 'Sending 3 in one request' });
    expect(wait).toEqual({ progress: 0.5, total: 3, message: expect.stringContaining('attempt 2') });
    // Clients stop to listen when the answer is there, and may have read it together with the last of the progress.
    if (done.length > 0) expect(done).toEqual([{ progress: 3, total: 3, message: 'Done' }]);
    expect(JSON.stringify(seen)).not.toMatch(/example\.com/);
  });

  it('calls nothing done that failed, and says nothing of what is quick', async () => {
    upstream.plan = [html(500)];
    expect((await watch(BULK, INVITATIONS)).seen).toEqual([expect.objectContaining({ progress: 0 })]);
    upstream.plan = [json({ id: 'user_1' })];
    expect((await watch(READ, { user_id: 'user_1' })).seen).toEqual([]);
  });
});

it('is on the wire in order, the answer last', async () => {
  const { url } = await startHttp({ args: ['--auth', 'none'], env });
  upstream.plan = [busy(0), json([])];
  const asking = call(1, BULK, INVITATIONS);
  const message = { ...asking, params: { ...(asking.params as object), _meta: { progressToken: 'p1' } } };
  const { text } = await post(`${url}/mcp`, message, await openSession(url));
  const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? '{}'));
  expect(events.map(({ params }) => params?.progress)).toEqual([0, 0.5, 3, undefined]);
  expect(events.slice(0, 3)).toEqual(
    Array(3).fill(
      expect.objectContaining({
        method: 'notifications/progress',
        params: expect.objectContaining({ progressToken: 'p1', total: 3 }),
      }),
    ),
  );
  expect(events.at(-1)).toMatchObject({ id: 1, result: { content: expect.anything() } });
});

it('is sent to nobody who did not ask', async () => {
  const { url } = await startHttp({ args: ['--auth', 'none'], env });
  upstream.plan = [busy(0), json({ id: 'user_1' }), busy(0), json({ id: 'user_1' })];
  const modern = await modernCall(url, READ, { user_id: 'user_1' });
  expect(modern.text).toContain('user_1');
  expect(modern.text).not.toContain('notifications/progress');
  const legacy = await post(`${url}/mcp`, call(1, READ, { user_id: 'user_1' }), await openSession(url));
  expect(legacy.text).toContain('user_1');
  expect(legacy.text).not.toContain('notifications/progress');
  expect(upstream.arrived).toHaveLength(4);
});
