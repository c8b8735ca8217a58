import { SlidingWindow } from './sliding-window.js';

/** A share of a budget that a call wants. */
export interface Reservation {
  readonly key: string;
  readonly weight: number;
  readonly max: number;
  readonly windowMs: number;
}

/** `index` is the reservation that does not fit; `retryAfterMs` is absent if it never will. */
export type Availability =
  | { readonly ok: true }
  | { readonly ok: false; readonly index: number; readonly retryAfterMs: number | undefined };

export type Reserved = { readonly ok: true; release(): Promise<void> } | Exclude<Availability, { ok: true }>;

/** How much of a budget is taken now. */
export interface Use {
  readonly used: number;
  /** How long until some of it is free again, in milliseconds; 0 if nothing is taken. */
  readonly freesMs: number;
}

/** Counts what was let through, in sliding windows. Both methods throw when the store is away. */
export interface CounterStore {
  /** Takes all the shares or none, atomically. */
  reserve(shares: readonly Reservation[]): Promise<Reserved>;
  /** Whether {@link reserve} would succeed now. Takes nothing. */
  room(shares: readonly Reservation[]): Promise<Availability>;
}

/** Also tells how much is taken. */
export interface BudgetStore extends CounterStore {
  /** How much of each window is taken. Takes nothing. @throws when the store is away */
  used(windows: readonly Pick<Reservation, 'key' | 'windowMs'>[]): Promise<readonly Use[]>;
}

/** Many more than there are callers with budgets, or callers within a minute. */
const MOST_KEYS = 100_000;

/** Counts within one process. */
export class MemoryCounterStore implements BudgetStore {
  readonly #windows = new Map<string, SlidingWindow>();
  readonly #now: () => number;

  /** @param now milliseconds; default: a monotonic clock, so that a step of the wall clock neither adds to a wait nor shortens it */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  async reserve(shares: readonly Reservation[]): Promise<Reserved> {
    const now = this.#now();
    const room = this.#roomFor(shares, now);
    if (!room.ok) return room;
    const taken = shares.map(({ key, weight, windowMs }) => {
      const window = this.#windowOf(key, now);
      return { window, counted: window.add(weight, now + windowMs) };
    });
    return {
      ok: true,
      release: async () => {
        for (const { window, counted } of taken) window.giveBack(counted, this.#now());
      },
    };
  }

  async room(shares: readonly Reservation[]): Promise<Availability> {
    return this.#roomFor(shares, this.#now());
  }

  async used(windows: readonly Pick<Reservation, 'key'>[]): Promise<readonly Use[]> {
    const now = this.#now();
    return windows.map(({ key }) => {
      const window = this.#windows.get(key);
      const used = window?.sum(now) ?? 0;
      return { used, freesMs: used === 0 ? 0 : Math.max(0, (window?.endsAtMost(used - 1) ?? now) - now) };
    });
  }

  #roomFor(shares: readonly Reservation[], now: number): Availability {
    for (const [index, { key, weight, max }] of shares.entries()) {
      if (weight > max) return { ok: false, index, retryAfterMs: undefined };
      const window = this.#windows.get(key);
      if (window === undefined || window.sum(now) + weight <= max) continue;
      return { ok: false, index, retryAfterMs: (window.endsAtMost(max - weight) ?? now) - now };
    }
    return { ok: true };
  }

  #windowOf(key: string, now: number): SlidingWindow {
    const known = this.#windows.get(key);
    if (known !== undefined) return known;
    if (this.#windows.size >= MOST_KEYS) this.#dropEmpty(now);
    const fresh = new SlidingWindow();
    this.#windows.set(key, fresh);
    return fresh;
  }

  #dropEmpty(now: number): void {
    for (const [key, window] of this.#windows) if (window.sum(now) === 0) this.#windows.delete(key);
    if (this.#windows.size >= MOST_KEYS) throw new Error('too many budgets are counted at once');
  }
}
