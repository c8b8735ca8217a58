import { beforeEach, describe, expect, it } from 'vitest';
import { json, operation, shape, tokens } from '../response/support.js';
import { BILLED } from './billing-seed.js';
import { type Client, type Json, NOON, openSandbox, rowsOf } from './harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NEXT_MONTH = Date.UTC(2026, 1, 15, 12);

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed: BILLED });
});

const itemsOf = async (path: string): Promise<readonly Json[]> =>
  (await client.get(`${path}/billing/subscription`)).body.subscription_items as unknown as readonly Json[];
const current = async (path: string): Promise<Json> => (await itemsOf(path))[0] as Json;
const priceOf = async (plan: string): Promise<string> =>
  String(rowsOf((await client.get(`/billing/prices?plan_id=${plan}`)).body).find((row) => Boolean(row.is_default))?.id);
const freePlan = async (type: string): Promise<string> =>
  String(rowsOf((await client.get(`/billing/plans?payer_type=${type}`)).body).find((row) => Boolean(row.is_default))?.id);
const custom = async (body: object): Promise<string> => String((await client.post('/billing/prices', body)).body.id);
const move = async (item: Json, to: string, from = String(item.price_id)) =>
  client.post(`/billing/subscription_items/${item.id}/price_transition`, { from_price_id: from, to_price_id: to });
const grant = (path: string, amount: number) =>
  client.post(`${path}/billing/credits`, { amount, action: 'increase', idempotency_key: `grant-${amount}` });

describe('from the free plan', () => {
  it('a payer with a card pays at once', async () => {
    const free = await current('/organizations/org_engine');
    const { status, body } = await move(free, await priceOf('cplan_team'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'commerce_price_transition',
      subscription_item: { status: 'active', plan: { slug: 'team', payer_type: ['org'] }, period_end: NEXT_MONTH },
      transition: {
        previous_plan: { slug: 'free_org', amount: 0 },
        previous_price: { id: free.price_id },
        previous_subscription_item_id: free.id,
        previous_subscription_item_status: 'ended',
        effective_mode: 'immediate',
        effective_at: NOON,
        next_billing_date: NEXT_MONTH,
        charged_immediately: true,
        immediate_charge: { amount: 9900 },
      },
    });
    const shown = shape(operation('Billing_createPriceTransition'), json(body));
    expect(tokens(JSON.stringify(body))).toBeGreaterThan(1_000);
    expect(tokens(shown)).toBeLessThan(350);
    expect(shown).toContain('"charged_immediately":true');
    expect(await itemsOf('/organizations/org_engine')).toMatchObject([
      { plan: { slug: 'team' }, lifetime_paid: { amount: 9900 } },
    ]);
    const statement = rowsOf((await client.get('/billing/statements')).body).find(
      (row) => String(row.payer?.organization_id) === 'org_engine',
    );
    expect(statement?.groups).toMatchObject([{ items: [{ charge_type: 'checkout', amount: { amount: 9900 } }] }]);
  });

  it('a payer without one cannot, unless credits are enough or it costs nothing', async () => {
    const free = await current('/users/user_cy');
    const refused = await move(free, await priceOf('cplan_max'));
    expect([refused.status, refused.code]).toEqual([404, 'payment_source_not_found']);
    expect(await itemsOf('/users/user_cy')).toEqual([free]);

    await grant('/users/user_cy', 5000);
    const paid = await move(free, await priceOf('cplan_max'));
    expect(paid.body.transition).toMatchObject({ charged_immediately: false, immediate_charge: null });
    expect((await client.get('/users/user_cy/billing/credits')).body.balance).toMatchObject({ amount: 0 });
    const [statement] = rowsOf((await client.get('/billing/statements')).body);
    expect(statement).toMatchObject({ totals: { subtotal: { amount: 5000 }, grand_total: { amount: 0 } } });
    expect(statement?.groups?.[0]?.items?.[0]).toMatchObject({
      payment_method: { payment_type: 'payer-credits' },
      totals: { credits: { payer: { applied_amount: { amount: 5000 }, remaining_balance: { amount: 0 } } } },
    });
  });

  it('a price of nothing is free of charge for good', async () => {
    const price = await custom({ plan_id: 'cplan_max', amount: 0 });
    const { body } = await move(await current('/users/user_cy'), price);
    expect(body).toMatchObject({
      subscription_item: { status: 'active', price_id: price },
      transition: { charged_immediately: false, next_billing_date: null },
    });
    client.clock.now = NEXT_MONTH;
    expect(await itemsOf('/users/user_cy')).toMatchObject([
      { status: 'active', plan: { slug: 'max' }, period_start: NEXT_MONTH },
    ]);
    const list = rowsOf((await client.get('/billing/subscription_items?plan_id=cplan_max')).body);
    expect(list).toMatchObject([{ price_id: price, next_payment: null }]);
  });

  it('a declined card leaves everything as it is but the attempt', async () => {
    const subscriptions = [{ user: 'user_cy', card: { declines_from: 0 } }];
    client = await openSandbox({ seed: { ...BILLED, billing: { ...BILLED.billing, subscriptions } } });
    const free = await current('/users/user_cy');
    const declined = await move(free, await priceOf('cplan_max'));
    expect([declined.status, declined.code]).toEqual([422, 'payment_attempt_failed_card_declined']);
    expect(await itemsOf('/users/user_cy')).toEqual([free]);
    const [statement] = rowsOf((await client.get('/billing/statements')).body);
    expect(rowsOf((await client.get(`/billing/statements/${statement?.id}/payment_attempts`)).body)).toMatchObject([
      { status: 'failed' },
    ]);
  });
});

