import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { endNow, id, limit, offset, paginated, payerType, subscriptionItemFilters } from './schemas.js';

const subscriptionItem = { read: 'Billing_listSubscriptionItems', find: 'subscription_item_id' };

export const billing = {
  listPlans: defineOperation({
    name: 'Billing_listPlans',
    clerk: 'GetCommercePlanList',
    request: 'GET /billing/plans',
    title: 'List billing plans',
    description: 'Free and paid plans that users or organizations can subscribe to. Their custom prices: Billing_listPrices.',
    query: { paginated, limit, offset, payer_type: payerType },
    risk: 'read',
  }),

  listPrices: defineOperation({
    name: 'Billing_listPrices',
    clerk: 'GetBillingPriceList',
    request: 'GET /billing/prices',
    title: 'List prices',
    description: 'Default and custom prices of plans, cheapest first.',
    query: { paginated, limit, offset, plan_id: z.string().optional() },
    risk: 'read',
  }),

  createPrice: defineOperation({
    name: 'Billing_createPrice',
    clerk: 'CreateBillingPrice',
    request: 'POST /billing/prices',
    title: 'Create a custom price',
    description:
      'Adds a price to a plan for particular customers and charges nobody; no tool deletes it. ' +
      'To move a customer onto it: Billing_createPriceTransition.',
    body: {
      plan_id: z.string(),
      currency: z.string().optional().describe('Default USD'),
      amount: z.int().nullable().describe('Cents a month: 0 or at least 100'),
      annual_monthly_amount: z.int().nullable().optional().describe('Cents a month when paid yearly'),
      description: z.string().optional(),
      supported_billing_periods: z.enum(['month', 'annual', 'both']).optional().describe('Default: by the amounts given'),
    },
    risk: 'access',
    effect:
      'Adds a price to plan {plan_id}: {amount} cents a month, {annual_monthly_amount} a month when paid yearly (currency {currency}, USD by default).',
    undo: { never: 'a price cannot be deleted' },
  }),

  listStatements: defineOperation({
    name: 'Billing_listStatements',
    clerk: 'GetBillingStatementList',
    request: 'GET /billing/statements',
    title: 'List billing statements',
    description: 'What every payer was billed, newest first.',
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  getStatement: defineOperation({
    name: 'Billing_getStatement',
    clerk: 'GetBillingStatement',
    request: 'GET /billing/statements/{statementID}',
    title: 'Get a billing statement',
    description: 'Payer, totals and items of one statement. Whether it was paid: Billing_listPaymentAttempts.',
    path: { statementID: id },
    risk: 'read',
  }),

  listPaymentAttempts: defineOperation({
    name: 'Billing_listPaymentAttempts',
    clerk: 'GetBillingStatementPaymentAttempts',
    request: 'GET /billing/statements/{statementID}/payment_attempts',
    title: 'List payment attempts',
    description: 'Tries to charge for one statement, failed ones too, newest first.',
    path: { statementID: id },
    query: { paginated, limit, offset },
    risk: 'read',
  }),

  listSubscriptionItems: defineOperation({
    name: 'Billing_listSubscriptionItems',
    clerk: 'GetCommerceSubscriptionItemList',
    request: 'GET /billing/subscription_items',
    title: 'List subscription items',
    description:
      'Who subscribes to which plan, across the instance. ' +
      'Of one payer: Users_getBillingSubscription, Organizations_getBillingSubscription.',
    query: {
      paginated,
      limit,
      offset,
      ...subscriptionItemFilters,
      query: z.string().optional(),
    },
    risk: 'read',
  }),

  cancelSubscriptionItem: defineOperation({
    name: 'Billing_cancelSubscriptionItem',
    clerk: 'CancelCommerceSubscriptionItem',
    request: 'DELETE /billing/subscription_items/{subscription_item_id}',
    title: 'Cancel a subscription item',
    description: "Ends a payer's plan, when the paid period is over or at once.",
    path: { subscription_item_id: id },
    query: { end_now: endNow },
    risk: 'destructive',
    effect:
      'Cancels subscription item {target}: its payer loses the plan when the paid period is over, or at once if end_now is true ({end_now}).',
    target: subscriptionItem,
    undo: { never: 'a cancelled subscription takes a new one' },
  }),

  applyDiscount: defineOperation({
    name: 'Billing_applyDiscount',
    clerk: 'ApplyBillingSubscriptionItemDiscount',
    request: 'POST /billing/subscription_items/{subscription_item_id}/discounts',
    title: 'Apply a discount',
    description: 'Gives one payer an existing discount, in place of the one in force and whether or not they qualify for it.',
    path: { subscription_item_id: id },
    body: {
      discount_id: z.string(),
    },
    risk: 'access',
    effect:
      'Gives the payer of subscription item {target} the discount {discount_id}, in place of the one in force; how much that takes off cannot be looked up.',
    target: subscriptionItem,
    undo: {
      by: 'Billing_removeDiscount',
      with: { subscription_item_id: '{subscription_item_id}', discount_id: '{discount_id}' },
      watch: [],
      lost: 'what was charged meanwhile stays charged',
    },
  }),

  removeDiscount: defineOperation({
    name: 'Billing_removeDiscount',
    clerk: 'RemoveBillingSubscriptionItemDiscount',
    request: 'DELETE /billing/subscription_items/{subscription_item_id}/discounts/{discount_id}',
    title: 'Remove a discount',
    description: 'Ends the discount in force. To put another in its place: Billing_applyDiscount.',
    path: { subscription_item_id: id, discount_id: id },
    risk: 'destructive',
    effect: 'Takes discount {discount_id} from subscription item {target}: its payer is charged the full price from then on.',
    target: subscriptionItem,
    undo: {
      by: 'Billing_applyDiscount',
      with: { subscription_item_id: '{subscription_item_id}', discount_id: '{discount_id}' },
      watch: [],
      lost: 'it begins anew',
    },
  }),

  extendFreeTrial: defineOperation({
    name: 'Billing_extendFreeTrial',
    clerk: 'ExtendBillingSubscriptionItemFreeTrial',
    request: 'POST /billing/subscription_items/{subscription_item_id}/extend_free_trial',
    title: 'Extend a free trial',
    description: 'Moves the end of a free trial that is running.',
    path: { subscription_item_id: id },
    body: {
      extend_to: z.string().describe('RFC 3339; at most 365 days ahead'),
    },
    risk: 'access',
    effect: 'Lets the payer of subscription item {target} go without paying until {extend_to}.',
    idempotent: true,
    target: subscriptionItem,
    undo: { never: 'a trial cannot be shortened' },
  }),

  createPriceTransition: defineOperation({
    name: 'Billing_createPriceTransition',
    clerk: 'CreateBillingPriceTransition',
    request: 'POST /billing/subscription_items/{subscription_item_id}/price_transition',
    title: 'Move to another price',
    description: 'Puts a subscription item on another price, at once or from the next period as plan and payer decide.',
    path: { subscription_item_id: id },
    body: {
      from_price_id: z.string().describe('The present one'),
      to_price_id: z.string(),
    },
    risk: 'destructive',
    openWorld: true,
    effect: 'Moves subscription item {target} to another price; its payer may be charged at once.',
    target: subscriptionItem,
    raises: [{ risk: 'access', effect: 'The price changes from {from_price_id} to {to_price_id}.' }],
    undo: { never: 'a transition that was begun is not taken back' },
  }),
};
