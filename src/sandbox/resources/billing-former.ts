import * as z from 'zod';
import type { Instance } from '../instance.js';
import { type ItemRow, nextPayment, nextPaymentShape, partsOf, periodCharge } from './billing-item.js';
import { grandTotal, money, moneyShape } from './billing-money.js';
import { namesOf, type PayerRow, payers } from './billing-payer.js';
import { defaultPrice, type PlanRow, payerTypes, periodAmount, planPeriods, plans } from './billing-plan.js';
import { time } from './shapes.js';

/**
 * Plans, payers and subscription items as API versions before 2025-11-10 have them, and as two operations still
 * answer: texts where newer ones have null, a payment source for a payment method, and no status `canceled`.
 */
const feature = z.strictObject({
  object: z.literal('feature'),
  id: z.string(),
  name: z.string(),
  description: z.string(),
  slug: z.string(),
  avatar_url: z.string(),
});

export const formerPlanShape = z.strictObject({
  object: z.literal('commerce_plan'),
  id: z.string(),
  name: z.string(),
  fee: moneyShape.nullable(),
  annual_monthly_fee: moneyShape.nullable(),
  annual_fee: moneyShape.nullable(),
  amount: z.int(),
  amount_formatted: z.string(),
  annual_monthly_amount: z.int(),
  annual_monthly_amount_formatted: z.string(),
  annual_amount: z.int(),
  annual_amount_formatted: z.string(),
  currency: z.string(),
  currency_symbol: z.string(),
  description: z.string(),
  product_id: z.string(),
  is_default: z.boolean(),
  is_recurring: z.boolean(),
  publicly_visible: z.boolean(),
  has_base_fee: z.boolean(),
  payer_type: z.array(z.enum(payerTypes)),
  for_payer_type: z.enum(payerTypes),
  slug: z.string(),
  avatar_url: z.string(),
  period: z.enum(planPeriods),
  interval: z.literal(1),
  features: z.array(feature),
  free_trial_enabled: z.boolean(),
  free_trial_days: z.int().nullable(),
});

export function showFormerPlan(row: PlanRow, instance: Instance): object {
  const price = defaultPrice(instance, row.id);
  const month = money(price.amount ?? 0);
  const annualMonthly = money(price.annual_monthly_amount ?? 0);
  const annual = money(periodAmount(price, 'annual') ?? 0);
  return {
    ...plans.show(row, instance),
    amount: month.amount,
    amount_formatted: month.amount_formatted,
    annual_monthly_amount: annualMonthly.amount,
    annual_monthly_amount_formatted: annualMonthly.amount_formatted,
    annual_amount: annual.amount,
    annual_amount_formatted: annual.amount_formatted,
    currency: month.currency,
    currency_symbol: month.currency_symbol,
    description: row.description ?? '',
    payer_type: [row.for_payer_type],
    avatar_url: '',
    period: price.amount === null ? 'annual' : 'month',
    interval: 1,
    features: row.features.map((each) => ({ ...each, description: each.description ?? '', avatar_url: each.avatar_url ?? '' })),
  };
}

const formerPayerShape = z.strictObject({
  object: z.literal('commerce_payer'),
  id: z.string(),
  instance_id: z.string(),
  user_id: z.string().optional(),
  first_name: z.string(),
  last_name: z.string(),
  email: z.string(),
  organization_id: z.string().optional(),
  organization_name: z.string().optional(),
  image_url: z.string(),
  credits_balance: moneyShape.optional(),
  created_at: time,
  updated_at: time,
});

function showFormerPayer(row: PayerRow, instance: Instance): object {
  const { first_name, last_name, email, organization_name, image_url } = namesOf(row, instance);
  const {
    user_id: _,
    organization_id: __,
    organization_name: ___,
    ...sent
  } = payers.show(row, instance) as Record<string, unknown>;
  return {
    ...sent,
    first_name: first_name ?? '',
    last_name: last_name ?? '',
    email: email ?? '',
    image_url,
    ...(row.user_id === null ? {} : { user_id: row.user_id }),
    ...(row.organization_id === null ? {} : { organization_id: row.organization_id, organization_name: organization_name ?? '' }),
  };
}

const paymentSource = z.strictObject({
  object: z.literal('commerce_source'),
  id: z.string(),
  payer_id: z.string(),
  payment_method: z.literal('card'),
  is_default: z.boolean(),
  gateway: z.string(),
  gateway_external_id: z.string(),
  gateway_external_account_id: z.null(),
  last4: z.string(),
  status: z.literal('active'),
  wallet_type: z.string(),
  card_type: z.string(),
  expiry_year: z.int(),
  expiry_month: z.int(),
  created_at: time,
  updated_at: time,
  is_removable: z.boolean(),
});

function showPaymentSource({ id, payment_method: card }: PayerRow): z.infer<typeof paymentSource> | null {
  if (card === null) return null;
  return {
    object: 'commerce_source',
    id: card.id,
    payer_id: id,
    payment_method: 'card',
    is_default: true,
    gateway: 'stripe',
    gateway_external_id: `pm_${card.id}`,
    gateway_external_account_id: null,
    last4: card.last4,
    status: 'active',
    wallet_type: '',
    card_type: card.card_type,
    expiry_year: card.expiry_year,
    expiry_month: card.expiry_month,
    created_at: card.created_at,
    updated_at: card.created_at,
    is_removable: false,
  };
}

export const formerItemShape = z.strictObject({
  object: z.literal('commerce_subscription_item'),
  id: z.string(),
  instance_id: z.string(),
  status: z.enum(['active', 'ended', 'past_due', 'upcoming', 'incomplete', 'abandoned']),
  plan_id: z.string(),
  price_id: z.string(),
  plan: formerPlanShape,
  plan_period: z.enum(planPeriods),
  payment_source_id: z.string(),
  payment_source: paymentSource.nullable(),
  lifetime_paid: moneyShape,
  amount: moneyShape,
  next_payment: nextPaymentShape.nullable(),
  next_invoice: nextPaymentShape.nullable(),
  payer_id: z.string(),
  payer: formerPayerShape,
  is_free_trial: z.boolean(),
  period_start: time,
  period_end: time.nullable(),
  proration_date: z.string(),
  canceled_at: time.nullable(),
  past_due_at: time.nullable(),
  ended_at: time.nullable(),
  created_at: time,
  updated_at: time,
});

export function showFormerItem(row: ItemRow, instance: Instance): object {
  const { billing_day: _, ...sent } = row;
  const { payer, plan } = partsOf(row, instance);
  const next = nextPayment(row, instance);
  return {
    object: 'commerce_subscription_item',
    ...sent,
    instance_id: instance.id,
    // What is canceled is in force up to the end of its period; when it was canceled is said beside.
    status: row.status === 'canceled' ? 'active' : row.status,
    plan: showFormerPlan(plan, instance),
    payment_source_id: payer.payment_method?.id ?? '',
    payment_source: showPaymentSource(payer),
    lifetime_paid: money(row.lifetime_paid),
    amount: money(grandTotal(periodCharge(row, instance))),
    next_payment: next,
    next_invoice: next,
    payer: showFormerPayer(payer, instance),
    proration_date: new Date(row.period_start).toISOString().slice(0, 'YYYY-MM-DD'.length),
  };
}
