import * as z from 'zod';
import type { Instance } from '../instance.js';
import { formerItemShape, showFormerItem } from './billing-former.js';
import { isCurrent, items, nextPayment, nextPaymentShape } from './billing-item.js';
import type { PayerRow } from './billing-payer.js';
import { plans } from './billing-plan.js';
import { time } from './shapes.js';

/** From here on subscription items have their new form. */
const NEW_ITEMS = '2025-11-10';

export const subscriptionShape = z.strictObject({
  object: z.literal('commerce_subscription'),
  id: z.string(),
  instance_id: z.string(),
  status: z.enum(['active', 'past_due']),
  payer_id: z.string(),
  created_at: time,
  updated_at: time,
  active_at: time,
  past_due_at: time.nullable(),
  subscription_items: z.union([z.array(items.shape), z.array(formerItemShape)]),
  next_payment: nextPaymentShape.optional(),
  eligible_for_free_trial: z.boolean(),
});

/** A payer's one subscription, with what is in force and what is to follow. @param version Of the API. */
export function showSubscription(payer: PayerRow, instance: Instance, version: string): object {
  const all = instance.of(items).many('payer_id', payer.id);
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
    eligible_for_free_trial: all.every((item) => instance.of(plans).get(item.plan_id)?.is_default === true),
  };
}
