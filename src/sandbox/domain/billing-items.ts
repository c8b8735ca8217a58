import type { Instance } from '../instance.js';
import { activeRedemption, redemptions } from '../resources/billing-discount.js';
import { type ItemRow, isInForce, items, partsOf } from '../resources/billing-item.js';
import { invalidParam, refuse } from '../sandbox-error.js';
import { endItem, runBilling } from './billing-clock.js';
import { addFreeItem } from './billing-payers.js';
import { parseTime } from './found.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const MOST_TRIAL_DAYS = 365;

/** The item as the clock has it now. @throws SandboxError 404. */
export function mustItem(instance: Instance, id: string): ItemRow {
  runBilling(instance);
  const item = instance.get(items, id);
  if (item !== undefined) return item;
  const why = `No subscription item was found with id ${id}.`;
  throw refuse(404, 'subscription_item_not_found', 'Subscription item not found', why);
}

/** That an item's state does not allow what is asked for. */
export const invalidChange = (why: string) => refuse(400, 'invalid_plan_change', 'Invalid plan change', why);

/** Ends a paid plan, at the end of its period or now. The payer is on the free plan from then on. */
export function cancelItem(instance: Instance, item: ItemRow, now: boolean): void {
  const { payer, plan } = partsOf(item, instance);
  const at = instance.now();
  if (plan.is_default)
    throw invalidChange('The free plan is what remains when all else is canceled; it cannot be canceled itself.');
  if (item.status === 'upcoming') {
    abandon(instance, item);
    const current = instance.many(items, 'payer_id', payer.id).find(isInForce);
    addFreeItem(instance, payer, current?.period_end ?? at, 'upcoming');
    return;
  }
  if (!isInForce(item)) throw invalidChange(`The subscription item is ${item.status} and cannot be canceled.`);
  if (item.status === 'canceled' && !now)
    throw invalidChange('The subscription item is canceled already; end_now ends it at once.');
  if (now || item.status === 'past_due') {
    instance.update(items, item, { canceled_at: item.canceled_at ?? at });
    endItem(instance, item, at);
    return;
  }
  instance.update(items, item, { status: 'canceled', canceled_at: at });
  addFreeItem(instance, payer, item.period_end ?? at, 'upcoming');
}

/** What was to come does not. */
export function abandon(instance: Instance, item: ItemRow): void {
  dropDiscount(instance, item);
  instance.update(items, item, { status: 'abandoned', canceled_at: instance.now(), ended_at: instance.now() });
}

/** A discount belongs to one plan at one price. */
export function dropDiscount(instance: Instance, item: ItemRow): void {
  const redemption = activeRedemption(instance, item.id);
  if (redemption !== undefined) instance.update(redemptions, redemption, { status: 'removed' });
}

/** Moves the end of a trial that is running. The same end again changes nothing. @param to RFC 3339. */
export function extendTrial(instance: Instance, item: ItemRow, to: string): void {
  const end = parseTime(to, 'extend_to');
  if (!item.is_free_trial || item.status !== 'active' || item.period_end === null) {
    throw invalidChange('The subscription item is in no free trial that goes on.');
  }
  const refuseEnd = (why: string) => invalidParam('extend_to', why);
  if (end <= instance.now()) throw refuseEnd('extend_to must be in the future.');
  if (end < item.period_end) throw refuseEnd('extend_to must not be before the present end of the trial.');
  if (end > item.period_end + MOST_TRIAL_DAYS * DAY_MS) {
    throw refuseEnd(`extend_to can be at most ${MOST_TRIAL_DAYS} days after the present end of the trial.`);
  }
  if (end === item.period_end) return;
  // What is paid from then on is billed on the day on which the trial ends.
  instance.update(items, item, { period_end: end, billing_day: new Date(end).getUTCDate() });
}
