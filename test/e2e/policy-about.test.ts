import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERY_TOOL } from '../support/offer.js';
import { operationOf, plausibleUpstream } from '../support/plausible.js';
import { type ProgramClient, startProgram } from '../support/program.js';
import type { RecordedRequest, Reply } from '../support/recording-server.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';

const OWNER = 'user_2abcTheOwner';
const upstream = await plausibleUpstream();
const directory = await scratchDirectory();

const OF_OWNER: Record<string, object> = {
  [`/users/${OWNER}`]: {
    object: 'user',
    id: OWNER,
    email_addresses: [
      { id: 'idn_owner', email_address: 'owner@corp.example' },
      { id: 'idn_unverified', email_address: 'boss@home.example' },
    ],
    phone_numbers: [{ id: 'idn_phone', phone_number: '+15555550100' }],
  },
  '/sessions/sess_owner': { object: 'session', id: 'sess_owner', user_id: OWNER },
  '/sessions/sess_bob': { object: 'session', id: 'sess_bob', user_id: 'user_bob' },
  '/api_keys/ak_owner': { object: 'api_key', id: 'ak_owner', subject: OWNER },
};

const pathOf = ({ url }: RecordedRequest): string => new URL(url, 'http://upstream').pathname.replace(/^\/v1/, '');

let client: ProgramClient;
beforeAll(async () => {
  // The published example, to the letter.
  const example = await readFile(fileURLToPath(new URL('../../examples/policy.example.json', import.meta.url)), 'utf8');
  client = await startProgram('v2 (2026)', {
    args: [...EVERY_TOOL, '--confirm', 'flag', '--policy', await scratchFile(directory, JSON.parse(example))],
    env: { CLERK_SECRET_KEY: 'sk_test_about', CLERK_API_URL: `${upstream.origin}/v1`, CLERK_MCP_LOG_LEVEL: 'error' },
  });
});
afterAll(() => client.close());

function answerAsTheInstance(): void {
  const plausible = upstream.reply;
  upstream.reply = (request): Reply => {
    const body = OF_OWNER[pathOf(request)];
    return request.method === 'GET' && body !== undefined ? { body } : plausible(request);
  };
}

/** What was sent but reads. */
const sent = (): (string | undefined)[] =>
  upstream.requests
    .filter((request) => request.method !== 'GET' || operationOf(request)?.risk !== 'read')
    .map((request) => operationOf(request)?.name);

/** Every call is made with a yes, so that only the rule stands in its way. */
async function call(name: string, args: object): Promise<{ isError: boolean; json: unknown }> {
  answerAsTheInstance();
  const first = await client.call(name, { ...args });
  const { error } = (first.json ?? {}) as { error?: string };
  return error === 'confirmation_required' ? client.call(name, { ...args, confirm: true }) : first;
}

