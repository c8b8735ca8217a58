import type * as z from 'zod';
import type { feature } from '../../catalog/resources/billing.js';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { CURRENCY, money, moneyOrNull } from './billing-money.js';

export const payerTypes = ['user', 'org'] as const;
export type PayerType = (typeof payerTypes)[number];
export const planPeriods = ['month', 'annual'] as const;
export type PlanPeriod = (typeof planPeriods)[number];

const MONTHS_IN_YEAR = 12;

export type Feature = z.infer<typeof feature>;

/** What it costs is said by its default price. */
export interface PlanRow extends Row {
  slug: string;
  name: string;
  description: string | null;
  product_id: string;
  /** The free one that a payer has who subscribes to nothing else. */
  is_default: boolean;
  publicly_visible: boolean;
  for_payer_type: PayerType;
  /** Null for no trial. */
  free_trial_days: number | null;
  features: Feature[];
}

export const plans = defineResource<PlanRow>()({
  name: 'commerce_plan',
  title: 'plan',
  prefix: 'cplan',
  unique: { default_for: (row) => (row.is_default ? row.for_payer_type : null), slug: (row) => row.slug },
  show: ({ created_at: _, updated_at: __, ...row }, instance) => {
    const { amount, annual_monthly_amount: annual } = defaultPrice(instance, row.id);
    return {
      object: 'commerce_plan',
      ...row,
      fee: moneyOrNull(amount),
      annual_monthly_fee: moneyOrNull(annual),
      annual_fee: moneyOrNull(annual === null ? null : annual * MONTHS_IN_YEAR),
      is_recurring: true,
      has_base_fee: (amount ?? annual ?? 0) > 0,
      avatar_url: null,
      free_trial_enabled: row.free_trial_days !== null,
    };
  },
});

export interface PriceRow extends Row {
  plan_id: string;
  /** Cents a month; null where it is not sold by the month. */
  amount: number | null;
  /** Cents a month when paid for a year; null where it is not sold by the year. */
  annual_monthly_amount: number | null;
  description: string | null;
  is_default: boolean;
}

/** Which periods have an amount. */
export const periodsOf = ({ amount, annual_monthly_amount }: Pick<PriceRow, 'amount' | 'annual_monthly_amount'>) =>
  annual_monthly_amount === null ? 'month' : amount === null ? 'annual' : 'both';

export const prices = defineResource<PriceRow>()({
  name: 'commerce_price',
  title: 'price',
  prefix: 'cprice',
  lookup: { plan_id: (row) => row.plan_id },
  show: ({ updated_at: _, ...row }, instance) => ({
    object: 'commerce_price',
    ...row,
    instance_id: instance.id,
    currency: CURRENCY,
    currency_symbol: money(0).currency_symbol,
    amount: row.amount ?? 0,
    annual_monthly_amount: row.annual_monthly_amount ?? 0,
    fee: moneyOrNull(row.amount),
    annual_monthly_fee: moneyOrNull(row.annual_monthly_amount),
    supported_billing_periods: periodsOf(row),
  }),
});

/** What a checkout of the plan costs. */
export function defaultPrice(instance: Instance, planId: string): PriceRow {
  const found = instance.many(prices, 'plan_id', planId).find((price) => price.is_default);
  if (found === undefined) throw new Error(`plan ${planId} has no default price`);
  return found;
}

/** Cents for one period; null where the price does not support it. */
export function periodAmount({ amount, annual_monthly_amount: annual }: PriceRow, period: PlanPeriod): number | null {
  if (period === 'month') return amount;
  return annual === null ? null : annual * MONTHS_IN_YEAR;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** When a period ends that begins at `start`: on the same day of a later month, or on its last. @param day 1 to 31. */
export function periodEnd(start: number, period: PlanPeriod, day: number): number {
  const from = new Date(start);
  const [year, month] = [from.getUTCFullYear(), from.getUTCMonth() + (period === 'month' ? 1 : MONTHS_IN_YEAR)];
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(day, days)) + (((start % DAY_MS) + DAY_MS) % DAY_MS);
}
