import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import { holdsId } from '../../../src/policy/rules/about.js';
import { fold } from '../../../src/policy/rules/fold.js';
import { readPolicy } from '../../../src/policy/rules/read-policy.js';
import { consequencesOf } from '../../../src/policy/rules/risk.js';
import { Rules } from '../../../src/policy/rules/rules.js';
import { INPUT_NAMES } from '../../../src/policy/rules/subjects.js';
import { operations } from '../../../tools/index.js';

const catalog = new Catalog(operations);
const OWNER = {
  object: 'user',
  id: 'user_owner',
  username: 'boss',
  external_id: 'hr-1',
  email_addresses: [{ id: 'idn_owner', email_address: 'owner@corp.example' }],
  phone_numbers: [{ id: 'idn_phone', phone_number: '+15555550100' }],
  web3_wallets: [],
  external_accounts: [{ id: 'eac_owner', provider_user_id: 'google-1' }],
  passkeys: [{ id: 'idn_passkey' }],
};

class NotFound extends Error {
  readonly status = 404;
}

/** What the instance answers; what is not here does not exist. */
const ANSWERS: Record<string, (args: Arguments) => unknown> = {
  Users_getUserDetails: ({ user_id }) => (user_id === OWNER.id ? OWNER : undefined),
  Users_listSortedByCreationDate: ({ email_address }) => (String(email_address) === 'owner@corp.example' ? [OWNER] : []),
  Organizations_getByIdOrSlug: ({ organization_id }) =>
    ['org_acme', 'acme'].includes(String(organization_id)) ? { id: 'org_acme', slug: 'acme' } : undefined,
  Sessions_getDetails: ({ session_id }) =>
    ({
      sess_owner: { id: 'sess_owner', user_id: 'user_owner' },
      sess_bob: { id: 'sess_bob', user_id: 'user_bob' },
      sess_odd: {},
    })[String(session_id)],
  ApiKeys_getById: ({ apiKeyID }) => ({ id: apiKeyID, subject: apiKeyID === 'ak_owner' ? 'user_owner' : 'org_acme' }),
  Invitations_listAllNonRevoked: () => ({
    data: [
      { id: 'inv_owner', email_address: 'OWNER@corp.example' },
      { id: 'inv_bob', email_address: 'bob@corp.example' },
    ],
    total_count: 2,
  }),
  AllowlistBlocklist_listBlockedIdentifiers: () => ({
    data: [
      { id: 'blid_1', identifier: '*@corp.example' },
      { id: 'blid_2', identifier: '*@evil.example' },
    ],
    total_count: 2,
  }),
  Billing_listSubscriptionItems: () => ({
    data: [{ id: 'csi_1', payer: { user_id: null, organization_id: 'org_acme' } }],
    total_count: 1,
  }),
  Directories_getById: ({ directory_id }) => ({ id: directory_id, enterprise_connection_id: 'entc_acme' }),
  EnterpriseConnections_getById: () => ({ id: 'entc_acme', organization_id: 'org_acme', domains: ['corp.example'] }),
  Clients_getDetails: () => ({ id: 'client_1', sessions: [{ user_id: 'user_bob' }, { user_id: 'user_owner' }] }),
};

interface Asked {
  readonly reads: string[];
  readonly decide: (name: string, args: Arguments) => Promise<string>;
}

/** Decides calls by one rule about somebody: `deny` where it matched, `some` where only in part, else `none`. */
function ruleAbout(about: object, answers = ANSWERS): Asked {
  const reads: string[] = [];
  const rulesOf = (action: object): Rules => {
    const file = readPolicy(JSON.stringify({ rules: [{ about, ...action }] }), catalog);
    return new Rules({ catalog, instance: { kind: 'live', id: 'i' }, rules: file.rules, confirm: 'auto' });
  };
  const denying = rulesOf({ action: 'deny', reason: 'No.' });
  const allowing = rulesOf({ name: 'ours', action: 'allow' });
  const read = async (name: string, args: Arguments): Promise<unknown> => {
    reads.push(name);
    const answer = answers[name]?.(args);
    if (answer === undefined) throw new NotFound();
    return answer;
  };
  return {
    reads,
    decide: async (name, args) => {
      const operation = catalog.get(name);
      const { risks } = consequencesOf(operation, args);
      const verdicts = await Promise.all(
        [denying, allowing].map((rules) =>
          rules.decideByReading(operation, args, { name: 'local' }, risks, { read, timeoutMs: 1000 }),
        ),
      );
      const [denied, allowed] = verdicts;
      if (allowed?.rule === 'ours') return 'all';
      if (denied?.action !== 'deny') return 'none';
      return denied.reason === 'No.' ? 'some' : 'unknown';
    },
  };
}

