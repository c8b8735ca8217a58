import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { operations } from '../../../tools/index.js';
import { openClerk } from './support.js';

/** Methods on resources of the catalog that send what the catalog does not have yet, and what they send. */
const BEYOND: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  clients: { getHandshakePayload: 'GET /clients/handshake_payload' },
  instance: { get: 'GET /instance', getOrganizationSettings: 'GET /instance/organization_settings' },
  invitations: { deleteInvitation: 'DELETE /invitations/{invitation_id}' },
  oauthApplications: { revokeToken: 'POST /oauth_applications/{oauth_application_id}/revoke_token' },
  organizations: {
    // Also what updateOrganization sends when it is given metadata.
    replaceOrganizationMetadata: 'PUT /organizations/{organization_id}/metadata',
    getInstanceOrganizationMembershipList: 'GET /organization_memberships',
    getOrganizationDomainList: 'GET /organizations/{organization_id}/domains',
    createOrganizationDomain: 'POST /organizations/{organization_id}/domains',
    updateOrganizationDomain: 'PATCH /organizations/{organization_id}/domains/{domain_id}',
    deleteOrganizationDomain: 'DELETE /organizations/{organization_id}/domains/{domain_id}',
  },
  // And getToken without a template: POST /sessions/{session_id}/tokens.
  sessions: { createSession: 'POST /sessions', refreshSession: 'POST /sessions/{session_id}/refresh' },
  signUps: { get: 'GET /sign_ups/{id}' },
  users: {
    // Also what updateUser sends when it is given metadata.
    replaceUserMetadata: 'PUT /users/{user_id}/metadata',
    replaceUserEmailAddress: 'PUT /users/{user_id}/email_address',
    replaceUserPhoneNumber: 'PUT /users/{user_id}/phone_number',
    removePassword: 'POST /users/{user_id}/remove_password',
    deleteUserPasskey: 'DELETE /users/{user_id}/passkeys/{passkey_identification_id}',
    deleteUserWeb3Wallet: 'DELETE /users/{user_id}/web3_wallets/{web3_wallet_identification_id}',
    deleteUserExternalAccount: 'DELETE /users/{user_id}/external_accounts/{external_account_id}',
    deleteUserBackupCodes: 'DELETE /users/{user_id}/backup_code',
    deleteUserTOTP: 'DELETE /users/{user_id}/totp',
    setPasswordCompromised: 'POST /users/{user_id}/password/set_compromised',
    unsetPasswordCompromised: 'POST /users/{user_id}/password/unset_compromised',
  },
};

/** Resources of the SDK of which the catalog has no operation yet. */
const OTHERS = [
  '__experimental_accountlessApplications',
  'emails',
  'enterpriseConnections',
  'idPOAuthAccessToken',
  'm2m',
  'machines',
  'testingTokens',
  'organizationPermissions',
  'organizationRoles',
  'roleSets',
];

/** The methods of one of the SDK's resources. */
const methodsOf = (resource: object): string[] =>
  Object.getOwnPropertyNames(Object.getPrototypeOf(resource)).filter((name) => name !== 'constructor');

test('every method of the SDK is called in these tests, or sends what the catalog does not have', async () => {
  const { clerk } = await openClerk();
  const folder = new URL('./', import.meta.url);
  const tests = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const resources = Object.entries(clerk).filter(([, value]) => typeof value === 'object' && 'request' in value);
  const uncalled = resources
    .filter(([name]) => !OTHERS.includes(name))
    .flatMap(([name, resource]) => methodsOf(resource).map((method) => [name, method] as const))
    .filter(([name, method]) => !Object.hasOwn(BEYOND[name] ?? {}, method))
    .filter(([name, method]) => !new RegExp(`\\b${name}\\s*\\.${method}\\(`).test(tests));
  expect(uncalled).toEqual([]);
  expect(OTHERS.filter((name) => !resources.some(([other]) => other === name))).toEqual([]);
});

test('what is called beyond the catalog is', () => {
  const known = new Set(operations.map(({ method, path }) => `${method} ${path}`));
  const requests = Object.values(BEYOND).flatMap((methods) => Object.values(methods));
  expect(requests.filter((request) => known.has(request))).toEqual([]);
});
