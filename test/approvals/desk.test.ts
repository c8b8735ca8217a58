import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Approver, ApproverFileError, type Passkey } from '../../src/approvals/approver-file.js';
import { Approvers } from '../../src/approvals/approvers.js';
import { ApprovalDesk, type DeskEvents } from '../../src/approvals/desk.js';
import type { Say } from '../../src/approvals/hear.js';
import { hashPassphrase } from '../../src/approvals/passphrase.js';
import { newMemory } from '../../src/limits/once-store.js';
import { MemoryRecordStore, type Swap } from '../../src/limits/record-store.js';
import type { ApprovalWish, Needs } from '../../src/policy/confirmation/approvals.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = await scratchDirectory();
const HASH = await hashPassphrase('correct horse battery staple');
const ADDED = '2026-01-01T00:00:00.000Z';
const CALL = { call: 'aaaaaaaaaaaa' };
const PASSKEY: Passkey = { id: 'aa', publicKey: 'bb', counter: 0, rpId: 'localhost', added: ADDED };
const ann: Approver = { name: 'ann', passphrase: HASH, added: ADDED };
const bob: Approver = { name: 'bob', passphrase: HASH, passkeys: [PASSKEY], groups: ['finance'], added: ADDED };

let now: number;
let records: MemoryRecordStore;
let approvers: Approvers;
let files = 0;

const enrol = async (...people: readonly object[]): Promise<void> => {
  await writeFile(approvers.path, JSON.stringify({ approvers: people }), { mode: 0o600 });
};

const deskOf = (events: DeskEvents = {}): ApprovalDesk =>
  new ApprovalDesk({
    events,
    records,
    approvers,
    randomBytes,
    enrolCommand: 'clerk-mcp approver add NAME',
    address: async () => 'http://localhost:1/approvals',
    now: () => now,
    pollMs: 5,
  });

beforeEach(async () => {
  now = 1_000_000;
  records = new MemoryRecordStore(() => now);
  files++;
  approvers = new Approvers(join(scratch, `approvers-${files}.json`));
  await enrol(ann, bob);
});

const NEEDS: Needs = { passkey: false, two: false, byAnother: false, approvers: [], grave: false };

const wish = (more: Partial<ApprovalWish> = {}): ApprovalWish => ({
  review: {
    operation: 'Users_markBanned',
    title: 'Ban a user',
    target: '"Ada" (user_1)',
    effects: ['Ends every session of "Ada".'],
    irreversible: false,
    undo: undefined,
    details: [],
    parties: [],
    inputs: [],
    instance: { kind: 'live', domain: undefined, text: 'LIVE' },
    caller: { name: 'local', client: undefined },
    question: 'Ban a user?',
    word: undefined,
  },
  request: { method: 'POST', path: '/users/user_1/ban', query: {}, body: undefined },
  binding: { operation: 'Users_markBanned', args: '{"user_id":"user_1"}', caller: 'local', instance: 'i' },
  digest: 'digest-1',
  caller: { name: 'local', transport: 'stdio' },
  instance: { kind: 'live', id: 'i' },
  needs: NEEDS,
  lifetimeMs: 60_000,
  changed: [],
  ...more,
});

async function opened(desk: ApprovalDesk, more: Partial<ApprovalWish> = {}) {
  const result = await desk.open(wish(more));
  if (!result.ok) throw new Error(result.why);
  return result.approval;
}

const say = (shown: string, more: Partial<Say> = {}): Say => ({
  verdict: 'approve',
  approver: ann,
  method: 'passphrase',
  shown,
  lookedMs: 4_000,
  ...more,
});