describe('the inputs', () => {
  it('that hold an id are all known, so that a new one is not overlooked', () => {
    const missing = operations.flatMap((operation) =>
      [...operation.places]
        .filter(([input, place]) => holdsId(input, place))
        .filter(([input]) => !(input in INPUT_NAMES) && !(`${operation.group}.${input}` in INPUT_NAMES))
        .map(([input]) => `${operation.name} ${input}`),
    );
    expect(missing).toEqual([]);
  });

  it('that are known are inputs of some operation', () => {
    const all = new Set(
      operations.flatMap(({ group, places }) => [...places.keys()].flatMap((input) => [input, `${group}.${input}`])),
    );
    const stale = Object.keys(INPUT_NAMES).filter((path) => !all.has(path) && !all.has(path.split('.')[0] ?? ''));
    expect(stale).toEqual([]);
  });
});

describe('a rule about a user', () => {
  it.each<[string, string, Arguments, string]>([
    ['their id', 'Users_markBanned', { user_id: 'user_owner' }, 'all'],
    ['another id', 'Users_markBanned', { user_id: 'user_bob' }, 'none'],
    ['their id in other letters', 'Users_markBanned', { user_id: ' USER_Owner' }, 'some'],
    ['their id in full-width letters', 'Users_markBanned', { user_id: '\uFF55ser_owner\u200B' }, 'some'],
    ['a list with them alone', 'Users_banMany', { user_ids: ['user_owner'] }, 'all'],
    ['a list with them and others', 'Users_banMany', { user_ids: ['user_bob', 'user_owner'] }, 'some'],
    ['a list of others', 'Users_banMany', { user_ids: ['user_bob', 'user_eve'] }, 'none'],
    [
      'their address, given to another',
      'EmailAddresses_replaceForUser',
      { user_id: 'user_bob', email_address: 'Owner@Corp.example' },
      'some',
    ],
    [
      'their number, written otherwise',
      'PhoneNumbers_replaceForUser',
      { user_id: 'user_bob', phone_number: '+1 (555) 555-0100' },
      'some',
    ],
    ['their user name', 'Users_createNewUser', { username: 'Boss' }, 'all'],
    ['their id elsewhere', 'Users_createNewUser', { external_id: 'HR-1' }, 'all'],
    ['an address of theirs by its id', 'EmailAddresses_deleteById', { email_address_id: 'idn_owner' }, 'all'],
    ['an address that is not theirs', 'EmailAddresses_deleteById', { email_address_id: 'idn_bob' }, 'none'],
    ['a number of theirs', 'PhoneNumbers_updateDetails', { phone_number_id: 'idn_phone', verified: true }, 'all'],
    [
      'an address of theirs, for another',
      'Users_updateUserAttributes',
      { user_id: 'user_bob', primary_email_address_id: 'idn_owner' },
      'some',
    ],
    ['a session of theirs', 'Sessions_revokeSession', { session_id: 'sess_owner' }, 'all'],
    ['a session of another', 'Sessions_revokeSession', { session_id: 'sess_bob' }, 'none'],
    ['a session that does not exist', 'Sessions_revokeSession', { session_id: 'sess_none' }, 'none'],
    ['a session of which it cannot be told', 'Sessions_revokeSession', { session_id: 'sess_odd' }, 'unknown'],
    ['a session by what is no id', 'Sessions_revokeSession', { session_id: 'sess_bob/../sess_owner' }, 'unknown'],
    ['a key of theirs', 'ApiKeys_revokeKey', { apiKeyID: 'ak_owner' }, 'all'],
    ['a key of an organization', 'ApiKeys_revokeKey', { apiKeyID: 'ak_acme' }, 'none'],
    ['a key for them', 'ApiKeys_createKey', { name: 'x', subject: 'user_owner' }, 'all'],
    ['an invitation to their address', 'Invitations_revokeInvitation', { invitation_id: 'inv_owner' }, 'all'],
    ['an invitation to another', 'Invitations_revokeInvitation', { invitation_id: 'inv_bob' }, 'none'],
    ['an invitation that does not exist', 'Invitations_revokeInvitation', { invitation_id: 'inv_none' }, 'none'],
    [
      'one of many invitations',
      'Invitations_bulkCreateAndSend',
      { invitations: [{ email_address: 'a@x.example' }, { email_address: 'owner@corp.example' }] },
      'some',
    ],
    ['a blocked domain that holds their address', 'AllowlistBlocklist_addIdentifier', { identifier: '*@CORP.example' }, 'some'],
    ['another blocked domain', 'AllowlistBlocklist_addIdentifier', { identifier: '*@evil.example' }, 'none'],
    ['the block of their domain', 'AllowlistBlocklist_deleteIdentifierFromBlocklist', { identifier_id: 'blid_1' }, 'some'],
    ['the block of another', 'AllowlistBlocklist_deleteIdentifierFromBlocklist', { identifier_id: 'blid_2' }, 'none'],
    ['a browser with a session of theirs', 'Clients_getDetails', { client_id: 'client_1' }, 'some'],
    [
      'a membership of theirs',
      'OrganizationMemberships_updateMembershipMetadata',
      { organization_id: 'org_acme', user_id: 'user_owner' },
      'all',
    ],
    ['an impersonation by them', 'ActorTokens_createToken', { user_id: 'user_bob', actor: { sub: 'user_owner' } }, 'some'],
    ['a task on behalf of their address', 'AgentTasks_createTask', { on_behalf_of: { identifier: 'owner@corp.example' } }, 'all'],
    ['a sign-in token that no read tells of', 'SigninTokens_revokeToken', { sign_in_token_id: 'sit_1' }, 'unknown'],
    ['a filter that leaves them out', 'Users_listSortedByCreationDate', { user_id: ['-user_owner'] }, 'some'],
    ['a connection for their domain', 'EnterpriseConnections_deleteById', { enterprise_connection_id: 'entc_acme' }, 'some'],
    ['settings of the instance', 'InstanceSettings_updateProtect', { rules_enabled: false }, 'none'],
  ])('matches %s: %s %j %s', async (_, name, args, expected) => {
    expect(await ruleAbout({ user: 'user_owner' }).decide(name, args)).toBe(expected);
    // By their address it takes a read to know the id, and comes to the same.
    expect(await ruleAbout({ user: ' Owner@corp.EXAMPLE ' }).decide(name, args)).toBe(expected);
  });

  it('counts as matched where nothing can be read', async () => {
    const broken = ruleAbout(
      { user: 'user_owner' },
      {
        Users_getUserDetails: () => {
          throw new Error('away');
        },
        Sessions_getDetails: () => 'nonsense',
      },
    );
    expect(await broken.decide('EmailAddresses_deleteById', { email_address_id: 'idn_bob' })).toBe('unknown');
    expect(await broken.decide('Sessions_revokeSession', { session_id: 'sess_bob' })).toBe('unknown');
    expect(await broken.decide('Users_markBanned', { user_id: 'user_bob' })).toBe('none');
  });

  it('reads a thing once, and nothing where the ids tell', async () => {
    const rule = ruleAbout({ user: ['user_owner', 'user_deputy'] });
    await rule.decide('Users_banMany', { user_ids: ['user_bob', 'user_owner'] });
    expect(rule.reads).toEqual([]);
    await rule.decide('Sessions_revokeSession', { session_id: 'sess_bob' });
    // Two policies were asked.
    expect(rule.reads).toEqual(['Sessions_getDetails', 'Sessions_getDetails']);
  });
});

