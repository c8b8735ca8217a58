/** How to fix the cause of an error, by Clerk's code. */
interface Remedy {
  readonly code: string;
  /** The operations that it applies to. Default: all. */
  readonly of?: RegExp;
  /** One or two sentences that name the operations to use. */
  readonly says: string;
}

const FULL =
  'The organization is full. Organizations_updateOrganization with max_allowed_memberships raises its limit (0: none); OrganizationMemberships_removeUserFromOrganization or OrganizationInvitations_revokeInvitation makes room.';
const UNVERIFIED =
  'Only a verified phone number can be a second factor. PhoneNumbers_updateDetails with verified: true verifies it.';

/**
 * Causes that an operation of the API can fix. Other codes get the hint for their status, since only other arguments or
 * the dashboard help there.
 */
export const REMEDIES: readonly Remedy[] = [
  // Organizations
  {
    code: 'organization_domain_enrollment_mode_not_enabled',
    says: 'The instance does not offer this enrollment mode. InstanceSettings_updateOrganizationSettings with domains_enrollment_modes enables it.',
  },
  {
    code: 'organization_domain_quota_exceeded',
    says: 'The organization has reached its limit of domains. OrganizationDomains_deleteById makes room.',
  },
  {
    code: 'organization_membership_quota_exceeded',
    says: FULL,
  },
  {
    code: 'quota_exceeded',
    of: /^Organization(?:Memberships|Invitations)_/,
    says: FULL,
  },
  {
    code: 'quota_exceeded',
    of: /^RoleSets_/,
    says: 'The instance has reached its limit of role sets. RoleSets_replaceRoleSet removes one.',
  },
  {
    code: 'quota_exceeded',
    of: /^Machines_/,
    says: 'The machine has reached its limit of scopes. Machines_deleteScope makes room.',
  },
  {
    code: 'feature_not_enabled',
    of: /^OrganizationDomains_/,
    says: 'The instance has no domains of organizations yet. InstanceSettings_updateOrganizationSettings with domains_enabled: true turns them on.',
  },
  {
    code: 'organization_not_enabled_in_instance',
    says: 'The instance has no organizations yet. InstanceSettings_updateOrganizationSettings with enabled: true turns them on.',
  },
  {
    code: 'organization_instance_roles_quota_exceeded',
    says: 'The instance has reached its limit of roles. OrganizationRoles_deleteById makes room.',
  },
  {
    code: 'organization_creator_not_found',
    says: 'created_by is not a user of this instance. Users_listSortedByCreationDate finds users.',
  },
  {
    code: 'organization_invitation_not_unique',
    says: 'The address has a pending invitation to this organization already. OrganizationInvitations_list with status pending shows it, OrganizationInvitations_revokeInvitation voids it.',
  },
  {
    code: 'organization_domain_already_exists',
    says: 'An organization has this domain already. OrganizationDomains_listForInstance shows which, OrganizationDomains_deleteById frees it.',
  },
  {
    code: 'organization_missing_creator_role_permissions',
    says: 'The role of creators lacks permissions that it must have. OrganizationRoles_assignPermission gives them.',
  },
  {
    code: 'missing_organization_permission',
    says: 'The named member lacks a permission in the organization. OrganizationMemberships_updateMembershipProperties gives another role, OrganizationRoles_assignPermission gives the role the permission.',
  },
  {
    code: 'not_a_member_in_organization',
    says: 'The user is not a member of this organization. OrganizationMemberships_addUserToOrganization makes them one.',
  },
  {
    code: 'group_role_mapping_not_enabled',
    says: 'The directory does not map groups to roles. Directories_updateDirectory (or ScimDirectories_updateDirectory) with group_role_mapping_enabled: true turns it on.',
  },
  // Users
  {
    code: 'user_banned',
    says: 'The user is banned. Users_removeBanFromUser lifts the ban.',
  },
  {
    code: 'user_locked',
    says: 'The user is locked. Users_removeLock unlocks the account.',
  },
  {
    code: 'user_quota_exceeded',
    says: 'The instance has reached its limit of users. Users_deleteUserById makes room; only the dashboard raises the limit.',
  },
  {
    code: 'no_password_set',
    says: 'The user has no password. Users_updateUserAttributes with password sets one.',
  },
  {
    code: 'totp_disabled',
    says: 'The user has no authenticator app set up. Users_updateUserAttributes with totp_secret sets one up.',
  },
  {
    code: 'form_identifier_exists',
    says: 'Another user has this identifier. Users_listSortedByCreationDate with the same filter finds them.',
  },
  {
    code: 'identification_create_second_factor_unverified',
    says: UNVERIFIED,
  },
  {
    code: 'identification_update_second_factor_unverified',
    says: UNVERIFIED,
  },
  {
    code: 'identification_update_failed',
    says: 'It is what the user signs in with, or the last second factor. Give them another one first: EmailAddresses_createNewAddress, PhoneNumbers_createNewPhoneNumber.',
  },
  {
    code: 'identification_claimed',
    says: 'The identifier belongs to a user already. Users_listSortedByCreationDate finds them.',
  },
  {
    code: 'deprovisioned',
    says: "The user's directory has withdrawn the account. Only the identity provider can bring it back; Directories_list shows the directories.",
  },
  // Invitations, lists, tokens
  {
    code: 'duplicate_record',
    of: /^Invitations_/,
    says: 'The address has an invitation already. Invitations_listAllNonRevoked shows it, Invitations_revokeInvitation voids it, ignore_existing: true invites again.',
  },
  {
    code: 'duplicate_record',
    of: /^AllowlistBlocklist_/,
    says: 'The list has this identifier already. AllowlistBlocklist_listAllowedIdentifiers and AllowlistBlocklist_listBlockedIdentifiers show it.',
  },
  {
    code: 'invitation_already_accepted',
    says: 'The person has accepted and is a user by now. Users_listSortedByCreationDate finds them.',
  },
  {
    code: 'invitation_already_revoked',
    says: 'It is void already. Invitations_createNewInvitation makes a new one.',
  },
  {
    code: 'actor_token_cannot_be_revoked_code',
    says: 'Only a pending token can be revoked. Sessions_revokeSession ends a session that was begun with it.',
  },
  {
    code: 'sign_in_token_cannot_be_revoked_code',
    says: 'Only a pending token can be revoked. Sessions_revokeSession ends a session that was begun with it.',
  },
  // The instance
  {
    code: 'unsupported_country_code',
    says: 'The instance sends no messages to this country. InstanceSettings_updateCommunication with blocked_country_codes unblocks it.',
  },
  {
    code: 'feature_requires_progressive_sign_up',
    says: 'It needs progressive sign-up. BetaFeatures_updateInstanceSettings with progressive_sign_up: true turns it on.',
  },
  {
    code: 'operation_not_allowed_on_primary_domain',
    says: 'It is the primary domain. BetaFeatures_updateProductionInstanceDomain moves the instance to another one.',
  },
  {
    code: 'domain_update_forbidden',
    says: 'The domain cannot be changed this way. BetaFeatures_updateProductionInstanceDomain moves the instance to another one.',
  },
  {
    code: 'primary_domain_already_exists',
    says: 'The instance has a primary domain. Domains_addSatelliteDomain with is_satellite: true adds another one beside it.',
  },
  {
    code: 'invalid_proxy_configuration',
    says: 'Clerk does not reach the proxy. ProxyChecks_verifyProxyConfiguration tries it and says what is wrong.',
  },
  {
    code: 'svix_app_missing',
    says: 'The instance has no webhooks yet. Webhooks_createSvixApp sets them up.',
  },
  {
    code: 'required_variable_missing',
    says: 'A variable that the template must have is missing. EmailSmsTemplates_getTemplateDetails lists required_variables.',
  },
  {
    code: 'template_revert_error',
    says: 'The template is as Clerk made it. EmailSmsTemplates_getTemplateDetails shows it.',
  },
  {
    code: 'saml_connection_cant_be_activated',
    says: 'The identity provider is not set up completely. SamlConnectionsBeta_updateConnectionById or EnterpriseConnections_updateConnection with its metadata URL, or with entity id, SSO URL and certificate, completes it.',
  },
  {
    code: 'oauth_missing_refresh_token',
    says: 'The token has expired and cannot be renewed: the user must connect the account again. Users_deleteExternalAccount removes the old one.',
  },
];

/** How to fix the cause of an operation's error. */
export const remedyFor = (code: string, operation: string): string | undefined =>
  REMEDIES.find((remedy) => remedy.code === code && (remedy.of?.test(operation) ?? true))?.says;
