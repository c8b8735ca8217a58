import type { Instance } from '../instance.js';
import { payee } from '../resources/billing-payment.js';
import { type PayerType, type PlanRow, payerTypes, plans, prices } from '../resources/billing-plan.js';
import { refuse } from '../sandbox-error.js';

/** What every instance sells from the start: nothing, to both kinds of payers. */
const DEFAULTS: Readonly<Record<PayerType, { readonly slug: string; readonly product: string }>> = {
  user: { slug: 'free_user', product: 'prod_users' },
  org: { slug: 'free_org', product: 'prod_organizations' },
};

/** Makes the free plans that an instance has before any other. */
export function ensureDefaultPlans(instance: Instance): void {
  for (const type of payerTypes) {
    if (instance.one(plans, 'default_for', type) !== undefined) continue;
    if (instance.store.setting(payee).id === '') instance.store.set(payee, { id: instance.newId('cpayee') });
    addPlan(instance, { slug: DEFAULTS[type].slug, name: 'Free', for_payer_type: type, is_default: true, amount: 0 });
  }
}

/** A new plan. Left out: no description, no trial, shown to everybody, no features. Amounts in cents. */
export type NewPlan = Pick<PlanRow, 'slug' | 'name' | 'for_payer_type'> &
  Partial<Omit<PlanRow, 'product_id'>> & { readonly amount: number | null; readonly annual_monthly_amount?: number | null };

/** Keeps a plan with its default price. */
export function addPlan(instance: Instance, { amount, annual_monthly_amount: annual = null, ...given }: NewPlan): PlanRow {
  const plan = instance.insert(plans, {
    description: null,
    is_default: false,
    publicly_visible: true,
    free_trial_days: null,
    features: [],
    product_id: DEFAULTS[given.for_payer_type].product,
    ...given,
  });
  instance.insert(prices, {
    plan_id: plan.id,
    amount,
    annual_monthly_amount: annual,
    description: null,
    is_default: true,
    created_at: plan.created_at,
  });
  return plan;
}

/** The free plan of such payers. */
export function defaultPlan(instance: Instance, type: PayerType): PlanRow {
  ensureDefaultPlans(instance);
  return instance.one(plans, 'default_for', type) as PlanRow;
}

/** @throws SandboxError 404. */
export function mustPlan(instance: Instance, id: string): PlanRow {
  const plan = instance.get(plans, id);
  if (plan === undefined) throw refuse(404, 'plan_not_found', 'Plan not found', `No plan was found with id ${id}.`);
  return plan;
}
