import { cancelItem, mustItem } from '../domain/billing-items.js';
import { itemList, planList } from '../domain/billing-lists.js';
import { answers, type Handlers } from '../handler.js';
import { lists } from '../list.js';
import { showFormerItem, showFormerPlan } from '../resources/billing-former.js';
import { items } from '../resources/billing-item.js';
import { plans } from '../resources/billing-plan.js';

/** Billing as API versions up to 2025-04-10 name and show it. */
export const commerceHandlers: Handlers = {
  Commerce_listPlans: lists({ ...plans, show: showFormerPlan }, planList),
  Commerce_listSubscriptionItems: lists({ ...items, show: showFormerItem }, itemList),
  Commerce_cancelSubscriptionItem: answers(({ instance, path, query }) => {
    const item = mustItem(instance, path.subscription_item_id);
    cancelItem(instance, item, query.end_now === true);
    return showFormerItem(item, instance);
  }),
};
