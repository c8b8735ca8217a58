import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
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
async function decide(name: string, args: Arguments, answers: Answers = {}, issuer: string | undefined = ISSUER) {
  const domains = { data: [{ name: 'example.com', is_satellite: false, frontend_api_url: 'https://clerk.example.com' }] };
  const given: Record<string, unknown> = {
    Domains_getAllDomains: 'domains' in answers ? answers.domains : domains,
    JwtTemplates_listAllTemplates: 'templates' in answers ? answers.templates : TEMPLATES,
  };
  const read = async (reader: string): Promise<unknown> => {
    if (given[reader] === undefined) throw new Error('away');
    return given[reader];
  };
  const { policy, warnings } = bench({ catalog, issuer, read, confirm: 'flag', instance: { kind: 'test', id: 'i' } });
  const decision = await policy.decide(call(catalog.get(name), args, { confirm: true }));
  return { result: decision.kind === 'refuse' ? decision.code : decision.kind, said: await policy.aboutOwnClaims(), warnings };
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

  it('says so at the start', async () => {
    const said = async (answers: Answers): Promise<string | undefined> => (await decide(MERGE, of({}), answers)).said;
    expect(await said({})).toContain('is the instance that this server operates: calls that write');
    expect(await said({ domains: undefined })).toContain('which cannot be checked now');
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
