import { actorTokens } from './actor-tokens.js';
import { allowlistBlocklist } from './allowlist-blocklist.js';
import { betaFeatures } from './beta-features.js';
import { clients } from './clients.js';
import { domains } from './domains.js';
import { emailAddresses } from './email-addresses.js';
import { emailSmsTemplates } from './email-sms-templates.js';
import { instanceSettings } from './instance-settings.js';
import { invitations } from './invitations.js';
import { jwks } from './jwks.js';
import { jwtTemplates } from './jwt-templates.js';
import { miscellaneous } from './miscellaneous.js';
import { oAuthApplications } from './oauth-applications.js';
import { organizationInvitations } from './organization-invitations.js';
import { organizationMemberships } from './organization-memberships.js';
import { organizations } from './organizations.js';
import { phoneNumbers } from './phone-numbers.js';
import { proxyChecks } from './proxy-checks.js';
import { redirectUrls } from './redirect-urls.js';
import { samlConnectionsBeta } from './saml-connections-beta.js';
import { sessions } from './sessions.js';
import { signinTokens } from './signin-tokens.js';
import { signups } from './signups.js';
import { users } from './users.js';
import { webhooks } from './webhooks.js';

/** Every operation of the catalog. */
export const operations = [
  ...Object.values(actorTokens),
  ...Object.values(allowlistBlocklist),
  ...Object.values(betaFeatures),
  ...Object.values(clients),
  ...Object.values(domains),
  ...Object.values(emailAddresses),
  ...Object.values(emailSmsTemplates),
  ...Object.values(instanceSettings),
  ...Object.values(invitations),
  ...Object.values(jwks),
  ...Object.values(jwtTemplates),
  ...Object.values(miscellaneous),
  ...Object.values(oAuthApplications),
  ...Object.values(organizationInvitations),
  ...Object.values(organizationMemberships),
  ...Object.values(organizations),
  ...Object.values(phoneNumbers),
  ...Object.values(proxyChecks),
  ...Object.values(redirectUrls),
  ...Object.values(samlConnectionsBeta),
  ...Object.values(sessions),
  ...Object.values(signinTokens),
  ...Object.values(signups),
  ...Object.values(users),
  ...Object.values(webhooks),
];
