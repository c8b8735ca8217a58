import { randomBytes } from 'node:crypto';

/** `forgotten`: the store may have lost an earlier claim of the id. */
export type Claimed = 'first' | 'again' | 'forgotten';

/** Remembers what may be used only once. */
export interface OnceStore {
  /**
   * A word that changes whenever the store may have lost what it was told: when it began anew, or a replica took its place.
   * @throws when the store is away, or cannot be written to
   */
  memory(): Promise<string>;
  /**
   * `first` for the first claim of an id, `again` for every later one within `ttlMs`. Atomic: of two racing claims exactly one is
   * the first.
   * @param memory what {@link memory} was when the id was made; if it no longer is, nothing is claimed
   * @throws when it cannot tell; the call must then be refused
   */
  claim(id: string, ttlMs: number, memory?: string): Promise<Claimed>;
}

/** More confirmations than people can give within the lifetime of one. */
const MOST = 100_000;

/** Bytes of a word for {@link OnceStore.memory}, which is in base64url. */
export const MEMORY_BYTES = 9;

export const newMemory = (): string => randomBytes(MEMORY_BYTES).toString('base64url');

/** Remembers within one process. Forgets only what has expired: when full, it refuses new ids. */
export class MemoryOnceStore implements OnceStore {
  readonly #expiry = new Map<string, number>();
  readonly #now: () => number;
  readonly #most: number;
  /** What a process has in memory ends with it. */
  readonly #memory = newMemory();
  #nextSweep = 0;

  /** @param now milliseconds of a monotonic clock; default: since the process began */
  constructor(now: () => number = () => performance.now(), most = MOST) {
    this.#now = now;
    this.#most = most;
  }

  get size(): number {
    return this.#expiry.size;
  }

  async memory(): Promise<string> {
    return this.#memory;
  }

  async claim(id: string, ttlMs: number, memory = this.#memory): Promise<Claimed> {
    if (memory !== this.#memory) return 'forgotten';
    const now = this.#now();
    if (now >= this.#nextSweep || this.#expiry.size >= this.#most) this.#sweep(now);
    const until = this.#expiry.get(id);
    if (until !== undefined && until > now) return 'again';
    if (this.#expiry.size >= this.#most) throw new Error('too many confirmations are remembered; try again later');
    this.#expiry.set(id, now + ttlMs);
    return 'first';
  }

  #sweep(now: number): void {
    this.#nextSweep = now + 60_000;
    for (const [id, until] of this.#expiry) if (until <= now) this.#expiry.delete(id);
  }
}
