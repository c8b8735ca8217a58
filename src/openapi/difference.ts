import type { FormAspect } from './compare-forms.js';

/** What can differ between the document and the catalog. */
export type Aspect =
  | FormAspect
  | 'missing_operation'
  | 'extra_operation'
  | 'request'
  | 'operation_id'
  | 'version'
  | 'deprecated'
  | 'place'
  | 'commas'
  | 'one_of'
  | 'unreadable';

export interface Difference {
  /** The tool's name; for what the catalog lacks the document's operationId, or its request where it has none. */
  readonly operation: string;
  readonly aspect: Aspect;
  /** The input, dotted; empty for the whole operation. */
  readonly at: string;
  readonly document: string;
  readonly catalog: string;
}

/** A difference that is meant, exactly as `clerk-mcp drift --json` reports it. */
export interface AcceptedDifference extends Difference {
  /** Of the document that it was found in. */
  readonly version: string;
  readonly why: string;
  /** Only documents of the version that are older than its latest have it; the latest need not. */
  readonly outdated?: true;
}
