import { containing, equal, type Filter } from '../filters.js';
import type { Listing } from '../list.js';
import { type ItemRow, isInForce, items, partsOf } from '../resources/billing-item.js';
import { namesOf, payers } from '../resources/billing-payer.js';
import { type PlanRow, plans } from '../resources/billing-plan.js';
import { runBilling } from './billing-clock.js';
import { enrollAll, typeOf } from './billing-payers.js';

/** How plans are listed, in the old API as in the new. */
export const planList: Listing<PlanRow> = {
  envelope: 'page',
  within: ({ instance }) => {
    runBilling(instance);
    return instance.all(plans);
  },
  filters: { payer_type: equal<PlanRow, string>((row) => row.for_payer_type) },
};

const byStatus: Filter<ItemRow, string> = (wanted) => ({
  test: (row) => {
    if (wanted === 'free_trial') return row.is_free_trial && isInForce(row);
    // What is canceled is in force up to the end of its period.
    if (wanted === 'active') return row.status === 'active' || row.status === 'canceled';
    return row.status === wanted;
  },
});

const ofOwner =
  (index: 'user_id' | 'organization_id'): Filter<ItemRow, string> =>
  (id, instance) => ({
    rows: instance.many(payers, index, id).flatMap((payer) => instance.many(items, 'payer_id', payer.id)),
  });

/** How subscription items are listed, in the old API as in the new. */
export const itemList: Listing<ItemRow> = {
  envelope: 'page',
  within: ({ instance, query }) => {
    runBilling(instance);
    if (query.include_free === true) enrollAll(instance);
    const all = instance.all(items);
    return query.include_free === true ? all : all.filter((row) => instance.get(plans, row.plan_id)?.is_default !== true);
  },
  filters: {
    status: byStatus,
    payer_type: equal<ItemRow, string>((row, instance) => typeOf(partsOf(row, instance).payer)),
    plan_id: equal<ItemRow, string>((row) => row.plan_id),
    user_id: ofOwner('user_id'),
    organization_id: ofOwner('organization_id'),
    query: containing<ItemRow>((row, has, instance) => {
      const { email, first_name, last_name, organization_name } = namesOf(partsOf(row, instance).payer, instance);
      return has(email) || has(first_name) || has(last_name) || has(organization_name);
    }),
  },
};
