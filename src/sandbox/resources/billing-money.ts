import * as z from 'zod';

/** Clerk bills in no other. */
export const CURRENCY = 'USD';

export const moneyShape = z.strictObject({
  /** Cents. */
  amount: z.int(),
  amount_formatted: z.string(),
  currency: z.string(),
  currency_symbol: z.string(),
});
type Money = z.infer<typeof moneyShape>;

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

const credits = z.strictObject({
  proration: z.null(),
  payer: z.strictObject({ remaining_balance: moneyShape, applied_amount: moneyShape }).nullable(),
  total: moneyShape,
});

const discounts = z.strictObject({ proration: z.null(), total: moneyShape });

export const totalsShape = z.strictObject({
  subtotal: moneyShape,
  base_fee: moneyShape,
  tax_total: moneyShape,
  grand_total: moneyShape,
  credits: credits.nullable(),
  discounts: discounts.nullable(),
});

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

export const totalsOf = (charge: Charge): z.infer<typeof totalsShape> => ({
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
