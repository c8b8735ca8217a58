import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { Approvers } from '../../src/approvals/approvers.js';
import { Sessions } from '../../src/approvals/sessions.js';
import { SignIn } from '../../src/approvals/sign-in.js';
import { MemoryRecordStore } from '../../src/limits/record-store.js';
import { ADDED, approver, PASSPHRASE, writeApprovers } from '../support/approvers.js';
import { scratchDirectory } from '../support/scratch.js';

const approvers = new Approvers(join(await scratchDirectory(), 'approvers.json'));
let now: number;
let records: MemoryRecordStore;
let locked: string[];
let signIn: SignIn;

const enrol = (added = ADDED): Promise<void> => writeApprovers(approvers.path, approver('ann', { added }));

beforeEach(async () => {
  now = 1_000_000;
  locked = [];
  records = new MemoryRecordStore(() => now);
  signIn = new SignIn({ approvers, records, now: () => now, onLocked: (name) => locked.push(name) });
  await enrol();
});

it('takes the passphrase, however the name is written', async () => {
  expect(await signIn.byPassphrase('Ann', PASSPHRASE)).toMatchObject({ ok: true, approver: { name: 'ann' } });
  expect(await signIn.byPassphrase('ann', `${PASSPHRASE} `)).toMatchObject({ ok: false, why: 'wrong' });
});

it('slows guessing down, then locks the name and tells it', async () => {
  const slowed: number[] = [];
  for (let guess = 1; guess <= 10; guess++) {
    const wrong = await signIn.byPassphrase('ann', `guess ${guess}`);
    if (wrong.ok) throw new Error('a guess was right');
    expect(wrong.why).toBe('wrong');
    slowed.push(wrong.retryAfterMs);
    if (wrong.retryAfterMs > 0) {
      expect(await signIn.byPassphrase('ann', PASSPHRASE)).toMatchObject({ ok: false, why: guess < 10 ? 'slowed' : 'locked' });
    }
    if (guess < 10) now += wrong.retryAfterMs;
  }
  expect(slowed).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 900_000]);
  expect(locked).toEqual(['ann']);
  now += 900_000;
  expect(await signIn.byPassphrase('ann', PASSPHRASE)).toMatchObject({ ok: true });
  expect(await signIn.byPassphrase('ann', 'a guess')).toMatchObject({ ok: false, why: 'wrong', retryAfterMs: 0 });
});

it('locks nobody out for longer by a clock that was set back, and gives no guess for free', async () => {
  for (let guess = 1; guess <= 10; guess++) {
    await signIn.byPassphrase('ann', `guess ${guess}`);
    if (guess < 10) now += 60_000;
  }
  now -= 86_400_000;
  expect(await signIn.byPassphrase('ann', 'guess 11')).toMatchObject({ ok: false, why: 'wrong', retryAfterMs: 900_000 });
  expect(await signIn.byPassphrase('ann', PASSPHRASE)).toMatchObject({ ok: false, why: 'locked' });
  now += 900_000;
  expect(await signIn.byPassphrase('ann', PASSPHRASE)).toMatchObject({ ok: true });
});

it('counts guesses at once one by one, in every process', async () => {
  const other = new SignIn({ approvers, records, now: () => now });
  const guesses = await Promise.all(
    [signIn, other, signIn, other, signIn, other].map((one, n) => one.byPassphrase('ann', `guess ${n}`)),
  );
  expect(guesses.filter((guess) => !guess.ok && guess.why === 'wrong').length).toBeLessThanOrEqual(3);
});

it('keeps nobody signed in who was removed, or enrolled anew', async () => {
  const sessions = new Sessions(records, approvers);
  const signedIn = await signIn.byPassphrase('ann', PASSPHRASE);
  if (!signedIn.ok) throw new Error(signedIn.why);
  const token = await sessions.open({ approver: signedIn.approver, method: 'passphrase' });
  expect(await sessions.find(token)).toMatchObject({ approver: { name: 'ann' }, method: 'passphrase' });
  await enrol('2026-02-01T00:00:00.000Z');
  expect(await sessions.find(token)).toBeUndefined();
  await enrol();
  await sessions.end(token);
  expect(await sessions.find(token)).toBeUndefined();
});