describe('a rule about an organization', () => {
  it.each<[string, string, Arguments, string]>([
    ['its id', 'Organizations_deleteOrganization', { organization_id: 'org_acme' }, 'all'],
    ['its slug', 'Organizations_deleteOrganization', { organization_id: 'acme' }, 'all'],
    ['another', 'Organizations_deleteOrganization', { organization_id: 'org_other' }, 'none'],
    ['another slug', 'Organizations_deleteOrganization', { organization_id: 'other' }, 'none'],
    [
      'a member of it',
      'OrganizationMemberships_removeUserFromOrganization',
      { organization_id: 'org_acme', user_id: 'user_bob' },
      'all',
    ],
    ['a key of it', 'ApiKeys_revokeKey', { apiKeyID: 'ak_acme' }, 'all'],
    ['what it pays for', 'Billing_cancelSubscriptionItem', { subscription_item_id: 'csi_1' }, 'all'],
    ['its directory, by way of its connection', 'Directories_deleteById', { directory_id: 'scim_1' }, 'all'],
    ['a user', 'Users_markBanned', { user_id: 'user_bob' }, 'none'],
  ])('matches %s: %s %j %s', async (_, name, args, expected) => {
    expect(await ruleAbout({ organization: 'org_acme' }).decide(name, args)).toBe(expected);
    expect(await ruleAbout({ organization: 'Acme' }).decide(name, args)).toBe(expected);
  });
});

describe('a rule about an application', () => {
  it.each([
    ['OAuthApplications_rotateSecret', { oauth_application_id: 'oauthapp_1' }, 'all'],
    ['OAuthApplications_revokeToken', { oauth_application_id: 'OAUTHAPP_1', token: 'x' }, 'some'],
    ['OAuthApplications_deleteById', { oauth_application_id: 'oauthapp_2' }, 'none'],
  ])('matches %s %j: %s', async (name, args, expected) => {
    expect(await ruleAbout({ application: 'oauthapp_1' }).decide(name, args)).toBe(expected);
  });
});

describe('fold', () => {
  it.each([
    'OWNER@CORP.EXAMPLE',
    ' owner@corp.example\t',
    '\uFF4Fwner@corp.example',
    'own\u200Ber@corp.exam\u034Fple',
    'owner@corp.examp\u00ADle',
  ])('makes %j one spelling', (text) => expect(fold(text)).toBe('owner@corp.example'));
});
