import { describe, expect, it } from 'vitest';
import { duplicateKeys } from '../../../src/policy/rules/duplicate-keys.js';
import { policyJsonSchema } from '../../../src/policy/rules/policy-file.js';
import { PolicyFileError, readPolicy } from '../../../src/policy/rules/read-policy.js';
import { catalog } from '../fixtures.js';

const read = (value: unknown) => readPolicy(typeof value === 'string' ? value : JSON.stringify(value), catalog);

function faults(value: unknown): readonly { path: string; problem: string }[] {
  try {
    read(value);
  } catch (error) {
    if (error instanceof PolicyFileError) return error.faults;
    throw error;
  }
  throw new Error('the file was taken');
}

const rule = (more: object) => ({ rules: [{ tools: 'Users_ban', action: 'allow', ...more }] });

describe('readPolicy', () => {
  it('takes a file with everything in it', () => {
    const file = {
      $schema: './policy.schema.json',
      rules: [
        {
          name: 'ours',
          tools: ['Users_*', 'Sessions'],
          risk: ['destructive'],
          instance: 'live',
          caller: 'support-*',
          args: { user_id: ['user_1', 'user_2'] },
          action: 'deny',
          reason: 'Not these.',
        },
        { returnsSecret: true, action: 'confirm', strength: 'person' },
        {
          tools: '*_inviteMany',
          args: { 'invitations.email_address': '*@corp.example' },
          action: 'confirm',
          strength: 'auto',
          maxItems: 5,
        },
        { instance: ['sandbox', 'test'], action: 'allow' },
      ],
      budgets: [
        { risk: 'destructive', max: 20, per: '1h' },
        { tools: 'Users', max: 5, per: '30s', scope: 'process' },
      ],
    };
    const read1 = read(file);
    expect(read1.rules).toHaveLength(4);
    expect(read1.budgets).toMatchObject([{ scope: 'caller' }, { scope: 'process' }]);
  });

  it('takes an empty file, which leaves the built-in policy', () => {
    expect(read({})).toEqual({ rules: [] });
  });

  it.each([
    ['a misspelled top key', { ruels: [] }, 'ruels', 'Did you mean rules?'],
    ['a misspelled rule key', rule({ tols: [] }), 'rules[0].tols', 'Did you mean tools?'],
    ['a key of another action', rule({ strength: 'flag' }), 'rules[0].strength', 'unknown key. Known: name, tools'],
    ['a misspelled risk', rule({ risk: 'destructve' }), 'rules[0].risk', 'Did you mean destructive?'],
    ['a misspelled risk in a list', rule({ risk: ['read', 'credentail'] }), 'rules[0].risk[1]', 'Did you mean credential?'],
    ['an unknown instance', rule({ instance: 'prod' }), 'rules[0].instance', 'One of test, live, sandbox.'],
    ['an unknown tool', rule({ tools: 'Users_bann' }), 'rules[0].tools', 'Did you mean Users_ban'],
    ['an unknown tool in a list', rule({ tools: ['Users_ban', 'Nothing_*'] }), 'rules[0].tools[1]', 'No tool or group matches'],
    ['an unknown input', rule({ args: { user: 'x' } }), 'rules[0].args.user', 'Did you mean user_id?'],
    ['an unknown action', rule({ action: 'permit' }), 'rules[0].action', 'Use one of allow, deny, confirm.'],
    ['no action', { rules: [{ tools: 'Users_ban' }] }, 'rules[0].action', 'Use one of allow, deny, confirm.'],
    ['deny without a reason', rule({ action: 'deny' }), 'rules[0].reason', 'is missing'],
    [
      'confirm without a strength',
      rule({ action: 'confirm' }),
      'rules[0].strength',
      'One of flag, token, person, passkey, two, auto.',
    ],
    ['a rule that matches everything', { rules: [{ action: 'allow' }] }, 'rules[0]', 'matches every call'],
    ['nobody', rule({ about: {} }), 'rules[0].about', 'names no subject'],
    ['somebody by a name', rule({ about: { user: 'the owner' } }), 'rules[0].about.user', 'expected the id of a user'],
    ['a tool that cannot be about an application', rule({ about: { application: 'x_1' } }), 'rules[0].about', 'can be about'],
    [
      'a budget for everything that is not defensive',
      { budgets: [{ defensive: false, max: 1, per: '1h' }] },
      'budgets[0]',
      'counts',
    ],
    ['a budget for everything', { budgets: [{ max: 1, per: '1h' }] }, 'budgets[0]', 'counts every call'],
    ['a length of time in words', { budgets: [{ risk: 'read', max: 1, per: 'hour' }] }, 'budgets[0].per', '30s, 10m, 1h or 7d'],
    ['a budget of nothing', { budgets: [{ risk: 'read', max: 0, per: '1h' }] }, 'budgets[0].max', 'must be 1 or more'],
    [
      'an unknown tool in a budget',
      { budgets: [{ tools: 'Nobody', max: 1, per: '1h' }] },
      'budgets[0].tools',
      'No tool or group',
    ],
    ['an empty list of tools', rule({ tools: [] }), 'rules[0].tools', 'is an empty list'],
    ['a list instead of an object', [], '', 'expected an object'],
    ['rules that are no list', { rules: {} }, 'rules', 'expected a list'],
  ])('refuses %s, and says where and what is nearest', (_, file, path, problem) => {
    expect(faults(file)).toContainEqual({ path, problem: expect.stringContaining(problem) });
  });

  it('names several faults at once, each on a line of its own', () => {
    const found = faults({
      rules: [
        { tools: 'Users_ban', action: 'allow', x: 1 },
        { tools: 'Users_ban', risk: 'x', action: 'allow' },
      ],
    });
    expect(found.map(({ path }) => path)).toEqual(['rules[0].x', 'rules[1].risk']);
    expect(new PolicyFileError(found).message.split('\n')).toHaveLength(2);
  });

  it.each(['', '{', 'null', '{"rules": [}'])('refuses %j', (text) => {
    expect(faults(text)).toHaveLength(1);
  });

  it('refuses a key that is there twice, since half of the file would be lost', () => {
    const text = '{"rules":[{"tools":"Users_ban","action":"deny","reason":"no"}], "rules":[]}';
    expect(faults(text)).toEqual([{ path: '', problem: '"rules" is there twice' }]);
    expect(
      faults('{"rules":[{"tools":"Users","action":"allow"},{"tools":"Users_ban","action":"allow","tools":"Users"}]}'),
    ).toEqual([{ path: 'rules[1]', problem: '"tools" is there twice' }]);
  });
});

describe('duplicateKeys', () => {
  it.each([
    '{}',
    '[]',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a":"\\"a\\":1,\\"a\\":2","b":"{\\"b\\":1}"}',
    '{"a":["a","a"]}',
  ])('finds none in %s', (json) => {
    expect(duplicateKeys(json)).toEqual([]);
  });

  it('knows a key by its value, not by its spelling', () => {
    expect(duplicateKeys('{"a":1,"\\u0061":2}')).toEqual([{ key: 'a', path: '' }]);
  });
});

describe('policyJsonSchema', () => {
  it('describes the file for editors and is closed', () => {
    const schema = policyJsonSchema() as { properties: Record<string, unknown>; additionalProperties: boolean };
    expect(Object.keys(schema.properties)).toEqual(['$schema', 'rules', 'budgets', 'metadata_keys_that_grant']);
    expect(schema.additionalProperties).toBe(false);
    expect(JSON.stringify(schema)).not.toContain('"required":["scope"]');
    expect(JSON.stringify(schema)).toContain('"enum":["flag","token","person","passkey","two","auto"]');
  });
});
