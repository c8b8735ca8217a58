import * as z from 'zod';
import { metadata, nullableText, nullableTime, optionalText, time } from './common.js';
import { listRows } from './marks.js';

export const payerTypes = ['user', 'org'] as const;
export const planPeriods = ['month', 'annual'] as const;

export const money = z.strictObject({
  /** Cents. */
  amount: z.int(),
  amount_formatted: z.string(),
  currency: z.string(),
  currency_symbol: z.string(),
});

/** The price of a number of seats, or of another unit. */
const unitTier = z.strictObject({ quantity: z.int().nullable(), fee_per_block: money, total: money });
const unitTotals = z.array(z.strictObject({ name: z.string(), block_size: z.int(), tiers: z.array(unitTier) })).optional();

const credits = z.strictObject({
  proration: z
    .strictObject({
      amount: money,
      cycle_days_remaining: z.int(),
      cycle_days_total: z.int(),
      cycle_remaining_percent: z.number(),
    })
    .nullable(),
  payer: z.strictObject({ remaining_balance: money, applied_amount: money }).nullable(),
  total: money,
});

const discounts = z.strictObject({
  proration: z
    .strictObject({
      amount: money,
      cycle_days_passed: z.int(),
      cycle_days_total: z.int(),
      cycle_passed_percent: z.number(),
    })
    .nullable(),
  total: money,
});

export const totals = z.strictObject({
  subtotal: money,
  base_fee: money,
  tax_total: money,
  grand_total: money,
  per_unit_totals: unitTotals,
  credits: credits.nullable(),
  discounts: discounts.nullable(),
});

export const nextPayment = z.strictObject({
  amount: money.nullable(),
  date: nullableTime,
  /** The former name of `date`. */
  time: time.optional(),
  per_unit_totals: unitTotals,
  totals: totals.nullable(),
});

export const feature = z.strictObject({
  object: z.literal('feature'),
  id: z.string(),
  name: z.string(),
  description: nullableText,
  slug: z.string(),
  avatar_url: nullableText,
});

const unitPrice = z.strictObject({
  name: z.string(),
  block_size: z.int(),
  tiers: z.array(z.strictObject({ starts_at_block: z.int(), ends_after_block: z.int().nullable(), fee_per_block: money })),
});

export const planRow = {
  short: `id name slug fee.amount_formatted annual_fee.amount_formatted is_default is_recurring publicly_visible
    for_payer_type free_trial_days features.slug`,
};

export const plan = z
  .strictObject({
    object: z.literal('commerce_plan'),
    id: z.string(),
    name: z.string(),
    fee: money.nullable(),
    annual_monthly_fee: money.nullable(),
    annual_fee: money.nullable(),
    description: nullableText,
    product_id: z.string(),
    is_default: z.boolean(),
    is_recurring: z.boolean(),
    publicly_visible: z.boolean(),
    has_base_fee: z.boolean(),
    for_payer_type: z.enum(payerTypes),
    slug: z.string(),
    avatar_url: nullableText,
    features: z.array(feature),
    free_trial_enabled: z.boolean(),
    free_trial_days: z.int().nullable(),
    unit_prices: z.array(unitPrice).optional(),
  })
  .register(listRows, planRow);

export const price = z
  .strictObject({
    object: z.literal('commerce_price'),
    id: z.string(),
    plan_id: z.string(),
    instance_id: z.string(),
    currency: z.string(),
    currency_symbol: z.string(),
    amount: z.int(),
    annual_monthly_amount: z.int(),
    fee: money.nullable(),
    annual_monthly_fee: money.nullable(),
    description: nullableText,
    is_default: z.boolean(),
    created_at: time,
    supported_billing_periods: z.enum(['month', 'annual', 'both']),
  })
  .register(listRows, {
    short: `id plan_id fee.amount_formatted annual_monthly_fee.amount_formatted currency description is_default
      supported_billing_periods`,
  });

export const payer = z.strictObject({
  object: z.literal('commerce_payer'),
  id: z.string(),
  instance_id: z.string(),
  user_id: nullableText,
  first_name: nullableText,
  last_name: nullableText,
  email: nullableText,
  organization_id: nullableText,
  organization_name: nullableText,
  image_url: z.string(),
  credits_balance: money.optional(),
  created_at: time,
  updated_at: time,
});

/** Fields of payment methods, and of payment sources, as they were called before. */
export const paymentFields = {
  id: z.string(),
  payer_id: z.string(),
  is_default: z.boolean(),
  gateway: z.string(),
  gateway_external_id: z.string(),
  gateway_external_account_id: nullableText,
  last4: nullableText,
  status: z.enum(['active', 'disconnected']),
  wallet_type: nullableText,
  card_type: nullableText,
  expiry_year: z.int().nullable(),
  expiry_month: z.int().nullable(),
  created_at: time,
  updated_at: time,
  is_removable: z.boolean(),
};