describe('from what is paid for', () => {
  it('the new price follows when the period is over, and is charged then', async () => {
    client.clock.now += DAY_MS;
    await client.post('/billing/subscription_items/csub_item_ada/discounts', { discount_id: 'disc_five' });
    const ada = await current('/users/user_ada');
    const { body } = await move(ada, await priceOf('cplan_max'));
    expect(body).toMatchObject({
      subscription_item: { status: 'upcoming', period_start: NEXT_MONTH, lifetime_paid: { amount: 0 } },
      transition: {
        effective_mode: 'end_of_period',
        effective_at: NEXT_MONTH,
        next_billing_date: NEXT_MONTH,
        charged_immediately: false,
        previous_subscription_item_status: 'canceled',
      },
    });
    expect(await itemsOf('/users/user_ada')).toMatchObject([
      { id: 'csub_item_ada', status: 'canceled' },
      { status: 'upcoming', next_payment: { date: NEXT_MONTH, amount: { amount: 5000 } } },
    ]);
    client.clock.now = NEXT_MONTH;
    expect(await itemsOf('/users/user_ada')).toMatchObject([
      { status: 'active', plan: { slug: 'max' }, period_end: Date.UTC(2026, 2, 15, 12), lifetime_paid: { amount: 5000 } },
    ]);
  });

  it('what is to follow is replaced, also by the free plan', async () => {
    await move(await current('/users/user_ada'), await priceOf('cplan_max'));
    const [, max] = await itemsOf('/users/user_ada');
    const free = await priceOf(await freePlan('user'));
    const { body } = await move(max as Json, free);
    expect(body).toMatchObject({
      subscription_item: { status: 'upcoming', period_end: null, plan: { slug: 'free_user' } },
      transition: {
        previous_subscription_item_status: 'abandoned',
        previous_subscription_item_id: max?.id,
        next_billing_date: null,
      },
    });
    const [, next] = await itemsOf('/users/user_ada');
    const back = await move(next as Json, await priceOf('cplan_pro'));
    expect(back.body.subscription_item).toMatchObject({ status: 'upcoming', plan: { slug: 'pro' }, period_start: NEXT_MONTH });
    client.clock.now = NEXT_MONTH;
    expect(await itemsOf('/users/user_ada')).toMatchObject([
      { status: 'active', plan: { slug: 'pro' }, lifetime_paid: { amount: 2000 } },
    ]);
  });

  it('a price of the year alone is paid by the year', async () => {
    const price = await custom({ plan_id: 'cplan_pro', amount: null, annual_monthly_amount: 1000 });
    const { body } = await move(await current('/users/user_ada'), price);
    expect(body.subscription_item).toMatchObject({
      plan_period: 'annual',
      amount: { amount: 12_000 },
      period_end: Date.UTC(2027, 1, 15, 12),
    });
  });
});

describe('is refused', () => {
  it('what does not fit the item', async () => {
    const ada = await current('/users/user_ada');
    const max = await priceOf('cplan_max');
    const outcomes = [
      [await move(ada, max, max), 409, 'price_transition_conflict'],
      [await move(ada, String(ada.price_id)), 409, 'plan_already_active'],
      [await move(ada, await priceOf('cplan_team')), 422, 'invalid_plan_type'],
      [await move(ada, 'cprice_none'), 404, 'resource_not_found'],
      [await move(ada, max, 'cprice_none'), 404, 'resource_not_found'],
      [
        await client.post('/billing/subscription_items/csub_item_none/price_transition', {
          from_price_id: max,
          to_price_id: max,
        }),
        404,
        'subscription_item_not_found',
      ],
    ] as const;
    expect(outcomes.map(([{ status, code }]) => [status, code])).toEqual(outcomes.map(([, ...expected]) => expected));
    expect(await itemsOf('/users/user_ada')).toEqual([ada]);
  });

  it('what is canceled or over', async () => {
    const ada = await current('/users/user_ada');
    await client.delete('/billing/subscription_items/csub_item_ada');
    expect((await move(ada, await priceOf('cplan_max'))).code).toBe('invalid_plan_change');
    client.clock.now = NEXT_MONTH;
    const over = await move(ada, await priceOf('cplan_max'));
    expect([over.status, over.code]).toEqual([400, 'invalid_plan_change']);
  });
});
