import { beforeEach, describe, expect, it } from 'vitest';
import { BILLED as seed } from './billing-seed.js';
import { addUser, type Client, idsOf, type Json, NOON, openSandbox, rowsOf } from './harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A month after noon of the fifteenth of January. */
const NEXT_MONTH = Date.UTC(2026, 1, 15, 12);

let client: Client;
beforeEach(async () => {
  client = await openSandbox({ seed });
});

const subscriptionOf = async (id: string): Promise<Json> =>
  (await client.get(`/${id.startsWith('org_') ? 'organizations' : 'users'}/${id}/billing/subscription`)).body;
const itemsOf = async (id: string) => rowsOf({ data: (await subscriptionOf(id)).subscription_items } as unknown as Json);
const list = async (query = '') => rowsOf((await client.get(`/billing/subscription_items${query}`)).body);
const priceOf = async (plan: string) => rowsOf((await client.get(`/billing/prices?plan_id=${plan}`)).body)[0] as Json;
const cancel = (id: string, query = '') => client.delete(`/billing/subscription_items/${id}${query}`);
const statements = async () => rowsOf((await client.get('/billing/statements?limit=50')).body);

describe('plans', () => {
  it('are the free ones, and what the seed sells', async () => {
    const { body } = await client.get('/billing/plans');
    expect(
      rowsOf(body)
        .map(({ slug }) => slug)
        .toSorted(),
    ).toEqual(['free_org', 'free_user', 'max', 'pro', 'team']);
    const ofUsers = rowsOf((await client.get('/billing/plans?payer_type=user')).body);
    expect(ofUsers.find(({ slug }) => String(slug) === 'pro')).toMatchObject({
      fee: { amount: 2000, amount_formatted: '$20.00', currency: 'USD', currency_symbol: '$' },
      annual_fee: { amount: 19_200 },
      is_default: false,
      has_base_fee: true,
      free_trial_days: 14,
    });
    expect(ofUsers.find(({ slug }) => String(slug) === 'free_user')).toMatchObject({
      fee: { amount: 0 },
      is_default: true,
      has_base_fee: false,
      free_trial_enabled: false,
    });
    expect((await client.get('/billing/plans?limit=2&offset=1')).body).toMatchObject({ total_count: 5 });
  });

  it('are there without any seed, always the same', async () => {
    const empty = await openSandbox();
    const first = (await empty.get('/billing/plans')).body;
    expect(rowsOf(first).map(({ slug }) => slug)).toEqual(['free_org', 'free_user']);
    expect((await empty.get('/billing/plans')).body).toEqual(first);
  });
});

describe('prices', () => {
  const create = (body: object) => client.post('/billing/prices', { plan_id: 'cplan_pro', ...body });

  it('are listed cheapest first, and of equals the newest', async () => {
    const first = await create({ amount: 1000 });
    client.clock.now += 1000;
    const second = await create({ amount: 1000, description: 'for Ada' });
    const rows = rowsOf((await client.get('/billing/prices?plan_id=cplan_pro')).body);
    expect(rows.map(({ id }) => id)).toEqual([second.body.id, first.body.id, rows[2]?.id]);
    expect(rows.map(({ is_default }) => is_default)).toEqual([false, false, true]);
    expect(rowsOf((await client.get('/billing/prices?limit=3')).body).map((row) => row.fee?.amount)).toEqual([0, 0, 1000]);
    const unknown = await client.get('/billing/prices?plan_id=cplan_none');
    expect([unknown.status, unknown.code]).toEqual([404, 'plan_not_found']);
  });

  it('support the periods that they have an amount for', async () => {
    const periods = async (body: object) => (await create(body)).body.supported_billing_periods;
    expect(await periods({ amount: 0 })).toBe('month');
    expect(await periods({ amount: null, annual_monthly_amount: 500 })).toBe('annual');
    expect(await periods({ amount: 900, annual_monthly_amount: 500, currency: 'usd' })).toBe('both');
    expect((await create({ amount: 700 })).body).toMatchObject({ amount: 700, annual_monthly_fee: null, description: null });
  });

  it.each([
    [{ amount: 99 }, 'form_param_value_invalid', 'amount'],
    [{ amount: -100 }, 'form_param_value_invalid', 'amount'],
    [{ amount: 100, annual_monthly_amount: 1 }, 'form_param_value_invalid', 'annual_monthly_amount'],
    [{ amount: null }, 'form_conditional_param_missing', 'amount'],
    [{ amount: 900, supported_billing_periods: 'both' }, 'form_conditional_param_missing', 'annual_monthly_amount'],
    [
      { amount: 900, supported_billing_periods: 'annual', annual_monthly_amount: 800 },
      'form_conditional_param_disallowed',
      'amount',
    ],
    [{ amount: 900, currency: 'EUR' }, 'form_param_value_invalid', 'currency'],
    [{}, 'form_param_missing', 'amount'],
  ])('are refused: %j', async (body, code, param) => {
    const refused = await create(body);
    expect([refused.status, refused.code, refused.param]).toEqual([422, code, param]);
  });

  it('are not for the free plan, nor for none', async () => {
    const free = rowsOf((await client.get('/billing/plans?payer_type=user')).body).find((row) => Boolean(row.is_default));
    expect((await create({ plan_id: free?.id, amount: 100 })).param).toBe('plan_id');
    expect((await create({ plan_id: 'cplan_none', amount: 100 })).code).toBe('plan_not_found');
  });
});

