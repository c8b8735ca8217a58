import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openRedisStore } from '../../src/limits/redis.js';
import type { SharedStore } from '../../src/limits/shared-store.js';
import type { StoreLocation } from '../../src/limits/store-address.js';
import { StoreUnavailableError } from '../../src/limits/store-unavailable.js';
import { freePort } from '../support/free-port.js';
import { scratchDirectory, scratchFile } from '../support/scratch.js';
import { storeContract } from './contract.js';
import { killRedis, launchRedis, type RedisServer, startRedis, withoutRedis } from './redis-server.js';

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
      expect(await store.claim('the-same-id', 60_000)).toBe('first');
      expect(await other.claim('the-same-id', 60_000)).toBe('first');
    });
  });

  it('says quickly that it is away, and works again when it is back', async () => {
    const states: string[] = [];
    const store = await open((state) => states.push(state));
    expect(await store.claim('before', 60_000)).toBe('first');
    await server.kill();
    await expect(store.claim('during', 60_000)).rejects.toThrow(StoreUnavailableError);
    await expect(store.reserve([{ key: 'during', weight: 1, max: 1, windowMs: 1000 }])).rejects.toThrow(StoreUnavailableError);
    await expect(store.revoked()).rejects.toThrow(StoreUnavailableError);
    await expect(store.revoke('during', 1000)).rejects.toThrow(StoreUnavailableError);
    await server.restart();
    await vi.waitFor(async () => expect(await store.claim('after', 60_000)).toBe('first'), { timeout: 10_000 });
    expect(states).toEqual(['up', 'down', 'up']);
  });

  it('starts without a server and finds it later', async () => {
    await server.kill();
    const store = await open();
    await expect(store.claim('early', 60_000)).rejects.toThrow(StoreUnavailableError);
    await server.restart();
    await vi.waitFor(async () => expect(await store.claim('late', 60_000)).toBe('first'), { timeout: 10_000 });
  });

  it('is away while it hangs, and nobody waits for it', async () => {
    const states: string[] = [];
    const store = await open((state) => states.push(state));
    const memory = await store.memory();
    server.freeze();
    await expect(store.claim('unheard', 60_000, memory)).rejects.toThrow(StoreUnavailableError);
    await expect(store.reserve([{ key: 'unheard', weight: 1, max: 1, windowMs: 1000 }])).rejects.toThrow(StoreUnavailableError);
    expect(states).toEqual(['up', 'down']);
    server.wake();
    await expect.poll(() => states).toEqual(['up', 'down', 'up']);
    // It may have heard the claim after all, and has forgotten nothing.
    expect(['again', 'first']).toContain(await store.claim('unheard', 60_000, memory));
    expect(await store.claim('unheard', 60_000, memory)).toBe('again');
  });

  it('has another memory once it was started anew, and takes nothing that was made before', async () => {
    const store = await open();
    const before = await store.memory();
    expect(await store.claim('spent', 60_000, before)).toBe('first');
    await server.kill();
    await server.restart();
    await vi.waitFor(async () => expect(await store.memory()).not.toBe(before), { timeout: 10_000 });
    expect(await store.claim('spent', 60_000, before)).toBe('forgotten');
    expect(await store.claim('unspent', 60_000, before)).toBe('forgotten');
    expect(await store.swap('kind', 'id', { from: undefined, to: 'text', ttlMs: 60_000, memory: before })).toBe(false);
    expect(await store.claim('new', 60_000, await store.memory())).toBe('first');
  });

  it('is up only while it can be written to', async () => {
    const states: string[] = [];
    const store = await open((state, reason) => states.push(reason === undefined ? state : `${state}: ${reason}`));
    const admin = new Redis(server.url);
    await admin.replicaof('127.0.0.1', '1');
    await expect.poll(() => states).toEqual(['up', 'down: READONLY']);
    await expect(store.claim('on a replica', 1000)).rejects.toThrow(StoreUnavailableError);
    await admin.replicaof('NO', 'ONE');
    await expect.poll(() => states).toEqual(['up', 'down: READONLY', 'up']);
    await admin.config('SET', 'maxmemory', '1');
    await expect(store.claim('no room', 1000)).rejects.toThrow(/OOM/);
    // One that throws keys out instead may have thrown out that a confirmation was used.
    await admin.config('SET', 'maxmemory', '0');
    await expect.poll(() => store.memory().catch(() => 'away')).toMatch(/^[\w-]{12}$/);
    const memory = await store.memory();
    await admin.set('another', 'x', 'PX', 60_000);
    await admin.config('SET', 'maxmemory-policy', 'volatile-ttl', 'maxmemory', '1');
    await admin.set('one more', 'x').catch(() => {});
    await admin.config('SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
    expect(String(await admin.info('stats'))).not.toContain('evicted_keys:0');
    expect(await store.claim('thrown out?', 60_000, memory)).toBe('forgotten');
    await admin.quit();
  });

  it.each(['redis://', 'rediss://', 'redis+sentinel://', 'rediss+sentinel://', 'redis+cluster://', 'rediss+cluster://'])(
    'tells no password, whatever goes wrong with %s',
    async (scheme) => {
      const reasons: string[] = [];
      // One that asks for no password, or speaks another language, and one where nobody is.
      for (const port of [server.port, await freePort()]) {
        const url = `${scheme}user:hunter2-secret@127.0.0.1:${port}${scheme.includes('sentinel') ? '/hunter2-primary' : ''}`;
        const store = await openRedisStore({ url, timeoutMs: 100, onState: (_, reason) => reasons.push(String(reason)) });
        opened.push(store);
        const error: unknown = await store.claim('x', 1000).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StoreUnavailableError);
        expect(`${JSON.stringify(error)} ${String(error)} ${(error as Error).stack} ${reasons}`).not.toContain('hunter2');
        expect((error as Error).cause).toBeUndefined();
      }
      expect(reasons).toHaveLength(2);
    },
  );

  it('takes passwords and certificates, and never another certificate', async () => {
    const directory = await scratchDirectory();
    const passwordFile = await scratchFile(directory, 'hunter2-secret\n');
    const tls = {
      certificate: fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url)),
      key: fileURLToPath(new URL('../support/tls/key.pem', import.meta.url)),
    };
    const guarded = await startRedis({ tls, flags: ['--requirepass', 'hunter2-secret'] });
    onTestFinished(() => guarded.kill());
    const reasonOf = async (location: Omit<StoreLocation, 'url'>, url = guarded.url): Promise<string | undefined> => {
      let reason: string | undefined;
      const store = await openRedisStore({
        url,
        ...location,
        onState: (_, why) => {
          reason = why;
        },
      });
      opened.push(store);
      return reason;
    };
    expect(await reasonOf({ caFile: tls.certificate, passwordFile })).toBeUndefined();
    expect(await reasonOf({ caFile: tls.certificate }, guarded.url.replace('//', '//:hunter2-secret@'))).toBeUndefined();
    expect(await reasonOf({ caFile: tls.certificate })).toBe('NOAUTH');
    expect(await reasonOf({ caFile: tls.certificate }, guarded.url.replace('//', '//:wrong-secret@'))).toBe('WRONGPASS');
    expect(await reasonOf({ passwordFile })).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);

    // The same behind a Sentinel, and in a cluster of one.
    const port = await freePort();
    const lines = [
      ...['port 0', `tls-port ${port}`, 'bind 127.0.0.1', `dir ${directory}`, 'tls-replication yes', 'tls-auth-clients no'],
      ...[`tls-cert-file ${tls.certificate}`, `tls-key-file ${tls.key}`, `tls-ca-cert-file ${tls.certificate}`],
      ...[`sentinel monitor clerk 127.0.0.1 ${guarded.port} 1`, 'sentinel auth-pass clerk hunter2-secret'],
    ];
    const sentinel = await launchRedis([await scratchFile(directory, lines.join('\n')), '--sentinel'], /\+monitor/);
    onTestFinished(() => killRedis(sentinel));
    const behind = `rediss+sentinel://127.0.0.1:${port}/clerk`;
    expect(await reasonOf({ caFile: tls.certificate, passwordFile }, behind)).toBeUndefined();
    expect(await reasonOf({ passwordFile }, behind)).toMatch(/^Sentinel: /);
    expect(await reasonOf({ caFile: tls.certificate, passwordFile }, behind.replace('clerk', 'another'))).toMatch(/no primary/);
    const cluster = [
      '--cluster-enabled',
      'yes',
      '--tls-cluster',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
      '--cluster-port',
      `${await freePort()}`,
    ];
    const one = await startRedis({ tls, flags: [...cluster, '--cluster-config-file', join(directory, 'nodes.conf')] });
    const admin = new Redis(one.port, '127.0.0.1', { tls: { ca: await readFile(tls.certificate) } });
    onTestFinished(() => one.kill());
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await vi.waitFor(async () => expect(String(await admin.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok'), 10_000);
    const asCluster = one.url.replace('rediss', 'rediss+cluster');
    expect(await reasonOf({ caFile: tls.certificate }, asCluster)).toBeUndefined();
    // ioredis keeps to itself why it could not connect to a server of a cluster; doctor then names the certificate, too.
    expect(await reasonOf({}, asCluster)).toBe('not connected');
    await admin.config('SET', 'requirepass', 'hunter2-secret');
    expect(await reasonOf({ caFile: tls.certificate, passwordFile }, asCluster)).toBeUndefined();
    expect(await reasonOf({ caFile: tls.certificate }, asCluster)).toBe('NOAUTH');
    expect(await reasonOf({ caFile: tls.certificate }, asCluster.replace('//', '//:wrong-secret@'))).toBe('WRONGPASS');
    await admin.quit();
  });

  it('needs no more rights than docs/hosting.md gives it', async () => {
    const rights = /`((?:\+@?[\w|]+ )+\+\w+)` on the keys `([^`]+)`/.exec(await readFile('docs/hosting.md', 'utf8'));
    const admin = new Redis(server.url);
    await admin.acl('SETUSER', 'app', 'reset', 'on', '>pw', `~${rights?.[2]}`, ...String(rights?.[1]).split(' '));
    const states: string[] = [];
    const url = server.url.replace('//', '//app:pw@');
    const store = await openRedisStore({ url, onState: (state, reason) => states.push(reason ?? state) });
    opened.push(store);
    expect(states).toEqual(['up']);
    const shares = [{ key: 'k', weight: 1, max: 2, windowMs: 1000 }];
    const reserved = await store.reserve(shares);
    if (reserved.ok) await reserved.release();
    expect(await store.used(shares)).toMatchObject([{ used: 0 }]);
    await store.revoke('a', 1000);
    await store.restore('a');
    expect(await store.revoked()).toEqual(new Set());
    expect(await store.claim('one', 1000, await store.memory())).toBe('first');
    expect(await store.swap('kind of ours', 'a', { from: undefined, to: 'text', ttlMs: 1000 })).toBe(true);
    expect([await store.read('kind of ours', 'a'), await store.all('kind of ours')]).toEqual(['text', ['text']]);
    await admin.quit();
  });
});
