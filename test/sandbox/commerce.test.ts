import { beforeEach, expect, it } from 'vitest';
import { BILLED } from './billing-seed.js';
import { type Client, idsOf, NOON, openSandbox, rowsOf } from './harness.js';

const NEXT_MONTH = Date.UTC(2026, 1, 15, 12);
const OLD = { headers: { 'clerk-api-version': '2025-04-10' } };

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed: BILLED });
});

const old = (path: string, method = 'GET') => client.send(method, path, OLD);

it('plans have their amounts spelt out', async () => {
  const [pro] = rowsOf((await old('/commerce/plans?payer_type=user')).body).filter((row) => String(row.slug) === 'pro');
  expect(pro).toMatchObject({
    object: 'commerce_plan',
    amount: 2000,
    amount_formatted: '$20.00',
    annual_monthly_amount: 1600,
    annual_amount: 19_200,
    description: '',
    payer_type: ['user'],
    period: 'month',
  });
  const ids = async (path: string) => idsOf((await old(path)).body).toSorted();
  expect(await ids('/commerce/plans')).toEqual(idsOf((await client.get('/billing/plans')).body).toSorted());
});

it('items are found by who pays', async () => {
  const ids = async (query: string) => idsOf((await old(`/commerce/subscription_items?${query}`)).body);
  expect(await ids('user_id=user_ada')).toEqual(['csub_item_ada']);
  expect(await ids('user_id=user_ada&status=free_trial')).toEqual([]);
  expect(await ids('user_id=user_none')).toEqual([]);
  expect(await ids('organization_id=org_engine')).toEqual([]);
  const [engine] = rowsOf((await old('/commerce/subscription_items?organization_id=org_engine&include_free=true')).body);
  expect(engine).toMatchObject({
    payer: { organization_id: 'org_engine', organization_name: 'Engine', email: '' },
    plan: { amount: 0 },
  });
  expect(engine?.payer).not.toHaveProperty('user_id');
  expect(await ids('query=bob@')).toEqual(['csub_item_bob']);
});

it('a canceled item is still active, up to its end', async () => {
  const { body } = await old('/commerce/subscription_items/csub_item_ada', 'DELETE');
  expect(body).toMatchObject({
    status: 'active',
    canceled_at: NOON,
    proration_date: '2026-01-15',
    payment_source: { object: 'commerce_source', payment_method: 'card', last4: '4242' },
  });
  expect(rowsOf((await client.get('/billing/subscription_items?query=ada')).body)).toMatchObject([{ status: 'canceled' }]);
  client.clock.now = NEXT_MONTH;
  expect(rowsOf((await old('/commerce/subscription_items?status=ended')).body)).toMatchObject([{ id: 'csub_item_ada' }]);
  const gone = await old('/commerce/subscription_items/csub_item_none?end_now=true', 'DELETE');
  expect([gone.status, gone.code]).toEqual([404, 'subscription_item_not_found']);
});

it('newer versions no longer have them', async () => {
  const { status, code } = await client.send('GET', '/commerce/plans', { headers: { 'clerk-api-version': '2025-11-10' } });
  expect([status, code]).toEqual([410, 'operation_deprecated']);
});

it('a subscription has items of the form that its version knows', async () => {
  const path = '/organizations/org_engine/billing/subscription';
  const former = (await client.send('GET', path, { headers: { 'clerk-api-version': '2021-02-05' } })).body;
  expect(former.subscription_items).toMatchObject([{ payment_source: { last4: '4242' }, plan: { payer_type: ['org'] } }]);
  const now = (await client.get(path)).body;
  expect(now.subscription_items?.[0]).not.toHaveProperty('payment_source_id');
  expect(former.id).toBe(now.id);
});
