import * as z from 'zod';

/** A path value: an id or a slug of the resource that the input's name says. */
export const id = z.string();

/** Page size and start, as every list of Clerk's takes them. */
export const limit = z.int().min(1).max(500).optional().describe('Default 10');
export const offset = z.int().min(0).optional();

/** Where the API can answer a bare array or `{data, total_count}`. */
export const paginated = z.boolean().optional().describe('true adds total_count');

/** A JSON object whose keys are the caller's. */
export const freeObject = z.record(z.string(), z.unknown());

/** A moment to filter by. */
export const unixMs = z.int().optional().describe('Unix ms');

/** A moment to set. */
export const timestamp = z.string().nullable().optional().describe('RFC 3339');

/** Exact values to filter by, up to 100. */
export const anyOf = z.array(z.string()).optional();

/** Ids to filter by, where a sign can turn one into an exclusion. */
export const anyOfOrNot = z.array(z.string()).optional().describe('Prefix an id with - to exclude it');

/** A part of a value to filter by. */
export const substring = z.string().optional().describe('Substring');

/** The filters that lists of users and of members share. */
export const personFilters = {
  email_address: anyOf,
  phone_number: anyOf.describe('E.164'),
  username: anyOf,
  web3_wallet: anyOf,
  query: z.string().optional().describe('Substring of e-mail, phone, username, wallet, name or id'),
  email_address_query: substring,
  phone_number_query: substring,
  username_query: substring,
  name_query: substring,
  last_active_at_before: unixMs,
  last_active_at_after: unixMs,
  created_at_before: unixMs,
  created_at_after: unixMs,
};

/** Who sees each kind of metadata. */
export const publicMetadata = freeObject.describe('Frontend can read it');
export const privateMetadata = freeObject.describe('Backend only');
export const unsafeMetadata = freeObject.describe('User can write it');

/** A member's role. */
export const role = z.string().describe('Key, e.g. org:admin, org:member');

/** An e-mail address that becomes the user's primary one. */
export const notifyPrimaryChanged = z.boolean().nullable().optional().describe('Mails the old primary address');

/** What every invitation takes. */
export const expiresInDays = z.int().min(1).max(365).nullable().optional().describe('Default 30');
export const notify = z.boolean().nullable().optional().describe('Send the mail; default true');
export const invitationStatus = z.enum(['pending', 'accepted', 'revoked', 'expired']).optional();

/** Of a domain. Required, optional or nullable as each operation says. */
export const proxyUrl = z.string().describe('Full URL of your proxy to the Frontend API, e.g. https://example.com/__clerk');
export const isSecondary = z.boolean().describe('Keep the subdomain: several apps share the root domain');

/** Of the instance. */
export const testMode = z.boolean().nullable().optional().describe('Accept test emails and phone numbers');
