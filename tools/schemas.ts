import * as z from 'zod';
import { moment } from '../src/catalog/moment-inputs.js';
import type { Raise } from '../src/catalog/operation-types.js';

/** A path value: an id or a slug of the resource that the input's name says. */
export const id = z.string();

/** Page size and start, as every list of Clerk's takes them. */
export const limit = z.int().min(1).max(500).optional().describe('Default 10');
export const offset = z.int().min(0).optional();

/** Where the API can answer a bare array or `{data, total_count}`. */
export const paginated = z.boolean().optional().describe('Adds total_count');

/** A JSON object whose keys are the caller's. */
export const freeObject = z.record(z.string(), z.unknown());

/** A moment to filter by, in Unix ms or in words: said once, in the description of each operation that has some. */
export const unixMs = moment();

/** A moment to set. */
export const timestamp = z.string().nullable().optional().describe('RFC 3339');

/** Exact values to filter by, up to 100. */
export const anyOf = z.array(z.string()).optional();

/** Ids to filter by, where a sign can turn one into an exclusion. */
export const anyOfOrNot = z.array(z.string()).optional().describe('-id excludes');

/** A part of one kind of value to filter by, as `query` says. */
const substring = z.string().optional();

/** The filters that lists of users and of members share. */
export const personFilters = {
  email_address: anyOf,
  phone_number: anyOf.describe('E.164'),
  username: anyOf,
  web3_wallet: anyOf,
  query: z.string().optional().describe('Part of an e-mail, phone, username, wallet, name or id; *_query: of that kind only'),
  email_address_query: substring,
  phone_number_query: substring,
  username_query: substring,
  name_query: substring,
  last_active_at_before: unixMs,
  last_active_at_after: unixMs,
  created_at_before: unixMs,
  created_at_after: unixMs,
};

/** Who sees each kind of metadata; the private kind is for the backend only, as its name says. */
export const publicMetadata = freeObject.describe('Frontend reads it');
export const unsafeMetadata = freeObject.describe('User writes it');

/** A member's role. */
export const role = z.string().describe('E.g. org:member, org:admin');

/** An e-mail address that becomes the user's primary one. */
export const notifyPrimaryChanged = z.boolean().nullable().optional().describe('Mails the old address');

/** What every invitation takes. */
export const expiresInDays = z.int().min(1).max(365).nullable().optional().describe('Default 30');
export const notify = z.boolean().nullable().optional().describe('Default true');
export const invitationStatus = z.enum(['pending', 'accepted', 'revoked', 'expired']).optional();

/** Of a domain. Required, optional or nullable as each operation says. */
export const proxyUrl = z.string().describe('Full URL of your Frontend API proxy, e.g. https://example.com/__clerk');
export const isSecondary = z.boolean().describe('Keeps the subdomain: several apps share the root domain');

/** Of the instance. */
export const testMode = z.boolean().nullable().optional().describe('Accepts test emails and phones');

/** Page size of the lists that stop at 100. */
export const limitTo100 = z.number().min(1).max(100).optional().describe('Default 10');

/** A lifetime to set. The API bounds it from below twice over: at least 0, and more than that. */
export const secondsUntilExpiration = z.number().gt(0).meta({ minimum: 0 }).nullable().optional();

/** Of an API key or a token. */
export const anyClaims = z.unknown().optional();
export const revocationReason = z.string().nullable().optional();

/** What lists of plans and of subscription items are filtered by. */
export const payerType = z.enum(['user', 'org']).optional();
export const subscriptionItemFilters = {
  status: z.enum(['active', 'ended', 'past_due', 'upcoming', 'free_trial']).optional(),
  payer_type: payerType,
  plan_id: z.string().optional(),
  include_free: z.boolean().optional(),
};
export const endNow = z.boolean().optional().describe('Default: when the paid period ends');

/** Where users of a SAML connection come from. */
export const identityProvider = {
  idp_entity_id: z.string().nullable().optional(),
  idp_sso_url: z.string().nullable().optional(),
  idp_certificate: z.string().nullable().optional().describe('Deprecated: use idp_certificates'),
  idp_certificates: z.array(z.string()).optional().describe('PEM, the whole list'),
  idp_metadata_url: z.string().nullable().optional().describe('Overrides all above'),
  idp_metadata: z.string().nullable().optional().describe('XML; overrides them too'),
};
export const loginHint = z
  .strictObject({
    mode: z.enum(['email_address', 'custom_attribute', 'off']),
    source: z.string().optional().describe('public_metadata key, for custom_attribute'),
  })
  .nullable()
  .optional();

/** Lists of what has a name and a key: permissions, roles, role sets. */
export const keyedQuery = z.string().optional().describe('Substring of name or key, or the whole id');
export const keyedOrder = z.string().optional().describe('created_at, name, key; -field descends. Default -created_at');

/** The orders of lists that exist for one organization and for the whole instance. */
export const memberOrder = z
  .string()
  .optional()
  .describe('created_at, email_address, phone_number, first_name, last_name, username; -field descends');
export const invitationOrder = z.string().optional().describe('created_at, email_address; -field descends. Default -created_at');

/** Of an invitation to the application. */
export const ignoreExisting = z
  .boolean()
  .nullable()
  .optional()
  .describe('Invite even where an invitation or user has the address');

/** What changes the billing credit of a user or an organization. */
export const creditAdjustment = {
  amount: z.int().describe('Cents, above 0'),
  action: z.enum(['increase', 'decrease']),
  currency: z.string().optional().describe('Default USD'),
  idempotency_key: z.string().describe('Repeating it never adjusts twice; made if left out'),
  note: z.string().optional(),
};

/** What metadata raises that holds a key from which applications take rights. */
export const grantingMetadata = (...input: readonly string[]): Raise => ({
  when: { input, is: 'grants' },
  risk: 'access',
  effect: 'Writes metadata that applications take rights from.',
});

/** What an invitation raises whose link leads to a page of the caller's choice, which gets the ticket with each visit. */
export const redirecting = (input: string): Raise => ({
  when: { input, is: 'filled' },
  risk: 'access',
  effect: `Sends the people invited to the page named in {${input.split('.', 1)[0]}}, with a ticket that accepts in their place.`,
});

/** What a call raises that names a secret of the answer in `fields`, without which a mark stands in its place. */
export const showing = (field: string, effect: string): Raise => ({
  when: { input: 'fields', is: { oneOf: [field] } },
  risk: 'credential',
  effect,
});
