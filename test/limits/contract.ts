import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import type { SharedStore } from '../../src/limits/shared-store.js';

const TEN_MINUTES = 600_000;

/** What every store must do, whatever keeps it. `open` gives another connection to the same store each time. */
export function storeContract(open: () => Promise<SharedStore>): void {
  const share = (key: string, weight: number, max: number, windowMs = TEN_MINUTES) => ({ key, weight, max, windowMs });

  it('lets exactly one of many claim an id', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, open));
    const id = randomUUID();
    const claims = await Promise.all(Array.from({ length: 200 }, (_, i) => stores[i % 4]?.claim(id, 60_000)));
    expect(claims.filter((claimed) => claimed === 'first')).toHaveLength(1);
  });

  it('lets an id be claimed again once its time is over', async () => {
    const store = await open();
    const id = randomUUID();
    expect(await store.claim(id, 400)).toBe('first');
    expect(await store.claim(id, 400)).toBe('again');
    await vi.waitFor(async () => expect(await store.claim(id, 60_000)).toBe('first'), { timeout: 10_000 });
    expect(await store.claim(id, 60_000)).toBe('again');
  });

  it('keeps its memory as long as it forgets nothing, and claims nothing for another', async () => {
    const one = await open();
    const memory = await one.memory();
    expect(memory).toMatch(/^[\w-]{12}$/);
    expect(await one.memory()).toBe(memory);
    const id = randomUUID();
    expect(await one.claim(id, 60_000, 'another-word')).toBe('forgotten');
    expect(await one.claim(id, 60_000, memory)).toBe('first');
    expect(await one.claim(id, 60_000, memory)).toBe('again');
    const swap = { from: undefined, to: 'text', ttlMs: 60_000 };
    expect(await one.swap('kind', id, { ...swap, memory: 'another-word' })).toBe(false);
    expect(await one.swap('kind', id, { ...swap, memory })).toBe(true);
  });

  it('never gives more than the maximum to many who ask at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, open));
    const key = randomUUID();
    const asked = await Promise.all(Array.from({ length: 120 }, (_, i) => stores[i % 4]?.reserve([share(key, 1, 50)])));
    expect(asked.filter((reserved) => reserved?.ok)).toHaveLength(50);
    for (const reserved of asked) {
      if (reserved?.ok !== false) continue;
      expect(reserved.index).toBe(0);
      expect(reserved.retryAfterMs).toBeGreaterThan(590_000);
      expect(reserved.retryAfterMs).toBeLessThanOrEqual(610_000);
    }
  });

  it('counts weights, and takes nothing when it refuses or only looks', async () => {
    const store = await open();
    const key = randomUUID();
    expect((await store.reserve([share(key, 7, 10)])).ok).toBe(true);
    expect((await store.reserve([share(key, 4, 10)])).ok).toBe(false);
    expect((await store.room([share(key, 3, 10)])).ok).toBe(true);
    expect((await store.room([share(key, 4, 10)])).ok).toBe(false);
    expect((await store.reserve([share(key, 3, 10)])).ok).toBe(true);
    expect((await store.reserve([share(key, 1, 10)])).ok).toBe(false);
  });

  it('takes all of several shares or none, and names the one that does not fit', async () => {
    const store = await open();
    const [wide, narrow] = [randomUUID(), randomUUID()];
    const both = [share(wide, 1, 10), share(narrow, 1, 2)];
    expect((await store.reserve(both)).ok).toBe(true);
    expect((await store.reserve(both)).ok).toBe(true);
    expect(await store.reserve(both)).toMatchObject({ ok: false, index: 1 });
    expect((await store.reserve([share(wide, 8, 10)])).ok).toBe(true);
    expect((await store.reserve([])).ok).toBe(true);
  });

  it('tells how much is taken, and when less is', async () => {
    const store = await open();
    const [some, none] = [randomUUID(), randomUUID()];
    const uses = () => store.used([some, none].map((key) => ({ key, windowMs: TEN_MINUTES })));
    const taken = await store.reserve([share(some, 3, 10)]);
    await store.reserve([share(some, 4, 10)]);
    const [known, unknown] = await uses();
    expect(known?.used).toBe(7);
    expect(known?.freesMs).toBeGreaterThan(590_000);
    expect(known?.freesMs).toBeLessThanOrEqual(610_000);
    expect(unknown).toEqual({ used: 0, freesMs: 0 });
    if (taken.ok) await taken.release();
    expect((await uses())[0]?.used).toBe(4);
    expect(await store.used([])).toEqual([]);
  });

  it('gives back what is released', async () => {
    const store = await open();
    const [key, other] = [randomUUID(), randomUUID()];
    await store.reserve([share(key, 2, 5)]);
    const reserved = await store.reserve([share(key, 3, 5), share(other, 1, 1)]);
    expect((await store.room([share(key, 1, 5)])).ok).toBe(false);
    if (reserved.ok) await reserved.release();
    expect((await store.room([share(key, 3, 5), share(other, 1, 1)])).ok).toBe(true);
    expect((await store.room([share(key, 4, 5)])).ok).toBe(false);
  });

  it('says that what is larger than the maximum never fits', async () => {
    const store = await open();
    expect(await store.reserve([share(randomUUID(), 1, 1), share(randomUUID(), 11, 10)])).toEqual({
      ok: false,
      index: 1,
      retryAfterMs: undefined,
    });
  });

  it('has room again when the window has moved on', async () => {
    const store = await open();
    const key = randomUUID();
    expect((await store.reserve([share(key, 1, 1, 100)])).ok).toBe(true);
    await vi.waitFor(async () => expect((await store.reserve([share(key, 1, 1, 100)])).ok).toBe(true), { timeout: 10_000 });
  });

  it('tells every process what is revoked, until it is restored or over', async () => {
    const [one, other] = await Promise.all([open(), open()]);
    const [kept, restored, brief] = [randomUUID(), randomUUID(), randomUUID()];
    await Promise.all([one.revoke(kept, 60_000), one.revoke(restored, 60_000), one.revoke(brief, 30)]);
    expect(await other.revoked()).toContain(restored);
    await other.restore(restored);
    await vi.waitFor(
      async () => {
        const revoked = await one.revoked();
        expect(revoked).toContain(kept);
        expect(revoked).not.toContain(restored);
        expect(revoked).not.toContain(brief);
      },
      { timeout: 10_000 },
    );
  });

  describe('records', () => {
    const ttlMs = 60_000;

    it('are changed only from what they are', async () => {
      const store = await open();
      const id = randomUUID();
      expect(await store.read('kind', id)).toBeUndefined();
      expect(await store.swap('kind', id, { from: 'one', to: 'two', ttlMs })).toBe(false);
      expect(await store.swap('kind', id, { from: undefined, to: '', ttlMs })).toBe(true);
      expect(await store.read('kind', id)).toBe('');
      expect(await store.swap('kind', id, { from: undefined, to: 'two', ttlMs })).toBe(false);
      expect(await store.swap('kind', id, { from: '', to: 'zwölf', ttlMs })).toBe(true);
      expect(await store.read('kind', id)).toBe('zwölf');
      expect(await store.swap('kind', id, { from: 'zwölf', to: undefined, ttlMs })).toBe(true);
      expect(await store.read('kind', id)).toBeUndefined();
    });

    it('are changed by one of many who race', async () => {
      const store = await open();
      const id = randomUUID();
      const swaps = Array.from({ length: 20 }, (_, n) => store.swap('kind', id, { from: undefined, to: `${n}`, ttlMs }));
      expect((await Promise.all(swaps)).filter((done) => done)).toHaveLength(1);
    });

    it('are found by their kind while they are kept', async () => {
      const store = await open();
      const [kind, other] = [randomUUID(), randomUUID()];
      expect(await store.all(kind)).toEqual([]);
      await store.swap(kind, 'a', { from: undefined, to: 'one', ttlMs });
      await store.swap(kind, 'b', { from: undefined, to: 'two', ttlMs });
      await store.swap(other, 'a', { from: undefined, to: 'three', ttlMs });
      await store.swap(kind, 'gone', { from: undefined, to: 'four', ttlMs: 1 });
      await expect.poll(async () => [...(await store.all(kind))].sort()).toEqual(['one', 'two']);
      await store.swap(kind, 'a', { from: 'one', to: undefined, ttlMs });
      expect(await store.all(kind)).toEqual(['two']);
    });
  });
}
