import { timingSafeEqual } from 'node:crypto';
import type { Preview } from '../preview/preview.js';
import type { AskSchema, PersonAnswer } from '../types.js';
import type { AnswerFlaw } from './refusals.js';
import type { Binding, Sealer } from './sealer.js';

export interface Question {
  readonly message: string;
  readonly schema: AskSchema;
  readonly state: string;
}

/** `id` is to be claimed once; `lost` is why the call must not be made although the answer is genuine. */
export type Judged =
  | { readonly genuine: false; readonly flaw: AnswerFlaw }
  | {
      readonly genuine: true;
      readonly id: string;
      readonly expiresAt: number;
      readonly lost: AnswerFlaw | undefined;
      readonly typed: boolean;
    };

const WORD_BYTES = 16;

/** The question for a person. Every piece of foreign text in it stands within one line. */
export function askPerson(preview: Preview, binding: Binding, sealer: Sealer, lifetimeMs: number): Question {
  const { word } = preview;
  const message = [preview.effect, ...preview.details, `Instance: ${preview.instance}`].join('\n');
  const state = sealer.seal('question', binding, lifetimeMs, (nonce) =>
    word === undefined ? Buffer.alloc(0) : wordDigest(sealer, word, nonce),
  );
  const field =
    word === undefined
      ? { confirm: { type: 'boolean' as const, title: 'Yes, do this', default: false } }
      : { typed: { type: 'string' as const, title: `To confirm, type ${word}`, maxLength: 200 } };
  return { message, schema: { type: 'object', properties: field, required: Object.keys(field) }, state };
}

/** Whether an answer is to our question about this very call, and whether it is a yes. */
export function judgeAnswer(answer: PersonAnswer, binding: Binding, sealer: Sealer): Judged {
  const opened = sealer.open('question', answer.state ?? '', binding);
  if (!opened.ok) return { genuine: false, flaw: opened.flaw };
  const typed = opened.carried.length > 0;
  const lost = typed ? wordFlaw(answer, opened.carried, opened.nonce, sealer) : tickFlaw(answer);
  return { genuine: true, id: opened.id, expiresAt: opened.expiresAt, lost: actionFlaw(answer) ?? lost, typed };
}

const actionFlaw = ({ action }: PersonAnswer): AnswerFlaw | undefined =>
  action === 'accept' ? undefined : action === 'decline' ? 'declined' : 'cancelled';

const tickFlaw = ({ content }: PersonAnswer): AnswerFlaw | undefined => (content?.confirm === true ? undefined : 'not_accepted');

function wordFlaw({ content }: PersonAnswer, wanted: Buffer, nonce: Buffer, sealer: Sealer): AnswerFlaw | undefined {
  const typed = content?.typed;
  if (typeof typed !== 'string') return 'wrong_word';
  const given = wordDigest(sealer, typed, nonce);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? undefined : 'wrong_word';
}

/** Forgives spaces, and the two ways to write an accented letter; nothing else. */
const wordDigest = (sealer: Sealer, word: string, nonce: Buffer): Buffer =>
  sealer.digest('word', word.normalize('NFC').replace(/\s+/gu, ' ').trim(), nonce).subarray(0, WORD_BYTES);
