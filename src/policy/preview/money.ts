import { isRecord } from '../../platform/is-record.js';
import { plain } from '../../platform/plain-text.js';

/** `10.00 USD`; `undefined` if it is not an amount. */
function inCents(amount: unknown, currency: unknown): string | undefined {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount)) return undefined;
  const code = typeof currency === 'string' ? plain(currency).slice(0, 8) : '';
  return `${(amount / 100).toFixed(2)} ${code}`.trim();
}

const amountOf = (value: unknown): string | undefined => (isRecord(value) ? inCents(value.amount, value.currency) : undefined);

/** What a price is, for a person: `10.00 USD a month, 8.00 USD a month when paid yearly`. */
export function priceInWords(price: Readonly<Record<string, unknown>>): string | undefined {
  const { amount, annual_monthly_amount, currency, supported_billing_periods: periods } = price;
  const monthly = periods === 'annual' ? undefined : inCents(amount, currency);
  const yearly = periods === 'month' ? undefined : inCents(annual_monthly_amount, currency);
  const parts = [monthly && `${monthly} a month`, yearly && `${yearly} a month when paid yearly`];
  return parts.filter((part) => part !== undefined).join(', ') || undefined;
}

/** What the payer of a subscription item pays now: `next payment 10.00 USD, 2.00 USD off`. */
export function paymentInWords(item: Readonly<Record<string, unknown>>): string | undefined {
  const next = isRecord(item.next_payment) ? amountOf(item.next_payment.amount) : undefined;
  const fee = isRecord(item.plan) ? amountOf(item.plan.fee) : undefined;
  const discounts = isRecord(item.totals) && isRecord(item.totals.discounts) ? item.totals.discounts.total : undefined;
  const off = isRecord(discounts) && discounts.amount !== 0 ? amountOf(discounts) : undefined;
  const parts = [next === undefined ? fee && `plan ${fee} a month` : `next payment ${next}`, off && `${off} off`];
  return parts.filter((part) => part !== undefined).join(', ') || undefined;
}
