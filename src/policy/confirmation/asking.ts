import type { AskSchema } from '../policy-types.js';
import type { Review } from '../preview/review.js';
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
  /** Of the store that is to remember that the question was answered. */
  readonly memory: string;
  /** The person's last slip, when they are asked again because of it. */
  readonly slip?: SlipMade | undefined;
}

/** A slip of a person who meant to answer: they mistyped the word, or sent the form without the tick. */
export type Slip = 'wrong_word' | 'not_accepted';

export interface SlipMade {
  readonly fault: Slip;
  /** How many there have been. */
  readonly count: number;
}
