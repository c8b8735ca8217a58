import type { Instance } from '../instance.js';
import { type ItemRow, items } from '../resources/billing-item.js';
import { type PayerRow, payers } from '../resources/billing-payer.js';
import { defaultPrice, type PayerType } from '../resources/billing-plan.js';
import { type OrganizationRow, organizations } from '../resources/organization.js';
import { type UserRow, users } from '../resources/user.js';
import { defaultPlan } from './billing-catalog.js';

export const typeOf = (payer: Pick<PayerRow, 'user_id'>): PayerType => (payer.user_id === null ? 'org' : 'user');

/** The payer that a user or an organization is. One that was never billed has been on the free plan from the beginning. */
export const payerOfUser = (instance: Instance, user: UserRow): PayerRow =>
  instance.many(payers, 'user_id', user.id)[0] ?? enroll(instance, addPayer(instance, { user_id: user.id }, user));

export const payerOfOrganization = (instance: Instance, organization: OrganizationRow): PayerRow =>
  instance.many(payers, 'organization_id', organization.id)[0] ??
  enroll(instance, addPayer(instance, { organization_id: organization.id }, organization));

/** A payer without any plan. */
export const addPayer = (
  instance: Instance,
  ids: Partial<Pick<PayerRow, 'user_id' | 'organization_id'>>,
  owner: { readonly created_at: number },
): PayerRow =>
  instance.insert(payers, {
    user_id: null,
    organization_id: null,
    subscription_id: instance.newId('csub', owner.created_at),
    payment_method: null,
    ...ids,
    created_at: owner.created_at,
  });

function enroll(instance: Instance, payer: PayerRow): PayerRow {
  addFreeItem(instance, payer, payer.created_at);
  return payer;
}

/** Makes a payer of everybody, so that all have the item that they have by default. */
export function enrollAll(instance: Instance): void {
  if (instance.of(payers).size === instance.of(users).size + instance.of(organizations).size) return;
  for (const user of instance.all(users)) payerOfUser(instance, user);
  for (const organization of instance.all(organizations)) payerOfOrganization(instance, organization);
}

/** The free plan from a time on: at once, or when what is canceled ends. */
export function addFreeItem(instance: Instance, payer: PayerRow, at: number, status: 'active' | 'upcoming' = 'active'): ItemRow {
  const plan = defaultPlan(instance, typeOf(payer));
  return instance.insert(items, {
    payer_id: payer.id,
    plan_id: plan.id,
    price_id: defaultPrice(instance, plan.id).id,
    plan_period: 'month',
    status,
    is_free_trial: false,
    period_start: at,
    period_end: null,
    billing_day: new Date(at).getUTCDate(),
    canceled_at: null,
    past_due_at: null,
    ended_at: null,
    lifetime_paid: 0,
    created_at: status === 'active' ? at : instance.now(),
  });
}
