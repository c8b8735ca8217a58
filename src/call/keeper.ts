import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';

/** One call that changes something, before it is made. */
export interface Change {
  readonly operation: Operation;
  readonly args: Arguments;
  /** The name of who makes it. */
  readonly caller: string;
  /** What identifies it: its place in a plan, or its record. */
  readonly made: { readonly plan: string; readonly item: number } | { readonly record: string };
  /** `missing` for an object that does not exist, undefined for one that cannot be read. */
  readonly read: (name: string, args: Arguments) => Promise<unknown>;
}

/** A call whose object was kept as it was before. */
export interface Kept {
  /** The call was carried out. */
  done(answer: unknown): Promise<void>;
}

/**
 * Keeps what is needed to take calls back. Never throws: if it cannot be kept, the call is made all the same and cannot
 * be taken back.
 */
export interface Keeper {
  before(change: Change): Promise<Kept | undefined>;
}
