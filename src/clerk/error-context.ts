import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import { readsThatFind, readThatTells } from './reads.js';
import type { Scrubber } from './scrub.js';

/** What the words about an outcome depend on. What only errors name is looked up when one does. */
export class Circumstances {
  readonly operation: Operation;
  /** Requests so far. */
  readonly attempts: number;
  /** Whether an earlier attempt of this call may have been carried out. */
  readonly uncertain: boolean;
  /** Wall-clock milliseconds. */
  readonly now: number;
  readonly scrubber: Scrubber;
  readonly #catalog: Catalog | undefined;

  constructor(
    of: Pick<Circumstances, 'operation' | 'attempts' | 'uncertain' | 'now' | 'scrubber'>,
    catalog: Catalog | undefined,
  ) {
    this.operation = of.operation;
    this.attempts = of.attempts;
    this.uncertain = of.uncertain;
    this.now = of.now;
    this.scrubber = of.scrubber;
    this.#catalog = catalog;
  }

  /** The read that tells whether it happened. */
  get checkWith(): string | undefined {
    return readThatTells(this.operation, this.#catalog);
  }

  /** The reads that find what was not found. */
  get findWith(): readonly string[] {
    return readsThatFind(this.operation, this.#catalog);
  }
}
