import { describe, expect, it } from 'vitest';
import type { CounterStore } from '../../src/limits/counter-store.js';
import { FallbackCounterStore } from '../../src/limits/fallback.js';
import { MemoryStore } from '../../src/limits/memory.js';
import { StoreUnavailableError } from '../../src/limits/store-unavailable.js';
import { storeContract } from './contract.js';

describe('the store in memory', () => {
  const shared = new MemoryStore();
  storeContract(async () => shared);

  it('ends a revocation on time', async () => {
    let now = 0;
    const store = new MemoryStore(() => now);
    await store.revoke('a', 1000);
    now = 999;
    expect([...(await store.revoked())]).toEqual(['a']);
    now = 1000;
    expect([...(await store.revoked())]).toEqual([]);
  });
});

describe('counting while the shared store is away', () => {
  it('goes on for this process alone, and returns to the shared count', async () => {
    const share = [{ key: 'k', weight: 1, max: 2, windowMs: 60_000 }];
    const shared = new MemoryStore();
    let away = false;
    const flaky: CounterStore = {
      reserve: (shares) => (away ? Promise.reject(new StoreUnavailableError('test')) : shared.reserve(shares)),
      room: (shares) => (away ? Promise.reject(new StoreUnavailableError('test')) : shared.room(shares)),
    };
    const store = new FallbackCounterStore(flaky, new MemoryStore());
    expect((await store.reserve(share)).ok).toBe(true);
    away = true;
    expect((await store.room(share)).ok).toBe(true);
    expect((await store.reserve(share)).ok).toBe(true);
    expect((await store.reserve(share)).ok).toBe(true);
    expect((await store.reserve(share)).ok).toBe(false);
    away = false;
    expect((await store.reserve(share)).ok).toBe(true);
    expect((await store.reserve(share)).ok).toBe(false);
  });
});
