import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import type { Scrubber } from '../platform/scrub.js';
import { readsThatFind, readThatTells } from './reads.js';

/** What error messages about a call depend on. Reads that only some errors name are looked up when needed. */
export class ErrorContext {
  readonly operation: Operation;
  /** How many requests there have been so far. */
  readonly attempts: number;
  /** Whether an earlier attempt of this call may have taken effect. */
  readonly uncertain: boolean;
  /** Wall-clock milliseconds. */
  readonly now: number;
  readonly scrubber: Scrubber;
  /** The proxy that requests go through. */
  readonly proxy: URL | undefined;
  readonly #catalog: Catalog | undefined;

  constructor(
    of: Pick<ErrorContext, 'operation' | 'attempts' | 'uncertain' | 'now' | 'scrubber' | 'proxy'>,
    catalog: Catalog | undefined,
  ) {
    this.operation = of.operation;
    this.attempts = of.attempts;
    this.uncertain = of.uncertain;
    this.now = of.now;
    this.scrubber = of.scrubber;
    this.proxy = of.proxy;
    this.#catalog = catalog;
  }

  /** The read that shows whether it happened. */
  get checkWith(): string | undefined {
    return readThatTells(this.operation, this.#catalog);
  }

  /** The reads that list ids of the kind that was not found. */
  get findWith(): readonly string[] {
    return readsThatFind(this.operation, this.#catalog);
  }
}
