/** A share of a budget that a call wants. */
export interface Reservation {
  readonly key: string;
  readonly weight: number;
  readonly max: number;
  readonly windowMs: number;
}

/** `index` is the reservation that does not fit; `retryAfterMs` is absent when it never will. */
export type Room =
  | { readonly ok: true }
  | { readonly ok: false; readonly index: number; readonly retryAfterMs: number | undefined };

export type Reserved = { readonly ok: true; release(): Promise<void> } | Exclude<Room, { ok: true }>;

/** Counts what was let through, in sliding windows. Both methods throw when the store is away. */
export interface CounterStore {
  /** Takes all the shares or none, atomically. */
  reserve(shares: readonly Reservation[]): Promise<Reserved>;
  /** Whether {@link reserve} would succeed now. Takes nothing. */
  room(shares: readonly Reservation[]): Promise<Room>;
}

interface Entry {
  readonly at: number;
  readonly weight: number;
  readonly windowMs: number;
}

/** Many more than callers have budgets. */
const MOST_KEYS = 10_000;

/** For one process. */
export class MemoryCounterStore implements CounterStore {
  readonly #entries = new Map<string, Set<Entry>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async reserve(shares: readonly Reservation[]): Promise<Reserved> {
    const room = this.#roomFor(shares);
    if (!room.ok) return room;
    const at = this.#now();
    const taken = shares.map(({ key, weight, windowMs }) => {
      const entry = { at, weight, windowMs };
      this.#entriesOf(key).add(entry);
      return { key, entry };
    });
    return {
      ok: true,
      release: async () => {
        for (const { key, entry } of taken) this.#entries.get(key)?.delete(entry);
      },
    };
  }

  async room(shares: readonly Reservation[]): Promise<Room> {
    return this.#roomFor(shares);
  }

  #roomFor(shares: readonly Reservation[]): Room {
    const now = this.#now();
    for (const [index, { key, weight, max, windowMs }] of shares.entries()) {
      if (weight > max) return { ok: false, index, retryAfterMs: undefined };
      const entries = this.#current(key, now);
      let used = entries.reduce((sum, entry) => sum + entry.weight, 0);
      if (used + weight <= max) continue;
      // The oldest leave first: the last one that has to go says when there is room.
      for (const entry of entries) {
        used -= entry.weight;
        if (used + weight <= max) return { ok: false, index, retryAfterMs: entry.at + windowMs - now };
      }
    }
    return { ok: true };
  }

  #current(key: string, now: number): Entry[] {
    const entries = this.#entries.get(key);
    if (entries === undefined) return [];
    for (const entry of entries) if (entry.at + entry.windowMs <= now) entries.delete(entry);
    return [...entries];
  }

  #entriesOf(key: string): Set<Entry> {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    if (this.#entries.size >= MOST_KEYS) this.#dropEmpty();
    const fresh = new Set<Entry>();
    this.#entries.set(key, fresh);
    return fresh;
  }

  #dropEmpty(): void {
    const now = this.#now();
    for (const key of this.#entries.keys()) if (this.#current(key, now).length === 0) this.#entries.delete(key);
    if (this.#entries.size >= MOST_KEYS) throw new Error('too many budgets are counted at once');
  }
}
