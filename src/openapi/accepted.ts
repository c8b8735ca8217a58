import type { Difference } from './drift.js';

/** A difference that is meant, exactly as `clerk-mcp drift --json` reports it. */
export interface AcceptedDifference extends Difference {
  /** Of the document that it was found in. */
  readonly version: string;
  readonly why: string;
}

export const ACCEPTED: readonly AcceptedDifference[] = [];
