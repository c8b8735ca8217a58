import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import type { Operation } from '../../src/catalog/operation.js';
import { isGated } from '../../src/catalog/operation.js';
import { type Claimed, MemoryOnceStore, newMemory } from '../../src/limits/once-store.js';
import type { Policy } from '../../src/policy/policy.js';
import type { Decision, PersonAnswer, PolicyCall } from '../../src/policy/policy-types.js';
import { readPolicy } from '../../src/policy/rules/read-policy.js';
import { consequencesOf } from '../../src/policy/rules/risk.js';
import { operations as real } from '../../tools/index.js';
import { fullArguments, gatedArguments, minimalArguments } from '../support/sample-arguments.js';
import { bench, CALLER, call, catalog, operations } from './fixtures.js';
import { hostileCalls } from './risks/hostile-calls.js';

const USER = { user_id: 'user_ada' };
const ODD = ['true', 'TRUE', 1, 0, null, false, {}, [], [true], { confirm: true }, '', 'yes', Number.NaN, undefined];

function refused(decision: Decision): Record<string, unknown> {
  if (decision.kind !== 'refuse') throw new Error(`expected a refusal, got ${decision.kind}`);
  expect(decision.model.error).toBe(decision.code);
  return decision.model;
}

function asked(decision: Decision): Extract<Decision, { kind: 'ask' }> {
  if (decision.kind !== 'ask') throw new Error(`expected a question, got ${JSON.stringify(decision)}`);
  return decision;
}

async function tokenFor(policy: Policy, wanted: PolicyCall): Promise<string> {
  const { token } = refused(await policy.decide(wanted));
  if (typeof token !== 'string') throw new Error('no token');
  return token;
}

describe('flag', () => {
  const test = { instance: { kind: 'test', id: 'i' } } as const;

  it('lets the call through for exactly true', async () => {
    const { policy, instance } = bench(test);
    const decision = await policy.decide(call(operations.ban, USER, { confirm: true }));
    expect(decision).toMatchObject({ kind: 'allow', grant: { operation: operations.ban, args: USER } });
    expect(instance.reads).toEqual([]);
  });

  it.each(ODD)('refuses %j', async (confirm) => {
    const { policy } = bench(test);
    expect(refused(await policy.decide(call(operations.ban, USER, { confirm })))).toMatchObject({
      error: 'confirmation_required',
    });
  });

  it('says what will happen, with names, and how to confirm', async () => {
    const { policy } = bench(test);
    expect(refused(await policy.decide(call(operations.ban, USER)))).toEqual({
      error: 'confirmation_required',
      operation: 'Users_ban',
      effect:
        'Ends every session of "Ada Lovelace" <ada@example.com> and bars sign-in until unbanned. 3 active sessions end.\nuser_id: user_ada',
      instance: 'TEST, example.com',
      message:
        'Nothing was sent. Tell the person what will happen; only when they agree, call again with the same arguments and confirm: true.',
    });
  });

  it.each(['token', 'person'] as const)('shows the same as %s does', async (confirm) => {
    const flag = refused(await bench(test).policy.decide(call(operations.ban, USER)));
    const other = await bench({ ...test, confirm }).policy.decide(call(operations.ban, USER, { canAsk: confirm === 'person' }));
    const text = other.kind === 'ask' ? other.message.replaceAll('\n', ' ') : String(refused(other).effect);
    for (const part of String(flag.effect).split('\n')) expect(text).toContain(part);
  });

  it.each(['flag', 'token', 'person'] as const)('gives no name to a caller without clerk:read: %s', async (confirm) => {
    const { policy, instance } = bench({ ...test, confirm });
    const caller = { ...CALLER, scopes: ['clerk:destructive'] };
    const decision = await policy.decide(call(operations.ban, USER, { caller, canAsk: confirm === 'person' }));
    expect(decision.kind).toBe(confirm === 'person' ? 'ask' : 'refuse');
    expect(JSON.stringify(decision)).not.toMatch(/Ada|example\.com/);
    expect(instance.reads).toEqual([]);
  });

  it('says what was wrong with an odd confirm', async () => {
    const { policy } = bench(test);
    const { message } = refused(await policy.decide(call(operations.ban, USER, { confirm: 'true' })));
    expect(message).toContain('confirm must be exactly true, a boolean; it was a string.');
  });

  it('opens no gate while what counts confirmations is away', async () => {
    const once = { memory: async () => newMemory(), claim: async (): Promise<Claimed> => Promise.reject(new Error('away')) };
    const { policy } = bench({ ...test, once });
    const model = refused(await policy.decide(call(operations.ban, USER, { confirm: true })));
    expect(model).toMatchObject({ error: 'policy_unavailable' });
    expect((await policy.decide(call(operations.getUser, USER))).kind).toBe('allow');
  });

  it('says at once that the target does not exist, where it is looked up', async () => {
    const { policy } = bench({ ...test, confirm: 'token' });
    expect(refused(await policy.decide(call(operations.ban, { user_id: 'user_x' })))).toEqual({
      error: 'target_not_found',
      operation: 'Users_ban',
      message: 'Nothing was sent. user_x does not exist. Find the right id with a read first.',
    });
  });

  it('looks nothing up where that is switched off', async () => {
    const { policy, instance } = bench({ ...test, confirm: 'token', preview: false });
    const model = refused(await policy.decide(call(operations.ban, { user_id: 'user_x' })));
    expect(model.effect).toBe('Ends every session of user_x and bars sign-in until unbanned.');
    expect(instance.reads).toEqual([]);
  });

  it('shows nothing that a rule keeps the caller from reading', async () => {
    const file = readPolicy('{"rules":[{"tools":"Users_get","action":"deny","reason":"private"}]}', catalog);
    const { policy, instance } = bench({ ...test, file });
    expect(refused(await policy.decide(call(operations.ban, USER))).effect).not.toContain('Ada');
    expect(asked(await policy.decide(call(operations.ban, USER, { canAsk: true }))).message).not.toContain('Ada');
    expect(instance.reads.filter(({ name }) => name === 'Users_get')).toEqual([]);
  });
});

