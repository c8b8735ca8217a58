import { type Step, step } from '../step.js';

const MAILER = { machine_id: '{mailer}' };
const KEY = { apiKeyID: '{apiKey}' };
const PARTNER = { oauth_application_id: '{app}' };
const LEAKED = { revocation_reason: 'It leaked' };

/** A machine of the start that others may be let call. */
export const STORE = { id: 'mch_2abcdefghijklmnopqrstuvwxyz', name: 'Store', secret_key: 'ak_store' };

/** Tokens of an OAuth application, for the time between its beginning and its end. */
export const oauthTokenSteps: readonly Step[] = [
  step(
    'OAuthAccessTokens_verifyToken',
    { access_token: '{accessToken}' },
    {},
    {
      first: {
        method: 'POST',
        path: '/_sandbox/oauth_tokens',
        body: { ...PARTNER, user_id: '{carol}' },
        keep: { accessToken: 'access_token' },
      },
    },
  ),
  step('OAuthApplications_revokeToken', { ...PARTNER, token: '{accessToken}' }),
];

/** Machines, keys and tokens. */
export const keySteps: readonly Step[] = [
  step('Machines_createMachine', { name: 'Mailer', default_token_ttl: 600 }, { mailer: 'id', mailerKey: 'secret_key' }),
  step('Machines_createScope', { ...MAILER, to_machine_id: STORE.id }),
  step('Machines_list', { query: 'mail', order_by: 'name' }),
  step('Machines_getById', MAILER),
  step('Machines_updateMachine', { ...MAILER, name: 'Mail worker' }),
  step(
    'M2mTokens_createToken',
    { claims: { job: 'digest' }, min_remaining_ttl_seconds: 60 },
    { m2m: 'id', m2mToken: 'token' },
    { key: 'mailerKey' },
  ),
  step('M2mTokens_list', { subject: '{mailer}', limit: 5 }),
  step('M2mTokens_verifyToken', { token: '{m2mToken}' }),
  step('M2mTokens_revokeToken', { m2m_token_id: '{m2m}', ...LEAKED }),
  step('Machines_getSecretKey', MAILER),
  step('Machines_rotateSecretKey', { ...MAILER, previous_token_ttl: 60 }),
  step('Machines_deleteScope', { ...MAILER, other_machine_id: STORE.id }),
  step('Machines_deleteById', MAILER),

  step(
    'ApiKeys_createKey',
    { name: 'Nightly export', subject: '{carol}', scopes: ['read:reports'], claims: { team: 7 }, created_by: '{carol}' },
    { apiKey: 'id', apiSecret: 'secret' },
  ),
  step('ApiKeys_list', { subject: '{carol}', query: 'night', include_invalid: 'true' }),
  step('ApiKeys_getById', KEY),
  step('ApiKeys_getSecret', KEY),
  step('ApiKeys_verifyKey', { secret: '{apiSecret}' }),
  step('ApiKeys_updateKey', { ...KEY, description: 'Reports', seconds_until_expiration: 3600 }),
  step('ApiKeys_revokeKey', { ...KEY, ...LEAKED }),
  step('ApiKeys_deleteById', KEY),

  step('TestingTokens_createToken'),
  step(
    'AgentTasks_createTask',
    {
      on_behalf_of: { identifier: 'ada@example.com' },
      permissions: '*',
      agent_name: 'release-bot',
      task_description: 'Checks that sign-in works',
      redirect_url: 'https://example.com/dashboard',
    },
    { task: 'agent_task_id' },
  ),
  step('AgentTasks_revokeTask', { agent_task_id: '{task}' }),
  step('AdminPortalLinkTokens_createToken', { it_contact_id: 'crm-17', scopes: ['sso'] }, { portal: 'id' }),
  step('AdminPortalLinkTokens_revokeToken', { adminPortalLinkTokenID: '{portal}', ...LEAKED }),
];
