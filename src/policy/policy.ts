import { randomBytes } from 'node:crypto';
import { byWeight, type ConfirmForm, heaviest, type Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { MemoryCounterStore, type Reserved } from '../limits/counter-store.js';
import { MemoryOnceStore, type OnceStore } from '../limits/once-store.js';
import { type DecidedCall, Recorder } from './audit/recorder.js';
import { badApproval } from './confirmation/approval-refusals.js';
import { ApprovalRoad, type RoadEnd } from './confirmation/approval-road.js';
import type { SlipMade, TooLarge } from './confirmation/asking.js';
import { CallIds } from './confirmation/call-ids.js';
import { canonicalJson, TooDeepError } from './confirmation/canonical.js';
import { ClientForm, type FormAnswer, MOST_SLIPS } from './confirmation/client-form.js';
import { LIFETIME_MS, REMEMBERED_MS } from './confirmation/lifetime.js';
import { Passes } from './confirmation/passes.js';
import * as refusals from './confirmation/refusals.js';
import { type Binding, Sealer } from './confirmation/sealer.js';
import { explainStrategy, formOf, isByPerson, needsOf, strongest } from './confirmation/strength.js';
import type { CallList, Judged, ListPass, Place } from './list-call.js';
import type { PolicyOptions } from './policy-options.js';
import type { Caller, Decision, Grant, InstanceKind, PersonAnswer, PolicyCall, Recorded, Strength, Way } from './policy-types.js';
import { WAYS } from './policy-types.js';
import type { MayRead } from './preview/lookup.js';
import { Previewer } from './preview/preview.js';
import type { Review } from './preview/review.js';
import { type BudgetLimit, Budgets, type BudgetUse, defaultBudgets, type Shares } from './rules/budgets.js';
import type { Reading } from './rules/find-resource.js';
import { DEFAULT_KEYS_THAT_GRANT, OWN_CLAIMS } from './rules/granting-metadata.js';
import { Inquiry } from './rules/knowledge.js';
import { OWN_CLAIMS_EFFECT, OwnClaims } from './rules/own-claims.js';
import type { BudgetDeclaration, RuleDeclaration } from './rules/policy-file.js';
import { type Consequences, consequencesOf, isGated, itemCount, withRisk } from './rules/risk.js';
import { Rules, type Step, type Verdict } from './rules/rules.js';
import { isWithin, missingScope, type Scope } from './rules/scopes.js';
import type { WantedStrength } from './strengths.js';

type Question = Extract<Decision, { kind: 'ask' }>;

/** What a call would do, and whether it writes what the scopes of this server's own callers are made of. */
interface KnownConsequences extends Consequences {
  readonly feedsOwnClaims: boolean;
}

/** Why a call would be decided as it would. */
export interface Explanation {
  readonly operation: string;
  readonly risk: string;
  readonly action: Verdict['action'];
  readonly rule: string;
  readonly reason?: string | undefined;
  /** For a client that can ask its person, and for one that cannot. */
  readonly strength?: { readonly canAsk: Strength; readonly cannotAsk: Strength } | undefined;
  readonly maxItems?: number | undefined;
  readonly budgets: readonly string[];
  readonly steps: readonly Step[];
}

/** What the policy says of a call of a list, before any of it is made. */
export type JudgedCall =
  | { readonly ok: true; readonly judged: Judged }
  | { readonly ok: false; readonly refusal: refusals.Refusal };

type Weighed =
  | { readonly ok: true; readonly verdict: Verdict }
  | { readonly ok: false; readonly rule: string; readonly refusal: refusals.Refusal };

interface Issued {
  readonly facts: DecidedCall;
  readonly confirmed: string;
  readonly release: () => Promise<void>;
}

/** What may be used once. */
interface SingleUse {
  readonly id: string;
  /** How long its use is remembered. Default: for as long as any process might take it. */
  readonly rememberedMs?: number;
}

/** A confirmation that may be used once. */
interface Claim {
  /** True once, for one process. */
  readonly claim: () => Promise<boolean>;
  /** The answer to all who come later. */
  readonly used: refusals.Refusal;
}

/** How long a call waits for people who are not at the client. */
const ASK_WAIT_MS = 45_000;

/** No person reads a question and says no in less. */
const INSTANT_MS = 1_000;

/** How long the store remembers a call that was confirmed by a flag, which nothing asks it for. */
const FLAG_CLAIM_MS = 1000;

/** Stands between every call and Clerk: decides, asks for confirmation, keeps the record. Never sends a write itself. */
export class Policy {
  /** How gated calls are confirmed, in a sentence or two. */
  readonly explanation: string;
  readonly #options: PolicyOptions;
  readonly #rules: Rules;
  readonly #budgets: Budgets;
  readonly #previewer: Previewer;
  readonly #sealer: Sealer;
  readonly #form: ClientForm;
  readonly #road: ApprovalRoad;
  /** In the order in which they are tried. */
  readonly #ways: readonly Way[];
  readonly #once: OnceStore;
  readonly #recorder: Recorder;
  readonly #inquiry: Inquiry;
  readonly #reading: Omit<Reading, 'caller'>;
  readonly #ownClaims: OwnClaims | undefined;
  readonly #now: () => number;
  readonly #ids: CallIds;
  readonly #issued = new WeakMap<Grant, Issued>();
  readonly #passes = new Passes();
  readonly #asked = new WeakMap<Question, { readonly facts: DecidedCall; readonly modelMay: boolean }>();

  constructor(options: PolicyOptions) {
    const { catalog, instance, file, confirm = 'auto', audit, secrets, read, warn = () => {} } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const draw = options.randomBytes ?? randomBytes;
    this.#ids = new CallIds(draw);
    this.#once = options.once ?? new MemoryOnceStore();
    const key = typeof options.signingKey === 'string' ? Buffer.from(options.signingKey) : options.signingKey;
    this.#sealer = new Sealer({ key: key ?? draw(32), now: this.#now, randomBytes: draw });
    this.#form = new ClientForm({
      sealer: this.#sealer,
      now: this.#now,
      lifetimeMs: LIFETIME_MS,
      instantMs: options.instantMs ?? INSTANT_MS,
    });
    this.#ways = options.ask ?? WAYS;
    this.#rules = new Rules({ catalog, instance, rules: file?.rules ?? [], confirm });
    const store = options.counters ?? new MemoryCounterStore(options.now);
    this.#budgets = new Budgets({ catalog, instance, budgets: file?.budgets ?? defaultBudgets(catalog), store });
    const timeoutMs = options.previewTimeoutMs ?? 5_000;
    this.#reading = { read, timeoutMs };
    const { issuer } = options;
    this.#ownClaims = issuer === undefined ? undefined : new OwnClaims({ issuer, catalog, read, timeoutMs, now: this.#now });
    this.#previewer = new Previewer({ catalog, read, instance, now: this.#now, timeoutMs, keepsSecrets: secrets !== undefined });
    const keysThatGrant = [...(file?.metadata_keys_that_grant ?? DEFAULT_KEYS_THAT_GRANT), ...OWN_CLAIMS];
    this.#inquiry = new Inquiry({ catalog, read, keysThatGrant, timeoutMs, now: this.#now });
    this.#recorder = new Recorder({ audit, secrets, sealer: this.#sealer, instance, now: options.now, warn });
    this.#road = new ApprovalRoad({
      approvals: options.approvals,
      sealer: this.#sealer,
      recorder: this.#recorder,
      instance,
      waitMs: options.askWaitMs ?? ASK_WAIT_MS,
      now: this.#now,
      bindingOf: (call) => this.#bindingOf(call),
      review: (facts) => this.#review(facts),
    });
    this.explanation = explainStrategy(confirm, instance.kind);
  }

  /** Never throws for anything that is in a call; what cannot be decided is refused. */
  async decide(call: PolicyCall): Promise<Decision> {
    const { operation, args, caller } = call;
    let facts: DecidedCall = { call, id: this.#ids.next(), risk: operation.risk, risks: [operation.risk], effects: [], rule: '' };
    try {
      if (call.list !== undefined) return await this.#follow(...this.#sumUp(facts, call.list));
      // Also keeps the rules from arguments so deep that going through them would fail.
      if (operation.risk !== 'read') canonicalJson(args);
      const consequences = await this.#consequences(operation, args, caller);
      facts = { ...facts, ...consequences };
      const weighed = await this.#weigh(call, consequences);
      if (!weighed.ok) return await this.#refuse({ ...facts, rule: weighed.rule }, weighed.refusal);
      return await this.#follow({ ...facts, rule: weighed.verdict.rule }, weighed.verdict);
    } catch (error) {
      if (error instanceof TooDeepError) return this.#refuse(facts, refusals.argumentsTooDeep(operation, error.message));
      throw error;
    }
  }

  /**
   * What a call of a list would need. Nothing is asked, taken or put on record. Never throws for anything that is in a call.
   */
  async judge(call: Pick<PolicyCall, 'operation' | 'args' | 'caller'>): Promise<JudgedCall> {
    const { operation, args, caller } = call;
    try {
      canonicalJson(args);
      const consequences = await this.#consequences(operation, args, caller);
      const weighed = await this.#weigh(call, consequences);
      if (!weighed.ok) return { ok: false, refusal: weighed.refusal };
      const { action, rule, reason, strengths, approvers, byAnother, withinMs, maxItems } = weighed.verdict;
      if (action === 'deny') return { ok: false, refusal: refusals.denied(operation, reason ?? '', rule) };
      const items = itemCount(operation, args);
      if (maxItems !== undefined && items > maxItems)
        return { ok: false, refusal: refusals.tooManyItems(operation, items, maxItems, rule) };
      return { ok: true, judged: { ...consequences, action, rule, strengths, approvers, byAnother, withinMs } };
    } catch (error) {
      if (error instanceof TooDeepError) return { ok: false, refusal: refusals.argumentsTooDeep(operation, error.message) };
      throw error;
    }
  }

  /** Whether the budgets have room for a whole list now; the refusal where they have not. */
  async roomFor(list: CallList, operation: Operation, caller: Pick<Caller, 'name'>): Promise<refusals.Refusal | undefined> {
    const shares = this.#budgets.sharesOfAll(list.items, caller, isConfirmedByPerson(list, this.#options.instance.kind));
    if (shares.wanted.length === 0) return undefined;
    const room = await this.#budgets.room(shares).catch(() => undefined);
    if (room === undefined) return refusals.storeAway(operation);
    return room.ok ? undefined : budgetRefusal(operation, shares.limits, room);
  }

  /** A list as a person will be asked about it. */
  reviewOf(list: CallList, operation: Operation, caller: Caller): Promise<Review> {
    return this.#previewer.reviewList(operation, list, { mayRead: this.#mayRead(caller), caller });
  }

  /** The leave to make the calls of a list, for whom the whole of it was granted. To be asked for before `begin`. */
  passFor(grant: Grant): ListPass {
    const issued = this.#issued.get(grant);
    const { list, caller } = issued?.facts.call ?? {};
    if (issued === undefined || list === undefined || caller === undefined)
      throw new Error('the grant has been used, or is for no list');
    return this.#passes.open(list, caller, issued.confirmed, isConfirmedByPerson(list, this.#options.instance.kind));
  }

  /** Who confirmed a list, and how. */
  confirmedBy(pass: ListPass): string {
    return this.#passes.confirmedBy(pass);
  }

  /** The call at this place of a list may be made after all: it was not carried out, or may be twice. */
  giveBack(place: Place): void {
    this.#passes.giveBack(place);
  }

  /** How the list is confirmed; `undefined` where it need not be. */
  strengthFor({ items }: CallList, canAsk: boolean): Strength | undefined {
    const wanted = items.flatMap(({ judged }) => (judged.action === 'confirm' ? wantedStrengths(judged) : []));
    if (wanted.length === 0) return undefined;
    return strongest([...new Set(wanted)], this.#options.instance.kind, canAsk && this.#ways.includes('client'));
  }

  /** What was confirmed before a restart, by the word of whoever kept it. */
  passAgain(list: CallList, caller: Pick<Caller, 'name'>, confirmed: string): ListPass {
    return this.#passes.open(list, caller, confirmed, isConfirmedByPerson(list, this.#options.instance.kind));
  }

  /** The rules' verdict, or why they are not asked. */
  async #weigh(
    { operation, args, caller }: Pick<PolicyCall, 'operation' | 'args' | 'caller'>,
    { risks, feedsOwnClaims }: KnownConsequences,
  ): Promise<Weighed> {
    const lacking = missingScope(risks, caller);
    if (lacking !== undefined) return { ok: false, rule: 'scopes', refusal: refusals.insufficientScope(operation, lacking) };
    if (this.#options.readOnly === true && risks.some(isGated))
      return { ok: false, rule: 'read only', refusal: refusals.readOnly(operation) };
    const verdict = await this.#rules.decideByReading(operation, args, caller, risks, this.#reading);
    return { ok: true, verdict: feedsOwnClaims ? byAnother(verdict) : verdict };
  }

  /** A list is as risky as its gravest call, and needs all that any of them needs. */
  #sumUp(facts: DecidedCall, { items }: CallList): [DecidedCall, Verdict] {
    const judged = items.map((item) => item.judged);
    const risks = byWeight([...new Set(judged.flatMap((each) => each.risks))]);
    const gated = judged.filter(({ action }) => action === 'confirm');
    const within = gated.map(({ withinMs }) => withinMs ?? Number.POSITIVE_INFINITY);
    const withinMs = Math.min(...new Set(within));
    const verdict: Verdict = {
      action: gated.length > 0 ? 'confirm' : 'allow',
      strengths: [...new Set(gated.flatMap(({ strengths }) => strengths))],
      rule: (gated[0] ?? judged[0])?.rule ?? '',
      reason: undefined,
      approvers: [...new Map(gated.flatMap(({ approvers }) => approvers).map((names) => [names.join(), names])).values()],
      byAnother: gated.some((each) => each.byAnother === true),
      withinMs: Number.isFinite(withinMs) ? withinMs : undefined,
      maxItems: undefined,
    };
    return [{ ...facts, risk: heaviest(risks), risks, rule: verdict.rule }, verdict];
  }

  /**
   * Goes on from a question that was put to the person while the call waited. What was decided before it stands; only the
   * answer is weighed, and a question takes one.
   * @throws Error for a question that this policy did not ask, or that has been answered
   */
  async decideAnswer(
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

  /**
   * Uses up the grant: afterwards the intent is on disk and the request may be sent, once.
   * @throws PolicyRefusal when it must not be sent after all
   */
  async begin(grant: Grant): Promise<Recorded> {
    const issued = this.#issued.get(grant);
    if (issued === undefined) throw new Error('the grant has been used, or was not issued by this policy');
    this.#issued.delete(grant);
    try {
      return await this.#recorder.begin(issued.facts, issued.confirmed);
    } catch (error) {
      await issued.release().catch(() => {});
      throw error;
    }
  }

  /** The scope that the caller lacks for this very call. The arguments need not have been parsed. */
  async missingScope(operation: Operation, args: Arguments, caller: Pick<Caller, 'name' | 'scopes'>): Promise<Scope | undefined> {
    if (caller.scopes === undefined) return undefined;
    try {
      canonicalJson(args);
      return missingScope((await this.#consequences(operation, args, caller)).risks, caller);
    } catch (error) {
      // What is too deep is refused further on.
      if (error instanceof TooDeepError) return undefined;
      throw error;
    }
  }

  /** Nothing is looked up for a caller who may make no call of the operation. */
  async #consequences(
    operation: Operation,
    args: Arguments,
    caller: Pick<Caller, 'name' | 'scopes'>,
  ): Promise<KnownConsequences> {
    const hopeless = caller.scopes !== undefined && !isWithin(operation, caller.scopes);
    const known = hopeless ? this.#inquiry.offline : await this.#inquiry.about(operation, args, caller.name);
    const consequences = consequencesOf(operation, args, known);
    const feedsOwnClaims = !hopeless && (await this.#ownClaims?.areFedBy(operation, args, caller.name)) === true;
    return feedsOwnClaims
      ? { ...withRisk(consequences, 'access', OWN_CLAIMS_EFFECT), feedsOwnClaims }
      : { ...consequences, feedsOwnClaims };
  }

  /** What the operator should know of where callers get their scopes; never rejects. */
  async aboutOwnClaims(): Promise<string | undefined> {
    if (this.#ownClaims === undefined) return undefined;
    const isOwn = await this.#ownClaims.isOwnInstance();
    if (isOwn === false) return undefined;
    const why = isOwn
      ? 'is the instance that this server operates'
      : 'may be the instance that this server operates, which cannot be checked now';
    return `the issuer of the callers' tokens ${why}: calls that write what their scopes are made of need a person other than the caller`;
  }

  /** Whether some call of the operation can need `confirm`. */
  mayConfirm(operation: Operation): boolean {
    return operation.spec.confirms === true || this.#rules.strengthsOf(operation).length > 0;
  }

  /** The forms that `confirm` has in calls of the operation; empty where none needs it. */
  confirmForms(operation: Operation): readonly ConfirmForm[] {
    const { kind } = this.#options.instance;
    const { catalog } = this.#options;
    // What is confirmed for many calls at once takes whatever any of them takes.
    const all = operation.spec.confirms === true ? catalog.operations : [operation];
    const strengths = all.flatMap((each) => this.#rules.strengthsOf(each));
    return [...new Set(strengths.map((strength) => formOf(strongest([strength], kind, false))))];
  }

  explain(operation: Operation, args: Arguments, caller: Pick<Caller, 'name'>): Explanation {
    const { risk, risks } = consequencesOf(operation, args, this.#inquiry.offline);
    const { action, rule, reason, maxItems, ...verdict } = this.#rules.decide(operation, args, caller, risks);
    const strengths = wantedStrengths(verdict);
    const { kind } = this.#options.instance;
    return {
      operation: operation.name,
      risk,
      action,
      rule,
      reason,
      strength:
        action === 'confirm'
          ? { canAsk: strongest(strengths, kind, true), cannotAsk: strongest(strengths, kind, false) }
          : undefined,
      maxItems,
      budgets: this.#budgets.shares(operation, args, caller, risks).limits.map(({ name }) => name),
      steps: this.#rules.explain(operation, args, caller, risks),
    };
  }

  /** The whole policy as it holds, the built-in rules and budgets too. */
  show(): { readonly rules: readonly RuleDeclaration[]; readonly budgets: readonly BudgetDeclaration[] } {
    return { rules: this.#rules.declarations, budgets: this.#budgets.declarations };
  }

  /** How much of the budgets these callers have taken. @throws when the store is away */
  budgetUse(callers: readonly string[]): Promise<readonly BudgetUse[]> {
    return this.#budgets.use(callers);
  }

  async #follow(facts: DecidedCall, verdict: Verdict): Promise<Decision> {
    const { operation, args } = facts.call;
    if (verdict.action === 'deny') return this.#refuse(facts, refusals.denied(operation, verdict.reason ?? '', verdict.rule));
    const items = itemCount(operation, args);
    if (verdict.maxItems !== undefined && items > verdict.maxItems) {
      return this.#refuse(facts, refusals.tooManyItems(operation, items, verdict.maxItems, verdict.rule));
    }
    if (facts.call.place !== undefined) return this.#byPass(facts, facts.call.place, verdict);
    if (verdict.action === 'allow') return this.#grant(facts, `the rule ${verdict.rule}`);
    const { kind } = this.#options.instance;
    const { approvers, withinMs } = verdict;
    const wanted = wantedStrengths(verdict);
    const strength = strongest(wanted, kind, facts.call.canAsk && this.#ways.includes('client'));
    const needs = needsOf(wanted, approvers, verdict.byAnother === true);
    return this.#confirm({ ...facts, strength, needs, withinMs }, !isByPerson(strongest(wanted, kind, false)));
  }

  /** A call of a list that was confirmed: nobody is asked again, and nothing is sent that was not in the list. */
  async #byPass(facts: DecidedCall, place: Place, verdict: Verdict): Promise<Decision> {
    const { operation, args, caller } = facts.call;
    const passage = this.#passes.check(place, { operation, args, caller }, verdict);
    if (!passage.ok) return this.#refuse(facts, refusals.notInList(operation, passage.flaw));
    if (!(await this.#recorder.works())) return this.#refuse(facts, refusals.logAway(operation));
    this.#passes.use(place);
    const decision = await this.#grant({ ...facts, byPerson: passage.byPerson }, passage.confirmed);
    if (decision.kind !== 'allow') this.#passes.giveBack(place);
    return decision;
  }

  /** @param modelMay whether the caller confirms such calls itself where its client cannot ask */
  async #confirm(facts: DecidedCall, modelMay: boolean): Promise<Decision> {
    const { operation } = facts.call;
    const full = await this.#overBudget(facts);
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

  async #byFlag(facts: DecidedCall): Promise<Decision> {
    const { operation, confirm } = facts.call;
    if (confirm === true) {
      // The id is unique. Claiming it shows that the store is available, without which no gate opens.
      const claim = this.#singleUse(operation, { id: facts.id, rememberedMs: FLAG_CLAIM_MS });
      return this.#grant(facts, 'the caller, by confirm: true', claim);
    }
    const review = await this.#review(facts);
    if (review === 'missing') return this.#missing(facts);
    return this.#refuse({ ...facts, target: review.target }, refusals.flagWanted(operation, review, confirm));
  }

  async #byToken(facts: DecidedCall): Promise<Decision> {
    const { operation, confirm } = facts.call;
    const binding = this.#bindingOf(facts.call);
    if (typeof confirm === 'string') {
      const opened = this.#sealer.open('token', confirm, binding);
      if (!opened.ok) return this.#refuse(facts, refusals.badToken(operation, opened.flaw));
      return this.#grant(facts, 'the caller, by token', this.#singleUse(operation, opened));
    }
    return this.#offerToken(facts, 'token');
  }

  async #offerToken(facts: DecidedCall, purpose: 'token' | 'unasked', unseen?: refusals.UnseenAnswer): Promise<Decision> {
    const { operation } = facts.call;
    const review = await this.#review(facts);
    if (review === 'missing') return this.#missing(facts);
    const token = this.#sealer.seal(purpose, this.#bindingOf(facts.call), LIFETIME_MS);
    const wanted = refusals.tokenWanted(operation, review, token, LIFETIME_MS / 60_000, unseen);
    return this.#refuse({ ...facts, target: review.target }, wanted);
  }

  async #byPerson(facts: DecidedCall, modelMay: boolean): Promise<Decision> {
    const { operation, answer, confirm } = facts.call;
    if (this.#road.isId(answer?.state)) return this.#arrive(await this.#road.goOn(facts, answer.state, answer.action));
    if (answer !== undefined && this.#canShowForm(facts)) return this.#weighAnswer(facts, answer, modelMay);
    if (this.#road.isId(confirm)) return this.#arrive(await this.#road.goOn(facts, confirm));
    if (modelMay && typeof confirm === 'string') {
      const opened = this.#sealer.open('unasked', confirm, this.#bindingOf(facts.call));
      const claim = opened.ok ? this.#singleUse(operation, opened) : undefined;
      if (claim) return this.#grant(facts, 'the caller, by token, as the client showed the question to no person', claim);
    }
    const ways = await this.#waysTo(facts, this.#ways);
    if (ways.length > 0) return this.#ask(facts, ways, modelMay);
    const noPerson = this.#ways.includes('page') ? this.#road.noPerson(facts) : undefined;
    const cannot = facts.needs?.byAnother === true ? refusals.feedsOwnClaims(operation) : refusals.cannotAsk(operation);
    return this.#refuse(facts, noPerson ?? cannot);
  }

  /** Who answers a client's form is not known beyond that it is its person. */
  #canShowForm({ call, needs }: DecidedCall): boolean {
    const isEnough =
      needs?.passkey !== true && needs?.two !== true && needs?.byAnother !== true && (needs?.approvers.length ?? 0) === 0;
    return isEnough && this.#ways.includes('client') && this.#form.reaches(call);
  }

  /** The ways by which a person can be asked. */
  async #waysTo(facts: DecidedCall, ways: readonly Way[]): Promise<readonly Way[]> {
    const open: Way[] = [];
    for (const way of ways) {
      if (way === 'client' ? this.#canShowForm(facts) : await this.#road.reaches(facts)) open.push(way);
    }
    return open;
  }

  #arrive(end: RoadEnd): Promise<Decision> {
    switch (end.kind) {
      case 'approved': {
        const used = badApproval(end.facts.call.operation, 'used');
        return this.#grant(end.facts, end.confirmed, { claim: end.claim, used });
      }
      case 'link':
        return Promise.resolve({ kind: 'link', waiting: end.waiting });
      case 'missing':
        return this.#missing(end.facts);
      case 'refused':
        return this.#refuse(end.facts, end.refusal);
    }
  }

  /** Puts the question in the first of the ways that has room for all of it. */
  async #ask(facts: DecidedCall, ways: readonly Way[], modelMay: boolean, slip?: SlipMade): Promise<Decision> {
    const review = await this.#review(facts);
    if (review === 'missing') return this.#missing(facts);
    const known: DecidedCall = { ...facts, target: review.target };
    let tooLarge: TooLarge | undefined;
    for (const way of ways) {
      if (way === 'page') return this.#arrive(await this.#road.ask(known, review));
      tooLarge = this.#form.tooLarge(review, facts.call);
      if (tooLarge !== undefined) continue;
      const question = this.#form.ask({ review, binding: this.#bindingOf(facts.call), slip });
      await this.#recorder.decided({ ...known, way }, 'asked', slip?.flaw);
      const decision: Question = { kind: 'ask', ...question };
      this.#asked.set(decision, { facts: known, modelMay });
      return decision;
    }
    return this.#refuse(known, refusals.tooMuchToShow(facts.call.operation, tooLarge ?? { advice: '' }));
  }

  async #weighAnswer(facts: DecidedCall, answer: PersonAnswer, modelMay: boolean): Promise<Decision> {
    const { operation } = facts.call;
    const judged = this.#form.judge(answer, this.#bindingOf(facts.call), facts.call);
    if (!judged.genuine) return this.#refuse(facts, refusals.badAnswer(operation, judged.flaw));
    const answered: DecidedCall = { ...facts, way: this.#form.name, answeredMs: judged.afterMs };
    // Whatever the answer was, the question is answered: no second answer to it counts.
    const first = await this.#claim(judged).catch(() => undefined);
    if (first === undefined) return this.#refuse(answered, refusals.storeAway(operation));
    if (!first) return this.#refuse(answered, refusals.badAnswer(operation, 'used'));
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
        return this.#grant(facts, verdict.typed ? 'the person, by typing' : 'the person');
      case 'no':
        return this.#refuse(facts, refusals.badAnswer(operation, verdict.flaw));
      case 'slip':
        if (verdict.count > MOST_SLIPS) return this.#refuse(facts, refusals.tooManySlips(operation, verdict.flaw));
        return this.#ask(facts, ['client'], modelMay, verdict);
      case 'unseen':
        return this.#nextWay(facts, { flaw: verdict.flaw, afterMs }, modelMay);
    }
  }

  /** Where no person is known to have seen the question: the ways after the client's form, or what holds where there is none. */
  async #nextWay(facts: DecidedCall, unseen: refusals.UnseenAnswer, modelMay: boolean): Promise<Decision> {
    await this.#recorder.decided(facts, 'unanswered', unseen.flaw);
    const { way: _, answeredMs: __, ...unasked } = facts;
    const others = await this.#waysTo(facts, this.#ways.slice(this.#ways.indexOf('client') + 1));
    if (others.length > 0) return this.#ask(unasked, others, modelMay);
    // A quick no may have been a person's after all. Where much is at stake no model gets past it.
    const mayBeNo = unseen.flaw === 'not_seen' && this.#options.instance.kind === 'live';
    if (modelMay && !mayBeNo) return this.#offerToken(unasked, 'unasked', unseen);
    return this.#refuse(unasked, refusals.personNotAsked(facts.call.operation, unseen));
  }

  /** Takes the share of the budgets, then the confirmation, so that neither is spent on a call that is refused. */
  async #grant(facts: DecidedCall, confirmed: string, claim?: Claim): Promise<Decision> {
    const { operation, args, list } = facts.call;
    // Each call of a list takes its own share when its turn comes.
    const shares = list === undefined ? this.#sharesOf(facts) : NO_SHARES;
    let release = async (): Promise<void> => {};
    if (shares.wanted.length > 0) {
      const reserved = await this.#budgets.reserve(shares).catch(() => undefined);
      if (reserved === undefined) {
        if (facts.risk !== 'read') return this.#refuse(facts, refusals.storeAway(operation));
      } else if (!reserved.ok) {
        return this.#refuse(facts, budgetRefusal(operation, shares.limits, reserved));
      } else release = reserved.release;
    }
    const first = claim === undefined || (await claim.claim().catch(() => undefined));
    if (first !== true) {
      await release().catch(() => {});
      return this.#refuse(facts, first === false && claim ? claim.used : refusals.storeAway(operation));
    }
    const grant: Grant = Object.freeze({ operation, args });
    this.#issued.set(grant, { facts, confirmed, release });
    return { kind: 'allow', grant };
  }

  /** The claim of what the caller gave, which counts once. */
  #singleUse(operation: Operation, given: SingleUse): Claim {
    return { claim: () => this.#claim(given), used: refusals.badToken(operation, 'used') };
  }

  #claim({ id, rememberedMs = REMEMBERED_MS }: SingleUse): Promise<boolean> {
    return this.#once.claim(id, rememberedMs);
  }

  /** A person is never asked about a call that would be refused anyway. */
  async #overBudget(facts: DecidedCall): Promise<refusals.Refusal | undefined> {
    const { operation, list, caller } = facts.call;
    if (list !== undefined) return this.roomFor(list, operation, caller);
    const shares = this.#sharesOf(facts);
    if (shares.wanted.length === 0) return undefined;
    const room = await this.#budgets.room(shares).catch(() => undefined);
    if (room === undefined) return refusals.storeAway(operation);
    return room.ok ? undefined : budgetRefusal(operation, shares.limits, room);
  }

  #sharesOf({ call: { operation, args, caller }, risks, byPerson }: DecidedCall): Shares {
    return this.#budgets.shares(operation, args, caller, risks, byPerson);
  }

  /** Nothing is shown, to a person either, that the caller could not read. */
  #review({ call, effects }: DecidedCall): Promise<Review | 'missing'> {
    const { operation, args, caller, signal, list } = call;
    const mayRead = this.#mayRead(caller);
    if (list !== undefined) return this.#previewer.reviewList(operation, list, { mayRead, signal, caller });
    return this.#previewer.review(operation, args, { effects, mayRead, signal, caller });
  }

  #mayRead(caller: Pick<Caller, 'name' | 'scopes'>): MayRead {
    return (read, args) =>
      this.#options.preview !== false &&
      missingScope(consequencesOf(read, args).risks, caller) === undefined &&
      this.#rules.decide(read, args, caller).action === 'allow';
  }

  #missing(facts: DecidedCall): Promise<Decision> {
    const { operation, args } = facts.call;
    return this.#refuse(facts, refusals.targetNotFound(operation, this.#previewer.nameById(operation, args)));
  }

  async #refuse(facts: DecidedCall, { code, model }: refusals.Refusal): Promise<Decision> {
    await this.#recorder.decided(facts, 'refused', code);
    return { kind: 'refuse', code, model };
  }

  #bindingOf({ operation, args, caller }: PolicyCall): Binding {
    return { operation: operation.name, args: canonicalJson(args), caller: caller.name, instance: this.#options.instance.id };
  }
}

