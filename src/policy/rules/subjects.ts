/** Whom a rule can be about. */
export const SUBJECT_KINDS = ['user', 'organization', 'application'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/**
 * What a value says about a user, an organization or an OAuth application. `is`: it names one, by an id or by anything
 * else they are known by. `covers`: it names all whose address fits, as `*@example.com` and `example.com` do. `partOf`:
 * the id of something within the subject's own resource. `belongsTo`: the id of something whose owner a read tells,
 * or `through` another thing if the read names only that. `none`: it is about none of them, or another input tells about
 * whom.
 */
export type Naming =
  | { readonly is: readonly SubjectKind[] }
  | { readonly covers: 'user' }
  | { readonly partOf: 'user' }
  | { readonly belongsTo: readonly SubjectKind[]; readonly through?: string }
  | 'none';

const user: Naming = { is: ['user'] };
const organization: Naming = { is: ['organization'] };
const partOfUser: Naming = { partOf: 'user' };
const whoseUser: Naming = { belongsTo: ['user'] };
const whoseOrganization: Naming = { belongsTo: ['organization'] };
const whose: Naming = { belongsTo: ['user', 'organization'] };
const usersOfDomain: Naming = { covers: 'user' };

/**
 * Inputs by their names, dots leading into objects and lists; with the operation's group before them where a name
 * means one thing here and another there. Every input that holds an id must be here: a test looks.
 */
export const INPUT_NAMES: Readonly<Record<string, Naming>> = {
  user_id: user,
  userID: user,
  user_ids: user,
  inviter_user_id: user,
  'invitations.inviter_user_id': user,
  requesting_user_id: user,
  uploader_user_id: user,
  created_by: user,
  external_id: user,
  provider_user_id: user,
  'actor.sub': user,
  'on_behalf_of.user_id': user,
  'on_behalf_of.identifier': user,
  email_address: user,
  'invitations.email_address': user,
  'entries.email_address': user,
  phone_number: user,
  username: user,
  web3_wallet: user,

  organization_id: organization,
  org_id: organization,
  active_organization_id: organization,

  oauth_application_id: { is: ['application'] },

  'ApiKeys.subject': { is: ['user', 'organization'] },

  // A blocked or connected domain is about everyone with an address in it.
  identifier: usersOfDomain,
  'EnterpriseConnections.domains': usersOfDomain,
  'SamlConnectionsBeta.domains': usersOfDomain,
  'SamlConnectionsBeta.domain': usersOfDomain,

  email_address_id: partOfUser,
  phone_number_id: partOfUser,
  primary_email_address_id: partOfUser,
  primary_phone_number_id: partOfUser,
  primary_web3_wallet_id: partOfUser,
  external_account_id: partOfUser,
  passkey_identification_id: partOfUser,
  web3_wallet_identification_id: partOfUser,

  session_id: whoseUser,
  client_id: whoseUser,
  actor_token_id: whoseUser,
  sign_in_token_id: whoseUser,
  agent_task_id: whoseUser,
  invitation_id: whoseUser,
  waitlist_entry_id: whoseUser,
  identifier_id: whoseUser,
  'Signups.id': whoseUser,

  apiKeyID: whose,
  subscription_item_id: whose,
  statementID: whose,
  enterprise_connection_id: whose,
  saml_connection_id: whose,
  directory_id: { belongsTo: ['user', 'organization'], through: 'enterprise_connection_id' },
  scim_directory_id: { belongsTo: ['user', 'organization'], through: 'enterprise_connection_id' },
  adminPortalLinkTokenID: whoseOrganization,

  // A secret must not be used in a read to learn whose it is.
  'Clients.token': whoseUser,
  'OAuthApplications.token': whoseUser,
  'OAuthAccessTokens.access_token': { belongsTo: ['user', 'application'] },
  'OAuthAccessTokens.secret': { belongsTo: ['user', 'application'] },
  'ApiKeys.secret': whose,

  trusted_device_id: 'none',
  biometric_credential_id: 'none',
  reverification_id: 'none',
  verification_id: 'none',
  profile_image_id: 'none',
  it_contact_id: 'none',
  provider: 'none',
  domain_id: 'none',
  'RedirectUrLs.id': 'none',
  slug: 'none',
  template_id: 'none',
  template_name: 'none',
  template_type: 'none',
  role_id: 'none',
  creator_role_id: 'none',
  domains_default_role_id: 'none',
  organization_role_id: 'none',
  permission_id: 'none',
  role_set_key_or_id: 'none',
  mapping_id: 'none',
  directory_group_id: 'none',
  scim_group_id: 'none',
  idp_entity_id: 'none',
  machine_id: 'none',
  other_machine_id: 'none',
  to_machine_id: 'none',
  m2m_token_id: 'none',
  plan_id: 'none',
  discount_id: 'none',
  from_price_id: 'none',
  to_price_id: 'none',
};

/** The paths at which a resource names its owner. */
export const ANSWER_NAMES: Readonly<Record<string, Naming>> = {
  user_id: user,
  organization_id: organization,
  subject: { is: ['user', 'organization'] },
  email_address: user,
  phone_number: user,
  created_user_id: user,
  identifier: usersOfDomain,
  domain: usersOfDomain,
  domains: usersOfDomain,
  'payer.user_id': user,
  'payer.organization_id': organization,
  'sessions.user_id': user,
};

/** What a user is known by, and the paths of the ids of their parts. */
export const USER_NAMES: readonly string[] = [
  'id',
  'username',
  'external_id',
  'email_addresses.email_address',
  'phone_numbers.phone_number',
  'web3_wallets.web3_wallet',
  'external_accounts.provider_user_id',
];
export const USER_PARTS: readonly string[] = [
  'email_addresses.id',
  'phone_numbers.id',
  'web3_wallets.id',
  'external_accounts.id',
  'saml_accounts.id',
  'enterprise_accounts.id',
  'passkeys.id',
];