describe('subscriptions', () => {
  it('are on the free plan unless something is paid for', async () => {
    const { id } = await addUser(client, 'new@example.com');
    const subscription = await subscriptionOf(String(id));
    expect(subscription).toMatchObject({ object: 'commerce_subscription', status: 'active', eligible_for_free_trial: true });
    expect(subscription).not.toHaveProperty('next_payment');
    expect(subscription.subscription_items).toMatchObject([
      {
        status: 'active',
        plan: { slug: 'free_user' },
        period_end: null,
        next_payment: null,
        payer: { email: 'new@example.com' },
      },
    ]);
    expect(await subscriptionOf(String(id))).toEqual(subscription);
    expect((await client.get('/users/user_none/billing/subscription')).status).toBe(404);
  });

  it('tell of what is paid next', async () => {
    const subscription = await subscriptionOf('user_ada');
    expect(subscription).toMatchObject({
      eligible_for_free_trial: false,
      next_payment: { date: NEXT_MONTH, amount: { amount: 2000 }, totals: { grand_total: { amount: 2000 } } },
    });
    expect(subscription.subscription_items).toMatchObject([
      {
        id: 'csub_item_ada',
        plan: { slug: 'pro' },
        lifetime_paid: { amount: 2000 },
        period_start: NOON,
        period_end: NEXT_MONTH,
        payment_method: { payment_type: 'card', last4: '4242' },
        payer: { user_id: 'user_ada', first_name: 'Ada' },
      },
    ]);
  });

  it('are listed by item, the free ones only when asked for', async () => {
    const ids = async (query: string) => (await list(query)).map((row) => row.id);
    expect((await ids('')).toSorted()).toEqual(['csub_item_ada', 'csub_item_bob']);
    expect((await list('?include_free=true')).map((row) => row.plan?.slug).toSorted()).toEqual([
      'free_org',
      'free_user',
      'pro',
      'pro',
    ]);
    expect(await ids('?status=free_trial')).toEqual(['csub_item_bob']);
    expect(await ids('?payer_type=org')).toEqual([]);
    expect(await list('?payer_type=org&include_free=true')).toMatchObject([{ payer: { organization_name: 'Engine' } }]);
    expect(await ids('?plan_id=cplan_max')).toEqual([]);
    expect(await ids('?query=OKAF')).toEqual(['csub_item_ada']);
    expect(await ids('?query=bob@')).toEqual(['csub_item_bob']);
    expect((await client.get('/billing/subscription_items?include_free=true&limit=1')).body.total_count).toBe(4);
  });

  it('go with who pays', async () => {
    await client.delete('/users/user_ada');
    expect(await list('?include_free=true&query=ada')).toEqual([]);
    expect(await statements()).toEqual([]);
    expect((await cancel('csub_item_ada')).code).toBe('subscription_item_not_found');
  });
});

