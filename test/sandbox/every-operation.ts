import { Secret, TOTP } from 'otpauth';
import type { SeedDescription } from '../../src/sandbox/seed/description.js';
import { EASY, PNG } from './harness.js';
import { type Step, step } from './step.js';
import { BILLING_START, billingSteps } from './steps/billing.js';
import { keySteps, oauthTokenSteps, STORE } from './steps/keys.js';
import { rolesSteps } from './steps/roles.js';
import { ssoSteps } from './steps/sso.js';
import { userSteps } from './steps/users.js';
import { waitlistSteps } from './steps/waitlist.js';

const TOTP_SECRET = 'JBSWY3DPEHPK3PXP';
const PASSWORD = 'violet-kettle-42';
const IMAGE = { file_base64: PNG.toString('base64'), media_type: 'image/png' };

/** What the walk starts from. */
export const START: SeedDescription = {
  // Only for production does an instance have a domain that can be changed.
  settings: { ...EASY, environment_type: 'production' },
  domain: 'example.com',
  users: [
    {
      id: 'user_ada',
      username: 'adalove',
      email_addresses: [{ id: 'idn_ada', email_address: 'ada@example.com' }],
      password: PASSWORD,
      totp_secret: TOTP_SECRET,
      external_accounts: [
        { provider: 'oauth_github', provider_user_id: '42', email_address: 'ada@example.com' },
        { id: 'eac_ada', provider: 'oauth_google', provider_user_id: '43', email_address: 'ada@example.org' },
      ],
      web3_wallets: [{ id: 'idn_wallet', web3_wallet: '0x52908400098527886E0F7030069857D2E4169EE7' }],
      passkeys: [{ id: 'idn_passkey', name: 'Laptop' }],
      trusted_devices: [
        { id: 'tdev_1', platform: 'ios', app_identifier: 'com.example.app', name: 'Phone' },
        { id: 'tdev_2', platform: 'android', app_identifier: 'com.example.app' },
      ],
    },
    { id: 'user_sso', email_addresses: ['dan@corp.example.com'] },
    { id: 'user_bob', username: 'bob.b', email_addresses: ['bob@example.com'], phone_numbers: ['+15555550100'] },
  ],
  organizations: [{ id: 'org_engine', name: 'Engine', slug: 'engine', members: [{ user: 'adalove', role: 'org:admin' }] }],
  sessions: [
    { id: 'sess_1', user: 'adalove', client: 'laptop', reverifications: [{ id: 'reverif_1', level: 'first_factor' }] },
    { id: 'sess_2', user: 'bob.b', client: 'phone' },
  ],
  billing: BILLING_START,
  sign_ups: [{ id: 'sua_1', email_address: 'carol@example.com' }],
  machines: [STORE],
};

const ENGINE = { organization_id: 'org_engine' };
const METADATA = { public_metadata: { plan: 'pro' }, private_metadata: { crm: 7 } };
const INVITED = { role: 'org:member', inviter_user_id: 'user_ada' };
const WELCOME = { template_type: 'email', slug: 'verification_code' };

