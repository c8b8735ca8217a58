import type { Availability, Reservation, Reserved, Use } from './counter-store.js';
import { CLAIM, LIVING, RELEASE, REMEMBER, RESERVE, REVOKE, SWAP, USED, WINDOW_STEPS } from './lua.js';
import { type Claimed, newMemory } from './once-store.js';
import type { Swap } from './record-store.js';
import { openRedisClient, type RedisClient } from './redis-client.js';
import type { SharedStore } from './shared-store.js';
import { type StoreLocation, storeAddress } from './store-address.js';
import type { StoreFacts } from './store-facts.js';
import { type OnState, StoreHealth } from './store-health.js';
import { type StoreKeys, storeKeys } from './store-keys.js';
import { reasonOf } from './store-reason.js';
import { StoreUnavailableError } from './store-unavailable.js';

export interface RedisStoreOptions extends StoreLocation {
  /** Prefix of the keys, so that deployments can share a server. Default: `clerk-mcp`. */
  readonly prefix?: string;
  /** How long one answer may take, in milliseconds. Default: 500. */
  readonly timeoutMs?: number;
  /** Called when the store comes and goes; `reason` is a short code without data. */
  readonly onState?: OnState;
}

/**
 * The store of several processes, on Redis or Valkey. It connects in the background and keeps trying; while it
 * is away every question fails within the time limit, and nothing waits in a queue.
 * @throws StoreUrlError
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const address = storeAddress(options);
  const timeoutMs = options.timeoutMs ?? 500;
  const health: StoreHealth = new StoreHealth(() => store.memory(), options.onState);
  const client = await openRedisClient(address, timeoutMs, {
    ready: () => void health.tryNow(),
    lost: (reason) => health.failed(new StoreUnavailableError(reason)),
  });
  const store: RedisStore = new RedisStore(client, {
    keys: storeKeys(options.prefix ?? 'clerk-mcp'),
    // A cluster tries again where a server does not answer, and must come to an end with that, too.
    limitMs: address.kind === 'cluster' ? 2 * timeoutMs : undefined,
    health,
  });
  // Where all Sentinels are away, connecting goes on without end.
  await within(3 * timeoutMs, client.connect()).catch((error: unknown) => health.failed(error));
  await health.tryNow();
  return store;
}

interface Workings {
  readonly keys: StoreKeys;
  /** How long an answer may take beyond what the connection itself allows. */
  readonly limitMs: number | undefined;
  readonly health: StoreHealth;
}

export class RedisStore implements SharedStore {
  readonly #redis: RedisClient;
  readonly #keys: StoreKeys;
  readonly #workings: Workings;

  constructor(redis: RedisClient, workings: Workings) {
    this.#redis = redis;
    this.#keys = workings.keys;
    this.#workings = workings;
  }

