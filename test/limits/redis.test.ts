import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openRedisStore, StoreUrlError } from '../../src/limits/redis.js';
import type { SharedStore } from '../../src/limits/shared-store.js';
import { StoreUnavailableError } from '../../src/limits/store-unavailable.js';
import { storeContract } from './contract.js';
import { type RedisServer, startRedis, withoutRedis } from './redis-server.js';

describe.skipIf(withoutRedis)('the store in Redis', () => {
  let server: RedisServer;
  const opened: SharedStore[] = [];
  const open = async (onState?: (state: 'up' | 'down', reason?: string) => void): Promise<SharedStore> => {
    const store = await openRedisStore({ url: server.url, ...(onState && { onState }) });
    opened.push(store);
    return store;
  };

  beforeAll(async () => {
    server = await startRedis();
    return async () => {
      await Promise.all(opened.map((store) => store.close()));
      await server.kill();
    };
  });

  describe('while it is there', () => {
    storeContract(() => open());

    it('keeps deployments with different prefixes apart', async () => {
      const other = await openRedisStore({ url: server.url, prefix: 'another' });
      opened.push(other);
      const store = await open();
      expect(await store.claim('the-same-id', 60_000)).toBe(true);
      expect(await other.claim('the-same-id', 60_000)).toBe(true);
    });
  });

  it('says quickly that it is away, and works again when it is back', async () => {
    const states: string[] = [];
    const store = await open((state) => states.push(state));
    expect(await store.claim('before', 60_000)).toBe(true);
    await server.kill();
    await expect(store.claim('during', 60_000)).rejects.toThrow(StoreUnavailableError);
    await expect(store.reserve([{ key: 'during', weight: 1, max: 1, windowMs: 1000 }])).rejects.toThrow(StoreUnavailableError);
    await expect(store.revoked()).rejects.toThrow(StoreUnavailableError);
    await expect(store.revoke('during', 1000)).rejects.toThrow(StoreUnavailableError);
    await server.restart();
    await vi.waitFor(async () => expect(await store.claim('after', 60_000)).toBe(true), { timeout: 10_000 });
    expect(states).toEqual(['up', 'down', 'up']);
  });

  it('starts without a server and finds it later', async () => {
    await server.kill();
    const store = await open();
    await expect(store.claim('early', 60_000)).rejects.toThrow(StoreUnavailableError);
    await server.restart();
    await vi.waitFor(async () => expect(await store.claim('late', 60_000)).toBe(true), { timeout: 10_000 });
  });

  it('tells no password, whatever goes wrong', async () => {
    const url = server.url.replace('redis://', 'redis://user:hunter2-secret@');
    const reasons: string[] = [];
    const store = await openRedisStore({ url, onState: (_, reason) => reasons.push(String(reason)) });
    opened.push(store);
    const error: unknown = await store.claim('x', 1000).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(`${JSON.stringify(error)} ${String(error)} ${(error as Error).stack} ${reasons}`).not.toContain('hunter2');
    expect((error as Error).cause).toBeUndefined();
  });
});

describe('the address of the store', () => {
  it.each(['', 'localhost:6379', 'http://localhost:6379', 'redis://', 'redis'])('refuses %j', async (url) => {
    await expect(openRedisStore({ url })).rejects.toThrow(StoreUrlError);
  });

  it('is not repeated in the refusal, since it may hold a password', async () => {
    await expect(openRedisStore({ url: 'http://:hunter2@localhost' })).rejects.not.toThrow(/hunter2/);
  });
});
