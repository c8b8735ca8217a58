import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import type { Approvals, ApprovalWish } from '../../../src/policy/confirmation/approvals.js';
import type { PolicyOptions } from '../../../src/policy/policy-options.js';
import { operations } from '../../../tools/index.js';
import { bench, call } from '../fixtures.js';

const catalog = new Catalog(operations);
const ISSUER = 'https://clerk.example.com';
const TEMPLATES = [{ name: 'mcp', claims: { aud: 'https://mcp.example.com/mcp', scope: '{{user.public_metadata.mcp_scope}}' } }];

interface Answers {
  readonly domains?: unknown;
  readonly templates?: unknown;
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
