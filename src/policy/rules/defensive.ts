/**
 * The operations that bring an incident under control: they end access or bar it, and what they do can be made good.
 * Deletions are not among them, nor what takes a defence away.
 */
export const DEFENSIVE_OPERATIONS: ReadonlySet<string> = new Set([
  'ActorTokens_revokeToken',
  'AdminPortalLinkTokens_revokeToken',
  'AgentTasks_revokeTask',
  'ApiKeys_revokeKey',
  'Directories_rotateApiKey',
  'Invitations_revokeInvitation',
  'M2mTokens_revokeToken',
  'Machines_rotateSecretKey',
  'OAuthApplications_revokeToken',
  'OAuthApplications_rotateSecret',
  'OrganizationInvitations_revokeInvitation',
  'ScimDirectories_rotateApiKey',
  'Sessions_revokeSession',
  'SigninTokens_revokeToken',
  'SsoBypassAllowlistUsers_removeUser',
  'Users_banMany',
  'Users_lockUser',
  'Users_markBanned',
  'Users_revokeBiometricCredential',
  'Users_revokeTrustedDevice',
  'Users_setPasswordCompromised',
]);