/** Whether a person, and not the caller, has to agree to the list as a whole. */
const isConfirmedByPerson = ({ items }: CallList, kind: InstanceKind): boolean => {
  const wanted = new Set(items.flatMap(({ judged }) => (judged.action === 'confirm' ? wantedStrengths(judged) : [])));
  return wanted.size > 0 && isByPerson(strongest([...wanted], kind, false));
};

const NO_SHARES: Shares = { limits: [], wanted: [] };

/** Whatever a rule lets through, or the caller could confirm. */
const byAnother = (verdict: Verdict): Verdict =>
  verdict.action === 'deny'
    ? verdict
    : { ...verdict, action: 'confirm', strengths: [...verdict.strengths, 'person'], byAnother: true };

/** Whose word it is can be known of a person alone. */
const wantedStrengths = ({ strengths, approvers }: Pick<Verdict, 'strengths' | 'approvers'>): readonly WantedStrength[] =>
  approvers.length === 0 ? strengths : [...strengths, 'person'];

function budgetRefusal(
  operation: Operation,
  limits: readonly BudgetLimit[],
  full: Exclude<Reserved, { ok: true }>,
): refusals.Refusal {
  const limit = limits[full.index] ?? { name: '', size: '', raisedBy: undefined };
  return refusals.overBudget(operation, limit, full.retryAfterMs);
}
