import * as z from 'zod';
import type { Instance } from '../instance.js';
import { allowlistIdentifiers, blocklistIdentifiers, type ListedIdentifierRow } from '../resources/identifier-lists.js';
import { domainOf, emailAddresses, type IdentifierRow, isClaimed, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { authentication, restrictions } from '../resources/instance-settings.js';
import { users } from '../resources/user.js';
import type { Collection } from '../rows.js';
import { identifierExists, malformedParam, refuse, refuseParam } from '../sandbox-error.js';

export type IdentifierType = ListedIdentifierRow['identifier_type'];

const email = z.email({ pattern: z.regexes.html5Email });
const PHONE = /^\+[1-9]\d{6,14}$/;
const WALLET = /^0x[0-9a-fA-F]{40}$|^[1-9A-HJ-NP-Za-km-z]{32,44}$/;
const USERNAME = /^[\p{Ll}\p{Lu}\p{Lo}\p{N}_.-]+$/u;

const FORMATS: Readonly<Record<IdentifierType, { fits(text: string): boolean; rule: string }>> = {
  email_address: { fits: (text) => email.safeParse(text).success, rule: 'a valid email address' },
  phone_number: { fits: (text) => PHONE.test(text), rule: 'a valid phone number in E.164 format, such as +15555550100' },
  web3_wallet: { fits: (text) => WALLET.test(text), rule: 'a valid wallet address' },
};

const FILLERS_OF_PHONES = /[\s().-]/g;

/** An identifier as it is kept: two spellings of one are the same. */
export function normalize(type: IdentifierType, text: string): string {
  const trimmed = text.trim();
  if (type === 'phone_number') return trimmed.replace(FILLERS_OF_PHONES, '');
  // Solana's addresses tell upper from lower case, Ethereum's do not.
  return type === 'web3_wallet' && !trimmed.startsWith('0x') ? trimmed : trimmed.toLowerCase();
}

/** The identifier as it is kept. @throws SandboxError when it is none. */
export function parseIdentifier(type: IdentifierType, text: string, param: string = type): string {
  const value = normalize(type, text);
  const { fits, rule } = FORMATS[type];
  if (!fits(value)) throw malformedParam(param, `${param} must be ${rule}.`);
  return value;
}

/** What an allow-list or block-list entry is. Patterns such as `*@example.com` count as e-mail addresses. */
export function identifierType(text: string): IdentifierType | undefined {
  const value = text.trim().toLowerCase();
  if (value.startsWith('*@')) return FORMATS.email_address.fits(`a${value.slice(1)}`) ? 'email_address' : undefined;
  return (Object.keys(FORMATS) as IdentifierType[]).find((type) => FORMATS[type].fits(normalize(type, text)));
}

const TITLES: Readonly<Record<IdentifierType, string>> = {
  email_address: 'email address',
  phone_number: 'phone number',
  web3_wallet: 'web3 wallet',
};

/** @throws SandboxError `form_identifier_exists` when another user has claimed it, or the user who is to get it already has it. */
export function refuseTaken(instance: Instance, type: IdentifierType, value: string, userId?: string): void {
  if (holdersOf(instance, type, value).some((row) => row.user_id === userId || isClaimed(row))) {
    throw identifierExists(type, TITLES[type]);
  }
}

/** Everybody who has it, claimed or not. */
export function holdersOf(instance: Instance, type: IdentifierType, value: string): readonly IdentifierRow[] {
  if (type === 'email_address') return instance.many(emailAddresses, 'held', value);
  if (type === 'phone_number') return instance.many(phoneNumbers, 'held', value);
  return instance.many(web3Wallets, 'held', value);
}

/** @throws SandboxError when another user has claimed what is to be verified now. */
export function refuseClaimed(instance: Instance, type: IdentifierType, value: string, self: IdentifierRow): void {
  if (holdersOf(instance, type, value).some((row) => row !== self && isClaimed(row))) {
    const why = `Another user has proven to have this ${TITLES[type]} in the meantime.`;
    throw refuse(400, 'identification_claimed', 'Identification claimed by another user', why);
  }
}

/** The username, checked. `null` and an empty text stand for none. */
export function parseUsername(instance: Instance, text: string | null | undefined, exceptUserId?: string): string | null {
  if (text === null || text === undefined || text === '') return null;
  const refuseName = (code: string, why: string) => refuseParam(code, 'username', 'is invalid', why);
  const { username_min_length: min, username_max_length: max } = instance.store.setting(authentication);
  if (text.length < min || text.length > max) {
    throw refuseName('form_username_invalid_length', `A username must have ${min} to ${max} characters.`);
  }
  if (!USERNAME.test(text)) {
    throw refuseName('form_username_invalid_character', 'A username can have letters, digits, "_", "-" and "." only.');
  }
  if (/^\d+$/.test(text)) throw refuseName('form_username_needs_non_number_char', 'A username needs more than digits.');
  const holder = instance.one(users, 'username', text.toLowerCase());
  if (holder !== undefined && holder.id !== exceptUserId) throw identifierExists('username', 'username');
  return text;
}

/** A few of the services that hand out addresses for an hour. */
export const DISPOSABLE: ReadonlySet<string> = new Set([
  'mailinator.com',
  'guerrillamail.com',
  '10minutemail.com',
  'yopmail.com',
  'temp-mail.org',
  'trashmail.com',
]);

/** @throws SandboxError `not_allowed_access` when the instance's restrictions bar one of the identifiers. */
export function refuseRestricted(instance: Instance, identifiers: readonly string[]): void {
  const rules = instance.store.setting(restrictions);
  const bar = (barred: readonly string[], why: string) =>
    refuse(403, 'not_allowed_access', 'Access not allowed.', `${barred.join(', ')} ${why}`);
  const emails = identifiers.filter((identifier) => identifier.includes('@'));
  const subaddresses = emails.filter((address) => /[+=#]/.test(address.slice(0, address.indexOf('@'))));
  if (rules.block_email_subaddresses && subaddresses.length > 0) throw bar(subaddresses, 'is an email subaddress.');
  const disposable = emails.filter((address) => DISPOSABLE.has(domainOf(address)));
  if (rules.block_disposable_email_domains && disposable.length > 0) throw bar(disposable, 'is a disposable email address.');
  const allowed = identifiers.filter((identifier) => isListed(instance.of(allowlistIdentifiers), identifier));
  if (rules.allowlist && identifiers.length > 0 && allowed.length === 0) throw bar(identifiers, 'is not on the allowlist.');
  const blocked = identifiers.filter((identifier) => isListed(instance.of(blocklistIdentifiers), identifier));
  if (rules.blocklist && blocked.length > 0) throw bar(blocked, 'is on the blocklist.');
}

/** Whether a list holds the identifier itself or a pattern for its domain. */
function isListed(list: Collection<ListedIdentifierRow, 'identifier', never>, identifier: string): boolean {
  const wildcard = identifier.includes('@') ? `*@${domainOf(identifier)}` : undefined;
  return (
    list.one('identifier', identifier) !== undefined || (wildcard !== undefined && list.one('identifier', wildcard) !== undefined)
  );
}
