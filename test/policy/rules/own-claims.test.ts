import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import type { Approvals, ApprovalWish } from '../../../src/policy/confirmation/approvals.js';
import type { PolicyOptions } from '../../../src/policy/policy-options.js';
import type { GrantedWho } from '../../../src/policy/rules/grant-matches.js';
import { operations } from '../../../tools/index.js';
import { bench, CALLER, call } from '../fixtures.js';

const catalog = new Catalog(operations);
const ISSUER = 'https://clerk.example.com';
const TEMPLATES = [{ name: 'mcp', claims: { aud: 'https://mcp.example.com/mcp', scope: '{{user.public_metadata.mcp_scope}}' } }];

interface Answers {
  readonly domains?: unknown;
  readonly templates?: unknown;
  /** Of other reads, by name. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The code with which a call is refused, `allow` where it is not; and what was read. */
async function decide(
  name: string,
  args: Arguments,
  answers: Answers = {},
  issuer: string | undefined = ISSUER,
  more: Partial<PolicyOptions> = {},
) {
  const domains = { data: [{ name: 'example.com', is_satellite: false, frontend_api_url: 'https://clerk.example.com' }] };
  const given: Record<string, unknown> = {
    Domains_getAllDomains: 'domains' in answers ? answers.domains : domains,
    JwtTemplates_listAllTemplates: 'templates' in answers ? answers.templates : TEMPLATES,
    ...answers.more,
  };
  const read = async (reader: string): Promise<unknown> => {
    if (given[reader] === undefined) throw new Error('away');
    return given[reader];
  };
  const { policy, warnings } = bench({ catalog, issuer, read, confirm: 'flag', instance: { kind: 'test', id: 'i' }, ...more });
  const decision = await policy.decide(call(catalog.get(name), args, { confirm: true }));
  return {
    result: decision.kind === 'refuse' ? decision.code : decision.kind,
    decision,
    said: await policy.aboutOwnClaims(),
    warnings,
  };
}

const MERGE = 'Users_mergeUserMetadataAttributes';
const of = (public_metadata: object): Arguments => ({ user_id: 'user_bob', public_metadata });

describe('where the instance issues the tokens of this server', () => {
  it.each<[string, string, Arguments]>([
    ['the metadata that a template names', MERGE, of({ mcp_scope: 'clerk:destructive' })],
    ['it in other letters', MERGE, of({ MCP_Scope: 'clerk:destructive' })],
    ['a key called scope', MERGE, of({ scope: 'clerk:destructive' })],
    ['its removal with all others', 'Users_replaceUserMetadata', of({ mcp_scope: null })],
    ['a new user who has it', 'Users_createNewUser', { public_metadata: { mcp_scope: 'clerk:access' } }],
    [
      'an invitation that gives it',
      'Invitations_bulkCreateAndSend',
      { invitations: [{ email_address: 'a@x.example', public_metadata: { mcp_scope: 'x' } }] },
    ],
    ['a template', 'JwtTemplates_createTemplate', { name: 'x', claims: {} }],
    ['a token from a template', 'Sessions_createSessionTokenFromTemplate', { session_id: 'sess_1', template_name: 'mcp' }],
    ['claims in the token of a machine', 'M2mTokens_createToken', { token_format: 'jwt', claims: { scope: 'clerk:access' } }],
    ['the scopes of an application', 'OAuthApplications_updateApplication', { oauth_application_id: 'oauthapp_1', scopes: 'x' }],
  ])('refuses %s, whatever confirms it', async (_, name, args) => {
    expect((await decide(name, args)).result).toBe('own_claims');
  });

  it.each<[string, string, Arguments, string]>([
    ['the username', 'Users_updateUserAttributes', { user_id: 'user_bob', username: 'root' }, 'user.username'],
    ['the external id', 'Users_createNewUser', { external_id: 'x' }, 'user.external_id'],
    ['the role in an organization', 'OrganizationMemberships_updateMembershipProperties', { role: 'org:member' }, 'org.role'],
    [
      'the role in an invitation of many',
      'OrganizationInvitations_bulkCreateAndSend',
      { organization_id: 'org_1', invitations: [{ email_address: 'a@x.example', role: 'org:member' }] },
      'org_membership.role',
    ],
    ['the key of a role', 'OrganizationRoles_updateRole', { organization_role_id: 'role_1', key: 'org:x' }, 'org.role'],
    [
      'the primary address',
      'EmailAddresses_updateAddress',
      { email_address_id: 'idn_1', primary: true },
      'user.primary_email_address',
    ],
  ])('refuses %s where a template makes the claim of it, and only there', async (_, name, args, source) => {
    const templates = [{ name: 'mcp', claims: { scope: `{{${source}}}` } }];
    expect((await decide(name, args, { templates })).result).toBe('own_claims');
    const other = [{ name: 'mcp', claims: { scope: '{{user.public_metadata.mcp_scope}}', sub: `{{${source}}}` } }];
    expect((await decide(name, args, { templates: other })).result).toBe('allow');
  });

  it('lets other metadata pass, and another name of an application', async () => {
    expect((await decide(MERGE, of({ plan: 'pro' }))).result).toBe('allow');
    expect((await decide('OAuthApplications_updateApplication', { oauth_application_id: 'oauthapp_1', name: 'x' })).result).toBe(
      'allow',
    );
  });

  it('refuses what it cannot rule out', async () => {
    expect((await decide(MERGE, of({ plan: 'pro' }), { templates: undefined })).result).toBe('own_claims');
    expect((await decide(MERGE, of({ mcp_scope: 'x' }), { domains: undefined })).result).toBe('own_claims');
    const whole = [{ claims: { scope: '{{user.public_metadata}}' } }];
    expect((await decide(MERGE, of({ plan: 'pro' }), { templates: whole })).result).toBe('own_claims');
  });

  const NAME: Arguments = { user_id: 'user_bob', username: 'root' };

  it('refuses a username where templates cannot be read, and lets a picture pass', async () => {
    const away = { templates: undefined };
    expect((await decide('Users_updateUserAttributes', NAME, away)).result).toBe('own_claims');
    expect((await decide('Users_updateUserAttributes', { user_id: 'user_bob', first_name: 'x' }, away)).result).toBe('allow');
  });

  it('puts it to a person other than the caller where approvals are served, whatever a rule allows', async () => {
    const opened: ApprovalWish[] = [];
    const open: Approvals['open'] = async (wish) => {
      opened.push(wish);
      return { ok: false, why: 'flood' };
    };
    const approvals = { ...nobodyAnswers, open };
    const rules = [{ tools: 'Users_*', action: 'allow' }] as const;
    const { result } = await decide(MERGE, of({ mcp_scope: 'x' }), {}, ISSUER, { approvals, file: { rules: [...rules] } });
    expect(result).toBe('too_many_pending');
    expect(opened[0]?.needs).toMatchObject({ byAnother: true });
    expect(opened[0]?.review.effects).toContain('Changes, or may change, what the callers of this server may do.');
  });

  it('says the one command that enrols somebody where nobody else is enrolled', async () => {
    const approvals = { ...nobodyAnswers, reaches: async () => false };
    const { result, decision } = await decide(MERGE, of({ mcp_scope: 'x' }), {}, ISSUER, { approvals });
    expect(result).toBe('person_required');
    expect(decision).toMatchObject({ model: { enrol: 'clerk-mcp approver add NAME' } });
  });

  it('says so at the start', async () => {
    const said = async (answers: Answers): Promise<string | undefined> => (await decide(MERGE, of({}), answers)).said;
    expect(await said({})).toContain('is the instance that this server operates: calls that write');
    expect(await said({ domains: undefined })).toContain('which cannot be checked now');
  });
});

const away = async (): Promise<never> => {
  throw new Error('not asked for');
};

/** A page that somebody else than the caller can reach. */
const nobodyAnswers: Approvals = {
  reaches: async () => true,
  enrolCommand: 'clerk-mcp approver add NAME',
  open: away,
  find: away,
  link: away,
  wait: away,
  take: away,
  replace: away,
};

describe('where the callers of the instance that is worked on have grants', () => {
  const GRANTED: readonly GrantedWho[] = [
    { subject: ['user_boss'] },
    { organization: ['org_staff'], role: ['org:support'] },
    { email_domain: ['Example.com'] },
    { subject: ['*'] },
  ];
  const people = {
    Users_getUserDetails: { id: 'user_x', email_addresses: [{ email_address: 'x@other.example' }] },
    Users_getOrganizationMemberships: { data: [{ organization: { id: 'org_other' }, role: 'org:member' }], total_count: 1 },
    EmailAddresses_getDetails: { id: 'idn_1', email_address: 'x@other.example' },
    WaitlistEntries_list: { data: [{ id: 'wle_1', email_address: 'x@other.example' }], total_count: 1 },
  };
  const effectsOf = async (name: string, args: Arguments, more: object = {}, granted = GRANTED, templates: unknown = []) => {
    const opened: ApprovalWish[] = [];
    const open: Approvals['open'] = async (wish) => {
      opened.push(wish);
      return { ok: false, why: 'flood' };
    };
    const approvals = { ...nobodyAnswers, open };
    const rules = [{ tools: '*', action: 'allow' }] as const;
    const options = { approvals, file: { rules: [...rules] }, granted: () => granted };
    const { result } = await decide(name, args, { templates, more: { ...people, ...more } }, ISSUER, options);
    expect(result).toBe(opened.length === 0 ? 'allow' : 'too_many_pending');
    for (const { needs } of opened) expect(needs).toMatchObject({ byAnother: true });
    return opened[0]?.review.effects;
  };

  it.each<[string, string, Arguments, RegExp]>([
    [
      'an address of a granted domain for themselves',
      'EmailAddresses_createNewAddress',
      { user_id: CALLER.name, email_address: 'me@EXAMPLE.com', verified: true },
      /what the caller themselves may do here: the grants .* name addresses at example\.com/,
    ],
    [
      'it in place of all others',
      'EmailAddresses_replaceForUser',
      { user_id: CALLER.name, email_address: 'me@example.com' },
      /caller/,
    ],
    [
      'a place for themselves in a granted organization',
      'OrganizationMemberships_addUserToOrganization',
      { organization_id: 'org_staff', user_id: CALLER.name, role: 'org:member' },
      /what the caller themselves may do here: the grants .* name members of org_staff/,
    ],
    [
      'another role for themselves there',
      'OrganizationMemberships_updateMembershipProperties',
      { organization_id: 'org_staff', user_id: CALLER.name, role: 'org:support' },
      /caller themselves/,
    ],
    [
      'their leaving it, since a wider entry may follow',
      'OrganizationMemberships_removeUserFromOrganization',
      { organization_id: 'org_staff', user_id: CALLER.name },
      /who may do what here/,
    ],
    [
      'a user with such an address',
      'Users_createNewUser',
      { email_address: ['a@other.example', 'b@example.com'], password: 'x' },
      /^Gives, or may give, somebody access to this very server: its grants name addresses at example\.com\.$/m,
    ],
    [
      'an invitation to the organization among many',
      'OrganizationInvitations_bulkCreateAndSend',
      { organization_id: 'org_staff', invitations: [{ email_address: 'a@other.example', role: 'org:member' }] },
      /somebody access to this very server/,
    ],
    [
      'an invitation of such an address',
      'Invitations_bulkCreateAndSend',
      { invitations: [{ email_address: 'a@other.example' }, { email_address: 'b@example.com' }] },
      /somebody access/,
    ],
    [
      'another key for a role',
      'OrganizationRoles_updateRole',
      { organization_role_id: 'role_1', key: 'org:support' },
      /roles of/,
    ],
    [
      'another set of roles for the organization',
      'Organizations_updateOrganization',
      { organization_id: 'org_staff', role_set_key: 'role_set:x' },
      /members of org_staff/,
    ],
    [
      'the role of whoever joins',
      'RoleSets_updateRoleSet',
      { role_set_key_or_id: 'role_set:default', default_role_key: 'org:support' },
      /roles of/,
    ],
    [
      'the role of whoever joins by a domain',
      'InstanceSettings_updateOrganizationSettings',
      { domains_default_role_id: 'role_1' },
      /roles of/,
    ],
    [
      'that people join by a domain at all',
      'InstanceSettings_updateOrganizationSettings',
      { domains_enabled: true, domains_enrollment_modes: ['automatic_invitation'] },
      /members of org_staff/,
    ],
    [
      'who vouches for people of such a domain',
      'EnterpriseConnections_createConnection',
      { domains: ['example.com'] },
      /can vouch/,
    ],
    ['who vouches for members', 'AdminPortalLinkTokens_createToken', { organization_id: 'org_staff' }, /can vouch/],
    ['who vouches, by the older way', 'SamlConnectionsBeta_updateConnectionById', { saml_connection_id: 's' }, /can vouch/],
    ['who vouches for people', 'EnterpriseConnections_updateConnection', { enterprise_connection_id: 'ec_1' }, /can vouch/],
    ['a token to sign in as one whom they name', 'SigninTokens_createToken', { user_id: 'user_boss' }, /sign in as user_boss/],
    ['the end of a ban of one', 'Users_removeBanFromUser', { user_id: 'user_boss' }, /sign in as user_boss/],
    ['the end of several bans', 'Users_unbanMany', { user_ids: ['user_x', 'user_boss'] }, /sign in as user_boss/],
    [
      'a task on behalf of somebody who may be one',
      'AgentTasks_createTask',
      { on_behalf_of: { identifier: 'boss@other.example' } },
      /sign in as "boss@other\.example", whom the grants of this very server may name/,
    ],
    ['a password for one', 'Users_updateUserAttributes', { user_id: 'user_boss', password: 'new' }, /sign in as user_boss/],
  ])('puts %s to somebody else than the caller, and says what it is', async (_, name, args, effect) => {
    expect((await effectsOf(name, args))?.join('\n')).toMatch(effect);
  });

  it.each<[string, string, Arguments, object]>([
    [
      'an address by its id',
      'EmailAddresses_updateAddress',
      { email_address_id: 'idn_1', verified: true },
      { EmailAddresses_getDetails: { email_address: 'b@example.com' } },
    ],
    [
      'a primary address by its id',
      'Users_updateUserAttributes',
      { user_id: 'user_x', primary_email_address_id: 'idn_1' },
      { EmailAddresses_getDetails: { email_address: 'b@example.com' } },
    ],
    [
      'somebody on the waitlist',
      'WaitlistEntries_inviteEntry',
      { waitlist_entry_id: 'wle_1' },
      { WaitlistEntries_list: { data: [{ id: 'wle_1', email_address: 'b@example.com' }], total_count: 1 } },
    ],
    [
      'the account of somebody with such an address',
      'ActorTokens_createToken',
      { user_id: 'user_x', actor: { sub: CALLER.name } },
      { Users_getUserDetails: { email_addresses: [{ email_address: 'c@x.example' }, { email_address: 'x@example.com' }] } },
    ],
    [
      'the account of a member',
      'SigninTokens_createToken',
      { user_id: 'user_x' },
      { Users_getOrganizationMemberships: { data: [{ organization: { id: 'org_staff' } }], total_count: 1 } },
    ],
  ])('looks up %s, and counts what cannot be looked up', async (_, name, args, more) => {
    const isTold = async (read: object): Promise<boolean> =>
      (await effectsOf(name, args, read))?.some((effect) => /this very server/.test(effect)) ?? false;
    expect(await isTold(more)).toBe(true);
    expect(await isTold(Object.fromEntries(Object.keys(more).map((reader) => [reader, undefined])))).toBe(true);
    expect(await isTold({})).toBe(false);
  });

  it('counts somebody who is in more organizations than are read at once', async () => {
    const told = async (total_count: number): Promise<string | undefined> => {
      const memberships = { data: [{ organization: { id: 'org_other' } }], total_count };
      const effects = await effectsOf(
        'SigninTokens_createToken',
        { user_id: 'user_x' },
        { Users_getOrganizationMemberships: memberships },
      );
      return effects?.find((effect) => /sign in as user_x/.test(effect));
    };
    expect(await told(1)).toBeUndefined();
    expect(await told(501)).toBeDefined();
  });

  it.each<[string, Arguments]>([
    ['EmailAddresses_createNewAddress', { user_id: 'user_x', email_address: 'x@mail.example.com' }],
    ['Users_createNewUser', { email_address: ['a@other.example'] }],
    ['Users_updateUserAttributes', { user_id: 'user_boss', first_name: 'Ann' }],
    ['Users_unbanMany', { user_ids: ['user_x', 'user_y'] }],
    ['AgentTasks_createTask', { on_behalf_of: { user_id: 'user_x' } }],
    ['Organizations_updateOrganization', { organization_id: 'org_staff', name: 'Staff' }],
    ['Organizations_updateOrganization', { organization_id: 'org_other', role_set_key: 'role_set:x' }],
    ['RoleSets_updateRoleSet', { role_set_key_or_id: 'role_set:default', name: 'Usual' }],
    ['InstanceSettings_updateOrganizationSettings', { max_allowed_memberships: 9 }],
    ['EnterpriseConnections_createConnection', { domains: ['other.example'] }],
    ['OrganizationMemberships_addUserToOrganization', { organization_id: 'org_other', user_id: 'user_x', role: 'org:member' }],
    ['Users_mergeUserMetadataAttributes', { user_id: 'user_boss', public_metadata: { plan: 'pro' } }],
  ])('lets %s with %o pass', async (name, args) => {
    expect(await effectsOf(name, args)).toBeUndefined();
  });

  it('changes nothing where the entries name everyone only, or where there are none', async () => {
    const args = { user_id: CALLER.name, email_address: 'me@example.com' };
    for (const granted of [[], [{ subject: ['*'] }]])
      expect(await effectsOf('EmailAddresses_createNewAddress', args, {}, granted)).toBeUndefined();
  });

  it('counts the metadata that a template makes the role of an entry from', async () => {
    const templates = [
      { name: 'mcp', claims: { role: '{{user.public_metadata.job}}', email: '{{user.primary_email_address}}' } },
    ];
    const byRole = [{ role: ['support'] }, { email_domain: ['example.com'] }];
    const write = (public_metadata: object) => effectsOf(MERGE, of(public_metadata), {}, byRole, templates);
    expect(await write({ job: 'support' })).toContain('Changes, or may change, what the callers of this server may do.');
    expect(await write({ plan: 'pro' })).toBeUndefined();
    const other = { email_address: ['a@other.example'] };
    expect(await effectsOf('Users_createNewUser', other, {}, byRole, templates)).toBeUndefined();
  });
});

describe('where another instance does, or nobody', () => {
  it.each([['https://clerk.other.example'], [undefined]])('nothing more is refused: %s', async (issuer) => {
    const { result, said } =
      issuer === undefined
        ? await decideWithoutIssuer()
        : await decide(MERGE, of({ mcp_scope: 'clerk:destructive' }), {}, issuer);
    expect(result).toBe('allow');
    expect(said).toBeUndefined();
  });
});

async function decideWithoutIssuer() {
  const { policy } = bench({ catalog, confirm: 'flag', instance: { kind: 'test', id: 'i' } });
  const decision = await policy.decide(call(catalog.get(MERGE), of({ mcp_scope: 'x' }), { confirm: true }));
  return { result: decision.kind, said: await policy.aboutOwnClaims() };
}
