import type { Instance } from '../instance.js';
import { showFormerItem } from './billing-former.js';
import { isCurrent, items, nextPayment } from './billing-item.js';
import type { PayerRow } from './billing-payer.js';
import { plans } from './billing-plan.js';

/** From here on subscription items have their new form. */
const NEW_ITEMS = '2025-11-10';

/** A payer's one subscription, with what is in force and what is to follow. @param version Of the API. */
export function showSubscription(payer: PayerRow, instance: Instance, version: string): object {
  const all = instance.many(items, 'payer_id', payer.id);
  const current = all.filter(isCurrent);
  const pastDue = current.find((item) => item.status === 'past_due');
  const next = current.map((item) => nextPayment(item, instance)).find((payment) => payment !== null);
  return {
    object: 'commerce_subscription',
    id: payer.subscription_id,
    instance_id: instance.id,
    status: pastDue === undefined ? 'active' : 'past_due',
    payer_id: payer.id,
    created_at: payer.created_at,
    updated_at: Math.max(payer.updated_at, ...all.map((item) => item.updated_at)),
    active_at: payer.created_at,
    past_due_at: pastDue?.past_due_at ?? null,
    subscription_items: current.map((item) =>
      version < NEW_ITEMS ? showFormerItem(item, instance) : items.show(item, instance),
    ),
    ...(next === undefined ? {} : { next_payment: next }),
    // A trial is for who never paid and never tried.
    eligible_for_free_trial: all.every((item) => instance.get(plans, item.plan_id)?.is_default === true),
  };
}