describe('time', () => {
  it('charges the card of a payer anew with every period', async () => {
    client.clock.now = Date.UTC(2026, 3, 15, 12);
    expect(await itemsOf('user_ada')).toMatchObject([
      {
        status: 'active',
        period_start: client.clock.now,
        period_end: Date.UTC(2026, 4, 15, 12),
        lifetime_paid: { amount: 8000 },
      },
    ]);
    const [newest, ...older] = (await statements()).filter((row) => String(row.payer?.user_id) === 'user_ada');
    expect(newest).toMatchObject({ status: 'open', timestamp: client.clock.now, totals: { grand_total: { amount: 2000 } } });
    expect(older.map(({ status, timestamp }) => [status, timestamp])).toEqual([
      ['closed', Date.UTC(2026, 2, 15, 12)],
      ['closed', NEXT_MONTH],
      ['closed', NOON],
    ]);
    const attempts = await client.get(`/billing/statements/${newest?.id}/payment_attempts`);
    expect(rowsOf(attempts.body)).toMatchObject([
      { charge_type: 'recurring', status: 'paid', paid_at: client.clock.now, failed_at: null },
    ]);
    expect((await client.get(`/billing/statements/${newest?.id}`)).body).toEqual(newest);
    expect((await client.get('/billing/statements/stmt_none')).code).toBe('commerce_statement_not_found');
    expect((await client.get('/billing/statements/stmt_none/payment_attempts')).status).toBe(404);
  });

  it('finds the day again after a shorter month', async () => {
    const started_at = Date.UTC(2025, 11, 31, 9);
    const late = await openSandbox({
      seed: { ...seed, billing: { ...seed.billing, subscriptions: [{ user: 'user_ada', plan: 'pro', started_at }] } },
    });
    const end = async () => rowsOf((await late.get('/billing/subscription_items')).body)[0]?.period_end;
    expect(await end()).toBe(Date.UTC(2026, 0, 31, 9));
    late.clock.now = Date.UTC(2026, 1, 1);
    expect(await end()).toBe(Date.UTC(2026, 1, 28, 9));
    late.clock.now = Date.UTC(2026, 2, 1);
    expect(await end()).toBe(Date.UTC(2026, 2, 31, 9));
  });

  it('makes past due what a declined card did not pay, and ends it after a period', async () => {
    const subscriptions = [{ user: 'user_ada', plan: 'pro', card: { last4: '0341', declines_from: NOON + DAY_MS } }];
    client = await openSandbox({ seed: { ...seed, billing: { ...seed.billing, subscriptions } } });
    client.clock.now = NEXT_MONTH;
    expect(await subscriptionOf('user_ada')).toMatchObject({
      status: 'past_due',
      past_due_at: NEXT_MONTH,
      subscription_items: [{ status: 'past_due', past_due_at: NEXT_MONTH, lifetime_paid: { amount: 2000 }, next_payment: null }],
    });
    const [statement] = await statements();
    expect(statement).toMatchObject({ totals: { grand_total: { amount: 0 } }, groups: [] });
    expect(rowsOf((await client.get(`/billing/statements/${statement?.id}/payment_attempts`)).body)).toMatchObject([
      { status: 'failed', failed_at: NEXT_MONTH, paid_at: null, amount: { amount: 2000 } },
    ]);
    client.clock.now = Date.UTC(2026, 2, 15, 12);
    expect(await itemsOf('user_ada')).toMatchObject([{ plan: { slug: 'free_user' }, period_start: client.clock.now }]);
    expect(await list('?status=ended')).toMatchObject([{ plan: { slug: 'pro' }, ended_at: client.clock.now }]);
  });
});

