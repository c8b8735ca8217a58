import type * as z from 'zod';
import type { money as moneySchema, totals } from '../../catalog/resources/billing.js';

/** Clerk bills in no other. */
export const CURRENCY = 'USD';

type Money = z.infer<typeof moneySchema>;

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: CURRENCY });

/** An amount as it is sent. @param amount Cents. */
export const money = (amount: number): Money => ({
  amount,
  amount_formatted: dollars.format(amount / 100),
  currency: CURRENCY,
  currency_symbol: '$',
});

/** What is sent of an amount that need not be there. */
export const moneyOrNull = (amount: number | null): Money | null => (amount === null ? null : money(amount));

/** How a charge comes about, in cents. */
export interface Charge {
  readonly subtotal: number;
  readonly discount: number;
  /** Of the payer's credits, and what is left of them. */
  readonly credit: number;
  readonly credit_left: number;
}

/** What remains to be paid. */
export const grandTotal = ({ subtotal, discount, credit }: Charge): number => subtotal - discount - credit;

export const totalsOf = (charge: Charge): z.infer<typeof totals> => ({
  subtotal: money(charge.subtotal),
  base_fee: money(charge.subtotal),
  tax_total: money(0),
  grand_total: money(grandTotal(charge)),
  credits:
    charge.credit === 0
      ? null
      : {
          proration: null,
          payer: { remaining_balance: money(charge.credit_left), applied_amount: money(charge.credit) },
          total: money(charge.credit),
        },
  discounts: charge.discount === 0 ? null : { proration: null, total: money(charge.discount) },
});
