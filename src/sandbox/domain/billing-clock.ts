import type { Instance } from '../instance.js';
import { type ItemRow, items, partsOf } from '../resources/billing-item.js';
import { periodEnd } from '../resources/billing-plan.js';
import { ensureDefaultPlans } from './billing-catalog.js';
import { charge } from './billing-charge.js';
import { addFreeItem } from './billing-payers.js';

/**
 * Brings billing up to the instance's clock: periods that are over are charged anew or end, as they would have at
 * their time. Every handler about billing begins with it, so that no answer shows a period that is over.
 */
export function runBilling(instance: Instance): void {
  ensureDefaultPlans(instance);
  const now = instance.now();
  for (;;) {
    const over = instance.many(items, 'due', 'due').filter(({ period_end }) => period_end !== null && period_end <= now);
    if (over.length === 0) return;
    // What happened first is kept first.
    over.sort((a, b) => (a.period_end ?? 0) - (b.period_end ?? 0));
    for (const item of over) turn(instance, item, item.period_end as number);
  }
}

/** The period of an item is over. */
function turn(instance: Instance, item: ItemRow, at: number): void {
  const { payer } = partsOf(item, instance);
  // A trial without a card is let go; whatever else was not paid for a whole period, too.
  const isUnpaid = item.status === 'past_due' || (item.is_free_trial && payer.payment_method === null);
  if (item.status === 'canceled' || isUnpaid) {
    endItem(instance, item, at);
    return;
  }
  instance.update(items, item, {
    period_start: at,
    period_end: periodEnd(at, item.plan_period, item.billing_day),
    is_free_trial: false,
    updated_at: at,
  });
  chargeOrDefault(instance, item, at);
}

function chargeOrDefault(instance: Instance, item: ItemRow, at: number): void {
  const outcome = charge(instance, item, at, 'recurring');
  if (outcome === 'paid' || outcome === 'free') return;
  instance.update(items, item, { status: 'past_due', past_due_at: at, updated_at: at });
}

/** Ends an item in force. What was to follow begins, and is charged; without it, the free plan. */
export function endItem(instance: Instance, item: ItemRow, at: number): void {
  const next = upcomingOf(instance, item.payer_id);
  instance.update(items, item, { status: 'ended', ended_at: at, updated_at: at });
  if (next === undefined) {
    addFreeItem(instance, partsOf(item, instance).payer, at);
    return;
  }
  // What begins earlier than it was to begin is billed on another day of the month.
  const day = next.period_start === at ? next.billing_day : new Date(at).getUTCDate();
  const end = next.period_end === null ? null : periodEnd(at, next.plan_period, day);
  instance.update(items, next, { status: 'active', period_start: at, period_end: end, billing_day: day, updated_at: at });
  chargeOrDefault(instance, next, at);
}

/** What is to follow the item in force. */
export const upcomingOf = (instance: Instance, payerId: string): ItemRow | undefined =>
  instance.many(items, 'payer_id', payerId).find((item) => item.status === 'upcoming');