describe('token', () => {
  const byToken = (options: Parameters<typeof bench>[0] = {}) => bench({ confirm: 'token', ...options });

  it('says what would happen, and takes the token that comes with it', async () => {
    const { policy } = byToken();
    const model = refused(await policy.decide(call(operations.ban, USER, { confirm: true })));
    expect(model).toMatchObject({ error: 'confirmation_required', instance: 'LIVE, example.com' });
    expect(model.effect).toContain('3 active sessions end.');
    expect((await policy.decide(call(operations.ban, USER, { confirm: model.token }))).kind).toBe('allow');
  });

  it('takes the same arguments in another order', async () => {
    const { policy } = byToken();
    const token = await tokenFor(policy, call(operations.updateUser, { ...USER, password: 'x' }));
    expect((await policy.decide(call(operations.updateUser, { password: 'x', ...USER }, { confirm: token }))).kind).toBe('allow');
  });

  it.each([
    ['other arguments', { operation: operations.ban, args: { user_id: 'user_bob' } }, 'other_arguments'],
    ['one more argument', { operation: operations.ban, args: { ...USER, x: 1 } }, 'other_arguments'],
    ['a look-alike id', { operation: operations.ban, args: { user_id: 'user_\u0430da' } }, 'other_arguments'],
    ['another operation', { operation: operations.deleteUser, args: USER }, 'other_operation'],
    ['another caller', { caller: { ...CALLER, name: 'mallory' } }, 'other_caller'],
  ])('is refused for %s, which is named, and stays good for its own call', async (_, change, reason) => {
    const { policy } = byToken();
    const token = await tokenFor(policy, call(operations.ban, USER));
    const model = refused(await policy.decide({ ...call(operations.ban, USER, { confirm: token }), ...change }));
    expect(model).toMatchObject({ error: 'confirmation_invalid', reason });
    expect(model.token).toBeUndefined();
    expect((await policy.decide(call(operations.ban, USER, { confirm: token }))).kind).toBe('allow');
  });

  it('is refused on another instance, though the key be the same', async () => {
    const signingKey = 'k'.repeat(32);
    const token = await tokenFor(byToken({ signingKey }).policy, call(operations.ban, USER));
    const other = byToken({ signingKey, instance: { kind: 'live', id: 'instance-2' } }).policy;
    expect(refused(await other.decide(call(operations.ban, USER, { confirm: token })))).toMatchObject({
      reason: 'other_instance',
    });
  });

  it('is refused after a restart, unless the processes share a key and a store', async () => {
    const token = await tokenFor(byToken().policy, call(operations.ban, USER));
    expect(refused(await byToken().policy.decide(call(operations.ban, USER, { confirm: token })))).toMatchObject({
      reason: 'not_ours',
    });
    const signingKey = 'k'.repeat(32);
    const alone = await tokenFor(byToken({ signingKey }).policy, call(operations.ban, USER));
    expect(refused(await byToken({ signingKey }).policy.decide(call(operations.ban, USER, { confirm: alone })))).toMatchObject({
      reason: 'forgotten',
    });
    const shared = { signingKey, once: new MemoryOnceStore() };
    const confirm = await tokenFor(byToken(shared).policy, call(operations.ban, USER));
    expect((await byToken(shared).policy.decide(call(operations.ban, USER, { confirm }))).kind).toBe('allow');
  });

  it('is refused when it has expired or been used', async () => {
    const { policy, clock } = byToken();
    const [late, used] = [await tokenFor(policy, call(operations.ban, USER)), await tokenFor(policy, call(operations.ban, USER))];
    await policy.decide(call(operations.ban, USER, { confirm: used }));
    expect(refused(await policy.decide(call(operations.ban, USER, { confirm: used })))).toMatchObject({ reason: 'used' });
    clock.time += 600_000;
    expect(refused(await policy.decide(call(operations.ban, USER, { confirm: late })))).toMatchObject({ reason: 'expired' });
    expect(refused(await policy.decide(call(operations.ban, USER, { confirm: used })))).toMatchObject({ reason: 'expired' });
  });

  it.each([5_000, 300_000, 595_000])('counts once in two processes whose clocks differ by %i ms', async (skew) => {
    const shared = { signingKey: 'k'.repeat(32), once: new MemoryOnceStore(() => real.time) };
    const real = { time: Date.UTC(2026, 0, 2) };
    const ahead = byToken({ ...shared, now: () => real.time + skew }).policy;
    const behind = byToken({ ...shared, now: () => real.time }).policy;
    const token = await tokenFor(behind, call(operations.ban, USER));
    expect((await ahead.decide(call(operations.ban, USER, { confirm: token }))).kind).toBe('allow');
    for (let second = 0; second <= 1_800; second += 10) {
      expect((await behind.decide(call(operations.ban, USER, { confirm: token }))).kind).toBe('refuse');
      real.time += 10_000;
    }
  });

  it('counts once, although the clock is set on and back in between', async () => {
    const { policy, clock } = byToken();
    const token = await tokenFor(policy, call(operations.ban, USER));
    expect((await policy.decide(call(operations.ban, USER, { confirm: token }))).kind).toBe('allow');
    for (const step of [86_400_000, -86_400_000, -500_000, 500_000]) {
      clock.time += step;
      expect((await policy.decide(call(operations.ban, USER, { confirm: token }))).kind).toBe('refuse');
    }
  });

  it('does not count that was made by a clock which is far ahead', async () => {
    const { policy, clock } = byToken();
    clock.time += 3_600_000;
    const token = await tokenFor(policy, call(operations.ban, USER));
    clock.time -= 3_600_000;
    expect(refused(await policy.decide(call(operations.ban, USER, { confirm: token })))).toMatchObject({ reason: 'expired' });
  });

  it('lets exactly one of many racing calls through, in one process and in several', async () => {
    const shared = { signingKey: 'k'.repeat(32), once: new MemoryOnceStore() };
    const policies = [byToken(shared).policy, byToken(shared).policy];
    for (const policy of policies) {
      const token = await tokenFor(policy, call(operations.ban, USER));
      const race = Array.from({ length: 20 }, (_, at) =>
        policies[at % 2]?.decide(call(operations.ban, USER, { confirm: token })),
      );
      const decisions = (await Promise.all(race)).filter((decision) => decision !== undefined);
      expect(decisions.filter(({ kind }) => kind === 'allow')).toHaveLength(1);
      for (const decision of decisions) if (decision.kind === 'refuse') expect(decision.model.reason).toBe('used');
    }
  });

  it.each(ODD.filter((confirm) => typeof confirm !== 'string'))('gives a token for confirm: %j', async (confirm) => {
    expect(refused(await byToken().policy.decide(call(operations.ban, USER, { confirm }))).token).toMatch(/^cft_/);
  });

  it.each(['true', '', 'yes', 'cft_AAAA'])('calls %j no token', async (confirm) => {
    expect(refused(await byToken().policy.decide(call(operations.ban, USER, { confirm })))).toMatchObject({
      reason: 'malformed',
    });
  });

  it('refuses when nobody can say whether it has been used', async () => {
    const once = { memory: async () => newMemory(), claim: async (): Promise<Claimed> => Promise.reject(new Error('away')) };
    const { policy } = byToken({ once });
    const token = await tokenFor(policy, call(operations.ban, USER));
    expect(refused(await policy.decide(call(operations.ban, USER, { confirm: token })))).toMatchObject({
      error: 'policy_unavailable',
    });
  });
});

