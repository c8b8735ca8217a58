import type { AnswerAspect } from './compare-answers.js';
import type { FormAspect } from './compare-forms.js';

/** What can differ between the document and the catalog. */
export type Aspect =
  | FormAspect
  | AnswerAspect
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
  /**
   * The tool's name. For an operation that the catalog lacks, the document's operationId, or the request where there is
   * none. For a difference in a resource, its `object`, whichever operation returns it.
   */
  readonly operation: string;
  readonly aspect: Aspect;
  /** The input or the field of the answer, dotted; empty for the whole. */
  readonly at: string;
  readonly document: string;
  readonly catalog: string;
}

/** An intended difference, exactly as `clerk-mcp drift --json` reports it. */
export interface AcceptedDifference extends Difference {
  /** The version of the document that it was found in. */
  readonly version: string;
  readonly why: string;
  /** Not every document of the version has it, so its absence is no reason to remove it. */
  readonly passing?: true;
}
