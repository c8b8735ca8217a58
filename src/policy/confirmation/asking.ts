import type { Review } from '../preview/review.js';
import type { AskSchema, PolicyCall } from '../types.js';
import type { Binding } from './sealer.js';

/** What goes to the client as a form. */
export interface Question {
  readonly message: string;
  readonly schema: AskSchema;
  /** Sealed: comes back with the answer and says what it is an answer to. */
  readonly state: string;
}

/** Why a call cannot be shown whole, and how it could be. */
export interface TooLarge {
  /** A sentence for the model: how to split the call. */
  readonly advice: string;
}

/** One question about one call. */
export interface Asked {
  readonly review: Review;
  readonly binding: Binding;
  /** The person's last slip, when they are asked again because of it. */
  readonly slip?: SlipMade | undefined;
}

/** What a person who meant to answer did wrong: mistyped the word, or sent the form without the tick. */
export type Slip = 'wrong_word' | 'not_accepted';

export interface SlipMade {
  readonly flaw: Slip;
  /** How many there have been. */
  readonly count: number;
}

/** A way to put a call to a person. The policy tries its ways in order, until one reaches somebody. */
export interface WayOfAsking {
  /** For the record: `client`. */
  readonly name: string;
  /** Whether there is anybody to ask this way for this call. */
  reaches(call: PolicyCall): boolean;
  /** `undefined` where the whole review can be shown. */
  tooLarge(review: Review): TooLarge | undefined;
  ask(asked: Asked): Question;
}
