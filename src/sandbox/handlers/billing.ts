import { mustPlan } from '../domain/billing-catalog.js';
import { runBilling } from '../domain/billing-clock.js';
import { checkCurrency } from '../domain/billing-credits.js';
import { applyDiscount, removeDiscount, showRedemption } from '../domain/billing-discounts.js';
import { cancelItem, extendTrial, mustItem } from '../domain/billing-items.js';
import { itemList, planList } from '../domain/billing-lists.js';
import { changePrice, type Transition } from '../domain/billing-transition.js';
import { answers, type Handlers, type Naming } from '../handler.js';
import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import { showFormerItem, showFormerPlan } from '../resources/billing-former.js';
import { items, nextPayment, partsOf } from '../resources/billing-item.js';
import { moneyOrNull } from '../resources/billing-money.js';
import { payments, type StatementRow, statements } from '../resources/billing-payment.js';
import { type PriceRow, plans, prices } from '../resources/billing-plan.js';
import { invalidParam, refuse, refuseParam } from '../sandbox-error.js';

/** Cents. Below it a price must be nothing. */
const LEAST_AMOUNT = 100;

type CreatePrice = BodyOf<'Billing_createPrice'>;

/** @throws SandboxError */
function createPrice(instance: Instance, body: CreatePrice): PriceRow {
  const { amount, annual_monthly_amount: annual = null, supported_billing_periods: wanted } = body;
  checkCurrency(body.currency);
  for (const [param, cents] of Object.entries({ amount, annual_monthly_amount: annual })) {
    if (cents !== null && cents !== 0 && cents < LEAST_AMOUNT) {
      throw invalidParam(param, `${param} must be 0, or at least ${LEAST_AMOUNT} cents.`);
    }
  }
  for (const [param, cents, period] of [
    ['amount', amount, 'month'] as const,
    ['annual_monthly_amount', annual, 'annual'] as const,
  ]) {
    const isWanted = wanted === undefined ? (amount ?? annual) === null : wanted === 'both' || wanted === period;
    if (cents === null && isWanted) {
      throw refuseParam(
        'form_conditional_param_missing',
        param,
        'is missing',
        `${param} must be given for the periods of this price.`,
      );
    }
    if (cents !== null && wanted !== undefined && !isWanted) {
      const why = `${param} is not for a price whose supported_billing_periods is ${wanted}.`;
      throw refuseParam('form_conditional_param_disallowed', param, 'is not allowed', why);
    }
  }
  const plan = mustPlan(instance, body.plan_id);
  if (plan.is_default) throw invalidParam('plan_id', 'The free plan can have no other price.');
  return instance.insert(prices, {
    plan_id: plan.id,
    amount,
    annual_monthly_amount: annual,
    description: body.description ?? null,
    is_default: false,
  });
}

function statementIn({ instance, path }: Naming<'statementID'>): StatementRow {
  runBilling(instance);
  const id = path.statementID;
  const row = instance.get(statements, id);
  if (row !== undefined) return row;
  throw refuse(404, 'commerce_statement_not_found', 'Statement not found', `No statement found with id ${id}.`);
}

const itemIn = ({ instance, path }: Naming<'subscription_item_id'>) => mustItem(instance, path.subscription_item_id);

const showTransition = ({ item, previous, previousPrice, ...made }: Transition, instance: Instance): object => ({
  object: 'commerce_price_transition',
  subscription_item: showFormerItem(item, instance),
  transition: {
    previous_plan: showFormerPlan(partsOf(previous, instance).plan, instance),
    previous_price: prices.show(previousPrice, instance),
    effective_at: made.effectiveAt,
    effective_mode: made.effective,
    next_billing_date: nextPayment(item, instance)?.date ?? null,
    charged_immediately: made.charged !== null,
    immediate_charge: moneyOrNull(made.charged),
    previous_subscription_item_status: previous.status,
    previous_subscription_item_id: previous.id,
  },
});

export const billingHandlers: Handlers = {
  Billing_listPlans: lists(plans, planList),

  Billing_listPrices: lists(prices, {
    envelope: 'page',
    within: ({ instance, query }) => {
      runBilling(instance);
      const newestFirst = instance.all(prices).toReversed();
      if (typeof query.plan_id !== 'string') return newestFirst;
      const { id } = mustPlan(instance, query.plan_id);
      return newestFirst.filter((price) => price.plan_id === id);
    },
    orders: { amount: (row) => row.amount ?? row.annual_monthly_amount },
    defaultOrder: '+amount',
  }),

  Billing_createPrice: answers(({ instance, body }) => {
    runBilling(instance);
    return prices.show(createPrice(instance, body), instance);
  }),

  Billing_listStatements: lists(statements, {
    envelope: 'page',
    within: ({ instance }) => {
      runBilling(instance);
      return instance.all(statements);
    },
  }),
  Billing_getStatement: answers((call) => statements.show(statementIn(call), call.instance)),
  Billing_listPaymentAttempts: lists(payments, {
    envelope: 'page',
    within: (call) => call.instance.many(payments, 'statement_id', statementIn(call).id),
  }),

  Billing_listSubscriptionItems: lists(items, itemList),

  Billing_cancelSubscriptionItem: answers((call) => {
    const item = itemIn(call);
    cancelItem(call.instance, item, call.query.end_now === true);
    return items.show(item, call.instance);
  }),

  Billing_applyDiscount: answers((call) =>
    showRedemption(applyDiscount(call.instance, itemIn(call), call.body.discount_id), call.instance),
  ),
  Billing_removeDiscount: answers((call) =>
    showRedemption(removeDiscount(call.instance, itemIn(call), call.path.discount_id), call.instance),
  ),

  Billing_extendFreeTrial: answers((call) => {
    const item = itemIn(call);
    extendTrial(call.instance, item, call.body.extend_to);
    return showFormerItem(item, call.instance);
  }),

  Billing_createPriceTransition: answers((call) => {
    const { instance, body } = call;
    return showTransition(changePrice(instance, itemIn(call), body.from_price_id, body.to_price_id), instance);
  }),
};
