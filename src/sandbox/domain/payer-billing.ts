import { answers, type Call, type Handler } from '../handler.js';
import { moneyOrNull } from '../resources/billing-money.js';
import { creditBalance, creditLedger, type PayerRow } from '../resources/billing-payer.js';
import { showSubscription } from '../resources/billing-subscription.js';
import { organizations } from '../resources/organization.js';
import { users } from '../resources/user.js';
import { runBilling } from './billing-clock.js';
import { type AdjustCredit, adjustCredit } from './billing-credits.js';
import { payerOfOrganization, payerOfUser } from './billing-payers.js';
import { must } from './found.js';

interface PayerHandlers {
  readonly balance: Handler;
  readonly adjust: Handler;
  readonly subscription: Handler;
}

/** What users and organizations have in common. @param find The payer that the path names. */
function handlersFor(find: (call: Pick<Call, 'instance' | 'path'>) => PayerRow): PayerHandlers {
  const payerIn = (call: Pick<Call, 'instance' | 'path'>): PayerRow => {
    runBilling(call.instance);
    return find(call);
  };
  return {
    balance: answers((call) => ({
      object: 'commerce_credit_balance',
      balance: moneyOrNull(creditBalance(call.instance, payerIn(call).id)),
    })),
    adjust: answers<AdjustCredit>((call) =>
      creditLedger.show(adjustCredit(call.instance, payerIn(call), call.body), call.instance),
    ),
    subscription: answers((call) => showSubscription(payerIn(call), call.instance, call.version)),
  };
}

export const userBilling = handlersFor(({ instance, path }) => payerOfUser(instance, must(instance, users, path.user_id ?? '')));
export const organizationBilling = handlersFor(({ instance, path }) =>
  payerOfOrganization(instance, must(instance, organizations, path.organization_id ?? '')),
);
