import type { Claimed } from '../../limits/once-store.js';
import type { Caller, Instance } from '../policy-types.js';
import type { ExactRequest } from '../preview/exact-request.js';
import type { Review } from '../preview/review.js';
import type { Binding } from './sealer.js';

/** What a person's approval of a call must fulfil. */
export interface Needs {
  /** Given with a passkey. */
  readonly passkey: boolean;
  /** Given by two people. */
  readonly two: boolean;
  /** Not given by the caller. */
  readonly byAnother: boolean;
  /** Lists of names and groups; an approver must be in every list to count. Empty: any enrolled approver. */
  readonly approvers: readonly (readonly string[])[];
  /** Much is at stake: the person must authenticate again to approve. */
  readonly grave: boolean;
}

/** One call to be put before a person who is not at the client. */
export interface ApprovalWish {
  readonly review: Review;
  readonly request: ExactRequest;
  readonly binding: Binding;
  /** A keyed digest of the binding, the same for the same call. */
  readonly digest: string;
  readonly caller: Caller;
  readonly instance: Pick<Instance, 'kind' | 'id' | 'name'>;
  readonly needs: Needs;
  /** How long it can be approved and used, in milliseconds. */
  readonly lifetimeMs: number;
  /** What differs from what the person was shown before, a sentence each. */
  readonly changed: readonly string[];
}

/** One person's decision. */
export interface Word {
  readonly approver: string;
  readonly method: 'passkey' | 'passphrase' | 'oauth';
  /** Whether they authenticated again for this very decision. */
  readonly fresh: boolean;
  /** Unix milliseconds. */
  readonly at: number;
  /** How long they had it before them. */
  readonly lookedMs: number;
  /** Whether they are the caller. */
  readonly own: boolean;
  /** Why they declined. Foreign text. */
  readonly reason?: string | undefined;
}

export const APPROVAL_STATES = ['pending', 'approved', 'declined', 'expired', 'used', 'replaced'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** What the policy reads of an approval. */
export interface ApprovalSeen {
  readonly id: string;
  readonly state: ApprovalState;
  readonly digest: string;
  readonly caller: string;
  readonly operation: string;
  readonly instance: string;
  readonly review: Review;
  /** SHA-256 of all that is shown, base64url. */
  readonly shown: string;
  readonly expiresAt: number;
  /** The approvals given so far. */
  readonly words: readonly Word[];
  readonly declined?: Word | undefined;
}

/** What an approval let through: a plan, or a call by its id on record. */
export type UsedBy = { readonly plan: string } | { readonly call: string };

export type OpenedApproval =
  | { readonly ok: true; readonly approval: ApprovalSeen; readonly link: string | undefined; readonly isNew: boolean }
  | { readonly ok: false; readonly why: 'flood' | 'too_large' };

/** Where calls are put before people who are not at the client. */
export interface Approvals {
  /** Whether an enrolled approver could approve a call of this caller. */
  reaches(needs: Needs, caller: Pick<Caller, 'name'>): Promise<boolean>;
  /** The one command that enrols an approver. */
  readonly enrolCommand: string;
  /** Repeating a call yields the same approval for as long as that can be given and used. @throws when the store is away */
  open(wish: ApprovalWish): Promise<OpenedApproval>;
  /** @throws when the store is away */
  find(id: string): Promise<ApprovalSeen | undefined>;
  /** Where a person sees it. */
  link(id: string): Promise<string | undefined>;
  /** Resolves when it is no longer pending, after `ms`, or when the signal is aborted. @throws when the store is away */
  wait(id: string, ms: number, signal: AbortSignal | undefined): Promise<ApprovalSeen | undefined>;
  /**
   * Uses it up: `first` once, for one process, and only while it is approved. One that was approved before the store may have
   * forgotten something is out of date. @throws when the store is away
   */
  take(id: string, usedBy: UsedBy): Promise<Claimed>;
  /** Marks it as out of date: it can be neither approved nor used. @throws when the store is away */
  replace(id: string): Promise<void>;
}