describe('the rule of the example that keeps everybody from the owner', () => {
  it.each<[string, string, object]>([
    ['a ban', 'Users_markBanned', { user_id: OWNER }],
    ['a ban in other letters', 'Users_markBanned', { user_id: OWNER.toUpperCase() }],
    ['a ban in full-width letters', 'Users_markBanned', { user_id: OWNER.replace('user', '\uFF55\uFF53\uFF45\uFF52') }],
    ['a ban among others', 'Users_banMany', { user_ids: ['user_bob', 'user_eve', 'user_ann', OWNER] }],
    ['a lock', 'Users_lockUser', { user_id: OWNER }],
    ['deletion', 'Users_deleteUserById', { user_id: OWNER }],
    ['a password', 'Users_updateUserAttributes', { user_id: OWNER, password: 'correct-horse-battery' }],
    ['a name', 'Users_updateUserAttributes', { user_id: OWNER, first_name: 'Eve' }],
    ['no second factor', 'Users_disableMfa', { user_id: OWNER }],
    ['metadata', 'Users_mergeUserMetadataAttributes', { user_id: OWNER, public_metadata: { role: 'guest' } }],
    ['other metadata', 'Users_replaceUserMetadata', { user_id: OWNER, private_metadata: {} }],
    ['a new address', 'EmailAddresses_createNewAddress', { user_id: OWNER, email_address: 'eve@evil.example', verified: true }],
    ['an address in the place of theirs', 'EmailAddresses_replaceForUser', { user_id: OWNER, email_address: 'eve@evil.example' }],
    ['a number in the place of theirs', 'PhoneNumbers_replaceForUser', { user_id: OWNER, phone_number: '+15555550199' }],
    ['their address for another', 'EmailAddresses_replaceForUser', { user_id: 'user_eve', email_address: 'Owner@Corp.example' }],
    ['an account with their address', 'Users_createNewUser', { email_address: ['owner@corp.example'] }],
    ['deletion of their address', 'EmailAddresses_deleteById', { email_address_id: 'idn_owner' }],
    [
      'an address of theirs said to be verified',
      'EmailAddresses_updateAddress',
      { email_address_id: 'idn_unverified', verified: true },
    ],
    ['deletion of their number', 'PhoneNumbers_deletePhoneNumberById', { phone_number_id: 'idn_phone' }],
    [
      'a number that is no second factor any more',
      'PhoneNumbers_updateDetails',
      { phone_number_id: 'idn_phone', verified: false },
    ],
    ['a session that is ended', 'Sessions_revokeSession', { session_id: 'sess_owner' }],
    ['a session that is opened', 'Sessions_createSession', { user_id: OWNER }],
    ['a token of their session', 'Sessions_createSessionToken', { session_id: 'sess_owner' }],
    ['a sign-in token', 'SigninTokens_createToken', { user_id: OWNER }],
    ['a sign-in token, of which nobody can tell whose it is', 'SigninTokens_revokeToken', { sign_in_token_id: 'sit_1' }],
    ['an actor token', 'ActorTokens_createToken', { user_id: OWNER, actor: { sub: 'user_eve' } }],
    [
      'a task on their behalf',
      'AgentTasks_createTask',
      {
        on_behalf_of: { identifier: 'owner@corp.example' },
        permissions: '*',
        agent_name: 'a',
        task_description: 't',
        redirect_url: 'https://x.example',
      },
    ],
    ['a key of theirs', 'ApiKeys_revokeKey', { apiKeyID: 'ak_owner' }],
    ['a key for them', 'ApiKeys_createKey', { name: 'a key', subject: OWNER }],
    ['a token from an identity provider', 'Users_getOAuthAccessToken', { user_id: OWNER, provider: 'oauth_google' }],
    [
      'a membership',
      'OrganizationMemberships_addUserToOrganization',
      { organization_id: 'org_1', user_id: OWNER, role: 'org:member' },
    ],
    [
      'another role',
      'OrganizationMemberships_updateMembershipProperties',
      { organization_id: 'org_1', user_id: OWNER, role: 'org:member' },
    ],
    [
      'removal from an organization',
      'OrganizationMemberships_removeUserFromOrganization',
      { organization_id: 'org_1', user_id: OWNER },
    ],
    ['an organization in their name', 'Organizations_createNewOrganization', { name: 'Shell', created_by: OWNER }],
    ['their domain on the blocklist', 'AllowlistBlocklist_addIdentifier', { identifier: '*@corp.example' }],
  ])('refuses %s', async (_, name, args) => {
    const { isError, json } = await call(name, args);
    expect(isError).toBe(true);
    expect(json).toMatchObject({ error: 'denied_by_policy', rule: 'nobody touches the owner' });
    expect(sent()).toEqual([]);
  });

  it.each<[string, string, object]>([
    ['a ban of another', 'Users_markBanned', { user_id: 'user_bob' }],
    ['the session of another', 'Sessions_revokeSession', { session_id: 'sess_bob' }],
    ['the address of another', 'EmailAddresses_deleteById', { email_address_id: 'idn_bob' }],
    ['an account with another address', 'Users_createNewUser', { email_address: ['bob@corp.example'] }],
    ['reading who the owner is', 'Users_getUserDetails', { user_id: OWNER }],
  ])('lets %s pass', async (_, name, args) => {
    const { isError, json } = await call(name, args);
    expect(isError, JSON.stringify(json)).toBe(false);
    expect(upstream.requests.map((request) => operationOf(request)?.name)).toContain(name);
  });

  it('refuses what belongs to somebody when the owner cannot be read, and says so', async () => {
    upstream.reply = () => ({ status: 500, body: { errors: [] } });
    const { isError, json } = await client.call('EmailAddresses_deleteById', { email_address_id: 'idn_bob', confirm: true });
    expect(isError).toBe(true);
    expect(json).toMatchObject({
      error: 'denied_by_policy',
      message: expect.stringContaining('Whom the call is about cannot be determined, so the rule counts.'),
    });
    expect(sent()).toEqual([]);
  });
});
