import * as z from 'zod';
import {
  credit,
  feature,
  itemRow,
  money,
  nextPayment,
  payer,
  payerTypes,
  paymentFields,
  plan,
  planPeriods,
  planRow,
  price,
  subscriptionItem,
} from './billing.js';
import { nullableTime, optionalText, time } from './common.js';
import { listRows } from './marks.js';

/**
 * Plans, payers and subscription items as in API versions before 2025-11-10, which two operations still return: texts
 * where newer versions have null, a payment source instead of a payment method, and no status `canceled`.
 */
export const formerPlan = plan
  .omit({ unit_prices: true })
  .extend({
    amount: z.int(),
    amount_formatted: z.string(),
    annual_monthly_amount: z.int(),
    annual_monthly_amount_formatted: z.string(),
    annual_amount: z.int(),
    annual_amount_formatted: z.string(),
    currency: z.string(),
    currency_symbol: z.string(),
    description: z.string(),
    payer_type: z.array(z.enum(payerTypes)),
    avatar_url: z.string(),
    period: z.enum(planPeriods),
    interval: z.int(),
    features: z.array(feature.extend({ description: z.string(), avatar_url: z.string() })),
  })
  .register(listRows, planRow);

const formerPayer = payer.extend({
  user_id: optionalText,
  first_name: z.string(),
  last_name: z.string(),
  email: z.string(),
  organization_id: optionalText,
  organization_name: optionalText,
});

export const paymentSource = z.strictObject({
  object: z.literal('commerce_source'),
  ...paymentFields,
  is_default: z.boolean().nullable(),
  is_removable: z.boolean().nullable(),
  payment_method: z.enum(['card', 'apple_pay', 'google_pay']),
  last4: z.string(),
  wallet_type: z.string(),
  card_type: z.string(),
  expiry_year: z.int(),
  expiry_month: z.int(),
});

export const formerItem = z
  .strictObject({
    object: z.literal('commerce_subscription_item'),
    id: z.string(),
    instance_id: z.string(),
    status: z.enum(['active', 'ended', 'past_due', 'upcoming', 'incomplete', 'abandoned']),
    credit: credit.nullable().optional(),
    plan_id: z.string(),
    price_id: z.string(),
    plan: formerPlan.nullable(),
    plan_period: z.enum(planPeriods),
    payment_source_id: z.string(),
    payment_source: paymentSource.nullable(),
    lifetime_paid: money.nullable(),
    amount: money.nullable(),
    next_payment: nextPayment.nullable(),
    next_invoice: nextPayment.nullable(),
    payer_id: z.string(),
    payer: formerPayer.nullable(),
    is_free_trial: z.boolean(),
    period_start: nullableTime,
    period_end: nullableTime,
    proration_date: z.string(),
    canceled_at: nullableTime,
    past_due_at: nullableTime,
    ended_at: nullableTime,
    created_at: time,
    updated_at: time,
  })
  .register(listRows, itemRow);

export const priceTransition = z
  .strictObject({
    object: z.literal('commerce_price_transition'),
    subscription_item: formerItem,
    transition: z.strictObject({
      previous_plan: formerPlan,
      previous_price: price,
      effective_at: time,
      effective_mode: z.enum(['immediate', 'end_of_period']),
      next_billing_date: nullableTime,
      charged_immediately: z.boolean(),
      immediate_charge: money.nullable(),
      previous_subscription_item_status: z.enum(['canceled', 'ended', 'abandoned']),
      previous_subscription_item_id: z.string(),
    }),
  })
  .register(listRows, {
    short: `subscription_item.id subscription_item.status subscription_item.plan_id subscription_item.plan.name
      subscription_item.price_id subscription_item.payer_id subscription_item.period_end
      subscription_item.next_payment.date subscription_item.next_payment.amount.amount_formatted
      transition.previous_plan.name transition.previous_price.id transition.effective_at transition.effective_mode
      transition.next_billing_date transition.charged_immediately transition.immediate_charge.amount_formatted
      transition.previous_subscription_item_id transition.previous_subscription_item_status`,
  });

/** A payer's only subscription. Its items have their new form since 2025-11-10. */
export const subscription = z.strictObject({
  object: z.literal('commerce_subscription'),
  id: z.string(),
  instance_id: z.string(),
  status: z.enum(['active', 'past_due', 'canceled', 'ended', 'abandoned', 'incomplete']),
  payer_id: z.string(),
  created_at: time,
  updated_at: time,
  active_at: nullableTime,
  past_due_at: nullableTime,
  subscription_items: z.union([z.array(subscriptionItem), z.array(formerItem)]),
  next_payment: nextPayment.optional(),
  eligible_for_free_trial: z.boolean(),
});