describe('an approval', () => {
  it('is used once, whichever process is faster', async () => {
    const [here, there] = [deskOf(), deskOf()];
    const { id, shown } = await opened(here);
    expect(await here.take(id, CALL)).toBe('again');
    expect(await there.decide(id, say(shown))).toMatchObject({ ok: true });
    const taken = await Promise.all([here.take(id, CALL), there.take(id, CALL), here.take(id, CALL)]);
    expect(taken.sort()).toEqual(['again', 'again', 'first']);
    expect(await here.find(id)).toMatchObject({ state: 'used' });
    expect(await here.get(id)).toMatchObject({ usedBy: CALL });
  });

  it('given before the store may have forgotten something is out of date, and the same call is put before people anew', async () => {
    const kept = records;
    const desk = deskOf();
    const [given, half] = [await opened(desk), await opened(desk, { digest: 'two', needs: { ...NEEDS, two: true } })];
    for (const { id, shown } of [given, half]) expect(await desk.decide(id, say(shown))).toMatchObject({ ok: true });
    // A replica took over: the records are still there, except for what came last.
    const after = deskOf();
    const memory = newMemory();
    Object.assign(kept, {
      memory: async () => memory,
      swap: async (kind: string, id: string, { memory: _, ...swap }: Swap) =>
        MemoryRecordStore.prototype.swap.call(kept, kind, id, swap),
    });
    expect(await after.take(given.id, CALL)).toBe('forgotten');
    expect(await after.take(given.id, CALL)).toBe('again');
    expect((await opened(after)).id).not.toBe(given.id);
    // One of two who have approved must do so again.
    expect(await after.decide(half.id, say(half.shown, { approver: bob }))).toMatchObject({ ok: true });
    expect(await after.find(half.id)).toMatchObject({ state: 'pending' });
    expect(await after.decide(half.id, say(half.shown))).toMatchObject({ ok: true });
    expect(await after.take(half.id, CALL)).toBe('first');
  });

  it('is heard of by a process that waits for it, though another one heard the word', async () => {
    const [here, there] = [deskOf(), deskOf()];
    const { id, shown } = await opened(here);
    const waiting = here.wait(id, 60_000, undefined);
    await there.decide(id, say(shown));
    expect(await waiting).toMatchObject({ state: 'approved', words: [{ approver: 'ann', lookedMs: 4_000 }] });
  });

  it('is waited for until the call is given up', async () => {
    const desk = deskOf();
    const { id } = await opened(desk);
    const abort = new AbortController();
    const waiting = desk.wait(id, 60_000, abort.signal);
    abort.abort();
    expect(await waiting).toMatchObject({ state: 'pending' });
  });

  it('is the same for the same call, in every process', async () => {
    const [here, there] = [deskOf(), deskOf()];
    const all = await Promise.all([opened(here), opened(there), opened(here)]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await here.list()).toHaveLength(1);
    expect((await opened(here, { digest: 'digest-2' })).id).not.toBe(all[0]?.id);
  });

  it('can be neither given nor used once it has expired', async () => {
    const desk = deskOf();
    const given = await opened(desk);
    const open = await opened(desk, { digest: 'digest-2' });
    await desk.decide(given.id, say(given.shown));
    now += 60_000;
    expect(await desk.decide(open.id, say(open.shown))).toMatchObject({ ok: false, why: 'not_pending' });
    expect(await desk.take(given.id, CALL)).toBe('again');
    expect(await desk.find(open.id)).toMatchObject({ state: 'expired' });
    expect((await opened(desk)).id).not.toBe(given.id);
  });

  it.each([
    ['an hour back', -3_600_000, 'expired'],
    ['an hour ahead', 3_600_000, 'expired'],
    ['as little back as clocks differ', -300_000, 'approved'],
  ])('can be used by a clock that is set %s as far as it would have been: %i ms, %s', async (_, step, state) => {
    now = 10_000_000;
    const desk = deskOf();
    const lifetimeMs = 900_000;
    const given = await opened(desk, { lifetimeMs });
    const waits = await opened(desk, { lifetimeMs, digest: 'digest-2' });
    await desk.decide(given.id, say(given.shown));
    now += step;
    expect(await desk.find(given.id)).toMatchObject({ state });
    expect(await desk.take(given.id, CALL)).toBe(state === 'approved' ? 'first' : 'again');
    expect((await desk.decide(waits.id, say(waits.shown))).ok).toBe(state === 'approved');
  });

  it('can be taken back until it is used', async () => {
    const desk = deskOf();
    const { id, shown } = await opened(desk);
    await desk.decide(id, say(shown));
    await desk.decide(id, say(shown, { verdict: 'decline', approver: bob, reason: 'No.' }));
    expect(await desk.take(id, CALL)).toBe('again');
    expect(await desk.find(id)).toMatchObject({ state: 'declined', declined: { approver: 'bob', reason: 'No.' } });
  });

  it('of one caller is kept within bounds, so that nobody fills the store for all', async () => {
    const desk = deskOf();
    const { review } = wish();
    const inputs = [{ name: 'note', value: '', lines: ['x'.repeat(200_000)], items: 1 }];
    let last = '';
    for (let nth = 0; nth < 200; nth++) {
      const placed = await desk.open(wish({ digest: `digest-${nth}`, review: { ...review, inputs } }));
      if (!placed.ok) throw new Error(placed.why);
      last = placed.approval.id;
      now += 10_000;
    }
    const kept = await desk.list();
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept.map(({ id }) => id)).toContain(last);
    expect(await desk.open(wish({ digest: 'other', caller: { name: 'other', transport: 'http' } }))).toMatchObject({ ok: true });
  });

  it('waits ten times at most for one caller, even where the calls race', async () => {
    const desks = [deskOf(), deskOf()];
    const results = await Promise.all(Array.from({ length: 16 }, (_, n) => desks[n % 2]?.open(wish({ digest: `digest-${n}` }))));
    expect(results.filter((result) => result?.ok === true)).toHaveLength(10);
    expect(await desks[0]?.list()).toHaveLength(10);
    const other = await opened(deskOf(), { digest: 'x', caller: { name: 'other', transport: 'http' } });
    expect(other.state).toBe('pending');
  });

  it('of a caller that goes on beyond that is told once a minute', async () => {
    const told: string[] = [];
    const desk = deskOf({ flood: (caller) => told.push(caller) });
    const flood = async (calls: number, caller: string): Promise<void> => {
      for (let n = 0; n < calls; n++)
        await desk.open(wish({ digest: `${caller}-${n}`, caller: { name: caller, transport: 'http' } }));
    };
    await flood(30, 'one');
    await flood(12, 'other');
    expect(told).toEqual(['one', 'other']);
    now += 59_000;
    await flood(20, 'one');
    expect(told).toHaveLength(2);
    now += 1_000;
    await desk.open(wish({ digest: 'one more', caller: { name: 'one', transport: 'http' } }));
    expect(told).toEqual(['one', 'other']);
    await flood(12, 'one');
    expect(told).toEqual(['one', 'other', 'one']);
  });

  it('holds no more than a person reads', async () => {
    const body = { items: 'x'.repeat(300_000) };
    expect(await deskOf().open(wish({ request: { ...wish().request, body } }))).toEqual({ ok: false, why: 'too_large' });
  });
});

