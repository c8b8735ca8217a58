import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { html, json, MisbehavingServer, resetAfterRequest } from '../support/misbehaving-server.js';
import { type ProgramClient, startProgram, type ToolResult } from '../support/program.js';

const KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ENTRY = { object: 'commerce_credit_ledger', id: 'ccl_1', amount: 500 };

let upstream: MisbehavingServer;
let client: ProgramClient;

beforeEach(async () => {
  upstream = await MisbehavingServer.start(json(ENTRY));
  const env = { CLERK_SECRET_KEY: 'sk_test_keyed', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' };
  client = await startProgram('v2 (2025)', { args: ['--timeout', '5000', '--confirm', 'flag'], env });
});

afterEach(async () => {
  await client.close();
  await upstream.stop();
});

const adjust = (more: object = {}): Promise<ToolResult> =>
  client.call('Users_adjustBillingCreditBalance', { user_id: 'user_1', amount: 500, action: 'increase', confirm: true, ...more });

const keysSent = (): unknown[] => upstream.arrived.map(({ body }) => JSON.parse(body.toString()).idempotency_key);

describe('an operation with an idempotency key', () => {
  it('gets one where the caller gives none, and says which', async () => {
    const { isError, json: answer } = await adjust();
    expect(isError).toBe(false);
    expect(answer).toMatchObject({ ...ENTRY, _: { made: { idempotency_key: expect.stringMatching(KEY) } } });
    expect(keysSent()).toEqual([(answer as { _: { made: { idempotency_key: string } } })._.made.idempotency_key]);
  });

  it('says so beside the whole answer too', async () => {
    const { json: answer } = await adjust({ fields: ['*'] });
    expect(answer).toMatchObject({ _: { made: { idempotency_key: expect.stringMatching(KEY) } } });
  });

  it('keeps the key that the caller gives, and says nothing of it', async () => {
    const { json: answer } = await adjust({ idempotency_key: 'refund-42' });
    expect(answer).toEqual(ENTRY);
    expect(keysSent()).toEqual(['refund-42']);
  });

  it.each([
    ['a lost answer', resetAfterRequest],
    ['HTML 502', html(502)],
  ])('is sent again with the same key after %s', async (_, behaviour) => {
    upstream.plan = [behaviour, json(ENTRY)];
    expect(await adjust()).toMatchObject({ isError: false, json: ENTRY });
    const [first, second, ...more] = keysSent();
    expect(first).toMatch(KEY);
    expect(second).toBe(first);
    expect(more).toEqual([]);
  });

  it('hands the key on when it never works, so that the next call can be the same one', async () => {
    upstream.plan = [resetAfterRequest];
    const { isError, json: model } = await adjust();
    expect(isError).toBe(true);
    const [key] = keysSent();
    expect(model).toMatchObject({
      may_have_happened: true,
      idempotency_key: key,
      hint: expect.stringContaining('idempotency_key'),
    });
    upstream.plan = [json(ENTRY)];
    await adjust({ idempotency_key: key });
    expect(new Set(keysSent())).toEqual(new Set([key]));
  });

  it('takes no empty key', async () => {
    expect((await adjust({ idempotency_key: '' })).json).toMatchObject({ error: 'bad_argument', param: 'idempotency_key' });
    expect(upstream.begun).toBe(0);
  });
});

it('is confirmed once: the call that confirms may leave the key out as the first one did', async () => {
  const env = { CLERK_SECRET_KEY: 'sk_test_keyed', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' };
  const careful = await startProgram('v2 (2025)', { args: ['--confirm', 'token'], env });
  const args = { user_id: 'user_1', amount: 500, action: 'increase' };
  const refused = (await careful.call('Users_adjustBillingCreditBalance', args)).json as { token: string };
  const posts = (): number => upstream.arrived.filter(({ method }) => method === 'POST').length;
  expect(posts()).toBe(0);
  const done = await careful.call('Users_adjustBillingCreditBalance', { ...args, confirm: refused.token });
  expect(done).toMatchObject({ isError: false, json: ENTRY });
  expect(posts()).toBe(1);
  await careful.close();
});
