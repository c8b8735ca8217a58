import type * as z from 'zod';
import type { paymentMethod } from '../../catalog/resources/billing.js';
import { imageUrl } from '../images.js';
import type { Instance } from '../instance.js';
import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import { money } from './billing-money.js';
import { emailAddresses } from './identifiers.js';
import { organizations } from './organization.js';
import { users } from './user.js';

/** A card. */
export interface PaymentMethod {
  readonly id: string;
  readonly last4: string;
  readonly card_type: string;
  readonly expiry_month: number;
  readonly expiry_year: number;
  readonly created_at: number;
  /** Charges from this time on fail; null for never. */
  readonly declines_from: number | null;
}

/** Who pays: a user or an organization. Each has one subscription. */
export interface PayerRow extends Row {
  user_id: string | null;
  organization_id: string | null;
  subscription_id: string;
  payment_method: PaymentMethod | null;
}

export const payers = defineResource<PayerRow>()({
  name: 'commerce_payer',
  title: 'payer',
  prefix: 'cpayer',
  owners: { user: 'user_id', organization: 'organization_id' },
  show: ({ subscription_id: _, payment_method: __, ...row }, instance) => {
    const balance = creditBalance(instance, row.id);
    return {
      object: 'commerce_payer',
      ...row,
      ...namesOf(row, instance),
      instance_id: instance.id,
      ...(balance === null ? {} : { credits_balance: money(balance) }),
    };
  },
});

/** How a payer is called, and looks. */
export function namesOf({ user_id, organization_id }: Pick<PayerRow, 'user_id' | 'organization_id'>, instance: Instance) {
  const user = instance.get(users, user_id ?? '');
  const organization = instance.get(organizations, organization_id ?? '');
  return {
    first_name: user?.first_name ?? null,
    last_name: user?.last_name ?? null,
    email: instance.get(emailAddresses, user?.primary_email_address_id ?? '')?.email_address ?? null,
    organization_name: organization?.name ?? null,
    image_url: imageUrl(instance, (user ?? organization)?.image_id ?? null, user_id ?? organization_id ?? ''),
  };
}

/** A payer's card as it is sent, or the credits that pay where no card does. */
export const showPaymentMethod = (payer: PayerRow, method: PaymentMethod | null): z.infer<typeof paymentMethod> => {
  const id = method?.id ?? `${payer.id}_credits`;
  const since = method?.created_at ?? payer.created_at;
  return {
    object: 'commerce_payment_method',
    id,
    payer_id: payer.id,
    payment_type: method === null ? 'payer-credits' : 'card',
    is_default: method !== null,
    gateway: 'stripe',
    gateway_external_id: `pm_${id}`,
    gateway_external_account_id: null,
    last4: method?.last4 ?? null,
    status: 'active',
    wallet_type: null,
    card_type: method?.card_type ?? null,
    expiry_year: method?.expiry_year ?? null,
    expiry_month: method?.expiry_month ?? null,
    created_at: since,
    updated_at: since,
    is_removable: false,
  };
};

/** A change of a payer's credits. Their balance is the sum of all. */
export interface CreditRow extends Row {
  payer_id: string;
  /** Cents; below zero when credits were taken away or used. */
  amount: number;
  /** `grant` for what was adjusted by hand, `payment` for what paid a charge. */
  source_type: 'grant' | 'payment';
  source_id: string;
  note: string | null;
  idempotency_key: string | null;
}

export const creditLedger = defineResource<CreditRow>()({
  name: 'commerce_credit_ledger',
  title: 'credit ledger entry',
  prefix: 'crledg',
  unique: { idempotency_key: (row) => row.idempotency_key },
  owners: { commerce_payer: 'payer_id' },
  show: ({ idempotency_key: _, updated_at: __, ...row }) => ({
    object: 'commerce_credit_ledger',
    ...row,
    amount: money(row.amount),
    created_at: new Date(row.created_at).toISOString(),
  }),
});

/** Cents; null for a payer who never had credits. */
export function creditBalance(instance: Instance, payerId: string): number | null {
  const entries = instance.many(creditLedger, 'payer_id', payerId);
  return entries.length === 0 ? null : entries.reduce((sum, { amount }) => sum + amount, 0);
}
