import type { Instance } from '../instance.js';
import { type ItemRow, isInForce, items, partsOf } from '../resources/billing-item.js';
import { type PlanPeriod, type PriceRow, periodAmount, periodEnd, plans, prices } from '../resources/billing-plan.js';
import { notFound, refuse } from '../sandbox-error.js';
import { charge } from './billing-charge.js';
import { abandon, dropDiscount, invalidChange } from './billing-items.js';
import { typeOf } from './billing-payers.js';

/** What a change of price came to. */
export interface Transition {
  readonly item: ItemRow;
  readonly previous: ItemRow;
  readonly previousPrice: PriceRow;
  readonly effective: 'immediate' | 'end_of_period';
  readonly effectiveAt: number;
  /** Cents; null for none. */
  readonly charged: number | null;
}

/**
 * Puts a payer on another price, by a new subscription item. From the free plan that is at once, and charged; from
 * what is paid for, when its period is over; and what was only to come is replaced. @throws SandboxError
 */
export function changePrice(instance: Instance, item: ItemRow, fromId: string, toId: string): Transition {
  const { payer, price: from } = partsOf(item, instance);
  for (const id of [fromId, toId]) if (instance.get(prices, id) === undefined) throw notFound(prices.title, id);
  const to = instance.get(prices, toId) as PriceRow;
  const plan = instance.get(plans, to.plan_id);
  if (plan === undefined) throw notFound(plans.title, to.plan_id);
  if (from.id !== fromId) {
    const why = `The subscription item is on price ${from.id}, not on ${fromId}.`;
    throw refuse(409, 'price_transition_conflict', 'Price is not the present one', why);
  }
  if (to.id === from.id) {
    throw refuse(409, 'plan_already_active', 'Plan already active', 'The subscription item is on that price already.');
  }
  if (plan.for_payer_type !== typeOf(payer)) {
    throw refuse(
      422,
      'invalid_plan_type',
      'Invalid plan type',
      `The plan ${plan.slug} is for payers of type ${plan.for_payer_type}.`,
    );
  }
  if (item.status !== 'active' && item.status !== 'upcoming') {
    const why =
      item.status === 'canceled'
        ? 'The subscription item is canceled; change the price of the one that is to follow it.'
        : `The subscription item is ${item.status}; only one that is active or upcoming can have another price.`;
    throw invalidChange(why);
  }
  const draft: Replacement = { item, to, period: periodFor(to, item.plan_period), isFree: plan.is_default };
  const base = { previous: item, previousPrice: from };
  if (item.status === 'upcoming') return { ...base, ...replaceUpcoming(instance, draft) };
  return {
    ...base,
    ...(item.period_end === null ? replaceNow(instance, draft) : replaceLater(instance, draft, item.period_end)),
  };
}

interface Replacement {
  readonly item: ItemRow;
  readonly to: PriceRow;
  readonly period: PlanPeriod;
  readonly isFree: boolean;
}

type Outcome = Omit<Transition, 'previous' | 'previousPrice'>;

/** The period of now if the price has it, or else the one that it has. */
const periodFor = (price: PriceRow, period: PlanPeriod): PlanPeriod =>
  periodAmount(price, period) !== null ? period : period === 'month' ? 'annual' : 'month';

function addItem(
  instance: Instance,
  { item, to, period, isFree }: Replacement,
  start: number,
  status: ItemRow['status'],
  day = new Date(start).getUTCDate(),
): ItemRow {
  return instance.insert(items, {
    payer_id: item.payer_id,
    plan_id: to.plan_id,
    price_id: to.id,
    plan_period: period,
    status,
    is_free_trial: false,
    period_start: start,
    period_end: isFree ? null : periodEnd(start, period, day),
    billing_day: day,
    canceled_at: null,
    past_due_at: null,
    ended_at: null,
    lifetime_paid: 0,
  });
}

/** @throws SandboxError when it cannot be paid; the free plan goes on then. */
function replaceNow(instance: Instance, draft: Replacement): Outcome {
  const now = instance.now();
  const next = addItem(instance, draft, now, 'incomplete');
  const outcome = charge(instance, next, now, 'checkout');
  if (outcome === 'impossible') {
    instance.delete(items, next);
    const why = 'The payer has no payment method to charge, and too few credits.';
    throw refuse(404, 'payment_source_not_found', 'Payment source not found', why);
  }
  if (outcome === 'declined') {
    instance.update(items, next, { status: 'abandoned', ended_at: now });
    throw refuse(422, 'payment_attempt_failed_card_declined', 'Your card was declined', 'The payer’s card was declined.');
  }
  instance.update(items, draft.item, { status: 'ended', ended_at: now });
  instance.update(items, next, { status: 'active' });
  const charged = outcome === 'paid' && next.lifetime_paid > 0 ? next.lifetime_paid : null;
  return { item: next, effective: 'immediate', effectiveAt: now, charged };
}

function replaceLater(instance: Instance, draft: Replacement, end: number): Outcome {
  dropDiscount(instance, draft.item);
  instance.update(items, draft.item, { status: 'canceled', canceled_at: instance.now() });
  const next = addItem(instance, draft, end, 'upcoming', draft.item.billing_day);
  return { item: next, effective: 'end_of_period', effectiveAt: end, charged: null };
}

function replaceUpcoming(instance: Instance, draft: Replacement): Outcome {
  const start = draft.item.period_start;
  const current = instance.many(items, 'payer_id', draft.item.payer_id).find(isInForce);
  abandon(instance, draft.item);
  const next = addItem(instance, draft, start, 'upcoming', current?.billing_day);
  return { item: next, effective: 'end_of_period', effectiveAt: start, charged: null };
}
