import { type Availability, MemoryCounterStore, type Reservation, type Reserved, type Use } from './counter-store.js';
import { type Claimed, MemoryOnceStore } from './once-store.js';
import { MemoryRecordStore, type Swap } from './record-store.js';
import type { SharedStore } from './shared-store.js';
import { StoreUnavailableError } from './store-unavailable.js';

/** Far more than are revoked in a day. */
const MOST_REVOCATIONS = 100_000;

/** The store of a single process. */
export class MemoryStore implements SharedStore {
  readonly #once: MemoryOnceStore;
  readonly #counters: MemoryCounterStore;
  readonly #records: MemoryRecordStore;
  readonly #revocations = new Map<string, number>();
  readonly #now: () => number;

  /** @param now milliseconds; default: a monotonic clock, and `Date.now` for records, whose expiry is visible */
  constructor(now?: () => number) {
    this.#now = now ?? (() => performance.now());
    this.#once = new MemoryOnceStore(now);
    this.#counters = new MemoryCounterStore(now);
    this.#records = new MemoryRecordStore(now);
  }

  memory(): Promise<string> {
    return this.#once.memory();
  }

  claim(id: string, ttlMs: number, memory?: string): Promise<Claimed> {
    return this.#once.claim(id, ttlMs, memory);
  }

  reserve(shares: readonly Reservation[]): Promise<Reserved> {
    return this.#counters.reserve(shares);
  }

  room(shares: readonly Reservation[]): Promise<Availability> {
    return this.#counters.room(shares);
  }

  used(windows: readonly Pick<Reservation, 'key'>[]): Promise<readonly Use[]> {
    return this.#counters.used(windows);
  }

  async revoke(id: string, ttlMs: number): Promise<void> {
    await this.revoked();
    if (this.#revocations.size >= MOST_REVOCATIONS) throw new StoreUnavailableError('full');
    this.#revocations.set(id, this.#now() + ttlMs);
  }

  async restore(id: string): Promise<void> {
    this.#revocations.delete(id);
  }

  async revoked(): Promise<ReadonlySet<string>> {
    const now = this.#now();
    for (const [id, until] of this.#revocations) if (until <= now) this.#revocations.delete(id);
    return new Set(this.#revocations.keys());
  }

  read(kind: string, id: string): Promise<string | undefined> {
    return this.#records.read(kind, id);
  }

  async swap(kind: string, id: string, { memory, ...swap }: Swap): Promise<boolean> {
    if (memory !== undefined && memory !== (await this.memory())) return false;
    return this.#records.swap(kind, id, swap);
  }

  all(kind: string): Promise<readonly string[]> {
    return this.#records.all(kind);
  }

  async close(): Promise<void> {}
}
