import { describe, expect, it } from 'vitest';
import { Catalog } from '../../../src/catalog/catalog.js';
import type { Operation } from '../../../src/catalog/operation.js';
import type { Arguments } from '../../../src/catalog/operation-types.js';
import { readPolicy } from '../../../src/policy/rules/read-policy.js';
import { itemCount } from '../../../src/policy/rules/risk.js';
import { operations as declared } from '../../../tools/index.js';
import { type Bench, bench, CALLER, call, catalog, operations } from '../fixtures.js';

const USER = { user_id: 'user_ada' };
const budgets = (list: readonly object[]) => ({
  confirm: 'flag' as const,
  file: readPolicy(JSON.stringify({ budgets: list }), catalog),
});

async function attempt(
  { policy }: Bench,
  operation: Operation,
  args: Arguments = USER,
  caller = 'local',
  confirm: unknown = true,
) {
  const decision = await policy.decide(call(operation, args, { confirm, caller: { ...CALLER, name: caller } }));
  return decision.kind === 'refuse' ? decision.model : decision.kind;
}

describe('a budget', () => {
  it('lets so many through in a time, and says when there is room', async () => {
    const it = bench(budgets([{ name: 'few', risk: 'destructive', max: 2, per: '1h' }]));
    expect(await attempt(it, operations.ban)).toBe('allow');
    it.clock.time += 600_000;
    expect(await attempt(it, operations.ban)).toBe('allow');
    expect(await attempt(it, operations.ban)).toEqual({
      error: 'budget_exceeded',
      operation: 'Users_ban',
      budget: 'few',
      retry_after_seconds: 3_000,
      message:
        'Nothing was sent. The budget few is used up: 2 in 1h for each caller. There is room again in 3000 s. ' +
        'The operator can raise it: budgets in the file of --policy.',
    });
    it.clock.time += 3_000_000;
    expect(await attempt(it, operations.ban)).toBe('allow');
  });

  it('counts only what is let through', async () => {
    const it = bench(budgets([{ risk: 'destructive', max: 1, per: '1h' }]));
    for (let at = 0; at < 5; at++)
      expect(await attempt(it, operations.ban, USER, 'local', false)).toMatchObject({ error: 'confirmation_required' });
    expect(await attempt(it, operations.ban)).toBe('allow');
  });

  it('does not ask for a confirmation that would be in vain, and does not spend one', async () => {
    const it = bench({ ...budgets([{ risk: 'destructive', max: 1, per: '1h' }]), confirm: 'token' });
    const tokenOf = async () => (await attempt(it, operations.ban, USER, 'local', undefined)) as { token: string };
    const [first, second] = [await tokenOf(), await tokenOf()];
    expect(await attempt(it, operations.ban, USER, 'local', first.token)).toBe('allow');
    expect(await attempt(it, operations.ban, USER, 'local', second.token)).toMatchObject({ error: 'budget_exceeded' });
    expect(await tokenOf()).toMatchObject({ error: 'budget_exceeded' });
    expect(await it.policy.decide(call(operations.ban, USER, { canAsk: true }))).toMatchObject({ kind: 'refuse' });
  });

  it('gives the token back its worth when the budget frees up within its lifetime', async () => {
    const it = bench({ ...budgets([{ risk: 'destructive', max: 1, per: '5m' }]), confirm: 'token' });
    const { token } = (await attempt(it, operations.ban, USER, 'local', undefined)) as { token: string };
    const other = (await attempt(it, operations.deleteUser, USER, 'local', undefined)) as { token: string };
    expect(await attempt(it, operations.deleteUser, USER, 'local', other.token)).toBe('allow');
    expect(await attempt(it, operations.ban, USER, 'local', token)).toMatchObject({ error: 'budget_exceeded' });
    it.clock.time += 300_000;
    expect(await attempt(it, operations.ban, USER, 'local', token)).toBe('allow');
  });

  it('takes no share for a token that has been used', async () => {
    const it = bench({ ...budgets([{ risk: 'destructive', max: 2, per: '1h' }]), confirm: 'token' });
    const { token } = (await attempt(it, operations.ban, USER, 'local', undefined)) as { token: string };
    expect(await attempt(it, operations.ban, USER, 'local', token)).toBe('allow');
    for (let at = 0; at < 5; at++)
      expect(await attempt(it, operations.ban, USER, 'local', token)).toMatchObject({ reason: 'used' });
    const fresh = (await attempt(it, operations.ban, USER, 'local', undefined)) as { token: string };
    expect(await attempt(it, operations.ban, USER, 'local', fresh.token)).toBe('allow');
  });

  it('is each caller’s own, or everybody’s', async () => {
    const own = bench(budgets([{ risk: 'destructive', max: 1, per: '1h' }]));
    expect(await attempt(own, operations.ban, USER, 'ann')).toBe('allow');
    expect(await attempt(own, operations.ban, USER, 'ben')).toBe('allow');
    expect(await attempt(own, operations.ban, USER, 'ann')).toMatchObject({ error: 'budget_exceeded' });
    const all = bench(budgets([{ risk: 'destructive', max: 1, per: '1h', scope: 'process' }]));
    expect(await attempt(all, operations.ban, USER, 'ann')).toBe('allow');
    expect(await attempt(all, operations.ban, USER, 'ben')).toMatchObject({ error: 'budget_exceeded' });
  });

  it('counts each item of a bulk call', async () => {
    const it = bench(budgets([{ tools: 'Users_banMany', max: 3, per: '1h' }]));
    expect(await attempt(it, operations.banMany, { user_ids: ['a', 'b', 'c', 'd'] })).toMatchObject({
      message: expect.stringContaining('more than the budget'),
    });
    expect(await attempt(it, operations.banMany, { user_ids: ['a', 'b'] })).toBe('allow');
    expect(await attempt(it, operations.banMany, { user_ids: ['a', 'b'] })).toMatchObject({ error: 'budget_exceeded' });
    expect(await attempt(it, operations.banMany, { user_ids: ['a'] })).toBe('allow');
  });

  it('must have room in every one that applies, and takes from none otherwise', async () => {
    const it = bench(
      budgets([
        { name: 'wide', risk: 'destructive', max: 2, per: '1h' },
        { name: 'narrow', tools: 'Users_ban', max: 1, per: '1h' },
      ]),
    );
    expect(await attempt(it, operations.ban)).toBe('allow');
    expect(await attempt(it, operations.ban)).toMatchObject({ budget: 'narrow' });
    expect(await attempt(it, operations.deleteUser)).toBe('allow');
    expect(await attempt(it, operations.deleteUser)).toMatchObject({ budget: 'wide' });
  });

  it('for credentials also counts a secret that comes with a destructive call', async () => {
    const it = bench(budgets([{ risk: 'credential', max: 1, per: '1h' }]));
    expect(await attempt(it, operations.rotate, { id: 'oa_1' })).toBe('allow');
    expect(await attempt(it, operations.signInToken)).toMatchObject({ error: 'budget_exceeded' });
    expect(await attempt(it, operations.ban)).toBe('allow');
  });

  it('can hold for writes too, without a confirmation', async () => {
    const it = bench(budgets([{ tools: 'Users_create', max: 1, per: '1m' }]));
    expect(await attempt(it, operations.createUser, {}, 'local', undefined)).toBe('allow');
    expect(await attempt(it, operations.createUser, {}, 'local', undefined)).toMatchObject({ error: 'budget_exceeded' });
  });

  it('lets exactly so many through when calls race', async () => {
    const it = bench(budgets([{ risk: 'destructive', max: 7, per: '1h' }]));
    const all = await Promise.all(Array.from({ length: 40 }, () => attempt(it, operations.ban)));
    expect(all.filter((result) => result === 'allow')).toHaveLength(7);
  });
});

