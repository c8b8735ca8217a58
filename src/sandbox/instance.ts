import { Keys } from './keys.js';
import { Random } from './random.js';
import { type Collection, Store } from './rows.js';
import type { Row, Table } from './table.js';

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
    this.id = options.id ?? this.newId('ins');
    this.store = new Store({ now: () => this.now(), id: (prefix, at) => this.newId(prefix, at) });
    this.keys = new Keys(this.id, this.store);
  }

  /** Unix milliseconds. */
  now(): number {
    return this.#clock();
  }

  newId(prefix: string, at: number = this.now()): string {
    return this.random.id(prefix, at);
  }

  of<R extends Row, Unique extends string, Lookup extends string>(
    resource: Table<R, Unique, Lookup>,
  ): Collection<R, Unique, Lookup> {
    return this.store.of(resource);
  }
}
