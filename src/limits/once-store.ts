/** Remembers what may be used only once. */
export interface OnceStore {
  /**
   * True for the first claim of an id, false for every later one within `ttlMs`. Atomic: of two racing
   * claims exactly one gets true.
   * @throws when it cannot tell; the call must then be refused
   */
  claim(id: string, ttlMs: number): Promise<boolean>;
}

/** More confirmations than people can give within the lifetime of one. */
const MOST = 100_000;

/** Remembers within one process. Forgets only what has expired: when full, it refuses new ids. */
export class MemoryOnceStore implements OnceStore {
  readonly #expiry = new Map<string, number>();
  readonly #now: () => number;
  readonly #most: number;
  #nextSweep = 0;

  /** @param now milliseconds of a monotonic clock; default: since the process began */
  constructor(now: () => number = () => performance.now(), most = MOST) {
    this.#now = now;
    this.#most = most;
  }

  get size(): number {
    return this.#expiry.size;
  }

  async claim(id: string, ttlMs: number): Promise<boolean> {
    const now = this.#now();
    if (now >= this.#nextSweep || this.#expiry.size >= this.#most) this.#sweep(now);
    const until = this.#expiry.get(id);
    if (until !== undefined && until > now) return false;
    if (this.#expiry.size >= this.#most) throw new Error('too many confirmations are remembered; try again later');
    this.#expiry.set(id, now + ttlMs);
    return true;
  }

  #sweep(now: number): void {
    this.#nextSweep = now + 60_000;
    for (const [id, until] of this.#expiry) if (until <= now) this.#expiry.delete(id);
  }
}
