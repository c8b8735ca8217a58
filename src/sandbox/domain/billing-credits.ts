import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { CURRENCY } from '../resources/billing-money.js';
import { type CreditRow, creditBalance, creditLedger, type PayerRow } from '../resources/billing-payer.js';
import { invalidParam, missingParam, refuse } from '../sandbox-error.js';

export type AdjustCredit = BodyOf<'Users_adjustBillingCreditBalance'>;

/** @throws SandboxError for any currency that Clerk does not bill in. */
export function checkCurrency(currency: string | undefined): void {
  if (currency === undefined || currency.toUpperCase() === CURRENCY) return;
  throw invalidParam('currency', `currency must be ${CURRENCY}.`);
}

/** Adds an entry to a payer's ledger. The same request again finds the entry that is there. @throws SandboxError */
export function adjustCredit(instance: Instance, payer: PayerRow, body: AdjustCredit): CreditRow {
  const { amount, idempotency_key: key, note = null } = body;
  const refuseAmount = (why: string) => invalidParam('amount', why);
  checkCurrency(body.currency);
  if (amount <= 0) throw refuseAmount('amount must be greater than zero.');
  if (key === '') throw missingParam('idempotency_key', 'idempotency_key must not be empty.');
  const change = body.action === 'increase' ? amount : -amount;
  const held = instance.one(creditLedger, 'idempotency_key', key);
  if (held !== undefined) {
    if (held.payer_id === payer.id && held.amount === change && held.note === note) return held;
    const why = 'That idempotency_key was used for another adjustment.';
    throw refuse(409, 'idempotency_key_conflict', 'Idempotency key was used before', why);
  }
  if ((creditBalance(instance, payer.id) ?? 0) + change < 0) throw refuseAmount('The balance cannot fall below zero.');
  const source_id = instance.newId('crgrant');
  return instance.insert(creditLedger, {
    payer_id: payer.id,
    amount: change,
    source_type: 'grant',
    source_id,
    note,
    idempotency_key: key,
  });
}
