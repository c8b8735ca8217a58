import { timingSafeEqual } from 'node:crypto';
import { quoted } from '../../platform/plain-text.js';
import type { AskSchema, PersonAnswer, PolicyCall } from '../policy-types.js';
import { dialogLines, inputLines } from '../preview/dialog.js';
import type { Review } from '../preview/review.js';
import type { Asked, Question, Slip, SlipMade, TooLarge } from './asking.js';
import type { Binding, Sealer, SealFault } from './sealer.js';
import { normalizeWord } from './typed-word.js';

/** People do not read more than this in a dialog. */
const MOST_LINES = 120;
const WORD_BYTES = 16;
const SLIPS_BYTES = 1;

/** A slip is not an answer: the person may try again this often. */
export const MOST_SLIPS = 2;

/** Why an answer does not count as a person's. */
export type Unseen = 'not_shown' | 'not_answered' | 'not_seen';

export type Verdict =
  | { readonly kind: 'yes'; readonly typed: boolean }
  | { readonly kind: 'no'; readonly fault: 'declined' | 'cancelled' }
  | ({ readonly kind: 'slip' } & SlipMade)
  | { readonly kind: 'unseen'; readonly fault: Unseen };

/** `id` is to be claimed once. `afterMs` is how long the answer took. */
export type FormAnswer =
  | { readonly genuine: false; readonly fault: SealFault }
  | {
      readonly genuine: true;
      readonly id: string;
      readonly memory: string;
      readonly afterMs: number;
      readonly verdict: Verdict;
    };

export interface ClientFormOptions {
  readonly sealer: Sealer;
  readonly now: () => number;
  /** How long a question stands, in milliseconds. */
  readonly lifetimeMs: number;
  /** A no sooner than this, in milliseconds, came from a program: no person reads and decides so fast. */
  readonly instantMs: number;
}

const SLIP_NOTES: Readonly<Record<Slip, string>> = {
  wrong_word: 'What was typed is not what was asked for. Please try again.',
  not_accepted: 'The box was not ticked. Tick it to agree, or decline.',
};

/** Asks through the client's own form (MCP elicitation). */
export class ClientForm {
  /** For the record. */
  readonly name = 'client';
  readonly #options: ClientFormOptions;

  constructor(options: ClientFormOptions) {
    this.#options = options;
  }

  /** Whether a person can be asked this way for this call. */
  reaches(call: PolicyCall): boolean {
    return call.canAsk;
  }

  /** `undefined` if the whole review can be shown. */
  tooLarge(review: Review, { atTerminal }: Pick<PolicyCall, 'atTerminal'>): TooLarge | undefined {
    if (atTerminal === true) return undefined;
    const lines = dialogLines(review).length;
    return lines <= MOST_LINES ? undefined : { advice: splitAdvice(review, lines) };
  }

  /** All foreign text in the question is in quotes. */
  ask({ review, binding, memory, slip }: Asked): Question {
    const { sealer, lifetimeMs } = this.#options;
    const { word } = review;
    const note = slip === undefined ? [] : [SLIP_NOTES[slip.fault]];
    const carried = (nonce: Buffer): Buffer =>
      Buffer.concat([Buffer.of(slip?.count ?? 0), word === undefined ? Buffer.alloc(0) : this.#digest(word, nonce)]);
    const state = sealer.seal('question', binding, { lifetimeMs, memory, carried });
    return { message: [...note, ...dialogLines(review)].join('\n'), schema: schemaFor(word), state };
  }

  /** Whether this answers our question about this very call, and what the answer means. */
  judge(answer: PersonAnswer, binding: Binding, { atTerminal = false }: Pick<PolicyCall, 'atTerminal'>): FormAnswer {
    const { sealer, now, lifetimeMs } = this.#options;
    const opened = sealer.open('question', answer.state ?? '', binding);
    if (!opened.ok) return { genuine: false, fault: opened.fault };
    const afterMs = Math.max(0, now() - (opened.expiresAt - lifetimeMs));
    const slips = opened.carried[0] ?? MOST_SLIPS;
    const word = opened.carried.subarray(SLIPS_BYTES);
    const isInstant = !atTerminal && afterMs < this.#options.instantMs;
    const verdict = this.#verdict(answer, { isInstant, slips, word, nonce: opened.nonce });
    return { genuine: true, id: opened.id, memory: opened.memory, afterMs, verdict };
  }

  #verdict(
    { action, content }: PersonAnswer,
    { isInstant, slips, word, nonce }: { isInstant: boolean; slips: number; word: Buffer; nonce: Buffer },
  ): Verdict {
    if (action === 'failed') return { kind: 'unseen', fault: 'not_shown' };
    if (action === 'unanswered') return { kind: 'unseen', fault: 'not_answered' };
    if (action !== 'accept') {
      if (isInstant) return { kind: 'unseen', fault: 'not_seen' };
      return { kind: 'no', fault: action === 'decline' ? 'declined' : 'cancelled' };
    }
    if (content === undefined || Object.keys(content).length === 0) return { kind: 'unseen', fault: 'not_answered' };
    if (word.length === 0) {
      return content.confirm === true ? { kind: 'yes', typed: false } : { kind: 'slip', fault: 'not_accepted', count: slips + 1 };
    }
    const given = typeof content.typed === 'string' ? this.#digest(content.typed, nonce) : Buffer.alloc(0);
    const isRight = given.length === word.length && timingSafeEqual(given, word);
    return isRight ? { kind: 'yes', typed: true } : { kind: 'slip', fault: 'wrong_word', count: slips + 1 };
  }

  #digest(word: string, nonce: Buffer): Buffer {
    return this.#options.sealer.digest('word', normalizeWord(word), nonce).subarray(0, WORD_BYTES);
  }
}

function schemaFor(word: string | undefined): AskSchema {
  const properties: AskSchema['properties'] =
    word === undefined
      ? { confirm: { type: 'boolean', title: 'Yes, do this', default: false } }
      : { typed: { type: 'string', title: `To confirm, type ${quoted(word)}`, maxLength: 200 } };
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** How a call has to be split so that its review fits. */
function splitAdvice(review: Review, lines: number): string {
  const [longest] = review.inputs
    .map((input) => ({ input, taken: inputLines(input).length }))
    .sort((one, other) => other.taken - one.taken);
  if (longest === undefined) return `It takes ${lines} lines, and a person reads ${MOST_LINES} at most.`;
  const { input, taken } = longest;
  const room = MOST_LINES - (lines - taken);
  // One line is for the name of the list.
  const items = input.items === undefined ? 0 : Math.floor((room - 1) / ((taken - 1) / input.items));
  return items >= 1
    ? `Split it into calls with at most ${items} items of ${input.name} each.`
    : `The input ${input.name} takes ${taken} of the ${MOST_LINES} lines that a person reads at most: set it in smaller parts, or by itself.`;
}
