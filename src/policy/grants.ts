import type { Operation } from '../catalog/operation.js';
import type { Reserved } from '../limits/counter-store.js';
import type { Claimed } from '../limits/once-store.js';
import type { DecidedCall, Recorder } from './audit/recorder.js';
import * as refusals from './confirmation/refusals.js';
import type { CallList } from './list-call.js';
import type { Caller, Decision, Grant, Recorded } from './policy-types.js';
import type { BudgetLimit, Budgets, Shares } from './rules/budgets.js';

/** A confirmation that may be used once. */
export interface Claim {
  /** `first` once, for one process. */
  readonly claim: () => Promise<Claimed>;
  /** The refusal for every later claim. */
  readonly used: refusals.Refusal;
  /** The refusal where the store may have forgotten an earlier claim. */
  readonly forgotten: refusals.Refusal;
}

/** A call that was allowed, until it begins. */
export interface Issued {
  readonly facts: DecidedCall;
  /** Who confirmed it, and how. */
  readonly confirmed: string;
  readonly release: () => Promise<void>;
}

export interface GrantsOptions {
  readonly budgets: Budgets;
  readonly recorder: Recorder;
  /** Whether a person, and not the caller, agrees to a list as a whole. */
  readonly isByPerson: (list: CallList, caller: Pick<Caller, 'transport'>) => boolean;
}

const NO_SHARES: Shares = { limits: [], wanted: [] };

/** Makes decisions final: a grant within the budgets, or a refusal that is on record. */
export class Grants {
  readonly #options: GrantsOptions;
  readonly #issued = new WeakMap<Grant, Issued>();

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** Takes the share of the budgets, then the confirmation, so that neither is spent on a call that is refused. */
  async allow(facts: DecidedCall, confirmed: string, claim?: Claim): Promise<Decision> {
    const { operation, args, list } = facts.call;
    // Each call of a list takes its own share when its turn comes.
    const shares = list === undefined ? this.#sharesOf(facts) : NO_SHARES;
    let release = async (): Promise<void> => {};
    if (shares.wanted.length > 0) {
      const reserved = await this.#options.budgets.reserve(shares).catch(() => undefined);
      if (reserved === undefined) {
        if (facts.risk !== 'read') return this.refuse(facts, refusals.storeAway(operation));
      } else if (!reserved.ok) {
        return this.refuse(facts, budgetRefusal(operation, shares.limits, reserved));
      } else release = reserved.release;
    }
    const claimed = claim === undefined ? 'first' : await claim.claim().catch(() => 'away' as const);
    if (claimed !== 'first') {
      await release().catch(() => {});
      if (claim === undefined || claimed === 'away') return this.refuse(facts, refusals.storeAway(operation));
      return this.refuse(facts, claimed === 'again' ? claim.used : claim.forgotten);
    }
    const grant: Grant = Object.freeze({ operation, args });
    this.#issued.set(grant, { facts, confirmed, release });
    return { kind: 'allow', grant };
  }

  async refuse(facts: DecidedCall, { code, model }: refusals.Refusal): Promise<Decision> {
    await this.#options.recorder.decided(facts, 'refused', code);
    return { kind: 'refuse', code, model };
  }

  /** What each unused grant was issued for. */
  issuedFor(grant: Grant): Issued | undefined {
    return this.#issued.get(grant);
  }

  /**
   * Uses up the grant: afterwards the intent is on disk and the request may be sent, once.
   * @throws PolicyRefusal when it must not be sent after all
   */
  async begin(grant: Grant): Promise<Recorded> {
    const issued = this.#issued.get(grant);
    if (issued === undefined) throw new Error('the grant has been used, or was not issued by this policy');
    this.#issued.delete(grant);
    try {
      return await this.#options.recorder.begin(issued.facts, issued.confirmed);
    } catch (error) {
      await issued.release().catch(() => {});
      throw error;
    }
  }

  /** A person is never asked about a call that would be refused anyway. */
  async overBudget(facts: DecidedCall): Promise<refusals.Refusal | undefined> {
    const { operation, list, caller } = facts.call;
    if (list !== undefined) return this.roomFor(list, operation, caller);
    return this.#roomFor(this.#sharesOf(facts), operation);
  }

  /** The refusal if the budgets have no room for a whole list now. */
  roomFor(
    list: CallList,
    operation: Operation,
    caller: Pick<Caller, 'name' | 'transport'>,
  ): Promise<refusals.Refusal | undefined> {
    const { budgets, isByPerson } = this.#options;
    return this.#roomFor(budgets.sharesOfAll(list.items, caller, isByPerson(list, caller)), operation);
  }

  async #roomFor(shares: Shares, operation: Operation): Promise<refusals.Refusal | undefined> {
    if (shares.wanted.length === 0) return undefined;
    const room = await this.#options.budgets.room(shares).catch(() => undefined);
    if (room === undefined) return refusals.storeAway(operation);
    return room.ok ? undefined : budgetRefusal(operation, shares.limits, room);
  }

  #sharesOf({ call: { operation, args, caller }, risks, byPerson }: DecidedCall): Shares {
    return this.#options.budgets.shares(operation, args, caller, risks, byPerson);
  }
}

function budgetRefusal(
  operation: Operation,
  limits: readonly BudgetLimit[],
  full: Exclude<Reserved, { ok: true }>,
): refusals.Refusal {
  const limit = limits[full.index] ?? { name: '', size: '', raisedBy: undefined };
  return refusals.overBudget(operation, limit, full.retryAfterMs);
}
