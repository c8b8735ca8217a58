import { type Step, step } from '../step.js';

const ADA = { user_id: 'user_ada' };
const ADDRESS = 'carol@example.net';
const NUMBER = '+15555550142';
const METADATA = { public_metadata: { plan: 'free' }, private_metadata: { crm: 8 } };

/** What is known of users, their sessions, and the settings they live under. */
export const userSteps: readonly Step[] = [
  step('Users_replaceUserMetadata', { user_id: '{carol}', ...METADATA }),
  step('Users_banMany', { user_ids: ['{carol}', 'user_bob'] }),
  step('Users_unbanMany', { user_ids: ['{carol}', 'user_bob'] }),
  step('Users_setPasswordCompromised', { user_id: '{carol}', revoke_all_sessions: true }),
  step('Users_unsetPasswordCompromised', { user_id: '{carol}' }),
  step('Users_removePassword', { user_id: '{carol}', sign_out_of_other_sessions: true }),
  step('Users_deleteBackupCodes', ADA),
  step('Users_deleteTotp', ADA),
  step('Users_deletePasskey', { ...ADA, passkey_identification_id: 'idn_passkey' }),
  step('Users_deleteWeb3Wallet', { ...ADA, web3_wallet_identification_id: 'idn_wallet' }),
  step('Users_deleteExternalAccount', { ...ADA, external_account_id: 'eac_ada' }),
  step('Users_listTrustedDevices', ADA),
  step('Users_revokeTrustedDevice', { ...ADA, trusted_device_id: 'tdev_1' }),
  step('Users_listBiometricCredentials', ADA),
  step('Users_revokeBiometricCredential', { ...ADA, biometric_credential_id: 'tdev_2' }),

  step(
    'EmailAddresses_replaceForUser',
    { user_id: '{carol}', email_address: ADDRESS, identification_status: 'reserved' },
    { address: 'id' },
  ),
  step('EmailAddresses_prepareVerification', { email_address_id: '{address}' }, { mailed: 'id' }),
  step(
    'EmailAddresses_attemptVerification',
    { email_address_id: '{address}', verification_id: '{mailed}', code: '{emailCode}' },
    {},
    { first: { method: 'GET', path: '/_sandbox/codes/{address}', keep: { emailCode: 'code' } } },
  ),
  step(
    'PhoneNumbers_replaceForUser',
    { user_id: '{carol}', phone_number: NUMBER, identification_status: 'unverified' },
    { number: 'id' },
  ),
  step('PhoneNumbers_prepareVerification', { phone_number_id: '{number}' }, { texted: 'id' }),
  step('PhoneNumbers_attemptVerification', { phone_number_id: '{number}', verification_id: '{texted}', code: '424242' }),

  step('Sessions_createSession', { ...ADA, active_organization_id: 'org_engine' }, { session: 'id' }),
  step(
    'Sessions_createSessionToken',
    { session_id: '{session}', expires_in_seconds: 30 },
    {},
    { first: { method: 'GET', path: '/_sandbox/cookies/{session}', keep: { page: 'value' } } },
  ),
  step(
    'Sessions_refreshSession',
    {
      session_id: '{session}',
      expired_token: '{page}',
      refresh_token: '{refresh}',
      request_origin: 'https://example.com',
      format: 'cookie',
    },
    {},
    { first: { method: 'GET', path: '/_sandbox/cookies/{session}/refresh', keep: { refresh: 'value' } } },
  ),

  step('InstanceSettings_getInstance'),
  step('InstanceSettings_getOrganizationSettings'),
  step('InstanceSettings_updateCommunication', { blocked_country_codes: ['KP', 'CU'] }),
  step('InstanceSettings_getCommunication'),
  step('InstanceSettings_updateOAuthApplicationSettings', {
    dynamic_oauth_client_registration: true,
    default_scopes: ['openid', 'email'],
  }),
  step('InstanceSettings_getOAuthApplicationSettings'),
  step('InstanceSettings_updateProtect', { rules_enabled: true }),
  step('InstanceSettings_getProtect'),
  step('Signups_getById', { id: 'sua_1' }),
];
