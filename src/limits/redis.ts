import type { Redis } from 'ioredis';
import { UserError } from '../platform/user-error.js';
import type { Availability, Reservation, Reserved, Use } from './counter-store.js';
import { LIVING, RELEASE, RESERVE, REVOKE, SWAP, USED, WINDOW_STEPS } from './lua.js';
import type { Swap } from './record-store.js';
import type { SharedStore } from './shared-store.js';
import { StoreUnavailableError } from './store-unavailable.js';

export interface RedisStoreOptions {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. */
  readonly url: string;
  /** Prefix of the keys, so that deployments can share a server. Default: `clerk-mcp`. */
  readonly prefix?: string;
  /** How long one answer may take, in milliseconds. Default: 500. */
  readonly timeoutMs?: number;
  /** Called when the store comes and goes; `reason` is a short code without data. */
  readonly onState?: (state: 'up' | 'down', reason?: string) => void;
}

/** The store's URL is not usable. */
export class StoreUrlError extends UserError {
  override readonly name = 'StoreUrlError';
}

/**
 * The store of several processes, on Redis or Valkey. It connects in the background and keeps trying; while it
 * is away every question fails within the time limit, and nothing waits in a queue.
 * @throws StoreUrlError
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<SharedStore> {
  checkUrl(options.url);
  // The default export, since a bundled CommonJS module has no other.
  const { Redis } = (await import('ioredis')).default;
  const timeoutMs = options.timeoutMs ?? 500;
  const redis = new Redis(options.url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    socketTimeout: 2 * timeoutMs,
    connectTimeout: 2 * timeoutMs,
    disableClientInfo: true,
    connectionName: 'clerk-mcp',
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), 2_000),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  watch(redis, options.onState);
  await redis.connect().catch(() => {});
  return new RedisStore(redis, options.prefix ?? 'clerk-mcp');
}

class RedisStore implements SharedStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    // The braces keep all keys in one slot of a cluster, as scripts require.
    this.#prefix = `{${prefix}}`;
  }

  async claim(id: string, ttlMs: number): Promise<boolean> {
    const key = `${this.#prefix}:once:${id}`;
    return (await answer(this.#redis.set(key, 1, 'PX', Math.max(1, Math.ceil(ttlMs)), 'NX'))) === 'OK';
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
    const reply = await answer(this.#redis.eval(USED, windows.length, ...this.#counters(windows), WINDOW_STEPS, ...lengths));
    if (!Array.isArray(reply)) throw new StoreUnavailableError('unexpected answer');
    return windows.map((_, nth) => ({ used: Number(reply[2 * nth]), freesMs: Number(reply[2 * nth + 1]) }));
  }

  async revoke(id: string, ttlMs: number): Promise<void> {
    await answer(this.#redis.eval(REVOKE, 1, `${this.#prefix}:revoked`, id, Math.ceil(ttlMs)));
  }

  async restore(id: string): Promise<void> {
    await answer(this.#redis.zrem(`${this.#prefix}:revoked`, id));
  }

  async revoked(): Promise<ReadonlySet<string>> {
    const reply = await answer(this.#redis.eval(LIVING, 1, `${this.#prefix}:revoked`));
    if (!Array.isArray(reply)) throw new StoreUnavailableError('unexpected answer');
    return new Set(reply.map(String));
  }

  async read(kind: string, id: string): Promise<string | undefined> {
    return (await answer(this.#redis.get(this.#record(kind, id)))) ?? undefined;
  }

  async swap(kind: string, id: string, { from, to, ttlMs }: Swap): Promise<boolean> {
    const given = (text: string | undefined): string => (text === undefined ? '' : `=${text}`);
    const keys = [this.#record(kind, id), this.#kind(kind)];
    return (await answer(this.#redis.eval(SWAP, 2, ...keys, id, given(from), given(to), Math.max(1, Math.ceil(ttlMs))))) === 1;
  }

  async all(kind: string): Promise<readonly string[]> {
    const ids = await answer(this.#redis.eval(LIVING, 1, this.#kind(kind)));
    if (!Array.isArray(ids)) throw new StoreUnavailableError('unexpected answer');
    if (ids.length === 0) return [];
    const texts = await answer(this.#redis.mget(ids.map((id) => this.#record(kind, String(id)))));
    return texts.filter((text) => text !== null);
  }

  #record(kind: string, id: string): string {
    return `${this.#prefix}:record:${kind}:${id}`;
  }

  #kind(kind: string): string {
    return `${this.#prefix}:records:${kind}`;
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  async #ask(shares: readonly Reservation[], take: boolean): Promise<{ room: Availability; at: string }> {
    if (shares.length === 0) return { room: { ok: true }, at: '0' };
    const values = shares.flatMap(({ weight, max, windowMs }) => [weight, max, windowMs]);
    const reply = await answer(
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
    await answer(this.#redis.eval(RELEASE, shares.length, ...this.#counters(shares), at, WINDOW_STEPS, ...values));
  }

  #counters(shares: readonly Pick<Reservation, 'key'>[]): string[] {
    return shares.map(({ key }) => `${this.#prefix}:window:${key}`);
  }
}

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new StoreUrlError('The store must be given as redis://host:port or rediss://host:port.');
  }
}

async function answer<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw new StoreUnavailableError(kindOf(error));
  }
}

/** The error itself carries the command and its arguments, such as a password; only its code is passed on. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.message === 'Command timed out') return 'timeout';
  const kind = /^[A-Z]{3,}(?= )/.exec(error.message);
  return kind?.[0] ?? 'not connected';
}

function watch(redis: Redis, onState: RedisStoreOptions['onState']): void {
  let state: 'up' | 'down' | undefined;
  let reason = 'closed';
  const change = (to: 'up' | 'down', why?: string): void => {
    if (state === to) return;
    state = to;
    onState?.(to, why);
  };
  redis.on('ready', () => change('up'));
  redis.on('error', (error: unknown) => {
    reason = kindOf(error);
  });
  redis.on('close', () => change('down', reason));
}
