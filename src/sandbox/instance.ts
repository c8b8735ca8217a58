import { Keys } from './keys.js';
import { Random } from './random.js';
import { type Collection, type Draft, Store } from './rows.js';
import { defineSetting, type Row, type Table } from './table.js';

/** How far the clock was moved. Kept like everything else, so that nothing lies in the future after a restart. */
const clock = defineSetting('clock', () => ({ ahead_ms: 0 }));

export interface InstanceOptions {
  /** Unix milliseconds. Default: the system's clock. */
  readonly now?: (() => number) | undefined;
  /** Makes ids and tokens repeatable. Default: they are random. */
  readonly randomSeed?: string | number | undefined;
  /** Where the sandbox is reached, without `/v1`; links to kept images start with it. */
  readonly origin: string;
  /** Of an instance that was kept. Default: a new one. */
  readonly id?: string | undefined;
}

/** One Clerk instance: its clock, its chance, its keys and all that it keeps. */
export class Instance {
  readonly id: string;
  readonly origin: string;
  readonly random: Random;
  readonly store: Store;
  readonly keys: Keys;
  readonly #clock: () => number;

  constructor(options: InstanceOptions) {
    this.#clock = options.now ?? Date.now;
    this.origin = options.origin;
    this.random = new Random(options.randomSeed);
    this.store = new Store({ now: () => this.now(), id: (prefix, at) => this.newId(prefix, at) });
    this.id = options.id ?? this.newId('ins');
    this.keys = new Keys(this.id, this.store);
  }

  /** Unix milliseconds. */
  now(): number {
    return this.#clock() + this.aheadMs;
  }

  /** How far the clock was moved. */
  get aheadMs(): number {
    return this.store.setting(clock).ahead_ms;
  }

  /** Moves the clock on. */
  advance(ms: number): void {
    this.store.set(clock, { ahead_ms: this.aheadMs + ms });
  }

  newId(prefix: string, at: number = this.now()): string {
    return this.random.id(prefix, at);
  }

  of<R extends Row, Unique extends string, Lookup extends string>(
    resource: Table<R, Unique, Lookup>,
  ): Collection<R, Unique, Lookup> {
    return this.store.of(resource);
  }

  get<R extends Row>(resource: Table<R>, id: string): R | undefined {
    return this.of(resource).get(id);
  }

  /** The row with this unique key. */
  one<R extends Row, Unique extends string>(resource: Table<R, Unique>, index: NoInfer<Unique>, key: string): R | undefined {
    return this.of(resource).one(index, key);
  }

  /** The rows with this key, oldest insertion first. */
  many<R extends Row, Lookup extends string>(
    resource: Table<R, string, Lookup>,
    index: NoInfer<Lookup>,
    key: string,
  ): readonly R[] {
    return this.of(resource).many(index, key);
  }

  /** All rows, oldest first. Not to be kept across a change. */
  all<R extends Row>(resource: Table<R>): readonly R[] {
    return this.of(resource).oldestFirst();
  }

  /** @throws DuplicateKeyError, with nothing inserted. */
  insert<R extends Row>(resource: Table<R>, draft: Draft<R>): R {
    return this.of(resource).insert(draft);
  }

  /** Changes the row in place and stamps `updated_at`. @throws DuplicateKeyError or RowGoneError, with nothing changed. */
  update<R extends Row>(resource: Table<R>, row: R, patch: Partial<Omit<R, 'id'>>): R {
    return this.of(resource).update(row, patch);
  }

  /** Removes the row and everything that belongs to it. */
  delete<R extends Row>(resource: Table<R>, row: R): void {
    this.of(resource).delete(row);
  }
}
