import { addPlan, ensureDefaultPlans } from '../domain/billing-catalog.js';
import { charge } from '../domain/billing-charge.js';
import { applyDiscount } from '../domain/billing-discounts.js';
import { addFreeItem, addPayer, typeOf } from '../domain/billing-payers.js';
import { must } from '../domain/found.js';
import type { Instance } from '../instance.js';
import { discounts } from '../resources/billing-discount.js';
import { items } from '../resources/billing-item.js';
import { type PayerRow, type PaymentMethod, payers } from '../resources/billing-payer.js';
import { defaultPrice, type PlanRow, periodAmount, periodEnd, plans } from '../resources/billing-plan.js';
import { organizations } from '../resources/organization.js';
import { users } from '../resources/user.js';
import type { SeedDiscount, SeedPlan, SeedSubscription } from './billing-description.js';
import { SeedError } from './description.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const CARD_YEARS = 4;

/** Seeds a plan with its default price. */
export function seedPlan(instance: Instance, seed: SeedPlan): void {
  ensureDefaultPlans(instance);
  const created = seed.created_at ?? instance.now();
  addPlan(instance, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    slug: seed.slug,
    name: seed.name,
    description: seed.description ?? null,
    for_payer_type: seed.for,
    publicly_visible: seed.publicly_visible ?? true,
    free_trial_days: seed.free_trial_days ?? null,
    features: (seed.features ?? []).map(({ slug, name, description = null }) => ({
      object: 'feature',
      id: instance.newId('feat', created),
      name,
      description,
      slug,
      avatar_url: null,
    })),
    amount: seed.amount,
    annual_monthly_amount: seed.annual_monthly_amount ?? null,
    created_at: created,
  });
}

/** Seeds a discount, to be given by its id. */
export function seedDiscount(instance: Instance, seed: SeedDiscount): void {
  instance.insert(discounts, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    name: seed.name,
    effect: seed.percent_off === undefined ? 'fixed_amount' : 'percentage',
    percent_off: seed.percent_off ?? null,
    amount_off: seed.amount_off ?? null,
    cycles: seed.cycles ?? null,
  });
}

/** Seeds a payer with what is paid for. Renewals up to now follow when billing is first looked at. */
export function seedSubscription(instance: Instance, seed: SeedSubscription, userId: (reference: string) => string): void {
  ensureDefaultPlans(instance);
  const payer = seedPayer(instance, seed, userId);
  const start = seed.started_at ?? instance.now();
  if (seed.card !== null) instance.update(payers, payer, { payment_method: card(instance, seed.card ?? {}, start) });
  if (seed.plan === undefined) {
    addFreeItem(instance, payer, payer.created_at);
    return;
  }
  const plan = planNamed(instance, seed.plan, payer);
  const price = defaultPrice(instance, plan.id);
  const { period = 'month', trial = false } = seed;
  if (periodAmount(price, period) === null) throw new SeedError(`the plan ${plan.slug} cannot be paid by the ${period}`);
  if (trial && plan.free_trial_days === null) throw new SeedError(`the plan ${plan.slug} has no free trial`);
  const trialEnd = start + (plan.free_trial_days ?? 0) * DAY_MS;
  const day = new Date(trial ? trialEnd : start).getUTCDate();
  const item = instance.insert(items, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    payer_id: payer.id,
    plan_id: plan.id,
    price_id: price.id,
    plan_period: period,
    status: 'active',
    is_free_trial: trial,
    period_start: start,
    period_end: trial ? trialEnd : periodEnd(start, period, day),
    billing_day: day,
    canceled_at: null,
    past_due_at: null,
    ended_at: null,
    lifetime_paid: 0,
    created_at: start,
  });
  if (seed.discount !== undefined) applyDiscount(instance, item, discountNamed(instance, seed.discount), start);
  if (trial) return;
  const outcome = charge(instance, item, start, 'checkout');
  if (outcome !== 'paid' && outcome !== 'free') throw new SeedError('the first charge of a subscription must be paid');
}

function seedPayer(instance: Instance, seed: SeedSubscription, userId: (reference: string) => string): PayerRow {
  if (seed.user !== undefined) {
    const user = must(instance, users, userId(seed.user));
    return refuseSecond(instance, 'user_id', user.id) ?? addPayer(instance, { user_id: user.id }, user);
  }
  const reference = seed.organization ?? '';
  const held = instance.of(organizations);
  const organization = held.get(reference) ?? held.one('slug', reference);
  if (organization === undefined) throw new SeedError(`no organization has the id or slug ${reference}`);
  return (
    refuseSecond(instance, 'organization_id', organization.id) ??
    addPayer(instance, { organization_id: organization.id }, organization)
  );
}

/** @throws SeedError when there is a payer already. */
function refuseSecond(instance: Instance, index: 'user_id' | 'organization_id', id: string): undefined {
  if (instance.many(payers, index, id).length > 0) throw new SeedError(`${id} has a subscription already`);
}

function planNamed(instance: Instance, reference: string, payer: PayerRow): PlanRow {
  const plan = instance.get(plans, reference) ?? instance.one(plans, 'slug', reference);
  if (plan === undefined) throw new SeedError(`no plan has the id or slug ${reference}`);
  if (plan.is_default) throw new SeedError('the free plan needs no subscription; leave plan out');
  if (plan.for_payer_type !== typeOf(payer))
    throw new SeedError(`the plan ${plan.slug} is for payers of type ${plan.for_payer_type}`);
  return plan;
}

function discountNamed(instance: Instance, reference: string): string {
  const held = instance.of(discounts);
  const id = held.get(reference)?.id ?? held.oldestFirst().find((row) => row.name === reference)?.id;
  if (id === undefined) throw new SeedError(`no discount has the id or name ${reference}`);
  return id;
}

function card(instance: Instance, given: NonNullable<SeedSubscription['card']>, created: number): PaymentMethod {
  const added = new Date(created);
  return {
    id: instance.newId('cpm', created),
    last4: given.last4 ?? '4242',
    card_type: given.brand ?? 'visa',
    expiry_month: added.getUTCMonth() + 1,
    expiry_year: added.getUTCFullYear() + CARD_YEARS,
    created_at: created,
    declines_from: given.declines_from ?? null,
  };
}
