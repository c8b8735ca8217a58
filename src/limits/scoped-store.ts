import type { Availability, BudgetStore, CounterStore, Reservation, Reserved, Use } from './counter-store.js';
import type { Claimed, OnceStore } from './once-store.js';
import type { RecordStore, Swap } from './record-store.js';

const inScope = <T extends { readonly key: string }>(scope: string, parts: readonly T[]): T[] =>
  parts.map((part) => ({ ...part, key: `${scope}:${part.key}` }));

/** One scope's counters within a store that several share. */
export class ScopedCounters implements CounterStore {
  readonly #store: CounterStore;
  readonly #scope: string;

  constructor(store: CounterStore, scope: string) {
    this.#store = store;
    this.#scope = scope;
  }

  reserve(shares: readonly Reservation[]): Promise<Reserved> {
    return this.#store.reserve(inScope(this.#scope, shares));
  }

  room(shares: readonly Reservation[]): Promise<Availability> {
    return this.#store.room(inScope(this.#scope, shares));
  }
}

/** One scope's part of a store that several share: what one of them keeps or counts, no other finds. */
export class ScopedStore extends ScopedCounters implements OnceStore, BudgetStore, RecordStore {
  readonly #whole: OnceStore & BudgetStore & RecordStore;
  readonly #name: string;

  constructor(store: OnceStore & BudgetStore & RecordStore, scope: string) {
    super(store, scope);
    this.#whole = store;
    this.#name = scope;
  }

  memory(): Promise<string> {
    return this.#whole.memory();
  }

  claim(id: string, ttlMs: number, memory?: string): Promise<Claimed> {
    return this.#whole.claim(`${this.#name}:${id}`, ttlMs, memory);
  }

  used(windows: readonly Pick<Reservation, 'key' | 'windowMs'>[]): Promise<readonly Use[]> {
    return this.#whole.used(inScope(this.#name, windows));
  }

  read(kind: string, id: string): Promise<string | undefined> {
    return this.#whole.read(this.#kind(kind), id);
  }

  swap(kind: string, id: string, swap: Swap): Promise<boolean> {
    return this.#whole.swap(this.#kind(kind), id, swap);
  }

  all(kind: string): Promise<readonly string[]> {
    return this.#whole.all(this.#kind(kind));
  }

  #kind(kind: string): string {
    return `${this.#name}:${kind}`;
  }
}
