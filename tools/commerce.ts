import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { endNow, id, limit, offset, paginated, payerType, subscriptionItemFilters } from './schemas.js';

export const commerce = {
  listPlans: defineOperation({
    name: 'Commerce_listPlans',
    clerk: 'GetCommercePlanList',
    request: 'GET /commerce/plans',
    version: '2025-04-10',
    title: 'List plans (old)',
    description: 'Older form of Billing_listPlans; prefer that.',
    query: { paginated, limit, offset, payer_type: payerType },
    risk: 'read',
  }),

  listSubscriptionItems: defineOperation({
    name: 'Commerce_listSubscriptionItems',
    clerk: 'GetCommerceSubscriptionItemList',
    request: 'GET /commerce/subscription_items',
    version: '2025-04-10',
    title: 'List subscription items (old)',
    description: 'Older form of Billing_listSubscriptionItems, but can filter by user or organization.',
    query: {
      paginated,
      limit,
      offset,
      ...subscriptionItemFilters,
      query: z.string().optional().describe("Part of the payer's e-mail or name"),
      user_id: z.string().optional(),
      organization_id: z.string().optional(),
    },
    risk: 'read',
  }),

  cancelSubscriptionItem: defineOperation({
    name: 'Commerce_cancelSubscriptionItem',
    clerk: 'CancelCommerceSubscriptionItem',
    request: 'DELETE /commerce/subscription_items/{subscription_item_id}',
    version: '2025-04-10',
    title: 'Cancel a subscription item (old)',
    description: 'Older form of Billing_cancelSubscriptionItem; prefer that.',
    path: { subscription_item_id: id },
    query: { end_now: endNow },
    risk: 'destructive',
    effect:
      'Cancels subscription item {target}: its payer loses the plan when the paid period is over, or at once if end_now is true ({end_now}).',
    target: { read: 'Commerce_listSubscriptionItems', find: 'subscription_item_id' },
    undo: { never: 'a cancelled subscription takes a new one' },
  }),
};
