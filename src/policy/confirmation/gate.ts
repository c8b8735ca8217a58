import type { Operation } from '../../catalog/operation.js';
import type { Claimed, OnceStore } from '../../limits/once-store.js';
import type { DecidedCall, Recorder } from '../audit/recorder.js';
import type { Claim, Grants } from '../grants.js';
import type { Decision, Instance, PersonAnswer, PolicyCall, Way } from '../policy-types.js';
import type { Review } from '../preview/review.js';
import type { ApprovalFlow, ApprovalOutcome } from './approval-flow.js';
import { badApproval } from './approval-refusals.js';
import type { SlipMade, TooLarge } from './asking.js';
import { type ClientForm, type FormAnswer, MOST_SLIPS } from './client-form.js';
import { LIFETIME_MS, REMEMBERED_MS } from './lifetime.js';
import * as refusals from './refusals.js';
import type { Binding, Sealer } from './sealer.js';

export type Question = Extract<Decision, { kind: 'ask' }>;

export interface GateOptions {
  readonly grants: Grants;
  readonly recorder: Recorder;
  readonly sealer: Sealer;
  readonly form: ClientForm;
  readonly approvals: ApprovalFlow;
  /** The ways of asking a person, in the order in which they are tried. */
  readonly ways: readonly Way[];
  readonly once: OnceStore;
  readonly instance: Instance;
  readonly bindingOf: (call: PolicyCall) => Binding;
  /** What a person is shown of the call; `missing` if its target does not exist. */
  readonly review: (facts: DecidedCall) => Promise<Review | 'missing'>;
  /** Names the call's target by its id. */
  readonly nameById: (call: PolicyCall) => string | undefined;
}

/** What may be used once. */
interface SingleUse {
  readonly id: string;
  /** What the store's memory was when it was made. Default: it need not have been made before. */
  readonly memory?: string;
  /** How long its use is remembered. Default: for as long as any process might accept it. */
  readonly rememberedMs?: number;
}

/** How long the store remembers the claim of a call confirmed by a flag; no later claim can match it. */
const FLAG_CLAIM_MS = 1000;

