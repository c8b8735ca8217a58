import type * as z from 'zod';
import type { paymentSource } from '../../catalog/resources/billing-former.js';
import type { Instance } from '../instance.js';
import { type ItemRow, nextPayment, partsOf, periodCharge } from './billing-item.js';
import { grandTotal, money } from './billing-money.js';
import { namesOf, type PayerRow, payers } from './billing-payer.js';
import { defaultPrice, type PlanRow, periodAmount, plans } from './billing-plan.js';

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
