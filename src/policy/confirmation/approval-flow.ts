import type { Claimed } from '../../limits/once-store.js';
import { StoreUnavailableError } from '../../limits/store-unavailable.js';
import { Abort } from '../../platform/abort.js';
import { plain } from '../../platform/plain-text.js';
import { tracer } from '../../telemetry/tracing.js';
import type { DecidedCall, Recorder } from '../audit/recorder.js';
import type { Instance, PersonAnswer, PolicyCall, Waiting } from '../policy-types.js';
import { changesBetween } from '../preview/changes.js';
import { reviewText } from '../preview/dialog.js';
import { exactRequest, exactRequests } from '../preview/exact-request.js';
import type { Review } from '../preview/review.js';
import * as refusals from './approval-refusals.js';
import type { ApprovalSeen, Approvals, Needs } from './approvals.js';
import { canonicalJson } from './canonical.js';
import { type Refusal, storeAway } from './refusals.js';
import type { Binding, Sealer } from './sealer.js';

export interface ApprovalFlowOptions {
  readonly approvals: Approvals | undefined;
  readonly sealer: Sealer;
  readonly recorder: Recorder;
  readonly instance: Instance;
  /** How long a call waits, in milliseconds. */
  readonly waitMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly bindingOf: (call: PolicyCall) => Binding;
  readonly review: (facts: DecidedCall) => Promise<Review | 'missing'>;
}

/** `approved`: by a person, and what they saw is still so. `claim` uses the approval up, once. */
export type ApprovalOutcome =
  | { readonly kind: 'approved'; readonly facts: DecidedCall; readonly confirmed: string; readonly claim: () => Promise<Claimed> }
  | { readonly kind: 'refused'; readonly facts: DecidedCall; readonly refusal: Refusal }
  | { readonly kind: 'link'; readonly facts: DecidedCall; readonly waiting: Waiting & { readonly link: string } }
  | { readonly kind: 'missing'; readonly facts: DecidedCall };

interface Wait {
  readonly link: string | undefined;
  /** Whether the client has shown it. */
  readonly isShown: boolean;
  /** Whether the client's person will open it, as far as is known. */
  readonly isOpened?: boolean;
  /** On the clock of `performance`. */
  readonly until: number;
}

/** How long a call can be approved and used unless a rule says otherwise. */
const LIFETIME_MS = 15 * 60_000;
const ID = /^apr_/;
/** How much of what was shown goes on record, in characters. */
const LONGEST_SHOWN = 4_000;

/** Takes a call to people who are not at the client, and waits. If any of it fails, nothing is sent. */
export class ApprovalFlow {
  readonly #options: ApprovalFlowOptions;

  constructor(options: ApprovalFlowOptions) {
    this.#options = options;
  }