describe('the built-in budgets', () => {
  it('hold on live instances: twenty in an hour for each caller', async () => {
    const it = bench({ confirm: 'flag' });
    for (let at = 0; at < 20; at++) expect(await attempt(it, operations.ban)).toBe('allow');
    expect(await attempt(it, operations.ban)).toMatchObject({ error: 'budget_exceeded', budget: 'default: destructive' });
    for (let at = 0; at < 20; at++) expect(await attempt(it, operations.signInToken)).toBe('allow');
    expect(await attempt(it, operations.signInToken)).toMatchObject({ budget: 'default: secrets' });
    expect(await attempt(it, operations.getUser)).toBe('allow');
  });

  it('hold for all callers together', async () => {
    const it = bench({ confirm: 'flag' });
    for (let at = 0; at < 100; at++) expect(await attempt(it, operations.ban, USER, `caller-${at % 10}`)).toBe('allow');
    expect(await attempt(it, operations.ban, USER, 'another')).toMatchObject({ budget: 'default: process' });
  });

  it('leave room to bring an incident under control', async () => {
    const known = new Catalog(declared);
    const at = bench({ confirm: 'flag', catalog: known });
    const [ban, revoke, remove] = ['Users_markBanned', 'Sessions_revokeSession', 'Users_deleteUserById'].map((name) =>
      known.get(name),
    );
    if (ban === undefined || revoke === undefined || remove === undefined) throw new Error('not in the catalog');
    for (let times = 0; times < 200; times++) {
      expect(await attempt(at, ban)).toBe('allow');
      expect(await attempt(at, revoke, { session_id: 'sess_1' })).toBe('allow');
    }
    for (let times = 0; times < 20; times++) expect(await attempt(at, remove)).toBe('allow');
    expect(await attempt(at, remove)).toMatchObject({ budget: 'default: destructive' });
    for (let times = 0; times < 100; times++) expect(await attempt(at, ban)).toBe('allow');
    expect(await attempt(at, ban)).toMatchObject({
      budget: 'default: defensive',
      message: expect.stringMatching(/500 in 1h for each caller.*room again in \d+ s.*budgets in the file of --policy/),
    });
  });

  it('count as defensive only what is there, destroys and hands out no more than its own new secret', () => {
    const defensive = declared.filter(({ spec }) => spec.defensive === true);
    expect(defensive.map(({ name }) => name)).toContain('Users_banMany');
    for (const { name, spec } of defensive) expect(spec.risk, name).toBe('destructive');
    const raised = defensive.flatMap(({ raises }) => raises.map(({ risk }) => risk));
    expect(new Set(raised)).toEqual(new Set(['credential']));
  });

  it.each(['test', 'sandbox'] as const)('do not hold on a %s instance', async (kind) => {
    const it = bench({ confirm: 'flag', instance: { kind, id: 'i' } });
    for (let at = 0; at < 120; at++) expect(await attempt(it, operations.ban)).toBe('allow');
  });
});

