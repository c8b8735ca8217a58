import type { InstanceKind } from '../policy-types.js';

/** One input of a call as a person reviews it. */
export interface ReviewInput {
  readonly name: string;
  /** All of it, of any length; secrets are masked. */
  readonly value: unknown;
  /** How it is shown: one line, or one for the name and one or two for each item. Safe to display. */
  readonly lines: readonly string[];
  /** How many items it lists; `undefined` if it is not a list. */
  readonly items: number | undefined;
}

/** A user or an organization that the call acts on or names. */
export interface ReviewParty {
  readonly id: string;
  /** `undefined` if it could not be looked up. */
  readonly name: string | undefined;
}

/**
 * All that a person has to see before they agree to a call; every way of asking draws its own form from it.
 * Every text but `value` of an input is safe to display in one line.
 */
export interface Review {
  readonly operation: string;
  readonly title: string;
  /** What the call acts on, name and id in one line; `undefined` if the operation has no target. */
  readonly target: string | undefined;
  /** What will happen, a sentence or two each, names filled in. The gravest comes first. */
  readonly effects: readonly string[];
  readonly irreversible: boolean;
  /** A sentence on whether the call can be undone, what is lost then, or why it cannot. `undefined` if the details say it. */
  readonly undo: string | undefined;
  /** Counts, and where a secret goes, a sentence each. */
  readonly details: readonly string[];
  /** Users and organizations that the call names, beside the target. */
  readonly parties: readonly ReviewParty[];
  /** The inputs that the effects do not show in full. The most important come first, whatever their order in the call. */
  readonly inputs: readonly ReviewInput[];
  readonly instance: {
    readonly kind: InstanceKind;
    readonly domain: string | undefined;
    /** `LIVE, example.com`; of several instances `shop (LIVE), example.com`. */
    readonly text: string;
  };
  readonly caller: { readonly name: string; readonly client: string | undefined };
  /** What is asked, as a question. */
  readonly question: string;
  /** What the person must type; `undefined` if a tick is enough. */
  readonly word: string | undefined;
}