describe('person', () => {
  const canAsk = true;
  const answered = (state: string | undefined, more: Partial<PersonAnswer> = {}): Partial<PolicyCall> => ({
    canAsk,
    answer: { action: 'accept', content: { confirm: true }, state, ...more },
  });

  it('asks with the effect, the target, what follows and the instance', async () => {
    const { policy } = bench();
    const question = asked(await policy.decide(call(operations.ban, USER, { canAsk, confirm: true })));
    expect(question.message.split('\n')).toEqual([
      'Ends every session of "Ada Lovelace" <ada@example.com> and bars',
      'sign-in until unbanned.',
      '3 active sessions end.',
      'Instance: LIVE, example.com',
      'user_id: user_ada',
      'Ban a user?',
    ]);
    expect(question.schema).toEqual({
      type: 'object',
      properties: { confirm: { type: 'boolean', title: 'Yes, do this', default: false } },
      required: ['confirm'],
    });
  });

  it('lets through what the person accepts, once', async () => {
    const { policy } = bench();
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    expect((await policy.decide(call(operations.ban, USER, answered(state)))).kind).toBe('allow');
    expect(refused(await policy.decide(call(operations.ban, USER, answered(state))))).toMatchObject({ reason: 'used' });
  });

  it('asks anew where what remembers answers was replaced while the person thought', async () => {
    let memory = newMemory();
    const kept = new MemoryOnceStore();
    const once = {
      memory: async () => memory,
      claim: async (id: string, ttlMs: number, of = memory): Promise<Claimed> =>
        of === memory ? kept.claim(id, ttlMs) : 'forgotten',
    };
    const { policy } = bench({ once });
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    memory = newMemory();
    const refusal = refused(await policy.decide(call(operations.ban, USER, answered(state))));
    expect(refusal).toMatchObject({ error: 'confirmation_invalid', reason: 'forgotten' });
    expect(refusal.message).toContain('the person is asked anew');
    const again = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    expect((await policy.decide(call(operations.ban, USER, answered(again.state)))).kind).toBe('allow');
  });

  it('asks for the address of the user, the domain or what was given, where the call cannot be undone', async () => {
    const { policy } = bench();
    const title = async (operation: Operation, args: object) =>
      asked(await policy.decide(call(operation, { ...args }, { canAsk }))).schema.properties.typed?.title;
    expect(await title(operations.deleteUser, USER)).toBe('To confirm, type "ada@example.com"');
    expect(await title(operations.restrict, {})).toBe('To confirm, type "example.com"');
    expect(await title(operations.changeDomain, { home_url: 'https://new.example.com/x' })).toBe(
      'To confirm, type "new.example.com"',
    );
  });

  it.each([' ada@example.com ', '"ada@example.com"', ' "ada@example.com" '])('takes the word as %j', async (typed) => {
    const { policy } = bench();
    const { state } = asked(await policy.decide(call(operations.deleteUser, USER, { canAsk })));
    expect((await policy.decide(call(operations.deleteUser, USER, answered(state, { content: { typed } })))).kind).toBe('allow');
  });

  it.each([
    { typed: '' },
    { typed: 'Ada' },
    { typed: 'ADA@example.com' },
    { typed: true },
    { typed: ['ada@example.com'] },
    { confirm: true },
  ])('asks again twice after %j for the word, and takes no second answer to a question', async (content) => {
    const { policy } = bench();
    const first = asked(await policy.decide(call(operations.deleteUser, USER, { canAsk })));
    const second = asked(await policy.decide(call(operations.deleteUser, USER, answered(first.state, { content }))));
    expect(second.message).toMatch(/^What was typed is not what was asked for\. Please try again\.\nDeletes/);
    const right = { content: { typed: 'ada@example.com' } };
    const late = answered(first.state, right);
    expect(refused(await policy.decide(call(operations.deleteUser, USER, late)))).toMatchObject({ reason: 'used' });
    const third = asked(await policy.decide(call(operations.deleteUser, USER, answered(second.state, { content }))));
    const model = refused(await policy.decide(call(operations.deleteUser, USER, answered(third.state, { content }))));
    expect(model).toMatchObject({ error: 'confirmation_failed', reason: 'wrong_word' });
    expect(model.message).toContain('not a no');
    const after = answered(third.state, right);
    expect(refused(await policy.decide(call(operations.deleteUser, USER, after)))).toMatchObject({ reason: 'used' });
  });

  it('takes the right word at the third try', async () => {
    const { policy } = bench();
    let { state } = asked(await policy.decide(call(operations.deleteUser, USER, { canAsk })));
    for (const typed of ['ada', 'ADA@EXAMPLE.COM']) {
      ({ state } = asked(await policy.decide(call(operations.deleteUser, USER, answered(state, { content: { typed } })))));
    }
    const right = answered(state, { content: { typed: 'ada@example.com' } });
    expect((await policy.decide(call(operations.deleteUser, USER, right))).kind).toBe('allow');
  });

  it.each([
    ['decline', 'declined'],
    ['cancel', 'cancelled'],
  ] as const)('takes %s for a no, and tells the model to leave it', async (action, reason) => {
    const { policy, clock } = bench();
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    clock.time += 1_000;
    const model = refused(await policy.decide(call(operations.ban, USER, answered(state, { action }))));
    expect(model).toMatchObject({
      error: 'confirmation_declined',
      reason,
      message: expect.stringContaining('do not call it again'),
    });
    expect(refused(await policy.decide(call(operations.ban, USER, answered(state))))).toMatchObject({ reason: 'used' });
  });

  const unseen: readonly (readonly [string, Partial<PersonAnswer>, number, string])[] = [
    ['an error', { action: 'failed' }, 3, 'not_shown'],
    ['an error after a while', { action: 'failed' }, 5_000, 'not_shown'],
    ['no answer in time', { action: 'unanswered' }, 599_000, 'not_answered'],
    ['an accept without content', { content: undefined }, 5_000, 'not_answered'],
    ['an accept with nothing in it', { content: {} }, 0, 'not_answered'],
    ['a decline at once', { action: 'decline' }, 0, 'not_seen'],
    ['a decline in under a second', { action: 'decline' }, 999, 'not_seen'],
    ['a cancel at once', { action: 'cancel' }, 0, 'not_seen'],
  ];

  it.each(unseen)('calls nobody’s answer a person’s: %s', async (_, answer, after, reason) => {
    const { policy, clock } = bench({ confirm: 'person' });
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    clock.time += after;
    const model = refused(await policy.decide(call(operations.ban, USER, answered(state, answer))));
    expect(model).toMatchObject({ error: 'person_not_asked', reason, after_ms: after });
    expect(model.message).not.toMatch(/person (?:declined|closed)|final/i);
    expect(refused(await policy.decide(call(operations.ban, USER, answered(state))))).toMatchObject({ reason: 'used' });
  });

  it.each(unseen)('goes on to what holds where the client cannot ask: %s', async (_, answer, after, reason) => {
    const { policy, clock } = bench({ instance: { kind: 'test', id: 'i' } });
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    clock.time += after;
    const model = refused(await policy.decide(call(operations.ban, USER, answered(state, answer))));
    expect(model).toMatchObject({ error: 'confirmation_required', reason, after_ms: after, token: expect.any(String) });
    const confirm = model.token;
    const other = { args: { user_id: 'user_bob' } };
    expect((await policy.decide({ ...call(operations.ban, USER, { canAsk, confirm }), ...other })).kind).not.toBe('allow');
    expect((await policy.decide(call(operations.ban, USER, { canAsk, confirm }))).kind).toBe('allow');
    expect(refused(await policy.decide(call(operations.ban, USER, { canAsk, confirm })))).toMatchObject({ reason: 'used' });
  });

  it('lets no model get past a quick no on a live instance', async () => {
    const { policy } = bench();
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    const model = refused(await policy.decide(call(operations.ban, USER, answered(state, { action: 'decline' }))));
    expect(model).toMatchObject({ error: 'person_not_asked', reason: 'not_seen' });
    expect(model.token).toBeUndefined();
  });

  it('takes a token that was given where a client cannot ask for no answer of a person', async () => {
    const signingKey = 'k'.repeat(32);
    const token = await tokenFor(bench({ signingKey, confirm: 'token' }).policy, call(operations.ban, USER));
    expect((await bench({ signingKey }).policy.decide(call(operations.ban, USER, { canAsk, confirm: token }))).kind).toBe('ask');
  });

  it.each([{ confirm: false }, { confirm: 'true' }, { confirm: 1 }, { confirm: [true] }, { Confirm: true }])(
    'asks again when a form is accepted with %j',
    async (content) => {
      const { policy } = bench();
      let { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
      for (let slip = 0; slip < 2; slip++) {
        const again = asked(await policy.decide(call(operations.ban, USER, answered(state, { content }))));
        expect(again.message).toContain('The box was not ticked.');
        state = again.state;
      }
      const model = refused(await policy.decide(call(operations.ban, USER, answered(state, { content }))));
      expect(model).toMatchObject({ error: 'confirmation_failed', reason: 'not_accepted' });
    },
  );

  it('refuses what cannot be shown whole, and says how to split it', async () => {
    const { policy } = bench({ file: readPolicy('{"budgets":[]}', catalog) });
    const user_ids = Array.from({ length: 400 }, (_, at) => `user_${at}`);
    const model = refused(await policy.decide(call(operations.banMany, { user_ids }, { canAsk })));
    expect(model).toMatchObject({ error: 'too_much_to_show' });
    const most = Number(/at most (\d+) items of user_ids/.exec(String(model.message))?.[1]);
    const part = { user_ids: user_ids.slice(0, most) };
    expect((await policy.decide(call(operations.banMany, part, { canAsk }))).kind).toBe('ask');
    const more = { user_ids: user_ids.slice(0, most + 1) };
    expect((await policy.decide(call(operations.banMany, more, { canAsk }))).kind).toBe('refuse');
  });

  it.each([
    ['swapped arguments', { args: { user_id: 'user_bob' } }, 'other_arguments'],
    ['an added argument', { args: { ...USER, extra: true } }, 'other_arguments'],
    ['another operation', { operation: operations.signInToken }, 'other_operation'],
    ['another caller', { caller: { ...CALLER, name: 'mallory' } }, 'other_caller'],
  ])('refuses %s', async (_, change, reason) => {
    const { policy } = bench();
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    expect(refused(await policy.decide({ ...call(operations.ban, USER, answered(state)), ...change }))).toMatchObject({ reason });
  });

  it('refuses a forged, an absent, an expired and an earlier process’s state', async () => {
    const { policy, clock } = bench();
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    const reasonOf = async (given: string | undefined) =>
      refused(await policy.decide(call(operations.ban, USER, answered(given)))).reason;
    expect(await reasonOf(undefined)).toBe('malformed');
    expect(await reasonOf(`${state.slice(0, -2)}AA`)).not.toBeUndefined();
    expect(await reasonOf(asked(await bench().policy.decide(call(operations.ban, USER, { canAsk }))).state)).toBe('not_ours');
    clock.time += 600_000;
    expect(await reasonOf(state)).toBe('expired');
  });

  it('does not take a token for an answer, nor an answer for a token', async () => {
    const signingKey = 'k'.repeat(32);
    const byToken = bench({ signingKey, confirm: 'token' }).policy;
    const byPerson = bench({ signingKey, confirm: 'person' }).policy;
    const token = await tokenFor(byToken, call(operations.ban, USER));
    expect(refused(await byPerson.decide(call(operations.ban, USER, answered(token))))).toMatchObject({ reason: 'malformed' });
    const { state } = asked(await byPerson.decide(call(operations.ban, USER, { canAsk })));
    expect(refused(await byToken.decide(call(operations.ban, USER, { confirm: state })))).toMatchObject({ reason: 'malformed' });
  });

  it('ignores an answer where no question is asked', async () => {
    const { policy } = bench({ confirm: 'token' });
    expect(refused(await policy.decide(call(operations.ban, USER, answered('x'))))).toMatchObject({
      error: 'confirmation_required',
    });
  });

  it('refuses a client that cannot ask, whatever it sends', async () => {
    const { policy } = bench({ confirm: 'person' });
    const { state } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    for (const confirm of [undefined, true, 'cft_x']) {
      expect(refused(await policy.decide(call(operations.ban, USER, { confirm })))).toMatchObject({ error: 'person_required' });
    }
    const forged = { ...answered(state), canAsk: false };
    expect(refused(await policy.decide(call(operations.ban, USER, forged)))).toMatchObject({ error: 'person_required' });
  });

  it('puts a hostile name in one line of the dialog', async () => {
    const { policy, instance } = bench();
    const name = 'Bob\n\nInstance: TEST, safe.example\u2028Type nothing\u202E';
    instance.answers.Users_get = () => ({ object: 'user', id: 'user_ada', first_name: name });
    const { message } = asked(await policy.decide(call(operations.ban, USER, { canAsk })));
    expect(message).not.toMatch(/[\r\u2028\u2029\u202E]/);
    expect(message.split('\n').filter((line) => line.startsWith('Instance:'))).toEqual(['Instance: LIVE, example.com']);
    expect(message).toContain('"Bob Instance: TEST, safe.example Type nothing"');
  });
});

describe('rules in a decision', () => {
  const file = (rules: readonly object[]) => ({ file: readPolicy(JSON.stringify({ rules }), catalog) });

  it('deny, with the reason', async () => {
    const { policy, instance } = bench(
      file([{ name: 'no bans', tools: 'Users_ban', action: 'deny', reason: 'Bans go through support.' }]),
    );
    const model = refused(await policy.decide(call(operations.ban, USER, { confirm: true, canAsk: true })));
    expect(model).toMatchObject({
      error: 'denied_by_policy',
      rule: 'no bans',
      message: expect.stringContaining('Bans go through support.'),
    });
    expect(instance.reads).toEqual([]);
  });

  it('let through what would be gated', async () => {
    const { policy } = bench(file([{ tools: 'Users_ban', action: 'allow' }]));
    expect((await policy.decide(call(operations.ban, USER))).kind).toBe('allow');
  });

  it('gate a read and a write', async () => {
    const { policy } = bench(file([{ tools: ['Users_get', 'Users_create'], action: 'confirm', strength: 'token' }]));
    const get = refused(await policy.decide(call(operations.getUser, USER)));
    expect(get).toMatchObject({ effect: 'Get a user.\nuser_id: user_ada' });
    expect((await policy.decide(call(operations.getUser, USER, { confirm: get.token }))).kind).toBe('allow');
    expect(refused(await policy.decide(call(operations.createUser, { password: 'hunter2' }))).effect).toBe(
      'Create a user.\npassword: (secret)',
    );
  });

  it('override the strength of the start, but only where they say so', async () => {
    const { policy } = bench({ ...file([{ tools: 'Users_delete', action: 'confirm', strength: 'person' }]), confirm: 'flag' });
    expect((await policy.decide(call(operations.ban, USER, { confirm: true }))).kind).toBe('allow');
    expect(refused(await policy.decide(call(operations.deleteUser, USER, { confirm: true })))).toMatchObject({
      error: 'person_required',
    });
  });

  it('cap bulk calls', async () => {
    const { policy } = bench(file([{ tools: 'Users_banMany', action: 'confirm', strength: 'flag', maxItems: 2 }]));
    const ban = (user_ids: string[]) => policy.decide(call(operations.banMany, { user_ids }, { confirm: true }));
    expect((await ban(['a', 'b'])).kind).toBe('allow');
    expect(refused(await ban(['a', 'b', 'c']))).toMatchObject({
      error: 'too_many_items',
      message: expect.stringContaining('3 items in one call; the policy allows 2'),
    });
  });

  it('explain themselves', () => {
    const { policy } = bench(file([{ name: 'ours', tools: 'Users_ban', action: 'confirm', strength: 'auto', maxItems: 3 }]));
    expect(policy.explain(operations.ban, USER, CALLER)).toEqual({
      operation: 'Users_ban',
      risk: 'destructive',
      action: 'confirm',
      rule: 'ours',
      reason: undefined,
      strength: { canAsk: 'person', cannotAsk: 'person' },
      maxItems: 3,
      budgets: ['default: destructive', 'default: process'],
      steps: [{ rule: 'ours', result: 'decides', why: 'everything in it matches; confirm: auto' }],
    });
    expect(policy.show().rules.at(-1)).toMatchObject({ name: 'default: gated', strength: 'auto' });
  });
});

describe('a grant', () => {
  it('begins one request', async () => {
    const { policy } = bench({ confirm: 'flag' });
    const decision = await policy.decide(call(operations.ban, USER, { confirm: true }));
    if (decision.kind !== 'allow') throw new Error('refused');
    await policy.begin(decision.grant);
    await expect(policy.begin(decision.grant)).rejects.toThrow('has been used');
  });

  it('cannot be made up, nor taken to another policy', async () => {
    const { policy } = bench();
    await expect(policy.begin({ operation: operations.ban, args: USER })).rejects.toThrow('not issued');
    const other = await bench({ confirm: 'flag' }).policy.decide(call(operations.ban, USER, { confirm: true }));
    if (other.kind !== 'allow') throw new Error('refused');
    await expect(policy.begin(other.grant)).rejects.toThrow('not issued');
  });
});

describe('the explanation for models', () => {
  it.each([
    [
      { instance: { kind: 'live', id: 'i' } },
      /^The person is asked.*on a page of their own.*approval_pending.*its id in confirm\.$/,
    ],
    [{ instance: { kind: 'test', id: 'i' } }, /person is asked.*cannot ask: such a call is refused.*confirm: true/],
    [{ confirm: 'flag' }, /^Such a call is refused/],
    [{ confirm: 'token' }, /^The first such call is refused/],
    [{ confirm: 'person' }, /^The person is asked/],
    [{ confirm: 'passkey' }, /with their passkey/],
    [{ confirm: 'two' }, /^Two people approve/],
  ] as const)('fits %j', (options, text) => {
    expect(bench(options).policy.explanation).toMatch(text);
  });
});

describe('every gated operation of the catalog', () => {
  const whole = new Catalog(real);
  const gated = real.filter((operation) => operation.gated);
  const argumentsOf = (operation: Operation) =>
    operation.gate === 'always' ? [minimalArguments(operation), fullArguments(operation)] : [gatedArguments(operation)];
  const table = gated.flatMap((operation) =>
    (['flag', 'token', 'person'] as const).flatMap((strength) =>
      [true, false].map((canAsk) => [operation.name, strength, canAsk, operation] as const),
    ),
  );

  it.each(table)('%s by %s, client can ask: %s', async (_, confirm, canAsk, operation) => {
    const { policy } = bench({ catalog: whole, confirm, preview: false });
    for (const args of argumentsOf(operation)) {
      for (const odd of ODD)
        expect((await policy.decide(call(operation, args, { canAsk, confirm: odd }))).kind).not.toBe('allow');
      const first = await policy.decide(call(operation, args, { canAsk, confirm: true }));
      if (confirm === 'flag') expect(first.kind).toBe('allow');
      else if (confirm === 'token') {
        const { token } = refused(first);
        expect((await policy.decide(call(operation, args, { canAsk, confirm: token }))).kind).toBe('allow');
        expect((await policy.decide(call(operation, args, { canAsk, confirm: token }))).kind).toBe('refuse');
      } else if (!canAsk) expect(refused(first)).toMatchObject({ error: 'person_required' });
      else {
        const { schema, state } = asked(first);
        expect(Object.keys(schema.properties)).toEqual([operation.spec.typed === undefined ? 'confirm' : 'typed']);
        const typed = /"(.*)"/.exec(schema.properties.typed?.title ?? '')?.[1];
        const content = typed === undefined ? { confirm: true } : { typed };
        const wrong = typed === undefined ? { confirm: false } : { typed: `${typed}x` };
        const again = asked(await policy.decide(call(operation, args, { canAsk })));
        const answer = (given: object, to: string) => ({
          canAsk,
          answer: { action: 'accept' as const, content: { ...given }, state: to },
        });
        expect((await policy.decide(call(operation, args, answer(wrong, again.state)))).kind).toBe('ask');
        expect((await policy.decide(call(operation, args, answer(content, state)))).kind).toBe('allow');
      }
    }
  });
});

describe('any arguments', () => {
  const whole = new Catalog(real);
  const STRENGTHS_WANTED = ['auto', 'flag', 'token', 'person', 'passkey', 'two'] as const;
  const KINDS = ['test', 'live', 'sandbox'] as const;

  it('gated and unconfirmed is never allowed', async () => {
    const confirm = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue(), fc.string());
    const value = fc.oneof(fc.constantFrom(null, '', true, 'user_1'), fc.jsonValue());
    // Every other call is one that would do harm, with some of its inputs left out or exchanged.
    const harmful = fc.constantFrom(...hostileCalls).chain(([, name, args]) =>
      fc.record({
        operation: fc.constant(whole.get(name)),
        args: fc
          .tuple(fc.subarray(Object.keys(args)), fc.dictionary(fc.constantFrom(...Object.keys(args)), value))
          .map(([kept, put]) => ({ ...Object.fromEntries(kept.map((key) => [key, args[key]])), ...put })),
      }),
    );
    const random = fc.constantFrom(...real).chain((operation) =>
      fc.record({
        operation: fc.constant(operation),
        args: fc.oneof(
          fc.dictionary(fc.constantFrom(...operation.places.keys(), 'confirm', '__proto__', 'extra'), value),
          fc.dictionary(fc.string(), fc.jsonValue()),
        ),
      }),
    );
    const circumstances = fc.record({
      confirm: confirm.filter((given) => given !== true),
      canAsk: fc.boolean(),
      atTerminal: fc.boolean(),
      wanted: fc.constantFrom(...STRENGTHS_WANTED),
      kind: fc.constantFrom(...KINDS),
      answer: fc.option(
        fc.record({
          action: fc.constantFrom('accept', 'decline', 'cancel', 'failed', 'unanswered'),
          content: fc.oneof(
            fc.constant({ confirm: true }),
            fc.constant({ typed: 'LIVE' }),
            fc.dictionary(fc.string(), fc.jsonValue()),
          ),
          state: fc.option(fc.string(), { nil: undefined }),
        }),
        { nil: undefined },
      ),
    });
    const policies = new Map(
      STRENGTHS_WANTED.flatMap((wanted) =>
        KINDS.map((kind) => [
          `${wanted} ${kind}`,
          bench({ catalog: whole, preview: false, confirm: wanted, instance: { kind, id: 'i' } }).policy,
        ]),
      ),
    );
    const seen = { destructive: 0, credential: 0, access: 0, free: 0 };
    await fc.assert(
      fc.asyncProperty(fc.oneof(harmful, random), circumstances, async ({ operation, args }, { wanted, kind, ...more }) => {
        const decision = await policies
          .get(`${wanted} ${kind}`)
          ?.decide({ ...more, operation, args, caller: CALLER } as PolicyCall);
        const risks = consequencesOf(operation, args).risks.filter(isGated);
        for (const risk of risks) seen[risk]++;
        if (risks.length === 0) seen.free++;
        const triedTooOften = decision?.kind === 'refuse' && decision.code === 'budget_exceeded';
        if (triedTooOften) expect(operation.spec.guesses).toBeDefined();
        else expect(decision?.kind === 'allow').toBe(risks.length === 0);
      }),
      { numRuns: 4_000, seed: 12 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(150);
  }, 60_000);

  it('refuses arguments nested too deeply to be bound, and says so', async () => {
    let public_metadata: unknown = 1;
    for (let at = 0; at < 50_000; at++) public_metadata = [public_metadata];
    const { policy } = bench();
    expect(refused(await policy.decide(call(operations.createUser, { public_metadata })))).toMatchObject({
      error: 'invalid_arguments',
    });
    expect(refused(await policy.decide(call(operations.ban, { user_id: public_metadata }, { confirm: true })))).toMatchObject({
      error: 'invalid_arguments',
    });
  });
});