  /** Whether there is a person to ask for this call. */
  async reaches({ call, needs }: DecidedCall): Promise<boolean> {
    return (await this.#options.approvals?.reaches(needs ?? ANY_APPROVER, call.caller)) === true;
  }

  /** Whether `confirm` is meant to be the id of an approval. */
  isId(confirm: unknown): confirm is string {
    return this.#options.approvals !== undefined && typeof confirm === 'string' && ID.test(confirm);
  }

  /** Why no person can be asked. `undefined` if no page is served. */
  noPerson({ call }: DecidedCall): Refusal | undefined {
    const { approvals } = this.#options;
    return approvals && refusals.nobodyEnrolled(call.operation, approvals.enrolCommand);
  }

  /** Puts the call before people, and waits. */
  ask(facts: DecidedCall, review: Review): Promise<ApprovalOutcome> {
    return this.#safely(facts, () => this.#open(facts, review, [], performance.now() + this.#options.waitMs));
  }

  /**
   * Continues a call that was put before people.
   * @param link what became of the link that the client was to show; it decides nothing
   */
  goOn(facts: DecidedCall, id: string, link?: PersonAnswer['action']): Promise<ApprovalOutcome> {
    return this.#safely(facts, async () => {
      const found = await this.#approvals.find(id);
      const fault = this.#fault(facts, found);
      if (found === undefined || fault !== undefined)
        return refused(facts, refusals.badApproval(facts.call.operation, fault ?? 'unknown'));
      const isOpened = link !== 'decline';
      const until = isOpened ? performance.now() + this.#options.waitMs : 0;
      return this.#wait(facts, found, { link: await this.#approvals.link(id), isShown: true, isOpened, until });
    });
  }

  get #approvals(): Approvals {
    const { approvals } = this.#options;
    if (approvals === undefined) throw new Error('there is nowhere to ask people who are not at the client');
    return approvals;
  }

  async #safely(facts: DecidedCall, go: () => Promise<ApprovalOutcome>): Promise<ApprovalOutcome> {
    try {
      return await go();
    } catch (error) {
      if (error instanceof StoreUnavailableError) return refused(facts, storeAway(facts.call.operation));
      throw error;
    }
  }

  async #open(facts: DecidedCall, review: Review, changed: readonly string[], until: number): Promise<ApprovalOutcome> {
    const { call } = facts;
    const { operation, args, caller, list } = call;
    const known: DecidedCall = { ...facts, target: review.target, way: 'page' };
    const opened = await this.#approvals.open({
      review,
      request: list === undefined ? exactRequest(operation, args) : exactRequests(list),
      binding: this.#options.bindingOf(call),
      digest: this.#digest(facts),
      caller,
      instance: this.#options.instance,
      needs: { ...(facts.needs ?? ANY_APPROVER), grave: isGrave(facts, review) },
      lifetimeMs: facts.withinMs ?? LIFETIME_MS,
      changed,
    });
    if (!opened.ok) {
      const flood = opened.why === 'flood';
      return refused(known, flood ? refusals.tooManyPending(operation) : refusals.tooMuchToApprove(operation));
    }
    const { approval, link, isNew } = opened;
    if (isNew) await this.#options.recorder.decided({ ...known, ...told(approval) }, 'asked', undefined);
    return this.#wait(known, approval, { link, isShown: false, until });
  }

  async #wait(
    facts: DecidedCall,
    approval: ApprovalSeen,
    { link, isShown, isOpened: wasOpened = true, until }: Wait,
  ): Promise<ApprovalOutcome> {
    const { operation, signal, onWaiting, onDecided, takesLink } = facts.call;
    const { id } = approval;
    const left = new Abort();
    let isOpened = wasOpened;
    const notOpened = (): void => {
      isOpened = false;
      left.abort();
    };
    if (signal?.aborted === true) left.abort();
    signal?.addEventListener('abort', () => left.abort(), { once: true });
    if (approval.state === 'pending') {
      const waiting = this.#waiting(approval, link, notOpened);
      // If calls do not wait, the client can get the link only as the answer.
      const isFirst = takesLink === 'first' || (takesLink === 'meanwhile' && this.#options.waitMs === 0);
      if (isFirst && !isShown && link !== undefined) return { kind: 'link', facts, waiting: { ...waiting, link } };
      onWaiting?.(waiting);
    }
    const wait = (): ReturnType<Approvals['wait']> =>
      this.#approvals.wait(id, Math.max(0, until - performance.now()), left.signal);
    const found = await (tracer()?.within({ span: 'approval' }, wait) ?? wait());
    if (found?.state !== 'pending') onDecided?.(id);
    if (found === undefined) return refused(facts, refusals.badApproval(operation, 'unknown'));
    const known: DecidedCall = { ...facts, way: 'page', target: found.review.target, ...told(found) };
    switch (found.state) {
      case 'pending':
        return refused(known, refusals.approvalPending(operation, found, { link, isOpened }));
      case 'declined':
        return refused(
          known,
          found.declined ? refusals.approvalDeclined(operation, found.declined) : refusals.badApproval(operation, 'unknown'),
        );
      case 'approved':
        return this.#lookAgain(known, found, until);
      default:
        return refused(known, refusals.badApproval(operation, found.state));
    }
  }

  #waiting({ id, review, expiresAt }: ApprovalSeen, link: string | undefined, notOpened: () => void): Waiting {
    const { kind, name } = this.#options.instance;
    const where = name === undefined ? `a ${kind.toUpperCase()} instance` : `${name} (${kind.toUpperCase()})`;
    return {
      id,
      link,
      message: `A call on ${where} waits for a person: ${plain(review.title)}. Open the page, sign in, and look at all of it before you decide.`,
      notOpened,
      decided: async (signal) => void (await this.#approvals.wait(id, Math.max(0, expiresAt - this.#options.now()), signal)),
    };
  }

  /** A person agreed to what they were shown, and to nothing else. */
  async #lookAgain(facts: DecidedCall, approval: ApprovalSeen, until: number): Promise<ApprovalOutcome> {
    const review = await this.#options.review(facts);
    if (review === 'missing') {
      await this.#approvals.replace(approval.id);
      return { kind: 'missing', facts };
    }
    const changed = changesBetween(approval.review, review);
    if (changed.length > 0) {
      await this.#approvals.replace(approval.id);
      return this.#open(facts, review, changed, until);
    }
    const confirmed = approval.words.map(({ approver, method }) => `${approver}, by ${method}`).join('; ');
    const { call, id } = facts;
    const usedBy = call.list === undefined ? { call: id } : { plan: String(call.args.plan) };
    return { kind: 'approved', facts, confirmed, claim: () => this.#approvals.take(approval.id, usedBy) };
  }

  /** Why an approval is not for this call. */
  #fault(facts: DecidedCall, found: ApprovalSeen | undefined): refusals.ApprovalFault | undefined {
    if (found === undefined) return 'unknown';
    if (found.digest === this.#digest(facts)) return undefined;
    const { operation, caller, instance } = this.#options.bindingOf(facts.call);
    if (found.instance !== instance) return 'other_instance';
    if (found.caller !== caller) return 'other_caller';
    return found.operation === operation ? 'other_arguments' : 'other_operation';
  }

  /** The same for the same call under the same rules. */
  #digest({ call, needs = ANY_APPROVER }: DecidedCall): string {
    const bound = canonicalJson({ ...this.#options.bindingOf(call), needs });
    return this.#options.sealer.digest('approval', bound).toString('base64url');
  }
}

const ANY_APPROVER: Needs = { passkey: false, two: false, byAnother: false, approvers: [], grave: false };

/** A list of this many calls or more is grave. */
const MANY = 25;

/** A call is grave if it cannot be undone, gives access, concerns the whole instance or many, or needs a passkey or two people. */
const isGrave = ({ call, risks, needs }: DecidedCall, review: Review): boolean =>
  review.irreversible ||
  review.word !== undefined ||
  risks.includes('access') ||
  (call.list?.items.length ?? 0) >= MANY ||
  (call.list === undefined && !call.operation.path.includes('{')) ||
  needs?.passkey === true ||
  needs?.two === true;

/** What the record says of an approval. */
const told = ({ id, shown, review, words, declined }: ApprovalSeen): Pick<DecidedCall, 'approval'> => ({
  approval: {
    id,
    shown,
    shownText: reviewText(review).slice(0, LONGEST_SHOWN),
    words: (declined === undefined ? words : [declined]).map(({ approver, method, fresh, lookedMs }) => ({
      approver,
      method,
      fresh,
      lookedMs,
    })),
  },
});

const refused = (facts: DecidedCall, refusal: Refusal): ApprovalOutcome => ({ kind: 'refused', facts, refusal });