describe('cancelling', () => {
  it('ends a plan with its period, and the free one follows', async () => {
    const { body } = await cancel('csub_item_ada');
    expect(body).toMatchObject({ status: 'canceled', canceled_at: NOON, ended_at: null, next_payment: null });
    expect(await itemsOf('user_ada')).toMatchObject([
      { id: 'csub_item_ada' },
      { status: 'upcoming', plan: { slug: 'free_user' }, period_start: NEXT_MONTH },
    ]);
    expect(await list('?status=active&query=ada')).toMatchObject([{ id: 'csub_item_ada' }]);
    const again = await cancel('csub_item_ada');
    expect([again.status, again.code]).toEqual([400, 'invalid_plan_change']);

    client.clock.now = NEXT_MONTH + DAY_MS;
    expect(await itemsOf('user_ada')).toMatchObject([
      { status: 'active', plan: { slug: 'free_user' }, period_start: NEXT_MONTH },
    ]);
    expect(await list('?status=ended')).toMatchObject([
      { id: 'csub_item_ada', ended_at: NEXT_MONTH, lifetime_paid: { amount: 2000 } },
    ]);
    expect((await cancel('csub_item_ada')).code).toBe('invalid_plan_change');
  });

  it('ends it at once when asked to', async () => {
    client.clock.now += DAY_MS;
    const { body } = await cancel('csub_item_ada', '?end_now=true');
    expect(body).toMatchObject({ status: 'ended', canceled_at: client.clock.now, ended_at: client.clock.now });
    expect(await itemsOf('user_ada')).toMatchObject([
      { status: 'active', plan: { slug: 'free_user' }, period_start: client.clock.now },
    ]);
    client.clock.now = NEXT_MONTH;
    expect((await statements()).filter((row) => String(row.payer?.user_id) === 'user_ada')).toHaveLength(1);
  });

  it('of what is to follow leaves the free plan to follow', async () => {
    const to = (await priceOf('cplan_max')).id;
    const from = (await priceOf('cplan_pro')).id;
    await client.post('/billing/subscription_items/csub_item_ada/price_transition', { from_price_id: from, to_price_id: to });
    const [, upcoming] = await itemsOf('user_ada');
    expect((await cancel(String(upcoming?.id))).body).toMatchObject({ status: 'abandoned', plan: { slug: 'max' } });
    expect(await itemsOf('user_ada')).toMatchObject([
      { status: 'canceled' },
      { plan: { slug: 'free_user' }, period_start: NEXT_MONTH },
    ]);
  });

  it('is not for the free plan', async () => {
    const [free] = await itemsOf('user_cy');
    const refused = await cancel(String(free?.id), '?end_now=true');
    expect([refused.status, refused.code]).toEqual([400, 'invalid_plan_change']);
    expect((await cancel('csub_item_none')).status).toBe(404);
  });
});

describe('a free trial', () => {
  const END = NOON + 14 * DAY_MS;
  const extend = (extend_to: string | number, id = 'csub_item_bob') =>
    client.post(`/billing/subscription_items/${id}/extend_free_trial`, {
      extend_to: typeof extend_to === 'number' ? new Date(extend_to).toISOString() : extend_to,
    });

  it('costs nothing, and is paid for when it ends', async () => {
    expect(await itemsOf('user_bob')).toMatchObject([
      { is_free_trial: true, period_end: END, lifetime_paid: { amount: 0 }, next_payment: { date: END } },
    ]);
    client.clock.now = END;
    expect(await itemsOf('user_bob')).toMatchObject([
      { is_free_trial: false, period_start: END, period_end: Date.UTC(2026, 1, 28, 12), lifetime_paid: { amount: 2000 } },
    ]);
  });

  it('is extended while it runs', async () => {
    const later = END + 30 * DAY_MS;
    const { status, body } = await extend(later);
    expect([status, body.period_end, body.is_free_trial]).toEqual([200, later, true]);
    client.clock.now += 1000;
    expect((await extend(later)).body).toEqual(body);
    client.clock.now = END;
    expect((await itemsOf('user_bob'))[0]).toMatchObject({ is_free_trial: true });
    client.clock.now = later;
    expect((await itemsOf('user_bob'))[0]).toMatchObject({ is_free_trial: false, period_start: later });
    expect((await extend(later + DAY_MS)).code).toBe('invalid_plan_change');
  });

  it('is extended to a time ahead, no further than a year', async () => {
    for (const wrong of [NOON - DAY_MS, END - DAY_MS, END + 366 * DAY_MS]) {
      const { code, param } = await extend(wrong);
      expect([code, param]).toEqual(['form_param_value_invalid', 'extend_to']);
    }
    expect((await extend('tomorrow')).code).toBe('form_param_invalid_time');
    expect((await extend(END + 365 * DAY_MS)).status).toBe(200);
  });

  it('is not extended where there is none, or none that goes on', async () => {
    const none = await extend(END + DAY_MS, 'csub_item_ada');
    expect([none.status, none.code]).toEqual([400, 'invalid_plan_change']);
    await cancel('csub_item_bob');
    expect((await extend(END + DAY_MS)).code).toBe('invalid_plan_change');
    expect((await extend(END, 'csub_item_none')).status).toBe(404);
  });

  it('ends free of charge when it is canceled, or when there is no card', async () => {
    await cancel('csub_item_bob');
    client.clock.now = END;
    expect(await itemsOf('user_bob')).toMatchObject([{ plan: { slug: 'free_user' } }]);
    const subscriptions = [{ user: 'user_ada', plan: 'pro', trial: true, card: null }];
    client = await openSandbox({ seed: { ...seed, billing: { ...seed.billing, subscriptions } } });
    client.clock.now = END;
    expect(await itemsOf('user_ada')).toMatchObject([{ plan: { slug: 'free_user' } }]);
    expect(await statements()).toEqual([]);
  });
});