export const paymentMethod = z.strictObject({
  object: z.literal('commerce_payment_method'),
  ...paymentFields,
  payment_type: z.enum(['card', 'link', 'payer-credits']),
});

/** What an earlier item was still worth when its payer changed before the end of its period. */
export const credit = z.strictObject({ amount: money.nullable(), cycle_remaining_percent: z.number() });

export const itemRow = {
  short: `id status plan_id plan.name plan_period price_id payer_id payer.user_id payer.organization_id payer.email
    is_free_trial period_start period_end canceled_at past_due_at ended_at`,
};

export const subscriptionItem = z
  .strictObject({
    object: z.literal('commerce_subscription_item'),
    id: z.string(),
    instance_id: z.string(),
    status: z.enum(['active', 'canceled', 'past_due', 'upcoming', 'incomplete', 'ended', 'abandoned', 'expired']),
    credit: credit.optional(),
    credits: credits.nullable(),
    plan_id: nullableText,
    price_id: z.string(),
    plan: plan.nullable(),
    plan_period: z.enum(planPeriods),
    payment_method: paymentMethod.optional(),
    lifetime_paid: money,
    next_payment: nextPayment.nullable(),
    payer_id: z.string(),
    payer,
    is_free_trial: z.boolean(),
    period_start: time,
    period_end: nullableTime,
    proration_date: optionalText,
    canceled_at: nullableTime,
    past_due_at: nullableTime,
    ended_at: nullableTime,
    created_at: time,
    updated_at: time,
    seats: z.strictObject({ quantity: z.int().nullable(), tiers: z.array(unitTier).optional() }).nullable(),
    totals: totals.nullable().optional(),
  })
  .register(listRows, itemRow);

export const discountRedemption = z.strictObject({
  object: z.literal('commerce_discount_redemption'),
  id: z.string(),
  subscription_item_id: z.string(),
  discount_id: z.string(),
  name: z.string(),
  source: z.enum(['promotion', 'manual', 'promo_code']),
  promo_code: optionalText,
  effect: z.enum(['percentage', 'fixed_amount']),
  percent_off: z.number().nullable(),
  amount_off: money.nullable(),
  amount: money.nullable(),
  cycles_remaining: z.int().nullable(),
  cycles_applied: z.int(),
  status: z.enum(['active', 'exhausted', 'removed']),
  redeemed_at: time,
  redeemed_by: nullableText,
});

export const creditBalance = z.strictObject({ object: z.literal('commerce_credit_balance'), balance: money.nullable() });

export const creditLedgerEntry = z.strictObject({
  object: z.literal('commerce_credit_ledger'),
  id: z.string(),
  payer_id: z.string(),
  amount: money,
  source_type: z.string(),
  source_id: z.string(),
  note: nullableText,
  created_at: z.iso.datetime(),
});

export const payment = z
  .strictObject({
    object: z.literal('commerce_payment'),
    id: z.string(),
    payment_id: z.string(),
    instance_id: z.string(),
    charge_type: z.enum(['checkout', 'recurring']),
    payee_id: z.string(),
    payee: metadata,
    payer_id: z.string(),
    payer,
    subscription_item_id: z.string(),
    subscription_item: subscriptionItem.optional(),
    amount: money,
    totals: totals.nullable(),
    payment_method_id: z.string(),
    payment_method: paymentMethod,
    statement_id: z.string(),
    gateway_external_id: nullableText,
    gateway_external_url: nullableText,
    status: z.enum(['pending', 'paid', 'failed']),
    paid_at: nullableTime,
    failed_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, {
    short: `id status charge_type amount.amount_formatted amount.currency payer_id subscription_item_id
      payment_method.payment_type payment_method.last4 paid_at failed_at`,
  });

export const statement = z
  .strictObject({
    object: z.literal('commerce_statement'),
    id: z.string(),
    instance_id: z.string(),
    timestamp: time,
    payer,
    status: z.enum(['open', 'closed']),
    totals: z.strictObject({ grand_total: money, subtotal: money, base_fee: money, tax_total: money }),
    groups: z.array(z.strictObject({ object: z.literal('commerce_statement_group'), timestamp: time, items: z.array(payment) })),
  })
  .register(listRows, {
    short: `id status timestamp payer.user_id payer.organization_id payer.email totals.grand_total.amount_formatted
      totals.grand_total.currency`,
  });
