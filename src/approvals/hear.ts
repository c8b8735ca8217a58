import type { Word } from '../policy/confirmation/approvals.js';
import { isWord } from '../policy/confirmation/typed-word.js';
import { type Approval, stateOf } from './approval.js';
import type { Approver } from './approver-file.js';
import { isCaller, isNamed, isSameName } from './approvers.js';

/** A signed-in person's answer to an approval. */
export interface Say {
  readonly verdict: 'approve' | 'decline';
  /** The person, as they signed in. */
  readonly approver: Approver;
  readonly method: Word['method'];
  /** `shown` of the approval they saw. */
  readonly shown: string;
  /** What they typed, if the review asks for a word. */
  readonly typed?: string | undefined;
  /** Why they decline, for the caller to read. */
  readonly reason?: string | undefined;
  /** How long they looked at it, in milliseconds. */
  readonly lookedMs: number;
  /**
   * Proof that they authenticated again for this very decision: by the passphrase, by an assertion whose challenge is this
   * approval's `shown`, or by a sign-in at the issuer for it. It counts as their method.
   */
  readonly fresh?:
    | { readonly method: 'passphrase' }
    | { readonly method: 'passkey' | 'oauth'; readonly challenge: string }
    | undefined;
}

/**
 * Why a decision does not count. `changed`: they were shown something else. `not_named`: the rules name others. `own`: a
 * person other than the caller must approve. `again`: they have approved it already.
 */
export type Unheard =
  | 'not_found'
  | 'not_pending'
  | 'changed'
  | 'not_enrolled'
  | 'not_named'
  | 'passkey_needed'
  | 'fresh_needed'
  | 'wrong_word'
  | 'own'
  | 'again';

export type Heard =
  | { readonly ok: true; readonly approval: Approval }
  | { readonly ok: false; readonly why: Unheard; readonly approval?: Approval | undefined };

const LONGEST_REASON = 300;

/** The approval with the decision in it, or why the decision does not count. */
export function hear(approval: Approval, say: Say, now: number): Approval | Unheard {
  const { needs, review, caller, words } = approval;
  const { approver, fresh } = say;
  const state = stateOf(approval, now);
  // An approval can be withdrawn until it is used.
  if (state !== 'pending' && !(state === 'approved' && say.verdict === 'decline')) return 'not_pending';
  if (!isNamed(approver, needs)) return 'not_named';
  if (say.shown !== approval.shown) return 'changed';
  const method = fresh?.method ?? say.method;
  const isFresh = fresh !== undefined && (fresh.method === 'passphrase' || fresh.challenge === approval.shown);
  const reason = say.reason?.slice(0, LONGEST_REASON).trim() || undefined;
  const lookedMs = Math.max(0, Math.round(say.lookedMs));
  const word: Word = {
    approver: approver.name,
    method,
    fresh: isFresh,
    at: now,
    lookedMs,
    own: isCaller(approver, caller.name),
    reason,
  };
  if (say.verdict === 'decline') return { ...approval, declined: word };
  if (needs.passkey && method !== 'passkey') return 'passkey_needed';
  if ((needs.grave || needs.passkey || fresh !== undefined) && !isFresh) return 'fresh_needed';
  if (review.word !== undefined && !isWord(say.typed, review.word)) return 'wrong_word';
  if (words.some((given) => isSameName(given.approver, approver.name))) return 'again';
  // One of the two people may be the caller; the other must not.
  if (word.own && (needs.byAnother || (needs.two && words.some(({ own }) => own)))) return 'own';
  return { ...approval, words: [...words, word] };
}
