import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/catalog/operation.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import type { InstanceKind } from '../../../src/policy/policy-types.js';
import { matchArguments, matchesWildcard } from '../../../src/policy/rules/match-args.js';
import { readPolicy } from '../../../src/policy/rules/read-policy.js';
import { consequencesOf } from '../../../src/policy/rules/risk.js';
import { Rules } from '../../../src/policy/rules/rules.js';
import { catalog, operations } from '../fixtures.js';

function rules(list: readonly object[], kind: InstanceKind = 'live'): Rules {
  const file = readPolicy(JSON.stringify({ rules: list }), catalog);
  return new Rules({ catalog, instance: { kind, id: 'i' }, rules: file.rules, confirm: 'auto' });
}

const decide = (list: readonly object[], operation: Operation, args: Arguments, caller = 'local', kind: InstanceKind = 'live') =>
  rules(list, kind).decide(operation, args, { name: caller });

const USER = { user_id: 'user_ada' };

describe('the risk of a call', () => {
  it.each([
    [{ first_name: 'Ada' }, 'write'],
    [{ username: 'ada' }, 'write'],
    [{ sign_out_of_other_sessions: false }, 'write'],
    [{ password: undefined }, 'write'],
    [{ password: 'x' }, 'destructive'],
    [{ password: null }, 'destructive'],
    [{ password: '' }, 'destructive'],
    [{ username: null }, 'destructive'],
    [{ username: '' }, 'destructive'],
    [{ username: ' ' }, 'destructive'],
    [{ sign_out_of_other_sessions: true }, 'destructive'],
  ])('of an update with %j is %s', (more, risk) => {
    expect(consequencesOf(operations.updateUser, { ...USER, ...more }).risk).toBe(risk);
  });

  it('does not look at what an object inherits', () => {
    expect(consequencesOf(operations.updateUser, Object.create({ password: 'x' })).risk).toBe('write');
  });
});

describe('the built-in rules', () => {
  it('let reading and writing through and gate the rest', () => {
    expect(decide([], operations.getUser, USER).action).toBe('allow');
    expect(decide([], operations.createUser, {}).action).toBe('allow');
    for (const operation of [operations.ban, operations.signInToken]) {
      expect(decide([], operation, USER)).toMatchObject({ action: 'confirm', strengths: ['auto'], rule: 'default: gated' });
    }
    expect(decide([], operations.updateUser, { ...USER, first_name: 'A' }).action).toBe('allow');
    expect(decide([], operations.updateUser, { ...USER, password: 'x' }).action).toBe('confirm');
  });
});

