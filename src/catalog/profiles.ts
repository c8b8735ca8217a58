/** A choice of tools for one kind of work. */
export interface Profile {
  /** For whom, in a few words. */
  readonly title: string;
  /** Names, groups or globs. */
  readonly tools: readonly string[];
  readonly exclude?: readonly string[];
  readonly readOnly?: boolean;
  /** Also deprecated operations that another tool has replaced. */
  readonly superseded?: boolean;
}

/** Ready-made choices for people whose client takes few tools, or who want to give no more than a task needs. */
export const PROFILES = {
  support: {
    title: 'help people who cannot get in',
    tools: [
      'Users_*User*',
      'Users_list*',
      'Users_getTotalCount',
      'Users_getOrganizationMemberships',
      'Users_markBanned',
      'Users_remove*',
      'Users_disableMfa',
      'Users_verify*',
      'Users_deleteTotp',
      'Users_deleteBackupCodes',
      'Users_*TrustedDevice*',
      'Users_*BiometricCredential*',
      'Sessions_list*',
      'Sessions_getDetails',
      'Sessions_revokeSession',
      'EmailAddresses',
      'PhoneNumbers',
      'SigninTokens_createToken',
      'Invitations',
    ],
    exclude: ['Users_deleteUserById', 'Users_createNewUser'],
  },
  onboarding: {
    title: 'bring people and organizations in',
    tools: [
      'Users_createNewUser',
      'Users_list*',
      'Users_getUserDetails',
      'Users_updateUserAttributes',
      'Users_mergeUserMetadataAttributes',
      'Users_setProfileImage',
      'Invitations',
      'Organizations',
      'OrganizationMemberships',
      'OrganizationInvitations',
      'WaitlistEntries',
      'AllowlistBlocklist',
      'EmailAddresses_createNewAddress',
      'PhoneNumbers_createNewPhoneNumber',
    ],
    exclude: ['Organizations_deleteOrganization', '*_*Billing*', 'Organizations_replaceOrganizationMetadata'],
  },
  security: {
    title: 'look into and end what should not be',
    tools: [
      'Users_list*',
      'Users_getUserDetails',
      'Users_markBanned',
      'Users_removeBanFromUser',
      'Users_*banMany',
      'Users_*PasswordCompromised',
      'Users_*TrustedDevice*',
      'Users_*BiometricCredential*',
      'SsoBypassAllowlistUsers_{list,removeUser}',
      'Users_lockUser',
      'Users_removeLock',
      'Users_disableMfa',
      'Sessions_list*',
      'Sessions_getDetails',
      'Sessions_revokeSession',
      'Clients',
      '*_revoke*',
      'AllowlistBlocklist',
      'InstanceSettings_updateRestrictions',
      'InstanceSettings_*Protect',
      'OAuthApplications',
      'Jwks',
    ],
  },
  access: {
    title: 'say who may do what in organizations',
    tools: [
      'OrganizationRoles',
      'OrganizationPermissions',
      'RoleSets',
      'OrganizationMemberships',
      'Organizations_list*',
      'Organizations_get*Slug',
      'Users_list*',
      'Users_getUserDetails',
    ],
  },
  sso: {
    title: "connect companies' own identity providers",
    tools: [
      'EnterpriseConnections',
      'SsoBypassAllowlistUsers',
      'Directories',
      'OrganizationDomains',
      'AdminPortalLinkTokens',
      'OrganizationRoles_list',
      'Organizations_list*',
      'Organizations_get*Slug',
    ],
  },
  machines: {
    title: 'let programs in: keys, tokens, OAuth clients',
    tools: ['Machines', 'M2mTokens', 'ApiKeys', 'OAuthApplications', 'OAuthAccessTokens', 'JwtTemplates', 'Jwks'],
  },
  billing: {
    title: 'plans, subscriptions, statements, credit',
    tools: ['Billing', '*_*Billing*', 'Users_list*', 'Users_getUserDetails', 'Organizations_list*', 'Organizations_get*Slug'],
  },
  read: { title: 'look at everything, change nothing', tools: ['*'], readOnly: true },
  everything: { title: 'all tools, replaced ones too', tools: ['*'], superseded: true },
} as const satisfies Readonly<Record<string, Profile>>;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = [
  'support',
  'onboarding',
  'security',
  'access',
  'sso',
  'machines',
  'billing',
  'read',
  'everything',
] as const satisfies readonly ProfileName[];
