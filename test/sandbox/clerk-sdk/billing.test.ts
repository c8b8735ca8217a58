import { expect, it } from 'vitest';
import { BILLED } from '../billing-seed.js';
import { NOON } from '../harness.js';
import { codeOf, openClerk } from './support.js';

const DAY_MS = 24 * 60 * 60 * 1000;

it('getPlanList', async () => {
  const { clerk } = await openClerk({ seed: BILLED });
  const page = await clerk.billing.getPlanList({ payerType: 'org', limit: 5 });
  expect(page.totalCount).toBe(2);
  expect(page.data.find((plan) => plan.slug === 'team')).toMatchObject({
    name: 'Team',
    fee: { amount: 9900, amountFormatted: '$99.00', currency: 'USD', currencySymbol: '$' },
    annualFee: null,
    isDefault: false,
    forPayerType: 'org',
  });
});

it('subscriptions of users and organizations', async () => {
  const { clerk } = await openClerk({ seed: BILLED });
  const ada = await clerk.billing.getUserBillingSubscription('user_ada');
  expect(ada).toMatchObject({
    status: 'active',
    eligibleForFreeTrial: false,
    nextPayment: { amount: { amount: 2000 } },
    subscriptionItems: [{ id: 'csub_item_ada', planPeriod: 'month', plan: { slug: 'pro' }, lifetimePaid: { amount: 2000 } }],
  });
  const engine = await clerk.billing.getOrganizationBillingSubscription('org_engine');
  expect(engine).toMatchObject({ nextPayment: null, subscriptionItems: [{ plan: { slug: 'free_org' }, periodEnd: null }] });
  expect(await codeOf(clerk.billing.getUserBillingSubscription('user_none'))).toEqual([404, 'resource_not_found']);
});

it('a trial is extended, and a subscription canceled', async () => {
  const { clerk } = await openClerk({ seed: BILLED });
  const extendTo = new Date(NOON + 30 * DAY_MS);
  const extended = await clerk.billing.extendSubscriptionItemFreeTrial('csub_item_bob', { extendTo });
  expect(extended).toMatchObject({ isFreeTrial: true, periodEnd: extendTo.getTime(), nextPayment: { amount: { amount: 2000 } } });
  expect(await clerk.billing.cancelSubscriptionItem('csub_item_bob')).toMatchObject({ status: 'canceled', endedAt: null });
  expect(await clerk.billing.cancelSubscriptionItem('csub_item_bob', { endNow: true })).toMatchObject({ status: 'ended' });
  expect(await codeOf(clerk.billing.cancelSubscriptionItem('csub_item_bob'))).toEqual([400, 'invalid_plan_change']);
});
