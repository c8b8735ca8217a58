import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobs, operations } from '../../../src/app/operations.js';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import type { InstanceKind } from '../../../src/policy/policy-types.js';
import type { RuleDeclaration } from '../../../src/policy/rules/policy-file.js';
import { readPolicy } from '../../../src/policy/rules/read-policy.js';
import { Rules } from '../../../src/policy/rules/rules.js';
import type { Verdict } from '../../../src/policy/rules/verdict.js';

const catalog = new Catalog([...operations, ...jobs]);

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
const chapter = page.slice(page.indexOf('## Fifteen rules to begin with'), page.indexOf('## Budgets'));
const recipes = [...chapter.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as RuleDeclaration);

interface Trial {
  readonly tool: string;
  readonly args?: Arguments;
  readonly caller?: string;
  readonly kind?: InstanceKind;
}

const ADA = { user_id: 'user_ada' };
const INVITATION = { organization_id: 'org_1', email_address: 'ada@corp.example', role: 'org:member' };

/** By the name of a rule: a call that it decides, how, and one that is as near as can be and none of its business. */
const TRIALS: Readonly<Record<string, readonly [Trial, Partial<Verdict>, Trial]>> = {
  'the owner': [
    { tool: 'Users_markBanned', args: { user_id: 'user_2abcTheOwner' } },
    { action: 'deny' },
    { tool: 'Users_markBanned', args: ADA },
  ],
  'our own organization': [
    { tool: 'OrganizationInvitations_createAndSend', args: { ...INVITATION, organization_id: 'org_2abcOurs' } },
    { action: 'deny' },
    { tool: 'OrganizationInvitations_createAndSend', args: INVITATION },
  ],
  settings: [
    { tool: 'InstanceSettings_updateRestrictions', args: { allowlist: true } },
    { action: 'deny' },
    { tool: 'InstanceSettings_updateRestrictions', args: { allowlist: true }, kind: 'test' },
  ],
  readers: [
    { tool: 'Users_updateUserAttributes', args: { ...ADA, first_name: 'Ada' }, caller: 'ci-deploy' },
    { action: 'deny' },
    { tool: 'Users_getUserDetails', args: ADA, caller: 'ci-deploy' },
  ],
  'no deletions': [{ tool: 'Users_deleteUserById', args: ADA }, { action: 'deny' }, { tool: 'Users_markBanned', args: ADA }],
  'no impersonation': [
    { tool: 'ActorTokens_createToken', args: ADA },
    { action: 'deny' },
    { tool: 'ActorTokens_revokeToken', args: { actor_token_id: 'act_1' } },
  ],
  'secrets by passkey': [
    { tool: 'SigninTokens_createToken', args: ADA },
    { action: 'confirm', strengths: ['passkey'] },
    { tool: 'Users_markBanned', args: ADA },
  ],
  'two for an organization': [
    { tool: 'Organizations_deleteOrganization', args: { organization_id: 'org_1' } },
    { action: 'confirm', strengths: ['two'], withinMs: 3_600_000 },
    { tool: 'Organizations_removeLogo', args: { organization_id: 'org_1' } },
  ],
  money: [
    { tool: 'Organizations_adjustBillingCreditBalance', args: { organization_id: 'org_1', amount: 1, action: 'increase' } },
    { action: 'confirm', approvers: [['finance']] },
    { tool: 'Billing_listPlans' },
  ],
  colleagues: [
    { tool: 'Invitations_createNewInvitation', args: { email_address: 'ada@corp.example' } },
    { action: 'allow' },
    { tool: 'Invitations_createNewInvitation', args: { email_address: 'ada@corp.example.org' } },
  ],
  'small batches': [
    { tool: 'OrganizationInvitations_bulkCreateAndSend', args: { organization_id: 'org_1', invitations: [INVITATION] } },
    { action: 'confirm', maxItems: 5 },
    { tool: 'OrganizationInvitations_createAndSend', args: INVITATION },
  ],
  'on call': [
    { tool: 'Users_lockUser', args: ADA, caller: 'oncall-ada' },
    { action: 'confirm', strengths: ['flag'] },
    { tool: 'Users_lockUser', args: ADA, caller: 'ada' },
  ],
  'on probation': [
    { tool: 'Users_updateUserAttributes', args: { ...ADA, first_name: 'Ada' }, caller: 'new-agent' },
    { action: 'confirm', strengths: ['person'] },
    { tool: 'Users_getUserDetails', args: ADA, caller: 'new-agent' },
  ],
  'no files': [
    { tool: 'Jobs_scanList', args: { list: 'Users_listSortedByCreationDate', to: 'csv' } },
    { action: 'deny' },
    { tool: 'Jobs_scanList', args: { list: 'Users_listSortedByCreationDate' } },
  ],
  sandbox: [
    { tool: 'Users_deleteUserById', args: ADA, kind: 'sandbox' },
    { action: 'allow' },
    { tool: 'Users_deleteUserById', args: ADA, kind: 'live' },
  ],
};

function verdictOn(rules: readonly RuleDeclaration[], { tool, args = {}, caller = 'local', kind = 'live' }: Trial): Verdict {
  const operation = catalog.find(tool);
  if (operation === undefined) throw new Error(`no tool is named ${tool}`);
  const file = readPolicy(JSON.stringify({ rules }), catalog);
  return new Rules({ catalog, instance: { kind, id: 'i' }, rules: file.rules, confirm: 'auto' }).decide(operation, args, {
    name: caller,
  });
}

describe('the rules that docs/policy.md offers', () => {
  it('are fifteen, each tried here, and a valid file together', () => {
    expect(recipes.map(({ name }) => name).sort()).toEqual(Object.keys(TRIALS).sort());
    expect(recipes).toHaveLength(15);
    expect(readPolicy(JSON.stringify({ rules: recipes }), catalog).rules).toHaveLength(15);
  });

  it.each(recipes)('do what they are for, and no more: $name', (recipe) => {
    const [meant, verdict, other] = TRIALS[recipe.name ?? ''] ?? [];
    if (meant === undefined || other === undefined) throw new Error('the rule is not tried');
    expect(verdictOn([recipe], meant)).toMatchObject({ ...verdict, rule: recipe.name });
    expect(verdictOn([recipe], other).rule).toMatch(/^default: /);
  });
});
