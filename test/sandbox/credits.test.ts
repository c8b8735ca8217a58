import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { BILLED } from './billing-seed.js';
import { type Client, NOON, openSandbox, rowsOf } from './harness.js';

const NEXT_MONTH = Date.UTC(2026, 1, 15, 12);

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed: BILLED });
});

describe.each(['/users/user_ada', '/organizations/org_engine'])('credits of %s', (path) => {
  const adjust = (action: 'increase' | 'decrease', amount: number, idempotency_key: string, more: object = {}) =>
    client.post(`${path}/billing/credits`, { action, amount, idempotency_key, ...more });
  const balance = async () => (await client.get(`${path}/billing/credits`)).body.balance;

  it('are added and taken away', async () => {
    expect((await client.get(`${path}/billing/credits`)).body).toEqual({ object: 'commerce_credit_balance', balance: null });
    const { body } = await adjust('increase', 500, 'a', { note: 'sorry', currency: 'USD' });
    expect(body).toMatchObject({
      object: 'commerce_credit_ledger',
      amount: { amount: 500, amount_formatted: '$5.00' },
      source_type: 'grant',
      note: 'sorry',
      created_at: new Date(NOON).toISOString(),
    });
    expect((await adjust('decrease', 200, 'b')).body).toMatchObject({
      amount: { amount: -200, amount_formatted: '-$2.00' },
      note: null,
    });
    expect(await balance()).toMatchObject({ amount: 300 });
  });

  it('are adjusted once for each key', async () => {
    const first = await adjust('increase', 500, 'a');
    client.clock.now += 1000;
    expect(await adjust('increase', 500, 'a')).toEqual(first);
    const other = await adjust('increase', 501, 'a');
    expect([other.status, other.code]).toEqual([409, 'idempotency_key_conflict']);
    expect((await adjust('decrease', 500, 'a')).status).toBe(409);
    const somebody = await client.post('/users/user_bob/billing/credits', {
      action: 'increase',
      amount: 500,
      idempotency_key: 'a',
    });
    expect(somebody.status).toBe(409);
    expect(await balance()).toMatchObject({ amount: 500 });
  });

  it('never fall below zero', async () => {
    await adjust('increase', 500, 'a');
    const refused = await adjust('decrease', 501, 'b');
    expect([refused.status, refused.code, refused.param]).toEqual([422, 'form_param_value_invalid', 'amount']);
    expect((await adjust('decrease', 500, 'b')).status).toBe(200);
    expect(await balance()).toMatchObject({ amount: 0 });
  });

  it('are whole cents of dollars', async () => {
    expect((await adjust('increase', 0, 'a')).param).toBe('amount');
    expect((await adjust('increase', 1, 'a', { currency: 'EUR' })).param).toBe('currency');
    expect((await adjust('increase', 1, '')).param).toBe('idempotency_key');
    expect((await client.post(`${path}/billing/credits`, { action: 'increase', amount: 1 })).param).toBe('idempotency_key');
    expect(await balance()).toBeNull();
  });

  it('need a payer', async () => {
    const nobody = path.replace(/_\w+$/, '_none');
    expect((await client.get(`${nobody}/billing/credits`)).status).toBe(404);
    expect((await client.get(`${nobody}/billing/subscription`)).status).toBe(404);
  });
});

it('credits pay before the card does', async () => {
  await client.post('/users/user_ada/billing/credits', { action: 'increase', amount: 3000, idempotency_key: 'a' });
  client.clock.now = NEXT_MONTH;
  const left = async () =>
    (await client.get('/users/user_ada/billing/subscription')).body.subscription_items?.[0]?.payer?.credits_balance;
  expect(await left()).toMatchObject({ amount: 1000 });
  client.clock.now = Date.UTC(2026, 2, 15, 12);
  expect(await left()).toMatchObject({ amount: 0 });
  const charged = rowsOf((await client.get('/billing/statements')).body)
    .filter((row) => String(row.payer?.user_id) === 'user_ada')
    .map((row) => row.totals?.grand_total?.amount);
  expect(charged).toEqual([1000, 0, 2000]);
});

it('what is billed is kept across a restart, and goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'clerk-mcp-billing-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const state = join(folder, 'state');
  const before = await openSandbox({ seed: BILLED, state });
  await before.post('/users/user_ada/billing/credits', { action: 'increase', amount: 500, idempotency_key: 'a' });
  await before.delete('/billing/subscription_items/csub_item_bob');
  const subscription = (await before.get('/users/user_ada/billing/subscription')).body;
  const plans = (await before.get('/billing/plans')).body;
  await before.sandbox.close();

  const after = await openSandbox({ state });
  const withoutOrigin = (value: unknown) => JSON.stringify(value).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, '');
  expect(withoutOrigin((await after.get('/users/user_ada/billing/subscription')).body)).toBe(withoutOrigin(subscription));
  expect((await after.get('/billing/plans')).body).toEqual(plans);
  after.clock.now = NEXT_MONTH;
  expect((await after.get('/users/user_ada/billing/credits')).body.balance).toMatchObject({ amount: 0 });
  expect((await after.get('/users/user_bob/billing/subscription')).body.subscription_items).toMatchObject([
    { plan: { slug: 'free_user' } },
  ]);
});
