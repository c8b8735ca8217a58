import type * as z from 'zod';
import type { nextPayment as nextPaymentSchema } from '../../catalog/resources/billing.js';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { activeRedemption, discountOn } from './billing-discount.js';
import { type Charge, grandTotal, money, totalsOf } from './billing-money.js';
import { type PayerRow, payers, showPaymentMethod } from './billing-payer.js';
import { type PlanPeriod, type PlanRow, type PriceRow, periodAmount, plans, prices } from './billing-plan.js';

/** One plan at one price for a time. A payer has one in force, and at most one that is to follow it. */
export interface ItemRow extends Row {
  payer_id: string;
  plan_id: string;
  price_id: string;
  plan_period: PlanPeriod;
  /** `canceled` is still in force, up to the end of its period. */
  status: 'active' | 'canceled' | 'past_due' | 'upcoming' | 'incomplete' | 'ended' | 'abandoned';
  is_free_trial: boolean;
  period_start: number;
  /** Null for the free plan, which has no end. */
  period_end: number | null;
  /** The day of the month, 1 to 31, on which periods begin. */
  billing_day: number;
  canceled_at: number | null;
  past_due_at: number | null;
  ended_at: number | null;
  /** Cents. */
  lifetime_paid: number;
}

/** Whether the payer has the plan now. */
export const isInForce = ({ status }: ItemRow): boolean => status === 'active' || status === 'canceled' || status === 'past_due';

/** Whether it is the payer's now or will be. */
export const isCurrent = (row: ItemRow): boolean => isInForce(row) || row.status === 'upcoming';

export const items = defineResource<ItemRow>()({
  name: 'commerce_subscription_item',
  title: 'subscription item',
  prefix: 'csub_item',
  lookup: {
    /** Those that time will change. */
    due: (row) => (isInForce(row) && row.period_end !== null ? 'due' : null),
  },
  owners: { commerce_payer: 'payer_id' },
  show: ({ billing_day: _, ...row }, instance) => {
    const { payer, plan } = partsOf(row, instance);
    return {
      object: 'commerce_subscription_item',
      ...row,
      instance_id: instance.id,
      credits: null,
      plan: plans.show(plan, instance),
      ...(payer.payment_method === null ? {} : { payment_method: showPaymentMethod(payer, payer.payment_method) }),
      lifetime_paid: money(row.lifetime_paid),
      next_payment: nextPayment(row, instance),
      payer: payers.show(payer, instance),
      seats: null,
    };
  },
});

type ItemIds = Pick<ItemRow, 'payer_id' | 'plan_id' | 'price_id'>;

/** What an item points at. An item goes with its payer, and plans and prices stay. */
export function partsOf(row: ItemIds, instance: Instance): { payer: PayerRow; plan: PlanRow; price: PriceRow } {
  const payer = instance.get(payers, row.payer_id);
  const plan = instance.get(plans, row.plan_id);
  const price = instance.get(prices, row.price_id);
  if (payer === undefined || plan === undefined || price === undefined)
    throw new Error(`${JSON.stringify(row)} points at nothing`);
  return { payer, plan, price };
}

/** What one period costs now, before credits. */
export function periodCharge(row: ItemIds & Pick<ItemRow, 'id' | 'plan_period'>, instance: Instance): Charge {
  const subtotal = periodAmount(partsOf(row, instance).price, row.plan_period) ?? 0;
  const redemption = activeRedemption(instance, row.id);
  return { subtotal, discount: redemption === undefined ? 0 : discountOn(redemption, subtotal), credit: 0, credit_left: 0 };
}

/** What will be charged next, and when; null for nothing. Credits are not foreseen. */
export function nextPayment(row: Omit<ItemRow, 'billing_day'>, instance: Instance): z.infer<typeof nextPaymentSchema> | null {
  const date = row.status === 'upcoming' ? row.period_start : row.status === 'active' ? row.period_end : null;
  if (date === null) return null;
  const charge = periodCharge(row, instance);
  return charge.subtotal === 0 ? null : { amount: money(grandTotal(charge)), date, totals: totalsOf(charge) };
}