describe('a word', () => {
  it('of the caller does not count where it takes another', async () => {
    const desk = deskOf();
    const caller = { name: bob.name, transport: 'http' } as const;
    const { id, shown } = await opened(desk, { caller, needs: { ...NEEDS, byAnother: true } });
    expect(await desk.decide(id, say(shown, { approver: bob }))).toMatchObject({ ok: false, why: 'own' });
    expect(await desk.take(id, CALL)).toBe('again');
    expect((await desk.decide(id, say(shown))).ok).toBe(true);
    expect(await desk.take(id, CALL)).toBe('first');
  });

  it.each([
    ['about something else', {}, { shown: 'something else' }, 'changed'],
    ['of somebody the rules do not name', { needs: { ...NEEDS, approvers: [['finance']] } }, {}, 'not_named'],
    [
      'with a passphrase where a passkey is wanted',
      { needs: { ...NEEDS, passkey: true } },
      { fresh: { method: 'passphrase' } },
      'passkey_needed',
    ],
    ['without showing anew who it is', { needs: { ...NEEDS, grave: true } }, {}, 'fresh_needed'],
    [
      'with an assertion for another approval',
      { needs: { ...NEEDS, grave: true } },
      { fresh: { method: 'passkey', challenge: 'another' } },
      'fresh_needed',
    ],
    ['without what must be typed', { review: { ...wish().review, word: 'user_1' } }, {}, 'wrong_word'],
    ['with something else typed', { review: { ...wish().review, word: 'user_1' } }, { typed: 'user_2' }, 'wrong_word'],
  ] satisfies [string, Partial<ApprovalWish>, Partial<Say>, string][])('%s does not count', async (_, more, given, why) => {
    const desk = deskOf();
    const { id, shown } = await opened(desk, more);
    expect(await desk.decide(id, say(shown, given))).toMatchObject({ ok: false, why });
    expect(await desk.take(id, CALL)).toBe('again');
  });

  it('counts with an assertion whose challenge is this approval', async () => {
    const desk = deskOf();
    const { id, shown } = await opened(desk, { needs: { ...NEEDS, passkey: true, approvers: [['finance', 'ann'], ['bob']] } });
    const fresh = { method: 'passkey', challenge: shown } as const;
    expect(await desk.decide(id, say(shown, { approver: bob, method: 'passkey', fresh }))).toMatchObject({
      ok: true,
      approval: { words: [{ approver: 'bob', method: 'passkey', fresh: true }] },
    });
  });

  it('of somebody who was removed meanwhile does not count', async () => {
    const desk = deskOf();
    const { id, shown } = await opened(desk);
    await enrol(bob);
    expect(await desk.decide(id, say(shown))).toMatchObject({ ok: false, why: 'not_enrolled' });
  });

  it('is needed of two, and what they are shown is bound to the call', async () => {
    const desk = deskOf();
    const needs = { ...NEEDS, two: true };
    const { id, shown } = await opened(desk, { needs });
    expect((await opened(desk, { needs, digest: 'other' })).shown).not.toBe(shown);
    await desk.decide(id, say(shown));
    expect(await desk.decide(id, say(shown))).toMatchObject({ ok: false, why: 'again' });
    expect(await desk.take(id, CALL)).toBe('again');
    await desk.decide(id, say(shown, { approver: bob }));
    expect(await desk.take(id, CALL)).toBe('first');
  });
});