/** Asks for the confirmation of a gated call, and weighs what comes back. */
export class Gate {
  readonly #options: GateOptions;
  readonly #grants: Grants;
  readonly #recorder: Recorder;
  readonly #sealer: Sealer;
  readonly #form: ClientForm;
  readonly #approvals: ApprovalFlow;
  readonly #ways: readonly Way[];
  readonly #asked = new WeakMap<Question, { readonly facts: DecidedCall; readonly modelMay: boolean }>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#grants = options.grants;
    this.#recorder = options.recorder;
    this.#sealer = options.sealer;
    this.#form = options.form;
    this.#approvals = options.approvals;
    this.#ways = options.ways;
  }

  /** @param modelMay whether the caller confirms such calls itself where its client cannot ask */
  async confirm(facts: DecidedCall, modelMay: boolean): Promise<Decision> {
    const { operation } = facts.call;
    const full = await this.#grants.overBudget(facts);
    if (full !== undefined) return this.#refuse(facts, full);
    if (!(await this.#recorder.works())) return this.#refuse(facts, refusals.logAway(operation));
    switch (facts.strength) {
      case 'flag':
        return this.#byFlag(facts);
      case 'token':
        return this.#byToken(facts);
      default:
        return this.#byPerson(facts, modelMay);
    }
  }

  /**
   * Continues after a question that was put to the person while the call waited. What was decided before stands; only the
   * answer is weighed, and a question takes only one.
   * @throws Error for a question that this policy did not ask, or that has been answered
   */
  async answer(
    question: Question,
    answer: PersonAnswer,
    waits: Pick<PolicyCall, 'signal' | 'onWaiting' | 'onDecided'> = {},
  ): Promise<Decision> {
    const asked = this.#asked.get(question);
    if (asked === undefined) throw new Error('the question has been answered, or was not asked by this policy');
    this.#asked.delete(question);
    const { facts, modelMay } = asked;
    return this.#weighAnswer({ ...facts, call: { ...facts.call, ...waits } }, answer, modelMay);
  }

  async #byFlag(facts: DecidedCall): Promise<Decision> {
    const { operation, confirm } = facts.call;
    if (confirm === true) {
      // The id is unique: claiming it only shows that the store is available. Without the store no gate opens.
      const claim = this.#singleUse(operation, { id: facts.id, rememberedMs: FLAG_CLAIM_MS });
      return this.#grants.allow(facts, 'the caller, by confirm: true', claim);
    }
    const review = await this.#options.review(facts);
    if (review === 'missing') return this.#missing(facts);
    return this.#refuse({ ...facts, target: review.target }, refusals.flagWanted(operation, review, confirm));
  }

  async #byToken(facts: DecidedCall): Promise<Decision> {
    const { operation, confirm } = facts.call;
    const binding = this.#options.bindingOf(facts.call);
    if (typeof confirm === 'string') {
      const opened = this.#sealer.open('token', confirm, binding);
      if (!opened.ok) return this.#refuse(facts, refusals.badToken(operation, opened.fault));
      return this.#grants.allow(facts, 'the caller, by token', this.#singleUse(operation, opened));
    }
    return this.#offerToken(facts, 'token');
  }

  async #offerToken(facts: DecidedCall, purpose: 'token' | 'unasked', unseen?: refusals.UnseenAnswer): Promise<Decision> {
    const { operation } = facts.call;
    const review = await this.#options.review(facts);
    if (review === 'missing') return this.#missing(facts);
    const memory = await this.#memory();
    if (memory === undefined) return this.#refuse(facts, refusals.storeAway(operation));
    const token = this.#sealer.seal(purpose, this.#options.bindingOf(facts.call), { lifetimeMs: LIFETIME_MS, memory });
    const wanted = refusals.tokenWanted(operation, review, token, LIFETIME_MS / 60_000, unseen);
    return this.#refuse({ ...facts, target: review.target }, wanted);
  }

  async #byPerson(facts: DecidedCall, modelMay: boolean): Promise<Decision> {
    const { operation, answer, confirm } = facts.call;
    if (this.#approvals.isId(answer?.state)) return this.#arrive(await this.#approvals.goOn(facts, answer.state, answer.action));
    if (answer !== undefined && this.#canShowForm(facts)) return this.#weighAnswer(facts, answer, modelMay);
    if (this.#approvals.isId(confirm)) return this.#arrive(await this.#approvals.goOn(facts, confirm));
    if (modelMay && typeof confirm === 'string') {
      const opened = this.#sealer.open('unasked', confirm, this.#options.bindingOf(facts.call));
      const claim = opened.ok ? this.#singleUse(operation, opened) : undefined;
      if (claim) return this.#grants.allow(facts, 'the caller, by token, as the client showed the question to no person', claim);
    }
    const ways = await this.#waysTo(facts, facts.call.caller.transport === 'page' ? ['page'] : this.#ways);
    if (ways.length > 0) return this.#ask(facts, ways, modelMay);
    const noPerson = this.#ways.includes('page') ? this.#approvals.noPerson(facts) : undefined;
    const cannot = facts.needs?.byAnother === true ? refusals.feedsOwnClaims(operation) : refusals.cannotAsk(operation);
    return this.#refuse(facts, noPerson ?? cannot);
  }

  /** A client's form does not tell who answered, only that it was the client's person. */
  #canShowForm({ call, needs }: DecidedCall): boolean {
    const isEnough =
      needs?.passkey !== true && needs?.two !== true && needs?.byAnother !== true && (needs?.approvers.length ?? 0) === 0;
    return isEnough && this.#ways.includes('client') && this.#form.reaches(call);
  }

  /** The ways in which a person can be asked. */
  async #waysTo(facts: DecidedCall, ways: readonly Way[]): Promise<readonly Way[]> {
    const open: Way[] = [];
    for (const way of ways) {
      if (way === 'client' ? this.#canShowForm(facts) : await this.#approvals.reaches(facts)) open.push(way);
    }
    return open;
  }

  #arrive(end: ApprovalOutcome): Promise<Decision> {
    switch (end.kind) {
      case 'approved': {
        const { operation } = end.facts.call;
        const used = badApproval(operation, 'used');
        return this.#grants.allow(end.facts, end.confirmed, {
          claim: end.claim,
          used,
          forgotten: badApproval(operation, 'forgotten'),
        });
      }
      case 'link':
        return Promise.resolve({ kind: 'link', waiting: end.waiting });
      case 'missing':
        return this.#missing(end.facts);
      case 'refused':
        return this.#refuse(end.facts, end.refusal);
    }
  }

  /** Asks in the first way that has room for the whole question. */
  async #ask(facts: DecidedCall, ways: readonly Way[], modelMay: boolean, slip?: SlipMade): Promise<Decision> {
    const review = await this.#options.review(facts);
    if (review === 'missing') return this.#missing(facts);
    const known: DecidedCall = { ...facts, target: review.target };
    let tooLarge: TooLarge | undefined;
    for (const way of ways) {
      if (way === 'page') return this.#arrive(await this.#approvals.ask(known, review));
      tooLarge = this.#form.tooLarge(review, facts.call);
      if (tooLarge !== undefined) continue;
      const memory = await this.#memory();
      if (memory === undefined) return this.#refuse(known, refusals.storeAway(facts.call.operation));
      const question = this.#form.ask({ review, binding: this.#options.bindingOf(facts.call), memory, slip });
      await this.#recorder.decided({ ...known, way }, 'asked', slip?.fault);
      const decision: Question = { kind: 'ask', ...question };
      this.#asked.set(decision, { facts: known, modelMay });
      return decision;
    }
    return this.#refuse(known, refusals.tooMuchToShow(facts.call.operation, tooLarge ?? { advice: '' }));
  }

  async #weighAnswer(facts: DecidedCall, answer: PersonAnswer, modelMay: boolean): Promise<Decision> {
    const { operation } = facts.call;
    const judged = this.#form.judge(answer, this.#options.bindingOf(facts.call), facts.call);
    if (!judged.genuine) return this.#refuse(facts, refusals.badAnswer(operation, judged.fault));
    const answered: DecidedCall = { ...facts, way: this.#form.name, answeredMs: judged.afterMs };
    // The question is answered now: no second answer to it counts.
    const claimed = await this.#claim(judged).catch(() => undefined);
    if (claimed === undefined) return this.#refuse(answered, refusals.storeAway(operation));
    if (claimed !== 'first')
      return this.#refuse(answered, refusals.badAnswer(operation, claimed === 'again' ? 'used' : 'forgotten'));
    return this.#followUp(answered, judged, modelMay);
  }

  async #followUp(
    facts: DecidedCall,
    { verdict, afterMs }: Extract<FormAnswer, { genuine: true }>,
    modelMay: boolean,
  ): Promise<Decision> {
    const { operation } = facts.call;
    switch (verdict.kind) {
      case 'yes':
        return this.#grants.allow(facts, verdict.typed ? 'the person, by typing' : 'the person');
      case 'no':
        return this.#refuse(facts, refusals.badAnswer(operation, verdict.fault));
      case 'slip':
        if (verdict.count > MOST_SLIPS) return this.#refuse(facts, refusals.tooManySlips(operation, verdict.fault));
        return this.#ask(facts, ['client'], modelMay, verdict);
      case 'unseen':
        return this.#nextWay(facts, { fault: verdict.fault, afterMs }, modelMay);
    }
  }

  /** If no person is known to have seen the question, tries the ways after the client's form, or else goes on as without any. */
  async #nextWay(facts: DecidedCall, unseen: refusals.UnseenAnswer, modelMay: boolean): Promise<Decision> {
    await this.#recorder.decided(facts, 'unanswered', unseen.fault);
    const { way: _, answeredMs: __, ...unasked } = facts;
    const others = await this.#waysTo(facts, this.#ways.slice(this.#ways.indexOf('client') + 1));
    if (others.length > 0) return this.#ask(unasked, others, modelMay);
    // A quick no may have been a person's after all: on a live instance no model gets past it.
    const mayBeNo = unseen.fault === 'not_seen' && this.#options.instance.kind === 'live';
    if (modelMay && !mayBeNo) return this.#offerToken(unasked, 'unasked', unseen);
    return this.#refuse(unasked, refusals.personNotAsked(facts.call.operation, unseen));
  }

  #missing(facts: DecidedCall): Promise<Decision> {
    const { operation } = facts.call;
    return this.#refuse(facts, refusals.targetNotFound(operation, this.#options.nameById(facts.call)));
  }

  #refuse(facts: DecidedCall, refusal: refusals.Refusal): Promise<Decision> {
    return this.#grants.refuse(facts, refusal);
  }

  /** A claim on what the caller gave, which counts once. */
  #singleUse(operation: Operation, given: SingleUse): Claim {
    return {
      claim: () => this.#claim(given),
      used: refusals.badToken(operation, 'used'),
      forgotten: refusals.badToken(operation, 'forgotten'),
    };
  }

  #claim({ id, memory, rememberedMs = REMEMBERED_MS }: SingleUse): Promise<Claimed> {
    return this.#options.once.claim(id, rememberedMs, memory);
  }

  /** `undefined` while the store is away: what is asked for now could not be used either. */
  #memory(): Promise<string | undefined> {
    return this.#options.once.memory().catch(() => undefined);
  }
}
