import { answers, type Call, type Naming } from '../handler.js';
import type { BodyOf, Inputs } from '../inputs.js';
import { moneyOrNull } from '../resources/billing-money.js';
import { creditBalance, creditLedger, type PayerRow } from '../resources/billing-payer.js';
import { showSubscription } from '../resources/billing-subscription.js';
import { organizations } from '../resources/organization.js';
import { users } from '../resources/user.js';
import { runBilling } from './billing-clock.js';
import { adjustCredit } from './billing-credits.js';
import { payerOfOrganization, payerOfUser } from './billing-payers.js';
import { must } from './found.js';

/** What users and organizations have in common. @param find The payer that the path names. */
function handlersFor<Param extends string>(find: (call: Naming<Param>) => PayerRow) {
  type Named = Record<Param, string>;
  const payerIn = (call: Naming<Param>): PayerRow => {
    runBilling(call.instance);
    return find(call);
  };
  return {
    balance: answers((call: Call<Inputs<Named>>) => ({
      object: 'commerce_credit_balance',
      balance: moneyOrNull(creditBalance(call.instance, payerIn(call).id)),
    })),
    adjust: answers((call: Call<Inputs<Named, unknown, BodyOf<'Users_adjustBillingCreditBalance'>>>) =>
      creditLedger.show(adjustCredit(call.instance, payerIn(call), call.body), call.instance),
    ),
    subscription: answers((call: Call<Inputs<Named>>) => showSubscription(payerIn(call), call.instance, call.version)),
  };
}

export const userBilling = handlersFor<'user_id'>(({ instance, path }) =>
  payerOfUser(instance, must(instance, users, path.user_id)),
);
export const organizationBilling = handlersFor<'organization_id'>(({ instance, path }) =>
  payerOfOrganization(instance, must(instance, organizations, path.organization_id)),
);