/** Every operation of the catalog, in an order in which each succeeds. `now` in Unix milliseconds. */
export const everyOperation = (now: number): readonly Step[] => [
  step('Jwks_getJsonWebKeySet'),
  step('Miscellaneous_getInterstitialMarkup', { frontend_api: 'clerk.example.com' }),

  step('Users_createNewUser', { email_address: ['carol@example.com'], password: PASSWORD, ...METADATA }, { carol: 'id' }),
  step('Users_listSortedByCreationDate', { limit: 2, order_by: '-created_at' }),
  step('Users_getTotalCount', { query: 'ada' }),
  step('Users_getUserDetails', { user_id: '{carol}' }),
  step('Users_updateUserAttributes', { user_id: '{carol}', first_name: 'Carol', external_id: 'ext-3' }),
  step('Users_mergeUserMetadataAttributes', { user_id: '{carol}', public_metadata: { plan: null, seats: 3 } }),
  step('Users_verifyPassword', { user_id: '{carol}', password: PASSWORD }),
  step('Users_verifyTotp', {
    user_id: 'user_ada',
    code: new TOTP({ secret: Secret.fromBase32(TOTP_SECRET) }).generate({ timestamp: now }),
  }),
  step('Users_disableMfa', { user_id: 'user_ada' }),
  step('Users_getOAuthAccessToken', { user_id: 'user_ada', provider: 'oauth_github' }),
  step('Users_getOrganizationMemberships', { user_id: 'user_ada' }),
  step('Users_setProfileImage', { user_id: '{carol}', ...IMAGE }),
  step('Users_deleteProfileImage', { user_id: '{carol}' }),
  step('Users_lockUser', { user_id: '{carol}' }),
  step('Users_removeLock', { user_id: '{carol}' }),
  step('Users_markBanned', { user_id: '{carol}' }),
  step('Users_removeBanFromUser', { user_id: '{carol}' }),

  step('EmailAddresses_createNewAddress', { user_id: 'user_bob', email_address: 'bob@example.org' }, { email: 'id' }),
  step('EmailAddresses_getDetails', { email_address_id: '{email}' }),
  step('EmailAddresses_updateAddress', { email_address_id: '{email}', verified: true, primary: true }),
  step('EmailAddresses_deleteById', { email_address_id: '{email}' }),
  step(
    'PhoneNumbers_createNewPhoneNumber',
    { user_id: 'user_bob', phone_number: '+15555550177', verified: true },
    { phone: 'id' },
  ),
  step('PhoneNumbers_getDetails', { phone_number_id: '{phone}' }),
  step('PhoneNumbers_updateDetails', { phone_number_id: '{phone}', reserved_for_second_factor: true }),
  step('PhoneNumbers_deletePhoneNumberById', { phone_number_id: '{phone}' }),

  step('Organizations_createNewOrganization', { name: 'Bletchley', created_by: 'user_ada', ...METADATA }, { park: 'id' }),
  step('Organizations_listSortedByCreationDate', { include_members_count: true, order_by: '-members_count' }),
  step('Organizations_getByIdOrSlug', { organization_id: 'engine', include_missing_member_with_elevated_permissions: true }),
  step('Organizations_updateOrganization', { ...ENGINE, name: 'Analytical Engine', max_allowed_memberships: 20 }),
  step('Organizations_mergeOrganizationMetadata', { ...ENGINE, ...METADATA }),
  step('Organizations_updateOrganizationLogo', { ...ENGINE, uploader_user_id: 'user_ada', ...IMAGE }),
  step('Organizations_removeLogo', ENGINE),
  step('OrganizationMemberships_addUserToOrganization', { ...ENGINE, user_id: 'user_bob', role: 'org:member' }),
  step('OrganizationMemberships_getAllMembers', { ...ENGINE, role: ['org:member'], order_by: '+first_name' }),
  step('OrganizationMemberships_updateMembershipProperties', { ...ENGINE, user_id: 'user_bob', role: 'org:admin' }),
  step('OrganizationMemberships_updateMembershipMetadata', { ...ENGINE, user_id: 'user_bob', ...METADATA }),
  step('OrganizationMemberships_removeUserFromOrganization', { ...ENGINE, user_id: 'user_bob' }),
  step('OrganizationInvitations_createAndSend', { ...ENGINE, email_address: 'dave@example.com', ...INVITED }, { invited: 'id' }),
  step('OrganizationInvitations_bulkCreateAndSend', {
    ...ENGINE,
    invitations: [
      { email_address: 'erin@example.com', ...INVITED },
      { email_address: 'frank@example.com', ...INVITED },
    ],
  }),
  step('OrganizationInvitations_list', { ...ENGINE, status: 'pending' }),
  step('OrganizationInvitations_listPending', { ...ENGINE, limit: 1 }),
  step('OrganizationInvitations_getById', { ...ENGINE, invitation_id: '{invited}' }),
  step('OrganizationInvitations_revokeInvitation', { ...ENGINE, invitation_id: '{invited}', requesting_user_id: 'user_ada' }),
  step('Organizations_deleteOrganization', { organization_id: '{park}' }),

  step('Sessions_listSortedByCreationDate', { user_id: 'user_ada', status: 'active' }),
  step('Sessions_getDetails', { session_id: 'sess_1' }, { client: 'client_id' }),
  step('Sessions_getReverification', { session_id: 'sess_1', reverification_id: 'reverif_1' }),
  step('Sessions_verifySession', { session_id: 'sess_1' }),
  step('Clients_listSortedByCreationDate'),
  step('Clients_getDetails', { client_id: '{client}' }),
  step(
    'Clients_verifyClientToken',
    { token: '{clientToken}' },
    {},
    { first: { method: 'GET', path: '/_sandbox/cookies/{client}', keep: { clientToken: 'value' } } },
  ),
  step(
    'JwtTemplates_createTemplate',
    { name: 'hasura', claims: { role: 'editor', email: '{{user.primary_email_address}}' }, lifetime: 90 },
    { template: 'id' },
  ),
  step('JwtTemplates_listAllTemplates', { paginated: true }),
  step('JwtTemplates_getTemplateDetails', { template_id: '{template}' }),
  step('Sessions_createSessionTokenFromTemplate', { session_id: 'sess_1', template_name: 'hasura', expires_in_seconds: 30 }),
  step('JwtTemplates_updateTemplateById', { template_id: '{template}', name: 'hasura', claims: { role: 'reader' } }),
  step('JwtTemplates_deleteTemplateById', { template_id: '{template}' }),
  step('SigninTokens_createToken', { user_id: 'user_ada', expires_in_seconds: 60 }, { signIn: 'id' }),
  step('SigninTokens_revokeToken', { sign_in_token_id: '{signIn}' }),
  step('ActorTokens_createToken', { user_id: 'user_ada', actor: { sub: 'user_bob' } }, { actor: 'id' }),
  step('ActorTokens_revokeToken', { actor_token_id: '{actor}' }),
  step('Signups_updateSignUpById', { id: 'sua_1', external_id: 'ext-9', custom_action: true }),
  step('Sessions_revokeSession', { session_id: 'sess_2' }),

  step(
    'Invitations_createNewInvitation',
    { email_address: 'gina@example.com', notify: false, ...{ expires_in_days: 3 } },
    { sent: 'id' },
  ),
  step('Invitations_listAllNonRevoked', { status: 'pending', paginated: true }),
  step('Invitations_revokeInvitation', { invitation_id: '{sent}' }),
  step('Invitations_deleteById', { invitation_id: '{sent}' }),
  step('AllowlistBlocklist_addIdentifierToAllowList', { identifier: 'hal@example.com', notify: true }, { allowed: 'id' }),
  step('AllowlistBlocklist_listAllowedIdentifiers', { paginated: true }),
  step('AllowlistBlocklist_deleteIdentifier', { identifier_id: '{allowed}' }),
  step('AllowlistBlocklist_addIdentifier', { identifier: '*@blocked.example.com' }, { blocked: 'id' }),
  step('AllowlistBlocklist_listBlockedIdentifiers'),
  step('AllowlistBlocklist_deleteIdentifierFromBlocklist', { identifier_id: '{blocked}' }),

  step('InstanceSettings_updateInstanceSettings', { test_mode: true, support_email: 'help@example.com' }),
  step('InstanceSettings_updateRestrictions', { block_email_subaddresses: true }),
  step('InstanceSettings_updateOrganizationSettings', { enabled: true, max_allowed_memberships: 30 }),
  step('BetaFeatures_updateInstanceSettings', { restricted_to_allowlist: false, from_email_address: 'hello' }),
  step('Domains_addSatelliteDomain', { name: 'moon.example.org', is_satellite: true }, { satellite: 'id' }),
  step('Domains_getAllDomains', {}, { primary: 'data.0.id' }),
  step('Domains_updateDomain', { domain_id: '{satellite}', proxy_url: 'https://moon.example.org/__clerk' }),
  step('ProxyChecks_verifyProxyConfiguration', { domain_id: '{primary}', proxy_url: 'https://example.com/__clerk' }),
  step('Domains_deleteSatelliteDomain', { domain_id: '{satellite}' }),
  step('BetaFeatures_updateInstanceDomain', { home_url: 'https://www.example.net' }),
  step('BetaFeatures_updateProductionInstanceDomain', { home_url: 'https://www.example.com' }),
  step('RedirectUrLs_createNewUrl', { url: 'https://example.com/callback' }, { redirect: 'id' }),
  step('RedirectUrLs_listAll', { paginated: true }),
  step('RedirectUrLs_getById', { id: '{redirect}' }),
  step('RedirectUrLs_removeById', { id: '{redirect}' }),

  step('OAuthApplications_createNewApplication', { name: 'Partner', redirect_uris: ['https://p.example.com/cb'] }, { app: 'id' }),
  step('OAuthApplications_listSortedByDescendingCreationDate', { name_query: 'part', order_by: '-name' }),
  step('OAuthApplications_getById', { oauth_application_id: '{app}' }),
  step('OAuthApplications_updateApplication', { oauth_application_id: '{app}', scopes: 'profile' }),
  ...oauthTokenSteps,
  step('OAuthApplications_uploadLogo', { oauth_application_id: '{app}', uploader_user_id: 'user_ada', ...IMAGE }),
  step('OAuthApplications_rotateSecret', { oauth_application_id: '{app}' }),
  step('OAuthApplications_deleteById', { oauth_application_id: '{app}' }),
  step(
    'SamlConnectionsBeta_createNewConnection',
    { name: 'Acme', provider: 'saml_okta', domains: ['acme.example.com'], organization_id: 'org_engine' },
    { saml: 'id' },
  ),
  step('SamlConnectionsBeta_getList', { query: 'acme', organization_id: ['org_engine'] }),
  step('SamlConnectionsBeta_getById', { saml_connection_id: '{saml}' }),
  step('SamlConnectionsBeta_updateConnectionById', { saml_connection_id: '{saml}', allow_subdomains: true }),
  step('SamlConnectionsBeta_deleteConnectionById', { saml_connection_id: '{saml}' }),

  step('EmailSmsTemplates_listSortedByPosition', { template_type: 'sms' }),
  step('EmailSmsTemplates_getTemplateDetails', WELCOME),
  step('EmailSmsTemplates_previewTemplate', { ...WELCOME, subject: 'Your code is {{otp_code}}' }),
  step('EmailSmsTemplates_updateTemplateByTypeAndSlug', { ...WELCOME, subject: 'Your code is {{otp_code}}' }),
  step('EmailSmsTemplates_toggleDeliveryByTypeAndSlug', { ...WELCOME, delivered_by_clerk: false }),
  step('EmailSmsTemplates_revertTemplate', WELCOME),
  step('Webhooks_createSvixApp'),
  step('Webhooks_generateSvixDashboardUrl'),
  step('Webhooks_deleteSvixApp'),

  ...billingSteps(now),
  ...waitlistSteps,
  ...rolesSteps,
  ...ssoSteps,
  ...userSteps,

  ...keySteps,
  step('Users_deleteUserById', { user_id: '{carol}' }),
];