describe('a rule', () => {
  const deny = { action: 'deny', reason: 'No.' };

  it('decides when it is the first that matches', () => {
    const list = [
      { tools: 'Users_ban', action: 'allow' },
      { tools: 'Users_*', ...deny },
    ];
    expect(decide(list, operations.ban, USER).action).toBe('allow');
    expect(decide(list, operations.deleteUser, USER)).toMatchObject({ action: 'deny', reason: 'No.', rule: 'rules[1]' });
  });

  it.each([
    ['a name', { tools: 'Users_ban' }],
    ['a group', { tools: 'Users' }],
    ['a glob', { tools: '*_ba?' }],
    ['one of several', { tools: ['Sessions', 'Users_ban'] }],
    ['a risk', { risk: 'destructive' }],
    ['one of several risks', { risk: ['read', 'destructive'] }],
    ['the instance', { instance: 'live' }],
    ['the caller', { caller: 'lo*' }],
    ['an argument', { args: { user_id: 'user_ada' } }],
    ['one of several values', { args: { user_id: ['user_x', 'user_a*'] } }],
  ])('matches by %s', (_, conditions) => {
    expect(decide([{ ...conditions, ...deny }], operations.ban, USER).action).toBe('deny');
  });

  it.each([
    ['another tool', { tools: 'Sessions' }],
    ['another risk', { risk: ['read', 'write', 'credential'] }],
    ['another instance', { instance: ['test', 'sandbox'] }],
    ['another caller', { caller: 'support-*' }],
    ['another value', { args: { user_id: 'user_x' } }],
    ['one condition of two', { tools: 'Users_ban', caller: 'somebody' }],
  ])('does not match %s', (_, conditions) => {
    expect(decide([{ ...conditions, ...deny }], operations.ban, USER).action).toBe('confirm');
  });

  it('looks at the risk of the very call', () => {
    const list = [{ tools: 'Users_update', risk: 'destructive', ...deny }];
    expect(decide(list, operations.updateUser, { ...USER, first_name: 'A' }).action).toBe('allow');
    expect(decide(list, operations.updateUser, { ...USER, username: '' }).action).toBe('deny');
  });

  it('can look at whether a secret comes back, whatever the risk', () => {
    const list = [{ returnsSecret: true, ...deny }];
    expect(decide(list, operations.signInToken, USER).action).toBe('deny');
    expect(decide(list, operations.rotate, { id: 'x' }).action).toBe('deny');
    expect(decide(list, operations.ban, USER).action).toBe('confirm');
  });

  it('compares numbers and switches by value', () => {
    const list = [{ tools: 'Instance_restrict', args: { allowlist: true }, ...deny }];
    expect(decide(list, operations.restrict, { allowlist: true }).action).toBe('deny');
    expect(decide(list, operations.restrict, { allowlist: false }).action).toBe('confirm');
    expect(decide(list, operations.restrict, { allowlist: 'true' }).action).toBe('confirm');
  });
});

describe('a rule about arguments that match in part', () => {
  const args = {
    organization_id: 'org_1',
    invitations: [{ email_address: 'a@corp.example' }, { email_address: 'b@evil.example' }],
  };
  const inside = { organization_id: 'org_1', invitations: [{ email_address: 'a@corp.example' }] };
  const ours = { tools: 'Organizations_inviteMany', args: { 'invitations.email_address': '*@corp.example' } };
  const closed = { tools: 'Organizations_inviteMany', action: 'deny', reason: 'Others.' };

  it('does not allow', () => {
    expect(decide([{ ...ours, action: 'allow' }, closed], operations.inviteMany, inside).action).toBe('allow');
    expect(decide([{ ...ours, action: 'allow' }, closed], operations.inviteMany, args).action).toBe('deny');
    expect(
      decide([{ ...ours, action: 'allow' }, closed], operations.inviteMany, { organization_id: 'org_1', invitations: [] }).action,
    ).toBe('deny');
    expect(
      decide([{ ...ours, action: 'allow' }, closed], operations.inviteMany, { organization_id: 'org_1', invitations: [{}] })
        .action,
    ).toBe('deny');
  });

  it('denies', () => {
    expect(decide([{ ...ours, action: 'deny', reason: 'x' }], operations.inviteMany, args).action).toBe('deny');
  });

  it('raises what later rules ask for, and never lowers it', () => {
    const all = { tools: 'Organizations_inviteMany', action: 'confirm', strength: 'token' };
    expect(decide([{ ...ours, action: 'confirm', strength: 'flag' }, all], operations.inviteMany, inside).strengths).toEqual([
      'flag',
    ]);
    expect(decide([{ ...ours, action: 'confirm', strength: 'flag' }, all], operations.inviteMany, args)).toMatchObject({
      action: 'confirm',
      strengths: ['flag', 'token'],
      rule: 'rules[0] + rules[1]',
    });
    // By the built-in rule it would have been let through.
    expect(decide([{ ...ours, action: 'confirm', strength: 'person', maxItems: 1 }], operations.inviteMany, args)).toMatchObject({
      action: 'confirm',
      strengths: ['person'],
      maxItems: 1,
    });
  });

  it('takes other letters for the same on the safe side only', () => {
    const look = (action: object, user_id: string) =>
      decide([{ args: { user_id: 'user_Ada' }, ...action }], operations.ban, { user_id }).action;
    expect(look({ action: 'allow' }, 'user_ada')).toBe('confirm');
    expect(look({ action: 'allow' }, 'user_Ada')).toBe('allow');
    expect(look({ action: 'deny', reason: 'x' }, 'USER_ADA')).toBe('deny');
    expect(look({ action: 'deny', reason: 'x' }, 'user_\uFF21da')).toBe('deny');
  });
});

