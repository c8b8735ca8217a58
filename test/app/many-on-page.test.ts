import { describe, expect, it } from 'vitest';
import { insightOfMany, type OnPage, undoOfMany } from '../../src/app/many-on-page.js';
import type { Undo } from '../../src/approvals/undo.js';
import type { UsedBy } from '../../src/policy/confirmation/approvals.js';

const changes = (plan: string, at: number) => ({ of: { plan }, title: plan, caller: 'ada', at, until: at + 1, calls: 1 });

/** An instance on which one plan can be taken back. */
function instance(name: string, plan: string, at: number): OnPage & { readonly begun: UsedBy[] } {
  const begun: UsedBy[] = [];
  const undo: Undo = {
    list: async () => [changes(plan, at)],
    isKept: async (of) => 'plan' in of && of.plan === plan,
    begin: async (of) => {
      begun.push(of);
      return { kind: 'asked', approval: `apr_${name}` };
    },
    report: async (asked) => (asked === plan ? { isRunning: false, lines: [name] } : undefined),
  };
  const seen = {
    name: 'ada',
    transport: 'http',
    client: undefined,
    clientVersion: undefined,
    calls: 1,
    firstAt: at,
    lastAt: at,
  } as const;
  const session = { caller: 'ada', transport: 'http', client: undefined, clientVersion: undefined, since: at } as const;
  const insight: OnPage['app']['insight'] = {
    callers: async () => ({ callers: [seen], sessions: [session] }),
    budgets: async (callers) => [
      {
        name: 'bans',
        of: 'Users_markBanned',
        max: 1,
        per: '1h',
        uses: callers.map((caller) => ({ caller, used: 1, freesMs: 0 })),
      },
    ],
  };
  return { name, app: { insight, undo: async () => undo }, begun };
}

const shop = instance('shop', 'pln_shop', 1);
const staging = instance('staging', 'pln_staging', 2);
const all = () => [shop, staging];

describe('the page of several instances', () => {
  it('tells of each caller, session and budget on which instance it is, the latest first', async () => {
    const insight = insightOfMany(all);
    const { callers, sessions } = await insight.callers();
    expect(callers.map(({ name, instance: on }) => [name, on])).toEqual([
      ['ada', 'staging'],
      ['ada', 'shop'],
    ]);
    expect(sessions.map(({ instance: on }) => on)).toEqual(['staging', 'shop']);
    expect((await insight.budgets(['ada'])).map(({ name }) => name)).toEqual(['shop · bans', 'staging · bans']);
  });

  it('takes back what was done where it was done, and nothing that is kept nowhere', async () => {
    const undo = undoOfMany(all);
    expect((await undo.list()).map(({ title, instance: on }) => [title, on])).toEqual([
      ['pln_staging', 'staging'],
      ['pln_shop', 'shop'],
    ]);
    expect(await undo.begin({ plan: 'pln_shop' }, 'ann')).toEqual({ kind: 'asked', approval: 'apr_shop' });
    expect([shop.begun, staging.begun]).toEqual([[{ plan: 'pln_shop' }], []]);
    expect(await undo.report('pln_staging')).toMatchObject({ lines: ['staging'] });
    expect(await undo.report('pln_none')).toBeUndefined();
    expect([await undo.isKept({ plan: 'pln_shop' }), await undo.isKept({ call: 'none' })]).toEqual([true, false]);
    expect(await undo.begin({ plan: 'pln_none' }, 'ann')).toMatchObject({ kind: 'refused' });
    expect([shop.begun.length, staging.begun.length]).toEqual([1, 0]);
  });
});
