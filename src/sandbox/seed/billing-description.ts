import * as z from 'zod';
import { time } from '../resources/shapes.js';

const slug = z.string().regex(/^[a-z0-9_-]+$/, 'must be small letters, digits, _ and -');
const cents = z.int().min(0);

const plan = z.strictObject({
  id: z.string().optional(),
  slug,
  name: z.string(),
  description: z.string().optional(),
  /** Who may subscribe. */
  for: z.enum(['user', 'org']),
  /** Cents a month. */
  amount: cents,
  /** Cents a month when paid for a year. Default: it cannot be. */
  annual_monthly_amount: cents.optional(),
  free_trial_days: z.int().min(1).optional(),
  /** Default true. */
  publicly_visible: z.boolean().optional(),
  features: z.array(z.strictObject({ slug, name: z.string(), description: z.string().optional() })).optional(),
  created_at: time.optional(),
});

const discount = z
  .strictObject({
    id: z.string().optional(),
    name: z.string(),
    percent_off: z.number().gt(0).max(100).optional(),
    /** Cents. */
    amount_off: z.int().min(1).optional(),
    /** How many charges it lowers. Default: every one. */
    cycles: z.int().min(1).optional(),
  })
  .refine((given) => (given.percent_off === undefined) !== (given.amount_off === undefined), 'needs percent_off or amount_off');

const card = z.strictObject({
  /** Default `4242`. */
  last4: z.string().length(4).optional(),
  /** Default `visa`. */
  brand: z.string().optional(),
  /** Charges from this time on fail. Default: none do. */
  declines_from: time.optional(),
});

/** What a payer pays for, from then on and at every renewal up to now. A payer that is not named has the free plan. */
const subscription = z
  .strictObject({
    /** Of the subscription item. */
    id: z.string().optional(),
    /** By id, external id, username or e-mail address. */
    user: z.string().optional(),
    /** By id or slug. */
    organization: z.string().optional(),
    /** By id or slug. Default: the free plan, so that a payer on it can have a card. */
    plan: z.string().optional(),
    period: z.enum(['month', 'annual']).optional(),
    /** Begins with the plan's free trial. */
    trial: z.boolean().optional(),
    /** By id or name. */
    discount: z.string().optional(),
    /** Default a card that is never declined; null for none. */
    card: card.nullable().optional(),
    started_at: time.optional(),
  })
  .refine((given) => (given.user === undefined) !== (given.organization === undefined), 'needs user or organization');

/** What is sold, and who pays. */
export const billing = z.strictObject({
  plans: z.array(plan).optional(),
  discounts: z.array(discount).optional(),
  subscriptions: z.array(subscription).optional(),
});

export type SeedPlan = z.input<typeof plan>;
export type SeedDiscount = z.input<typeof discount>;
export type SeedSubscription = z.input<typeof subscription>;
