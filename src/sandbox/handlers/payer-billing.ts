import * as z from 'zod';
import { runBilling } from '../domain/billing-clock.js';
import { type AdjustCredit, adjustCredit } from '../domain/billing-credits.js';
import { payerOfOrganization, payerOfUser } from '../domain/billing-payers.js';
import { must } from '../domain/found.js';
import { answers, type Call, type Room, type Rule } from '../handler.js';
import { moneyOrNull, moneyShape } from '../resources/billing-money.js';
import { creditBalance, creditLedger, type PayerRow } from '../resources/billing-payer.js';
import { showSubscription, subscriptionShape } from '../resources/billing-subscription.js';
import { organizations } from '../resources/organization.js';
import { users } from '../resources/user.js';

const balanceShape = z.strictObject({ object: z.literal('commerce_credit_balance'), balance: moneyShape.nullable() });

interface PayerRules {
  readonly balance: Rule;
  readonly adjust: Rule;
  readonly subscription: Rule;
}

/** What users and organizations have in common. @param find The payer that the path names. */
function rulesFor(find: (call: Pick<Call, 'instance' | 'path'>) => PayerRow): PayerRules {
  const payerIn = (call: Pick<Call, 'instance' | 'path'>): PayerRow => {
    runBilling(call.instance);
    return find(call);
  };
  return {
    balance: answers(balanceShape, (call) => ({
      object: 'commerce_credit_balance',
      balance: moneyOrNull(creditBalance(call.instance, payerIn(call).id)),
    })),
    adjust: answers<AdjustCredit>(creditLedger.shape, (call) =>
      creditLedger.show(adjustCredit(call.instance, payerIn(call), call.body), call.instance),
    ),
    subscription: answers(subscriptionShape, (call) => showSubscription(payerIn(call), call.instance, call.version)),
  };
}

const ofUsers = rulesFor(({ instance, path }) => payerOfUser(instance, must(instance, users, path.user_id ?? '')));
const ofOrganizations = rulesFor(({ instance, path }) =>
  payerOfOrganization(instance, must(instance, organizations, path.organization_id ?? '')),
);

export const userBilling: Room = {
  Users_getBillingCreditBalance: ofUsers.balance,
  Users_adjustBillingCreditBalance: ofUsers.adjust,
  Users_getBillingSubscription: ofUsers.subscription,
};

export const organizationBilling: Room = {
  Organizations_getBillingCreditBalance: ofOrganizations.balance,
  Organizations_adjustBillingCreditBalance: ofOrganizations.adjust,
  Organizations_getBillingSubscription: ofOrganizations.subscription,
};
