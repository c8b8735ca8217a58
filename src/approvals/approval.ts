import { createHash } from 'node:crypto';
import type { ApprovalSeen, ApprovalState, ApprovalWish, Needs, UsedBy, Word } from '../policy/confirmation/approvals.js';
import { canonicalJson } from '../policy/confirmation/canonical.js';
import type { Caller, InstanceKind } from '../policy/policy-types.js';
import type { ExactRequest } from '../policy/preview/exact-request.js';
import type { Review } from '../policy/preview/review.js';

/** One call that waits, or waited, for a person's decision. Kept as JSON; holds no secret. */
export interface Approval {
  /** `apr_` and 22 characters of base64url. */
  readonly id: string;
  readonly operation: string;
  /** Every text but the values of `inputs` is safe to display in one line. */
  readonly review: Review;
  /** The request that will be sent, secrets masked. Its texts are foreign. */
  readonly request: ExactRequest;
  /** A keyed digest of operation, whole arguments, caller and instance: what it is bound to. */
  readonly digest: string;
  /** `name` is verified; `client` is only what the client says about itself. */
  readonly caller: {
    readonly name: string;
    readonly transport: Caller['transport'];
    readonly client?: string | undefined;
    readonly clientVersion?: string | undefined;
  };
  readonly instance: { readonly kind: InstanceKind; readonly id: string; readonly name?: string | undefined };
  readonly needs: Needs;
  /** What differs from what the person was shown before, a sentence each. */
  readonly changed: readonly string[];
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** When it can no longer be given or used, in Unix milliseconds. */
  readonly expiresAt: number;
  /** SHA-256 of all of the above, base64url: the challenge of a passkey's assertion for this approval. */
  readonly shown: string;
  /** The approvals given so far, in their order. */
  readonly words: readonly Word[];
  readonly declined?: Word | undefined;
  /** When the call was let through. */
  readonly usedAt?: number | undefined;
  /** What the store's memory was when it was last approved. */
  readonly memory?: string | undefined;
  /** What it let through. */
  readonly usedBy?: UsedBy | undefined;
  /** When what was shown was found to be out of date. */
  readonly replacedAt?: number | undefined;
}

/** Makes the approval of a call. `id` must be unguessable. */
export function toApproval(wish: ApprovalWish, id: string, now: number): Approval {
  const { name, transport, clientName, clientVersion } = wish.caller;
  const told: Omit<Approval, 'shown' | 'words'> = {
    id,
    operation: wish.review.operation,
    review: wish.review,
    request: wish.request,
    digest: wish.digest,
    caller: { name, transport, client: clientName, clientVersion },
    instance: { kind: wish.instance.kind, id: wish.instance.id, name: wish.instance.name },
    needs: wish.needs,
    changed: wish.changed,
    createdAt: now,
    expiresAt: now + wish.lifetimeMs,
  };
  const shown = createHash('sha256').update(canonicalJson(told)).digest('base64url');
  return { ...told, shown, words: [] };
}

/** How far the clocks of two processes may differ, or one be set back. */
const CLOCK_MARGIN_MS = 600_000;

export function stateOf(approval: Approval, now: number): ApprovalState {
  if (approval.usedAt !== undefined) return 'used';
  if (approval.declined !== undefined) return 'declined';
  if (approval.replacedAt !== undefined) return 'replaced';
  // If the clock was set back further, the approval would last longer than intended.
  const isFromAhead = approval.createdAt - now > CLOCK_MARGIN_MS;
  if (approval.expiresAt <= now || isFromAhead) return 'expired';
  return approval.words.length >= wordsNeeded(approval.needs) ? 'approved' : 'pending';
}

/** How many people must approve. */
export const wordsNeeded = (needs: Needs): number => (needs.two ? 2 : 1);

/** The part that the policy reads. */
export function seen(approval: Approval, now: number): ApprovalSeen {
  const { id, digest, caller, operation, instance, review, shown, expiresAt, words, declined } = approval;
  const state = stateOf(approval, now);
  return { id, state, digest, caller: caller.name, operation, instance: instance.id, review, shown, expiresAt, words, declined };
}
