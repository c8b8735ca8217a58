import type { Instance } from '../instance.js';
import { activeRedemption, discountOn, discounts, type RedemptionRow, redemptions } from '../resources/billing-discount.js';
import { type ItemRow, items, nextPayment, partsOf } from '../resources/billing-item.js';
import { money, moneyOrNull } from '../resources/billing-money.js';
import { notFound, refuse } from '../sandbox-error.js';
import { dropDiscount, invalidChange } from './billing-items.js';

/** Gives an item a discount in place of the one in force. @param at Default now. @throws SandboxError */
export function applyDiscount(instance: Instance, item: ItemRow, discountId: string, at = instance.now()): RedemptionRow {
  const discount = instance.get(discounts, discountId);
  if (discount === undefined) throw notFound(discounts.title, discountId);
  if (item.status !== 'active' && item.status !== 'past_due') {
    throw invalidChange(`The subscription item is ${item.status}; a discount is for one that goes on.`);
  }
  if (partsOf(item, instance).plan.is_default) throw invalidChange('The free plan costs nothing that a discount could lower.');
  if (activeRedemption(instance, item.id)?.discount_id === discountId) {
    const why = 'That discount is in force on the subscription item already.';
    throw refuse(409, 'discount_already_applied', 'Discount already applied', why);
  }
  dropDiscount(instance, item);
  return instance.insert(redemptions, {
    subscription_item_id: item.id,
    discount_id: discount.id,
    name: discount.name,
    effect: discount.effect,
    percent_off: discount.percent_off,
    amount_off: discount.amount_off,
    cycles_remaining: discount.cycles,
    cycles_applied: 0,
    status: 'active',
    created_at: at,
  });
}

/** Takes the discount in force away, which must be the one that is named. @throws SandboxError */
export function removeDiscount(instance: Instance, item: ItemRow, discountId: string): RedemptionRow {
  const redemption = activeRedemption(instance, item.id);
  if (redemption === undefined || instance.get(discounts, discountId) === undefined) throw notFound(discounts.title, discountId);
  if (redemption.discount_id !== discountId) {
    throw refuse(409, 'discount_not_active', 'Discount is not in force', `The discount in force is ${redemption.discount_id}.`);
  }
  return instance.update(redemptions, redemption, { status: 'removed' });
}

/** The redemption as it is sent, with what it takes off the next charge. */
export function showRedemption(row: RedemptionRow, instance: Instance): object {
  const { created_at, updated_at: _, ...sent } = row;
  const item = instance.get(items, row.subscription_item_id);
  const next = item === undefined || row.status !== 'active' ? null : nextPayment(item, instance);
  return {
    object: 'commerce_discount_redemption',
    ...sent,
    source: 'manual',
    amount_off: moneyOrNull(row.amount_off),
    amount: next?.totals == null ? null : money(discountOn(row, next.totals.subtotal.amount)),
    redeemed_at: created_at,
    redeemed_by: null,
  };
}
