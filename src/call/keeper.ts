import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';

/** One call that changes something, before it is made. */
export interface Change {
  readonly operation: Operation;
  readonly args: Arguments;
  /** The name of who makes it. */
  readonly caller: string;
  /** What it is found by: a call of a plan, or a call by its record. */
  readonly made: { readonly plan: string; readonly item: number } | { readonly record: string };
  /** `missing` for what does not exist, undefined for what cannot be read. */
  readonly read: (name: string, args: Arguments) => Promise<unknown>;
}

/** A call whose object's present form is kept. */
export interface Kept {
  /** The call was carried out. */
  done(answer: unknown): Promise<void>;
}

/**
 * Keeps what is needed to take calls back. Never throws: what cannot be kept cannot be taken back, and the call is made all
 * the same.
 */
export interface Keeper {
  before(change: Change): Promise<Kept | undefined>;
}
