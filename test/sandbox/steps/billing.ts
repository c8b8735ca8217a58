import type { SeedDescription } from '../../../src/sandbox/seed/description.js';
import { type Step, step } from '../step.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What is sold, and to whom, before the walk. */
export const BILLING_START: NonNullable<SeedDescription['billing']> = {
  plans: [
    { id: 'cplan_pro', slug: 'pro', name: 'Pro', for: 'user', amount: 2000, annual_monthly_amount: 1600, free_trial_days: 14 },
    { id: 'cplan_team', slug: 'team', name: 'Team', for: 'org', amount: 5000, features: [{ slug: 'sso', name: 'SSO' }] },
  ],
  discounts: [{ id: 'disc_1', name: 'Loyal', percent_off: 25, cycles: 2 }],
  subscriptions: [
    { id: 'csub_item_ada', user: 'user_ada', plan: 'pro' },
    { id: 'csub_item_bob', user: 'user_bob', plan: 'pro', trial: true },
    { organization: 'engine' },
  ],
};

const ADA = { user_id: 'user_ada' };
const ENGINE = { organization_id: 'org_engine' };
const ITEM = { subscription_item_id: 'csub_item_ada' };
const credit = (idempotency_key: string) => ({ amount: 300, action: 'increase', idempotency_key, note: 'thanks' });

/** Billing of a user, a trial, and an organization that gets a price of its own. @param now Unix milliseconds. */
export const billingSteps = (now: number): readonly Step[] => [
  step('Users_adjustBillingCreditBalance', { ...ADA, ...credit('walk-1') }),
  step('Users_getBillingCreditBalance', ADA),
  step('Users_getBillingSubscription', ADA),
  step('Billing_listPlans', { payer_type: 'org', limit: 5 }),
  step('Billing_createPrice', { plan_id: 'cplan_team', amount: 900, description: 'for Engine' }, { price: 'id' }),
  step('Billing_listPrices', { plan_id: 'cplan_team' }),
  step('Organizations_adjustBillingCreditBalance', { ...ENGINE, ...credit('walk-2') }),
  step('Organizations_getBillingCreditBalance', ENGINE),
  step('Organizations_getBillingSubscription', ENGINE, {
    free: 'subscription_items.0.id',
    freePrice: 'subscription_items.0.price_id',
  }),
  step('Billing_createPriceTransition', {
    subscription_item_id: '{free}',
    from_price_id: '{freePrice}',
    to_price_id: '{price}',
  }),
  step('Billing_listSubscriptionItems', { status: 'active', include_free: true, query: 'ada' }),
  step('Billing_applyDiscount', { ...ITEM, discount_id: 'disc_1' }),
  step('Billing_removeDiscount', { ...ITEM, discount_id: 'disc_1' }),
  step('Billing_cancelSubscriptionItem', { ...ITEM, end_now: false }),
  step('Billing_extendFreeTrial', {
    subscription_item_id: 'csub_item_bob',
    extend_to: new Date(now + 30 * DAY_MS).toISOString(),
  }),
  step('Billing_listStatements', { limit: 1 }, { statement: 'data.0.id' }),
  step('Billing_getStatement', { statementID: '{statement}' }),
  step('Billing_listPaymentAttempts', { statementID: '{statement}' }),
  step('Commerce_listPlans', { payer_type: 'user' }),
  step('Commerce_listSubscriptionItems', { status: 'free_trial', user_id: 'user_bob' }),
  step('Commerce_cancelSubscriptionItem', { subscription_item_id: 'csub_item_bob', end_now: true }),
];
