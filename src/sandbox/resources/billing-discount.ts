import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';

interface Effect {
  effect: 'percentage' | 'fixed_amount';
  percent_off: number | null;
  /** Cents. */
  amount_off: number | null;
}

/** What an operator may give to customers. Made in Clerk's dashboard, so here by a seed; no operation shows it. */
export interface DiscountRow extends Row, Effect {
  name: string;
  /** How many charges it lowers; null for every one. */
  cycles: number | null;
}

export const discounts = defineResource<DiscountRow>()({
  name: 'commerce_discount',
  title: 'discount',
  prefix: 'disc',
});

/** A discount that was given, with what it was worth at that time. */
export interface RedemptionRow extends Row, Effect {
  subscription_item_id: string;
  discount_id: string;
  name: string;
  cycles_remaining: number | null;
  cycles_applied: number;
  status: 'active' | 'exhausted' | 'removed';
}

export const redemptions = defineResource<RedemptionRow>()({
  name: 'commerce_discount_redemption',
  title: 'discount redemption',
  prefix: 'discred',
  owners: { commerce_subscription_item: 'subscription_item_id' },
});

/** The discount in force on a subscription item. */
export const activeRedemption = (instance: Instance, itemId: string): RedemptionRow | undefined =>
  instance.many(redemptions, 'subscription_item_id', itemId).find((row) => row.status === 'active');

/** Cents that it takes off a charge. */
export const discountOn = ({ percent_off, amount_off }: Effect, charge: number): number =>
  Math.min(charge, percent_off === null ? (amount_off ?? 0) : Math.round((charge * percent_off) / 100));
