import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryCounterStore } from '../../src/limits/counter-store.js';
import { MemoryStore } from '../../src/limits/memory.js';
import { MemoryOnceStore } from '../../src/limits/once-store.js';
import { ScopedStore } from '../../src/limits/scoped-store.js';
import { Clock } from '../policy/fixtures.js';

describe('MemoryOnceStore', () => {
  it('lets exactly one of many racing claims through', async () => {
    const store = new MemoryOnceStore();
    const claims = await Promise.all(Array.from({ length: 100 }, () => store.claim('x', 1000)));
    expect(claims.filter((claimed) => claimed === 'first')).toHaveLength(1);
  });

  it('forgets what has expired, and only that', async () => {
    const clock = new Clock();
    const store = new MemoryOnceStore(clock.now);
    await store.claim('short', 1_000);
    await store.claim('long', 600_000);
    clock.time += 61_000;
    expect(await store.claim('new', 1_000)).toBe('first');
    expect(store.size).toBe(2);
    expect(await store.claim('long', 1_000)).toBe('again');
  });

  it('refuses when full rather than forget', async () => {
    const clock = new Clock();
    const store = new MemoryOnceStore(clock.now, 2);
    await store.claim('a', 1_000);
    await store.claim('b', 1_000);
    await expect(store.claim('c', 1_000)).rejects.toThrow('too many');
    expect(await store.claim('a', 1_000).catch(() => 'refused')).not.toBe('first');
    clock.time += 1_000;
    expect(await store.claim('c', 1_000)).toBe('first');
  });
});

const share = (weight: number, key = 'k') => ({ key, weight, max: 5, windowMs: 10_000 });

afterEach(() => void vi.useRealTimers());

describe('ScopedStore', () => {
  it('gives each scope its own part of one store, and no scope another', async () => {
    const whole = new MemoryStore();
    const [one, two] = [new ScopedStore(whole, 'one'), new ScopedStore(whole, 'two')];
    expect([await one.claim('id', 1000), await two.claim('id', 1000), await one.claim('id', 1000)]).toEqual([
      'first',
      'first',
      'again',
    ]);
    expect(await one.claim('other', 1000, 'another-word')).toBe('forgotten');
    const taken = await one.reserve([share(5)]);
    expect(await one.room([share(1)])).toMatchObject({ ok: false });
    expect(await two.room([share(5)])).toEqual({ ok: true });
    expect((await Promise.all([one, two].map((store) => store.used([share(0)])))).flat().map(({ used }) => used)).toEqual([5, 0]);
    if (taken.ok) await taken.release();
    expect(await one.room([share(5)])).toEqual({ ok: true });
    expect(await one.swap('kind', 'id', { from: undefined, to: 'text', ttlMs: 1000 })).toBe(true);
    expect([await one.read('kind', 'id'), await one.all('kind')]).toEqual(['text', ['text']]);
    expect([await two.read('kind', 'id'), await two.all('kind'), await whole.all('kind')]).toEqual([undefined, [], []]);
  });
});

describe('MemoryCounterStore', () => {
  it('goes by no clock that can be set: nobody waits out a step of it, or is let off by one', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] });
    const store = new MemoryCounterStore();
    await store.reserve([share(5)]);
    vi.setSystemTime(Date.now() + 3 * 3_600_000);
    expect(await store.reserve([share(1)])).toMatchObject({ ok: false, retryAfterMs: 10_000 });
    vi.setSystemTime(Date.now() - 9 * 3_600_000);
    vi.advanceTimersByTime(10_000);
    expect((await store.reserve([share(5)])).ok).toBe(true);
  });

  it('counts in a sliding window and says when there is room', async () => {
    const clock = new Clock();
    const store = new MemoryCounterStore(clock.now);
    expect((await store.reserve([share(2)])).ok).toBe(true);
    clock.time += 4_000;
    expect((await store.reserve([share(3)])).ok).toBe(true);
    clock.time += 1_000;
    expect(await store.reserve([share(1)])).toEqual({ ok: false, index: 0, retryAfterMs: 5_000 });
    expect(await store.reserve([share(3)])).toEqual({ ok: false, index: 0, retryAfterMs: 9_000 });
    clock.time += 5_000;
    expect((await store.reserve([share(2)])).ok).toBe(true);
    expect((await store.reserve([share(1)])).ok).toBe(false);
  });

  it('says that what is more than all will never fit', async () => {
    expect(await new MemoryCounterStore().reserve([share(6)])).toEqual({ ok: false, index: 0, retryAfterMs: undefined });
  });

  it('takes all shares or none', async () => {
    const store = new MemoryCounterStore(new Clock().now);
    await store.reserve([share(5, 'full')]);
    expect(await store.reserve([share(1, 'free'), share(1, 'full')])).toMatchObject({ ok: false, index: 1 });
    expect((await store.reserve([share(5, 'free')])).ok).toBe(true);
  });

  it('gives back what is released, once', async () => {
    const store = new MemoryCounterStore(new Clock().now);
    const first = await store.reserve([share(5)]);
    if (!first.ok) throw new Error('no room');
    await first.release();
    await first.release();
    expect((await store.reserve([share(5)])).ok).toBe(true);
    expect((await store.reserve([share(1)])).ok).toBe(false);
  });

  it('takes nothing by looking', async () => {
    const store = new MemoryCounterStore(new Clock().now);
    for (let at = 0; at < 10; at++) expect(await store.room([share(5)])).toEqual({ ok: true });
    expect((await store.reserve([share(5)])).ok).toBe(true);
  });

  it('lets through exactly as many as fit when they race', async () => {
    const store = new MemoryCounterStore(new Clock().now);
    const all = await Promise.all(Array.from({ length: 50 }, () => store.reserve([share(1)])));
    expect(all.filter(({ ok }) => ok)).toHaveLength(5);
  });
});
