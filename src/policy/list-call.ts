import type { Operation } from '../catalog/operation.js';
import type { Arguments, Risk } from '../catalog/operation-types.js';
import type { Label } from './preview/label.js';
import type { UndoWords } from './preview/undo-words.js';
import type { WantedStrength } from './strengths.js';

/** One of many calls that are confirmed together. */
export interface ListedCall {
  readonly operation: Operation;
  /** As they are shown. */
  readonly args: Arguments;
  /** Paths of ids that only an earlier call of the list will give. */
  readonly later: readonly (readonly string[])[];
}

/** What the policy says of one call of a list before any is made. */
export interface Judged {
  /** Every risk of the call, the heaviest first. */
  readonly risks: readonly Risk[];
  /** What will happen, placeholders not yet filled in. */
  readonly effects: readonly string[];
  readonly action: 'allow' | 'confirm';
  readonly rule: string;
  readonly strengths: readonly WantedStrength[];
  readonly approvers: readonly (readonly string[])[];
  /** Whether it needs a person other than the caller. */
  readonly byAnother?: boolean | undefined;
  readonly withinMs: number | undefined;
}

/** What a person is told about a list besides its calls. */
export interface ListTold {
  /** What the list is called: `Plan pln_…`. */
  readonly title: string;
  /** Names by id, as far as they are known. */
  readonly names: ReadonlyMap<string, Label | 'missing'>;
  /** Problems that were found, a sentence each. */
  readonly warnings: readonly string[];
}

/** Many calls that are confirmed as one. */
export interface CallList extends ListTold {
  readonly items: readonly (ListedCall & { readonly judged: Judged; readonly undo: UndoWords })[];
}

declare const passed: unique symbol;

/** Leave to make the calls of a list that was confirmed, each once. Only a `Policy` makes one. */
export interface ListPass {
  readonly [passed]?: never;
}

/** The place of a call in a list that was confirmed. */
export interface Place {
  readonly pass: ListPass;
  /** Number of the call in the list, from 0. */
  readonly item: number;
}