  async memory(): Promise<string> {
    return String(await this.#answer(this.#redis.eval(REMEMBER, 1, this.#keys.memory, newMemory(), Date.now())));
  }

  async claim(id: string, ttlMs: number, memory = ''): Promise<Claimed> {
    const keys = [this.#keys.memory, this.#keys.once(id)];
    const reply = await this.#answer(this.#redis.eval(CLAIM, 2, ...keys, newMemory(), memory, Math.max(1, Math.ceil(ttlMs))));
    if (reply === 1) return 'first';
    return reply === 0 ? 'again' : 'forgotten';
  }

  async reserve(shares: readonly Reservation[]): Promise<Reserved> {
    const { room, at } = await this.#ask(shares, true);
    return room.ok ? { ok: true, release: () => this.#release(shares, at) } : room;
  }

  async room(shares: readonly Reservation[]): Promise<Availability> {
    return (await this.#ask(shares, false)).room;
  }

  async used(windows: readonly Pick<Reservation, 'key' | 'windowMs'>[]): Promise<readonly Use[]> {
    if (windows.length === 0) return [];
    const lengths = windows.map(({ windowMs }) => windowMs);
    const reply = await this.#answer(
      this.#redis.eval(USED, windows.length, ...this.#counters(windows), WINDOW_STEPS, ...lengths),
    );
    if (!Array.isArray(reply)) throw new StoreUnavailableError('unexpected answer');
    return windows.map((_, nth) => ({ used: Number(reply[2 * nth]), freesMs: Number(reply[2 * nth + 1]) }));
  }

  async revoke(id: string, ttlMs: number): Promise<void> {
    await this.#answer(this.#redis.eval(REVOKE, 1, this.#keys.revoked, id, Math.ceil(ttlMs)));
  }

  async restore(id: string): Promise<void> {
    await this.#answer(this.#redis.zrem(this.#keys.revoked, id));
  }

  async revoked(): Promise<ReadonlySet<string>> {
    const reply = await this.#answer(this.#redis.eval(LIVING, 1, this.#keys.revoked));
    if (!Array.isArray(reply)) throw new StoreUnavailableError('unexpected answer');
    return new Set(reply.map(String));
  }

  async read(kind: string, id: string): Promise<string | undefined> {
    return (await this.#answer(this.#redis.get(this.#keys.record(kind, id)))) ?? undefined;
  }

  async swap(kind: string, id: string, { from, to, ttlMs, memory = '' }: Swap): Promise<boolean> {
    const given = (text: string | undefined): string => (text === undefined ? '' : `=${text}`);
    const keys = [this.#keys.record(kind, id), this.#keys.records(kind), this.#keys.memory];
    const texts = [given(from), given(to), Math.max(1, Math.ceil(ttlMs)), newMemory(), memory];
    return (await this.#answer(this.#redis.eval(SWAP, 3, ...keys, id, ...texts))) === 1;
  }

  async all(kind: string): Promise<readonly string[]> {
    const ids = await this.#answer(this.#redis.eval(LIVING, 1, this.#keys.records(kind)));
    if (!Array.isArray(ids)) throw new StoreUnavailableError('unexpected answer');
    if (ids.length === 0) return [];
    const texts = await this.#answer(this.#redis.mget(ids.map((id) => this.#keys.record(kind, String(id)))));
    return texts.filter((text) => text !== null);
  }

  /** What its servers say of themselves. @throws StoreUnavailableError */
  async facts(): Promise<readonly StoreFacts[]> {
    const { factsOf } = await import('./store-facts.js');
    return this.#answer(factsOf(this.#redis));
  }

  async close(): Promise<void> {
    this.#workings.health.close();
    this.#redis.disconnect();
  }

  async #ask(shares: readonly Reservation[], take: boolean): Promise<{ room: Availability; at: string }> {
    if (shares.length === 0) return { room: { ok: true }, at: '0' };
    const values = shares.flatMap(({ weight, max, windowMs }) => [weight, max, windowMs]);
    const reply = await this.#answer(
      this.#redis.eval(RESERVE, shares.length, ...this.#counters(shares), take ? 1 : 0, WINDOW_STEPS, ...values),
    );
    if (!Array.isArray(reply)) throw new StoreUnavailableError('unexpected answer');
    const [fits, second, waitMs] = reply.map(Number);
    if (fits === 1) return { room: { ok: true }, at: String(second) };
    return { room: { ok: false, index: second ?? 0, retryAfterMs: waitMs === -1 ? undefined : waitMs }, at: '0' };
  }

  async #release(shares: readonly Reservation[], at: string): Promise<void> {
    if (shares.length === 0) return;
    const values = shares.flatMap(({ weight, windowMs }) => [weight, windowMs]);
    await this.#answer(this.#redis.eval(RELEASE, shares.length, ...this.#counters(shares), at, WINDOW_STEPS, ...values));
  }

  #counters(shares: readonly Pick<Reservation, 'key'>[]): string[] {
    return shares.map(({ key }) => this.#keys.window(key));
  }

  async #answer<T>(reply: Promise<T>): Promise<T> {
    const { limitMs, health } = this.#workings;
    try {
      return await (limitMs === undefined ? reply : within(limitMs, reply));
    } catch (error) {
      const away = new StoreUnavailableError(reasonOf(error));
      health.failed(away);
      throw away;
    }
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailableError('timeout')), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
