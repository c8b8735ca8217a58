import { actorTokens } from './actor-tokens.js';
import { adminPortalLinkTokens } from './admin-portal-link-tokens.js';
import { agentTasks } from './agent-tasks.js';
import { allowlistBlocklist } from './allowlist-blocklist.js';
import { apiKeys } from './api-keys.js';
import { betaFeatures } from './beta-features.js';
import { billing } from './billing.js';
import { clients } from './clients.js';
import { commerce } from './commerce.js';
import { directories } from './directories.js';
import { domains } from './domains.js';
import { emailAddresses } from './email-addresses.js';
import { emailSmsTemplates } from './email-sms-templates.js';
import { enterpriseConnections } from './enterprise-connections.js';
import { instanceSettings } from './instance-settings.js';
import { invitations } from './invitations.js';
import { jwks } from './jwks.js';
import { jwtTemplates } from './jwt-templates.js';
import { m2mTokens } from './m2m-tokens.js';
import { machines } from './machines.js';
import { miscellaneous } from './miscellaneous.js';
import { oAuthAccessTokens } from './oauth-access-tokens.js';
import { oAuthApplications } from './oauth-applications.js';
import { organizationDomains } from './organization-domains.js';
import { organizationInvitations } from './organization-invitations.js';
import { organizationMemberships } from './organization-memberships.js';
import { organizationPermissions } from './organization-permissions.js';
import { organizationRoles } from './organization-roles.js';
import { organizations } from './organizations.js';
import { phoneNumbers } from './phone-numbers.js';
import { proxyChecks } from './proxy-checks.js';
import { redirectUrls } from './redirect-urls.js';
import { roleSets } from './role-sets.js';
import { samlConnectionsBeta } from './saml-connections-beta.js';
import { scimDirectories } from './scim-directories.js';
import { sessions } from './sessions.js';
import { signinTokens } from './signin-tokens.js';
import { signups } from './signups.js';
import { testingTokens } from './testing-tokens.js';
import { users } from './users.js';
import { waitlistEntries } from './waitlist-entries.js';
import { webhooks } from './webhooks.js';

/** Every operation of the catalog. */
export const operations = [
  ...Object.values(actorTokens),
  ...Object.values(adminPortalLinkTokens),
  ...Object.values(agentTasks),
  ...Object.values(allowlistBlocklist),
  ...Object.values(apiKeys),
  ...Object.values(betaFeatures),
  ...Object.values(billing),
  ...Object.values(clients),
  ...Object.values(commerce),
  ...Object.values(directories),
  ...Object.values(domains),
  ...Object.values(emailAddresses),
  ...Object.values(emailSmsTemplates),
  ...Object.values(enterpriseConnections),
  ...Object.values(instanceSettings),
  ...Object.values(invitations),
  ...Object.values(jwks),
  ...Object.values(jwtTemplates),
  ...Object.values(m2mTokens),
  ...Object.values(machines),
  ...Object.values(miscellaneous),
  ...Object.values(oAuthAccessTokens),
  ...Object.values(oAuthApplications),
  ...Object.values(organizationDomains),
  ...Object.values(organizationInvitations),
  ...Object.values(organizationMemberships),
  ...Object.values(organizationPermissions),
  ...Object.values(organizationRoles),
  ...Object.values(organizations),
  ...Object.values(phoneNumbers),
  ...Object.values(proxyChecks),
  ...Object.values(redirectUrls),
  ...Object.values(roleSets),
  ...Object.values(samlConnectionsBeta),
  ...Object.values(scimDirectories),
  ...Object.values(sessions),
  ...Object.values(signinTokens),
  ...Object.values(signups),
  ...Object.values(testingTokens),
  ...Object.values(users),
  ...Object.values(waitlistEntries),
  ...Object.values(webhooks),
];