describe('how much of the budgets is taken', () => {
  it('is told for the callers that are asked about, and for all together', async () => {
    const it = bench(
      budgets([
        { name: 'few', risk: 'destructive', max: 2, per: '1h' },
        { tools: ['Users_*', 'Sessions'], max: 9, per: '7d', scope: 'process' },
        { name: 'elsewhere', tools: 'Users', instance: 'sandbox', max: 1, per: '1h' },
      ]),
    );
    expect(await attempt(it, operations.ban)).toBe('allow');
    it.clock.time += 600_000;
    expect(await it.policy.budgetUse(['local', 'nobody'])).toEqual([
      { name: 'few', of: 'risk destructive', max: 2, per: '1h', uses: [{ caller: 'local', used: 1, freesMs: 3_000_000 }] },
      {
        name: 'budgets[1]',
        of: 'tools Users_* or Sessions',
        max: 9,
        per: '7d',
        uses: [{ caller: undefined, used: 1, freesMs: 604_200_000 }],
      },
    ]);
  });
});

describe('where budgets cannot be counted', () => {
  const away = async (): Promise<never> => Promise.reject(new Error('away'));

  it('what is gated or counted is refused, and reads go on', async () => {
    const it = bench({ confirm: 'flag', counters: { reserve: away, room: away, used: away } });
    expect(await attempt(it, operations.ban)).toMatchObject({ error: 'policy_unavailable' });
    expect(await attempt(it, operations.getUser)).toBe('allow');
    expect(await attempt(it, operations.createUser, {})).toBe('allow');
    const counted = bench({
      ...budgets([{ tools: 'Users', max: 5, per: '1h' }]),
      counters: { reserve: away, room: away, used: away },
    });
    expect(await attempt(counted, operations.createUser, {})).toMatchObject({ error: 'policy_unavailable' });
    expect(await attempt(counted, operations.getUser)).toBe('allow');
  });
});

it('weighs an id that a call gives twice once, and all that it makes', () => {
  const many = catalog.get('Users_banMany');
  expect(itemCount(many, { user_ids: ['user_1', 'user_2', 'user_1'] })).toBe(2);
  expect(itemCount(many, { user_ids: ['user_1', 'user_1'] })).toBe(1);
  const invitation = () => ({ email_address: 'ada@example.com', ignore_existing: true });
  expect(
    itemCount(new Catalog(declared).get('Invitations_bulkCreateAndSend'), { invitations: [invitation(), invitation()] }),
  ).toBe(2);
});
