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
   * The tool's name; for what the catalog lacks the document's operationId, or its request where it has none. Of an
   * answer the resource by its `object`, wherever it is answered, and the tool's name outside of resources.
   */
  readonly operation: string;
  readonly aspect: Aspect;
  /** The input or the field of the answer, dotted; empty for the whole. */
  readonly at: string;
  readonly document: string;
  readonly catalog: string;
}

/** A difference that is meant, exactly as `clerk-mcp drift --json` reports it. */
export interface AcceptedDifference extends Difference {
  /** Of the document that it was found in. */
  readonly version: string;
  readonly why: string;
  /** Not every document of the version has it: one that does not is no reason to take it out. */
  readonly passing?: true;
}