describe('a clock that steps', () => {
  it('forward lets nothing through that has expired by it', async () => {
    const desk = deskOf();
    const { id, shown } = await opened(desk);
    await desk.decide(id, say(shown));
    now += 3_600_000;
    expect(await desk.take(id, CALL)).toBe('again');
    expect((await opened(desk)).id).not.toBe(id);
  });

  it('back to before an approval was made lets it neither be given nor used', async () => {
    const desk = deskOf();
    const [given, waiting] = [await opened(desk), await opened(desk, { digest: 'digest-2' })];
    await desk.decide(given.id, say(given.shown));
    now -= 900_000;
    expect(await desk.find(given.id)).toMatchObject({ state: 'expired' });
    expect(await desk.take(given.id, CALL)).toBe('again');
    expect(await desk.decide(waiting.id, say(waiting.shown))).toMatchObject({ ok: false, why: 'not_pending' });
  });

  it('back and forth brings back nothing that was used, declined or found to be otherwise', async () => {
    const desk = deskOf();
    const [used, declined, replaced] = [
      await opened(desk),
      await opened(desk, { digest: 'digest-2' }),
      await opened(desk, { digest: 'digest-3' }),
    ];
    await desk.decide(used.id, say(used.shown));
    expect(await desk.take(used.id, CALL)).toBe('first');
    await desk.decide(declined.id, say(declined.shown, { verdict: 'decline' }));
    await desk.replace(replaced.id);
    for (const step of [3_600_000, -3_600_000, -900_000, 900_000]) {
      now += step;
      for (const { id, shown } of [used, declined, replaced]) {
        expect(await desk.decide(id, say(shown))).toMatchObject({ ok: false });
        expect(await desk.take(id, CALL)).toBe('again');
      }
    }
  });

  it('of another process that is a little behind does no harm', async () => {
    const desk = deskOf();
    const { id, shown } = await opened(desk);
    now -= 5_000;
    expect(await desk.decide(id, say(shown))).toMatchObject({ ok: true });
    expect(await desk.take(id, CALL)).toBe('first');
  });
});

describe('who can be asked', () => {
  it('is whoever is enrolled now, and can give what is needed', async () => {
    const desk = deskOf();
    const local = { name: 'local' };
    expect(await desk.reaches(NEEDS, local)).toBe(true);
    expect(await desk.reaches({ ...NEEDS, two: true }, local)).toBe(true);
    expect(await desk.reaches({ ...NEEDS, passkey: true, approvers: [['ann']] }, local)).toBe(false);
    await enrol(ann);
    expect(await desk.reaches({ ...NEEDS, two: true }, local)).toBe(false);
    await enrol();
    expect(await desk.reaches(NEEDS, local)).toBe(false);
  });

  it('is nobody where others can write the file', async () => {
    await chmod(approvers.path, 0o666);
    await expect(approvers.all()).rejects.toThrow(ApproverFileError);
    expect(await deskOf().reaches(NEEDS, { name: 'local' })).toBe(false);
  });
});
