import type { AcceptedDifference } from './difference.js';

const VERSION = '2026-05-12';

const WHOLE_ROWS = 'Rows are counted in whole numbers; every other list says so.';
const NO_NULL = 'A query has no way to say null: it is left out instead.';

const NOT_YET = "Clerk's own SDKs have it since, typed; no document has yet.";
const ANNOUNCED = 'The release notes of an SDK name it; no document has it yet.';

/** Operations not yet in the documents. */
const NEWER: readonly (readonly [operation: string, request: string])[] = [
  ['Invitations_deleteById', 'DELETE /invitations/{invitation_id}'],
  ['Sessions_getReverification', 'GET /sessions/{session_id}/reverifications/{reverification_id}'],
  ['SsoBypassAllowlistUsers_addUser', 'POST /sso_bypass_allowlist_users'],
  ['SsoBypassAllowlistUsers_list', 'GET /sso_bypass_allowlist_users'],
  ['SsoBypassAllowlistUsers_removeUser', 'DELETE /sso_bypass_allowlist_users/{userID}'],
  ['Users_listBiometricCredentials', 'GET /users/{user_id}/biometric_credentials'],
  ['Users_revokeBiometricCredential', 'DELETE /users/{user_id}/biometric_credentials/{biometric_credential_id}'],
];

/** Inputs not yet in the documents. */
const NEWER_INPUTS: readonly (readonly [operation: string, at: string, type: string, why: string])[] = [
  ['Users_createNewUser', 'timezone', 'string', NOT_YET],
  ['Users_updateUserAttributes', 'timezone', 'string', NOT_YET],
  ['SamlConnectionsBeta_createNewConnection', 'idp_certificates', 'array', NOT_YET],
  ['SamlConnectionsBeta_updateConnectionById', 'idp_certificates', 'array', NOT_YET],
  ['EnterpriseConnections_createConnection', 'saml.idp_certificates', 'array', NOT_YET],
  ['EnterpriseConnections_updateConnection', 'saml.idp_certificates', 'array', NOT_YET],
  ['Invitations_listAllNonRevoked', 'email_address', 'string', ANNOUNCED],
];

type Answer = Omit<AcceptedDifference, 'version'>;

const wholeNumber = (operation: string, at: string): Answer => {
  return { operation, aspect: 'answer_type', at, document: 'number', catalog: 'integer', why: WHOLE_NUMBERS };
};
const oftenNull = (operation: string, at: string, why: string): Answer => {
  return { operation, aspect: 'answer_null', at, document: 'never null', catalog: 'may be null', why };
};

const WHOLE_NUMBERS = 'Times and counts are whole numbers.';
const UNDESCRIBED = 'The document requires it, and describes it nowhere.';
const FORMER_ITEM = 'Subscription items of earlier versions, which can stand there too, have it so.';

const ANSWERS: readonly Answer[] = [
  {
    operation: 'Miscellaneous_getInterstitialMarkup',
    aspect: 'answer',
    at: '',
    document: 'nothing',
    catalog: 'text',
    why: 'The document says in words alone that it answers with a page.',
  },
  ...['created_at', 'updated_at'].flatMap((at) => [
    wholeNumber('admin_portal_link_token', at),
    wholeNumber('api_key', at),
    wholeNumber('machine_to_machine_token', at),
    wholeNumber('clerk_idp_oauth_access_token', at),
  ]),
  wholeNumber('api_key', 'last_used_at'),
  wholeNumber('machine_to_machine_token', 'last_used_at'),
  wholeNumber('ApiKeys_list', 'total_count'),
  wholeNumber('M2mTokens_list', 'total_count'),
  ...['enterprise_connection', 'saml_connection'].flatMap((operation): Answer[] =>
    ['authenticatable', 'disable_jit_provisioning'].map((at) => {
      return { operation, aspect: 'extra_field', at, document: 'none', catalog: 'boolean', why: UNDESCRIBED };
    }),
  ),
  oftenNull('organization', 'logo_url', 'Without a logo it is null in older answers.'),
  oftenNull(
    'user',
    'external_accounts.[].verification.external_verification_redirect_url',
    'Verifications of other kinds have null there, and the tools read all kinds alike.',
  ),
  oftenNull('commerce_subscription', 'next_payment.date', FORMER_ITEM),
  oftenNull('commerce_subscription', 'next_payment.amount', FORMER_ITEM),
  ...['credit', 'lifetime_paid', 'payer', 'period_start'].map((at) => oftenNull('commerce_subscription_item', at, FORMER_ITEM)),
];

export const ACCEPTED: readonly AcceptedDifference[] = [
  ...['ApiKeys_list', 'M2mTokens_list'].flatMap((operation): AcceptedDifference[] => [
    { version: VERSION, operation, aspect: 'type', at: 'offset', document: 'number', catalog: 'integer', why: WHOLE_ROWS },
    {
      version: VERSION,
      operation,
      aspect: 'nullable',
      at: 'offset',
      document: 'may be null',
      catalog: 'never null',
      why: NO_NULL,
    },
  ]),
  {
    version: VERSION,
    operation: 'Directories_createGroupRoleMapping',
    aspect: 'one_of',
    at: '',
    document: 'none',
    catalog: 'directory_group_id scim_group_id',
    why: 'Without either of them there is no group to map; the document says so only in prose.',
  },
  ...NEWER.map(([operation, request]): AcceptedDifference => {
    return {
      version: VERSION,
      operation,
      aspect: 'extra_operation',
      at: '',
      document: 'none',
      catalog: request,
      why: NOT_YET,
      passing: true,
    };
  }),
  ...NEWER_INPUTS.map(([operation, at, type, why]): AcceptedDifference => {
    return { version: VERSION, operation, aspect: 'extra_input', at, document: 'none', catalog: type, why, passing: true };
  }),
  ...['Users_listTrustedDevices', 'Users_revokeTrustedDevice'].map((operation): AcceptedDifference => {
    return {
      version: VERSION,
      operation,
      aspect: 'deprecated',
      at: '',
      document: 'in use',
      catalog: 'deprecated',
      why: 'Biometric credentials took their place, as the SDKs say; no document does yet.',
      passing: true,
    };
  }),
  {
    version: VERSION,
    operation: 'InstanceSettings_updateProtect',
    aspect: 'missing_input',
    at: 'specter_enabled',
    document: 'boolean or null in body',
    catalog: 'none',
    why: 'Clerk took it out of the request, as the release notes of its SDKs say.',
    passing: true,
  },
  {
    version: VERSION,
    operation: 'Domains_addSatelliteDomain',
    aspect: 'type',
    at: 'is_satellite',
    document: 'boolean',
    catalog: 'boolean (2 forms)',
    why: 'It may be false too since, as the SDKs type it; the document still wants true.',
    passing: true,
  },
  {
    version: VERSION,
    operation: 'Users_createNewUser',
    aspect: 'extra_input',
    at: 'skip_restriction_checks',
    document: 'none',
    catalog: 'boolean or null',
    why: 'The document of 22 August 2026 has it.',
    passing: true,
  },
  {
    version: VERSION,
    operation: 'InstanceSettings_updateInstanceSettings',
    aspect: 'nullable',
    at: 'allowed_origins',
    document: 'never null',
    catalog: 'may be null',
    why: 'The document of 22 August 2026 lets it be null.',
    passing: true,
  },
  ...ANSWERS.map((answer): AcceptedDifference => ({ version: VERSION, ...answer })),
];
