import { describe, expect, it } from 'vitest';
import { consequencesOf } from '../../../src/policy/rules/risk.js';
import { isWithin, missingScope } from '../../../src/policy/rules/scopes.js';
import { operations as real } from '../../../tools/index.js';
import { fullArguments, minimalArguments } from '../../support/sample-arguments.js';
import { bench, CALLER, call, operations } from '../fixtures.js';

const SCOPES = ['clerk:read', 'clerk:write', 'clerk:destructive', 'clerk:credential', 'clerk:access'] as const;
const as = (...scopes: string[]) => ({ caller: { ...CALLER, name: 'ada', scopes } });

describe('scopes', () => {
  it.each(real.map((operation) => [operation.name, operation] as const))(
    'of %s: those for its risks suffice, all others together do not',
    (_, operation) => {
      const args = minimalArguments(operation);
      const { risks } = consequencesOf(operation, args);
      const scopes = risks.map((risk) => `clerk:${risk}`);
      expect(missingScope(risks, { scopes })).toBeUndefined();
      expect(missingScope(risks, { scopes: SCOPES.filter((other) => !scopes.includes(other)) })).toBe(scopes[0]);
      expect(missingScope(risks, { scopes: [] })).toBe(scopes[0]);
      expect(missingScope(risks, {})).toBeUndefined();
      expect(isWithin(operation, scopes)).toBe(true);
    },
  );

  it('go by what the arguments do', () => {
    const update = real.find(({ name }) => name === 'Users_updateUserAttributes');
    if (update === undefined) throw new Error('no such operation');
    const signOut = { user_id: 'user_1', sign_out_of_other_sessions: true };
    expect(missingScope(consequencesOf(update, signOut).risks, { scopes: ['clerk:write'] })).toBe('clerk:destructive');
    expect(missingScope(consequencesOf(update, signOut).risks, { scopes: ['clerk:destructive'] })).toBeUndefined();
    const { risks } = consequencesOf(update, { user_id: 'user_1', password: 'p4ssw0rd' });
    expect(missingScope(risks, { scopes: ['clerk:destructive'] })).toBe('clerk:access');
    expect(missingScope(risks, { scopes: ['clerk:access'] })).toBe('clerk:destructive');
    expect(isWithin(update, ['clerk:destructive'])).toBe(true);
    expect(isWithin(update, ['clerk:read', 'clerk:credential'])).toBe(false);
  });

  it('are of no use in another case, in part, or with something added', () => {
    const [operation] = real.filter(({ risk }) => risk === 'destructive');
    if (operation === undefined) throw new Error('no such operation');
    for (const scope of ['CLERK:DESTRUCTIVE', 'clerk:*', 'clerk', 'clerk:destructive ', 'clerk:destructive:all', 'destructive'])
      expect(missingScope(consequencesOf(operation, {}).risks, { scopes: [scope] })).toBe('clerk:destructive');
  });
});

describe('the policy', () => {
  it('refuses every call beyond the scopes, whatever confirms it, and looks nothing up', async () => {
    const { policy, instance } = bench({ instance: { kind: 'test', id: 'i' } });
    for (const confirm of [undefined, true, 'token']) {
      const decision = await policy.decide(
        call(operations.ban, { user_id: 'user_ada' }, { confirm, ...as('clerk:read', 'clerk:write') }),
      );
      expect(decision).toMatchObject({ kind: 'refuse', code: 'insufficient_scope', model: { scope: 'clerk:destructive' } });
    }
    expect(instance.reads).toEqual([]);
  });

  it('asks no person to confirm what the caller may not do', async () => {
    const { policy } = bench();
    const decision = await policy.decide(call(operations.ban, { user_id: 'user_ada' }, { canAsk: true, ...as('clerk:read') }));
    expect(decision).toMatchObject({ kind: 'refuse', code: 'insufficient_scope' });
  });

  it('shows a model nothing that its caller may not read', async () => {
    const { policy, instance } = bench({ confirm: 'token' });
    const ban = call(operations.ban, { user_id: 'user_ada' }, as('clerk:destructive'));
    expect(await policy.decide(ban)).toMatchObject({ kind: 'refuse', code: 'confirmation_required' });
    expect(instance.reads).toEqual([]);
    expect(await policy.decide({ ...ban, ...as('clerk:destructive', 'clerk:read') })).toMatchObject({
      code: 'confirmation_required',
    });
    expect(instance.reads.length).toBeGreaterThan(0);
  });

  it('lets a caller with the scope through, and one without a list of scopes', async () => {
    const { policy } = bench({ instance: { kind: 'test', id: 'i' } });
    const ban = call(operations.ban, { user_id: 'user_ada' }, { confirm: true, ...as('clerk:destructive') });
    expect(await policy.decide(ban)).toMatchObject({ kind: 'allow' });
    expect(await policy.decide({ ...ban, caller: CALLER })).toMatchObject({ kind: 'allow' });
  });

  it('of full arguments are those of every risk that the call amounts to', () => {
    for (const operation of real) {
      const { risks } = consequencesOf(operation, fullArguments(operation));
      for (const risk of risks) {
        const others = SCOPES.filter((scope) => scope !== `clerk:${risk}`);
        expect([operation.name, missingScope(risks, { scopes: others })]).toEqual([operation.name, `clerk:${risk}`]);
      }
      expect(missingScope(risks, { scopes: risks.map((risk) => `clerk:${risk}`) })).toBeUndefined();
      expect(operation.risks).toEqual(expect.arrayContaining([...risks]));
    }
  });
});
