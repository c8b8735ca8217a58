import type { Instance } from '../instance.js';
import { activeRedemption, redemptions } from '../resources/billing-discount.js';
import { type ItemRow, items, partsOf, periodCharge } from '../resources/billing-item.js';
import { type Charge, grandTotal } from '../resources/billing-money.js';
import { creditBalance, creditLedger } from '../resources/billing-payer.js';
import { monthOf, type PaymentRow, payments, type StatementRow, statementKey, statements } from '../resources/billing-payment.js';

const GATEWAY_LETTERS = 24;

/** `free`: there was nothing to pay. `impossible`: the payer has no card. */
type Outcome = 'paid' | 'free' | 'declined' | 'impossible';

/** What is left to pay of an item's period once discount and credits are taken off. */
function chargeOf(item: ItemRow, instance: Instance): Charge {
  const charge = periodCharge(item, instance);
  const balance = creditBalance(instance, item.payer_id) ?? 0;
  const credit = Math.min(balance, charge.subtotal - charge.discount);
  return { ...charge, credit, credit_left: balance - credit };
}

/** Charges one period of an item, and keeps what came of it. @param at Unix milliseconds, now or before. */
export function charge(instance: Instance, item: ItemRow, at: number, type: PaymentRow['charge_type']): Outcome {
  const due = chargeOf(item, instance);
  if (due.subtotal === 0) return 'free';
  const { payer } = partsOf(item, instance);
  const card = payer.payment_method;
  const amount = grandTotal(due);
  if (card === null && amount > 0) return 'impossible';
  const declined = amount > 0 && card?.declines_from != null && at >= card.declines_from;
  const payment = instance.insert(payments, {
    ...(declined ? { ...due, credit: 0, credit_left: 0 } : due),
    payment_id: instance.newId('cpay', at),
    charge_type: type,
    payer_id: payer.id,
    subscription_item_id: item.id,
    statement_id: statementAt(instance, payer.id, at).id,
    payment_method: card,
    status: declined ? 'failed' : 'paid',
    gateway_external_id: amount === 0 ? null : `pi_${instance.random.base62(GATEWAY_LETTERS)}`,
    created_at: at,
  });
  if (declined) return 'declined';
  if (due.credit > 0) {
    const used = {
      amount: -due.credit,
      source_type: 'payment',
      source_id: payment.id,
      note: null,
      idempotency_key: null,
    } as const;
    instance.insert(creditLedger, { ...used, payer_id: payer.id, created_at: at });
  }
  useDiscount(instance, item, at);
  instance.update(items, item, { lifetime_paid: item.lifetime_paid + amount, updated_at: at });
  return 'paid';
}

const statementAt = (instance: Instance, payerId: string, at: number): StatementRow => {
  const month = monthOf(at);
  const held = instance.one(statements, 'month', statementKey(payerId, month));
  return held ?? instance.insert(statements, { payer_id: payerId, month, created_at: at });
};

/** One cycle of the discount in force is used up. */
function useDiscount(instance: Instance, item: ItemRow, at: number): void {
  const redemption = activeRedemption(instance, item.id);
  if (redemption === undefined) return;
  const left = redemption.cycles_remaining === null ? null : redemption.cycles_remaining - 1;
  instance.update(redemptions, redemption, {
    cycles_applied: redemption.cycles_applied + 1,
    cycles_remaining: left,
    status: left === 0 ? 'exhausted' : 'active',
    updated_at: at,
  });
}
