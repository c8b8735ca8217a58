import { newMemory } from './once-store.js';
import { StoreUnavailableError } from './store-unavailable.js';

/** A change to a record. */
export interface Swap {
  /** The text it must have now; `undefined` if it must not exist. */
  readonly from: string | undefined;
  /** Its new text; `undefined` removes the record. */
  readonly to: string | undefined;
  /** How long it is kept, in milliseconds. */
  readonly ttlMs: number;
  /** What the store's memory must be; otherwise nothing is changed. See `OnceStore.memory`. */
  readonly memory?: string | undefined;
}

/** Small texts by kind and id that several processes read and change, each change from what was last read. */
export interface RecordStore {
  /** See `OnceStore.memory`. @throws when the store is away, or cannot be written to */
  memory(): Promise<string>;
  /** @throws when the store is away */
  read(kind: string, id: string): Promise<string | undefined>;
  /**
   * Changes nothing and returns false if the record does not have the text it must have, or the store not the memory. Atomic: of two swaps from the same
   * text only one succeeds.
   * @throws when the store is away, or has no room
   */
  swap(kind: string, id: string, swap: Swap): Promise<boolean>;
  /** All records of a kind. @throws when the store is away */
  all(kind: string): Promise<readonly string[]>;
}

/** Far more than people can look through; beyond it new records are refused. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

interface Kept {
  readonly text: string;
  readonly until: number;
}

/** Keeps records in one process. When full, it refuses new ones rather than forget any still in force. */
export class MemoryRecordStore implements RecordStore {
  readonly #kinds = new Map<string, Map<string, Kept>>();
  readonly #now: () => number;
  readonly #most: number;
  readonly #memory = newMemory();
  #size = 0;

  constructor(now: () => number = Date.now, mostCharacters = MOST_CHARACTERS) {
    this.#now = now;
    this.#most = mostCharacters;
  }

  async read(kind: string, id: string): Promise<string | undefined> {
    return this.#get(kind, id);
  }

  async memory(): Promise<string> {
    return this.#memory;
  }

  async swap(kind: string, id: string, { from, to, ttlMs, memory = this.#memory }: Swap): Promise<boolean> {
    if (memory !== this.#memory || this.#get(kind, id) !== from) return false;
    const grows = (to?.length ?? 0) - (from?.length ?? 0);
    if (this.#size + grows > this.#most) this.#sweep();
    if (grows > 0 && this.#size + grows > this.#most) throw new StoreUnavailableError('full');
    this.#remove(kind, id);
    if (to !== undefined) this.#add(kind, id, { text: to, until: this.#now() + ttlMs });
    return true;
  }

  async all(kind: string): Promise<readonly string[]> {
    const now = this.#now();
    return [...(this.#kinds.get(kind)?.values() ?? [])].filter(({ until }) => until > now).map(({ text }) => text);
  }

  #get(kind: string, id: string): string | undefined {
    const kept = this.#kinds.get(kind)?.get(id);
    return kept !== undefined && kept.until > this.#now() ? kept.text : undefined;
  }

  #add(kind: string, id: string, kept: Kept): void {
    const records = this.#kinds.get(kind) ?? new Map<string, Kept>();
    this.#kinds.set(kind, records.set(id, kept));
    this.#size += kept.text.length;
  }

  #remove(kind: string, id: string): void {
    const records = this.#kinds.get(kind);
    this.#size -= records?.get(id)?.text.length ?? 0;
    records?.delete(id);
  }

  #sweep(): void {
    const now = this.#now();
    for (const [kind, records] of this.#kinds) {
      for (const [id, { until }] of records) if (until <= now) this.#remove(kind, id);
    }
  }
}