describe('mayConfirm', () => {
  it.each([
    ['a read', [], operations.getUser, false],
    ['a write', [], operations.createUser, false],
    ['a gated one', [], operations.ban, true],
    ['one that is gated by its input', [], operations.updateUser, true],
    ['one that a rule opened', [{ tools: 'Users_ban', action: 'allow' }], operations.ban, false],
    ['one that a rule opened for some', [{ tools: 'Users_ban', caller: 'x', action: 'allow' }], operations.ban, true],
    ['a write that a rule gated', [{ tools: 'Users_create', action: 'confirm', strength: 'flag' }], operations.createUser, true],
    [
      'a write that a rule gated elsewhere',
      [{ tools: 'Users_create', instance: 'test', action: 'confirm', strength: 'flag' }],
      operations.createUser,
      false,
    ],
  ])('of %s', (_, list, operation, expected) => {
    expect(rules(list).strengthsOf(operation).length > 0).toBe(expected);
  });
});

describe('explain', () => {
  it('tells every rule up to the one that decides, and why', () => {
    const list = [
      { tools: 'Sessions', action: 'allow' },
      { name: 'not Ada', args: { user_id: 'user_x' }, action: 'allow' },
      { caller: 'support', action: 'allow' },
      { name: 'ours', tools: 'Users', action: 'deny', reason: 'Ask first.' },
    ];
    expect(rules(list).explain(operations.ban, USER, { name: 'local' })).toEqual([
      { rule: 'rules[0]', result: 'passed over', why: 'it is for other tools' },
      { rule: 'not Ada', result: 'passed over', why: 'the arguments differ' },
      { rule: 'rules[2]', result: 'passed over', why: 'the caller is local' },
      { rule: 'ours', result: 'decides', why: 'everything in it matches; denies: Ask first.' },
    ]);
  });
});

describe('matchArguments', () => {
  it.each([
    [{ a: ['x'] }, { a: 'x' }, 'all'],
    [{ a: ['x'], b: [1] }, { a: 'x' }, 'none'],
    [{ a: ['x'] }, { a: ['x', 'x'] }, 'all'],
    [{ a: ['x'] }, { a: ['x', 'y'] }, 'some'],
    [{ a: ['x'] }, { a: [['x'], 'x'] }, 'all'],
    [{ 'a.b': [true] }, { a: { b: true } }, 'all'],
    [{ 'a.b': [true] }, { a: [{ b: true }, {}] }, 'some'],
    [{ a: [null] }, { a: null }, 'all'],
    [{ a: ['*'] }, {}, 'none'],
    [{ constructor: ['*'] }, {}, 'none'],
  ])('%j of %j: %s', (patterns, args, extent) => {
    expect(matchArguments(patterns as Record<string, (string | number)[]>, args)).toBe(extent);
  });
});

describe('matchesWildcard', () => {
  it.each([
    ['user_1', 'user_1', true],
    ['user_12', 'user_1', false],
    ['a@corp.example', '*@corp.example', true],
    ['a@corp.example.evil', '*@corp.example', false],
    ['a\n@corp.example', '*@corp.example', true],
    ['a/b/c', 'a*c', true],
    ['aXbXc', 'a*b*c', true],
    ['ab', 'a*b*b', false],
    ['aa', 'a*a', true],
    ['a', 'a*a', false],
    ['', '*', true],
    ['[a]{b}?+(c)', '[a]{b}?+(c)', true],
    ['x', '?', false],
  ])('%j by %j: %s', (text, pattern, expected) => {
    expect(matchesWildcard(text, pattern)).toBe(expected);
  });

  it('copes with what would make a regular expression crawl', () => {
    expect(matchesWildcard('a'.repeat(100_000), `${'a*'.repeat(200)}b`)).toBe(false);
  });
});
