import type { StoreWatcher } from './rows.js';
import type { Row } from './table.js';

/** What became of one row in the course of a request. */
export interface Change {
  readonly resource: string;
  readonly id: string;
  /** As it was; undefined for one that is new. */
  readonly before: Row | undefined;
  /** As it is; undefined for one that is gone. */
  readonly after: Row | undefined;
  /** Of one that is gone: as it was sent just before it went, where {@link Sight} gave that. */
  readonly lastShown: object | undefined;
}

/** How a row that is about to go looks to a caller; undefined where nobody asks for that later. */
export type Sight = (resource: string, row: Row) => object | undefined;

interface Touched {
  readonly resource: string;
  readonly before: Row | undefined;
  row: Row | undefined;
  lastShown: object | undefined;
}

/** Gathers what happens to a store, until somebody takes it. */
export class Changes implements StoreWatcher {
  readonly #sight: Sight;
  /** By resource and id, in the order in which they were first touched. */
  #touched = new Map<string, Touched>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  put(resource: string, row: Row, before: Row | undefined): void {
    const key = `${resource}/${row.id}`;
    const held = this.#touched.get(key);
    if (held === undefined) this.#touched.set(key, { resource, before, row, lastShown: undefined });
    else held.row = row;
  }

  dropping(resource: string, row: Row): void {
    const key = `${resource}/${row.id}`;
    const held = this.#touched.get(key) ?? { resource, before: { ...row }, row: undefined, lastShown: undefined };
    held.row = undefined;
    held.lastShown = this.#sight(resource, row);
    this.#touched.set(key, held);
  }

  set(): void {}

  /** What has happened since it was last taken. What came and went meanwhile is left out. */
  take(): Change[] {
    const touched = this.#touched;
    if (touched.size === 0) return [];
    this.#touched = new Map();
    const changes: Change[] = [];
    for (const [key, { resource, before, row, lastShown }] of touched) {
      if (before === undefined && row === undefined) continue;
      const after = row === undefined ? undefined : { ...row };
      changes.push({ resource, id: key.slice(resource.length + 1), before, after, lastShown });
    }
    return changes;
  }
}
