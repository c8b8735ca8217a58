import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import { defineSetting, type Row } from '../table.js';
import { items } from './billing-item.js';
import { type Charge, grandTotal, money, totalsOf } from './billing-money.js';
import { type PayerRow, type PaymentMethod, payers, showPaymentMethod } from './billing-payer.js';

/** Who is paid: the instance's owner. Empty until billing is first looked at. */
export const payee = defineSetting('billing_payee', () => ({ id: '' }));

/** One try to charge for one period. */
export interface PaymentRow extends Row, Charge {
  payment_id: string;
  charge_type: 'checkout' | 'recurring';
  payer_id: string;
  subscription_item_id: string;
  statement_id: string;
  /** Null where credits or a discount left nothing to charge and the payer has no card. */
  payment_method: PaymentMethod | null;
  status: 'paid' | 'failed';
  gateway_external_id: string | null;
}

const payerOf = (instance: Instance, { payer_id }: { readonly payer_id: string }): PayerRow => {
  const payer = instance.get(payers, payer_id);
  if (payer === undefined) throw new Error(`payer ${payer_id} is gone`);
  return payer;
};

export const payments = defineResource<PaymentRow>()({
  name: 'commerce_payment',
  title: 'payment attempt',
  prefix: 'cpayatt',
  lookup: { statement_id: (row) => row.statement_id },
  owners: { commerce_payer: 'payer_id' },
  show: (row, instance) => {
    const { subtotal, discount, credit, credit_left, ...sent } = row;
    const payer = payerOf(instance, row);
    const method = showPaymentMethod(payer, row.payment_method);
    const { id } = instance.store.setting(payee);
    const item = instance.get(items, row.subscription_item_id);
    return {
      object: 'commerce_payment',
      ...sent,
      instance_id: instance.id,
      payee_id: id,
      payee: { object: 'commerce_payee', id, instance_id: instance.id, gateway_type: 'stripe' },
      payer: payers.show(payer, instance),
      ...(item === undefined ? {} : { subscription_item: items.show(item, instance) }),
      amount: money(grandTotal(row)),
      totals: totalsOf({ subtotal, discount, credit, credit_left }),
      payment_method_id: method.id,
      payment_method: method,
      gateway_external_url: null,
      paid_at: row.status === 'paid' ? row.created_at : null,
      failed_at: row.status === 'failed' ? row.created_at : null,
    };
  },
});

/** What a payer was billed in one calendar month, by UTC. */
export interface StatementRow extends Row {
  payer_id: string;
  /** `2026-01`. */
  month: string;
}

const MONTH_LETTERS = 'YYYY-MM'.length;
const DAY_LETTERS = 'YYYY-MM-DD'.length;
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, MONTH_LETTERS);
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, DAY_LETTERS);

export const statementKey = (payerId: string, month: string): string => `${payerId} ${month}`;

export const statements = defineResource<StatementRow>()({
  name: 'commerce_statement',
  title: 'statement',
  prefix: 'stmt',
  unique: { month: (row) => statementKey(row.payer_id, row.month) },
  owners: { commerce_payer: 'payer_id' },
  show: (row, instance) => {
    const paid = instance.many(payments, 'statement_id', row.id).filter((payment) => payment.status === 'paid');
    const sum = (of: (payment: PaymentRow) => number) => money(paid.reduce((total, payment) => total + of(payment), 0));
    const subtotal = sum((payment) => payment.subtotal);
    return {
      object: 'commerce_statement',
      id: row.id,
      instance_id: instance.id,
      timestamp: row.created_at,
      payer: payers.show(payerOf(instance, row), instance),
      status: row.month === monthOf(instance.now()) ? 'open' : 'closed',
      totals: { grand_total: sum(grandTotal), subtotal, base_fee: subtotal, tax_total: money(0) },
      groups: byDay(paid).map((ofDay) => ({
        object: 'commerce_statement_group',
        timestamp: ofDay[0].created_at,
        items: ofDay.map((payment) => payments.show(payment, instance)),
      })),
    };
  },
});

/** Payments of one day each, in the order in which they came. */
function byDay(paid: readonly PaymentRow[]): [PaymentRow, ...PaymentRow[]][] {
  const days = new Map<string, [PaymentRow, ...PaymentRow[]]>();
  for (const payment of paid) {
    const day = dayOf(payment.created_at);
    const others = days.get(day);
    if (others === undefined) days.set(day, [payment]);
    else others.push(payment);
  }
  return [...days.values()];
}
