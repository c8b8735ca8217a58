import { before, byKey, bySigned, containing, equal, type Filter, type Has, later, type Narrowing } from '../filters.js';
import type { Instance } from '../instance.js';
import { externalAccounts, providerKey } from '../resources/external-account.js';
import { emailAddresses, phoneNumbers, web3Wallets } from '../resources/identifiers.js';
import { organizationMemberships } from '../resources/organization-membership.js';
import { type UserRow, users } from '../resources/user.js';
import { holdersOf, type IdentifierType, normalize } from './identifiers.js';

const userOf = (instance: Instance, id: string | undefined): UserRow[] => {
  const user = id === undefined ? undefined : instance.get(users, id);
  return user === undefined ? [] : [user];
};

const holding =
  (type: IdentifierType) =>
  (text: string, instance: Instance): readonly UserRow[] =>
    holdersOf(instance, type, normalize(type, text)).flatMap((row) => userOf(instance, row.user_id));

type Match = (row: UserRow, has: Has, instance: Instance) => boolean;

const inEmail: Match = ({ id }, has, instance) =>
  instance.many(emailAddresses, 'user_id', id).some((held) => has(held.email_address));
const inPhone: Match = ({ id }, has, instance) =>
  instance.many(phoneNumbers, 'user_id', id).some((held) => has(held.phone_number));
const inWallet: Match = ({ id }, has, instance) =>
  instance.many(web3Wallets, 'user_id', id).some((held) => has(held.web3_wallet));
const inName: Match = ({ first_name, last_name }, has) => has(`${first_name ?? ''} ${last_name ?? ''}`);
const inAny: Match = (row, has, instance) =>
  inName(row, has, instance) ||
  has(row.username) ||
  has(row.id) ||
  inEmail(row, has, instance) ||
  inPhone(row, has, instance) ||
  inWallet(row, has, instance);

/** What finds a user by what is kept about that user. Other groups filter by the users they point at. */
export const personFilters = {
  email_address: byKey(holding('email_address')),
  phone_number: byKey(holding('phone_number')),
  web3_wallet: byKey(holding('web3_wallet')),
  username: byKey<UserRow>((key, instance) => userOf(instance, instance.one(users, 'username', key.toLowerCase())?.id)),
  user_id: bySigned<UserRow>((key, instance) => userOf(instance, key)),
  query: containing<UserRow>(inAny),
  email_address_query: containing<UserRow>(inEmail),
  phone_number_query: containing<UserRow>(inPhone),
  username_query: containing<UserRow>((row, has) => has(row.username)),
  name_query: containing<UserRow>(inName),
  last_active_at_before: before<UserRow>((row) => row.last_active_at),
  last_active_at_after: later<UserRow>((row) => row.last_active_at),
} satisfies Record<string, Filter<UserRow>>;

/** `provider` and `provider_user_id` mean something together only; the former alone keeps everybody with such an account. */
const providerFilter: Filter<UserRow, string> = (provider, instance): Narrowing<UserRow> => ({
  test: (row) => instance.many(externalAccounts, 'user_id', row.id).some((account) => account.provider === provider),
});

const anyProvider = (id: string, instance: Instance): readonly UserRow[] =>
  OAUTH_PROVIDERS.flatMap((provider) =>
    userOf(instance, instance.one(externalAccounts, 'provider', providerKey(provider, id))?.user_id),
  );

/** The OAuth providers that the sandbox knows. */
export const OAUTH_PROVIDERS: readonly string[] = [
  'oauth_apple',
  'oauth_discord',
  'oauth_facebook',
  'oauth_github',
  'oauth_gitlab',
  'oauth_google',
  'oauth_linkedin',
  'oauth_linkedin_oidc',
  'oauth_microsoft',
  'oauth_slack',
  'oauth_x',
];

/** Every filter of the list of users and of their count. */
export const userFilters = {
  ...personFilters,
  external_id: bySigned<UserRow>((key, instance) => userOf(instance, instance.one(users, 'external_id', key)?.id)),
  organization_id: bySigned<UserRow>((key, instance) =>
    instance.many(organizationMemberships, 'organization_id', key).flatMap((membership) => userOf(instance, membership.user_id)),
  ),
  banned: equal<UserRow, boolean>((row) => row.banned),
  last_active_at_since: later<UserRow>((row) => (row.last_active_at === null ? null : row.last_active_at + 1)),
  created_at_before: before<UserRow>((row) => row.created_at),
  created_at_after: later<UserRow>((row) => row.created_at),
  last_sign_in_at_before: before<UserRow>((row) => row.last_sign_in_at),
  last_sign_in_at_after: later<UserRow>((row) => row.last_sign_in_at),
  provider: providerFilter,
  provider_user_id: byKey<UserRow>(anyProvider),
} satisfies Record<string, Filter<UserRow>>;

/** What users, and what points at users, can be ordered by. */
export const personOrders = {
  email_address: (row: UserRow, instance: Instance) =>
    instance.get(emailAddresses, row.primary_email_address_id ?? '')?.email_address ?? null,
  phone_number: (row: UserRow, instance: Instance) =>
    instance.get(phoneNumbers, row.primary_phone_number_id ?? '')?.phone_number ?? null,
  first_name: (row: UserRow) => row.first_name,
  last_name: (row: UserRow) => row.last_name,
  username: (row: UserRow) => row.username,
};

export const userOrders = {
  ...personOrders,
  web3wallet: (row: UserRow, instance: Instance) =>
    instance.get(web3Wallets, row.primary_web3_wallet_id ?? '')?.web3_wallet ?? null,
  updated_at: (row: UserRow) => row.updated_at,
  last_active_at: (row: UserRow) => row.last_active_at,
  last_sign_in_at: (row: UserRow) => row.last_sign_in_at,
};