describe('discounts', () => {
  const path = '/billing/subscription_items/csub_item_ada/discounts';
  const apply = (discount_id: string, to = path) => client.post(to, { discount_id });

  it('lower the charges that they were given for', async () => {
    expect((await apply('disc_quarter')).body).toMatchObject({
      object: 'commerce_discount_redemption',
      discount_id: 'disc_quarter',
      source: 'manual',
      effect: 'percentage',
      percent_off: 25,
      amount_off: null,
      amount: { amount: 500 },
      cycles_remaining: 2,
      cycles_applied: 0,
      status: 'active',
      redeemed_at: NOON,
    });
    expect((await itemsOf('user_ada'))[0]).toMatchObject({
      next_payment: { amount: { amount: 1500 }, totals: { subtotal: { amount: 2000 }, discounts: { total: { amount: 500 } } } },
    });
    client.clock.now = Date.UTC(2026, 3, 15, 12);
    const charged = (await statements())
      .filter((row) => String(row.payer?.user_id) === 'user_ada')
      .map((row) => row.totals?.grand_total?.amount);
    expect(charged).toEqual([2000, 1500, 1500, 2000]);
    expect((await client.delete(`${path}/disc_quarter`)).status).toBe(404);
  });

  it('replace each other, and are not given twice', async () => {
    await apply('disc_quarter');
    const again = await apply('disc_quarter');
    expect([again.status, again.code]).toEqual([409, 'discount_already_applied']);
    expect((await apply('disc_five')).body).toMatchObject({
      amount_off: { amount: 500 },
      percent_off: null,
      cycles_remaining: null,
    });
    const wrong = await client.delete(`${path}/disc_quarter`);
    expect([wrong.status, wrong.code]).toEqual([409, 'discount_not_active']);
    expect((await client.delete(`${path}/disc_five`)).body).toMatchObject({ status: 'removed', amount: null });
    expect((await client.delete(`${path}/disc_five`)).status).toBe(404);
    expect((await itemsOf('user_ada'))[0]?.next_payment?.amount?.amount).toBe(2000);
    expect((await apply('disc_quarter')).status).toBe(200);
  });

  it('are for what is paid and goes on', async () => {
    const [free] = await itemsOf('user_cy');
    expect((await apply('disc_five', `/billing/subscription_items/${free?.id}/discounts`)).code).toBe('invalid_plan_change');
    expect((await apply('disc_none')).status).toBe(404);
    expect((await apply('disc_five', '/billing/subscription_items/csub_item_none/discounts')).code).toBe(
      'subscription_item_not_found',
    );
    await cancel('csub_item_ada');
    expect((await apply('disc_five')).code).toBe('invalid_plan_change');
  });
});

it('ids of what was seeded twice are refused with a reason', async () => {
  const subscriptions = [
    { user: 'user_ada', plan: 'pro' },
    { user: 'ada@example.com', plan: 'max' },
  ];
  await expect(openSandbox({ seed: { ...seed, billing: { ...seed.billing, subscriptions } } })).rejects.toThrow(
    'seed: billing.subscriptions.1: user_ada has a subscription already',
  );
  expect(idsOf((await client.get('/billing/subscription_items')).body)).toHaveLength(2);
});
