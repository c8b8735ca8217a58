import { randomBytes } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.js';
import { byWeight, type ConfirmForm, heaviest, type Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { MemoryCounterStore } from '../limits/counter-store.js';
import { MemoryOnceStore } from '../limits/once-store.js';
import { KnownTargets } from './audit/known-targets.js';
import { type DecidedCall, Recorder } from './audit/recorder.js';
import { ApprovalFlow } from './confirmation/approval-flow.js';
import { CallIds } from './confirmation/call-ids.js';
import { canonicalJson, TooDeepError } from './confirmation/canonical.js';
import { ClientForm } from './confirmation/client-form.js';
import { Gate, type Question } from './confirmation/gate.js';
import { LIFETIME_MS } from './confirmation/lifetime.js';
import { Passes } from './confirmation/passes.js';
import * as refusals from './confirmation/refusals.js';
import { type Binding, Sealer } from './confirmation/sealer.js';
import {
  explainStrategy,
  explainTo,
  formOf,
  isByPerson,
  listStrengths,
  needsOf,
  strongest,
  wantedStrengths,
} from './confirmation/strength.js';
import { type Explanation, explain } from './explain.js';
import { Grants } from './grants.js';
import type { CallList, Judged, ListPass, Place } from './list-call.js';
import type { PolicyOptions } from './policy-options.js';
import type { Caller, Decision, Grant, Instance, PersonAnswer, PolicyCall, Recorded, Way } from './policy-types.js';
import { WAYS } from './policy-types.js';
import type { MayRead } from './preview/lookup.js';
import { Previewer } from './preview/preview.js';
import type { Review } from './preview/review.js';
import { Budgets, type BudgetUse, defaultBudgets } from './rules/budgets.js';
import { Evaluator } from './rules/evaluator.js';
import { DEFAULT_KEYS_THAT_GRANT, OWN_CLAIMS } from './rules/granting-metadata.js';
import { Inquiry } from './rules/knowledge.js';
import { listVerdict } from './rules/list-verdict.js';
import { OwnClaims } from './rules/own-claims.js';
import type { BudgetDeclaration, RuleDeclaration } from './rules/policy-file.js';
import { consequencesOf, itemCount } from './rules/risk.js';
import { Rules } from './rules/rules.js';
import { isGranted, missingScope, type Scope } from './rules/scopes.js';
import type { Verdict } from './rules/verdict.js';
import { maskArguments } from './secrets/masking.js';
import type { Strength } from './strengths.js';

/** What the policy says of a call of a list, before any of it is made. */
export type JudgedCall =
  | { readonly ok: true; readonly judged: Judged }
  | { readonly ok: false; readonly refusal: refusals.Refusal };

/** How long a call waits for people who are not at the client. */
const ASK_WAIT_MS = 45_000;

/** No person can read a question and say no in less. */
const INSTANT_MS = 1_000;

/** Stands between every call and Clerk: decides, asks for confirmation, keeps the record. Never sends a write itself. */
export class Policy {
  /** How gated calls are confirmed, in a sentence or two. */
  readonly explanation: string;
  /** The same for one client, by whether it can put a question to its person. */
  readonly explanationFor: (canAsk: boolean) => string;
  readonly #catalog: Catalog;
  readonly #instance: Instance;
  readonly #ways: readonly Way[];
  readonly #previews: boolean;
  readonly #rules: Rules;
  readonly #budgets: Budgets;
  readonly #inquiry: Inquiry;
  readonly #evaluator: Evaluator;
  readonly #grants: Grants;
  readonly #previewer: Previewer;
  readonly #recorder: Recorder;
  readonly #gate: Gate;
  readonly #ids: CallIds;
  readonly #passes = new Passes();
  readonly #targets = new KnownTargets();

  constructor(options: PolicyOptions) {
    const { catalog, instance, file, confirm = 'auto', audit, secrets, read, warn = () => {}, now = Date.now } = options;
    this.#catalog = catalog;
    this.#instance = instance;
    this.#ways = options.ask ?? WAYS;
    this.#previews = options.preview !== false;
    const draw = options.randomBytes ?? randomBytes;
    this.#ids = new CallIds(draw);
    const timeoutMs = options.previewTimeoutMs ?? 5_000;
    this.#rules = new Rules({ catalog, instance, rules: file?.rules ?? [], confirm });
    const store = options.counters ?? new MemoryCounterStore(options.now);
    this.#budgets = new Budgets({ catalog, instance, budgets: file?.budgets ?? defaultBudgets(catalog), store });
    const keysThatGrant = [...(file?.metadata_keys_that_grant ?? DEFAULT_KEYS_THAT_GRANT), ...OWN_CLAIMS];
    this.#inquiry = new Inquiry({ catalog, read, keysThatGrant, timeoutMs, now });
    const { issuer, granted } = options;
    this.#evaluator = new Evaluator({
      rules: this.#rules,
      inquiry: this.#inquiry,
      ownClaims: issuer === undefined ? undefined : new OwnClaims({ issuer, granted, catalog, read, timeoutMs, now }),
      reading: { read, timeoutMs },
      readOnly: options.readOnly === true,
    });
    this.#previewer = new Previewer({
      catalog,
      read,
      instance,
      now,
      timeoutMs,
      keepsSecrets: secrets !== undefined,
      keepsFormer: options.keepsFormer === true,
    });
    const key = typeof options.signingKey === 'string' ? Buffer.from(options.signingKey) : options.signingKey;
    const sealer = new Sealer({ key: key ?? draw(32), now, randomBytes: draw });
    const recorder = new Recorder({
      audit,
      secrets,
      sealer,
      instance,
      reads: options.auditReads === true && audit !== undefined,
      targetOf: (call) => this.#targetOf(call),
      now: options.now,
      warn,
    });
    this.#recorder = recorder;
    this.#grants = new Grants({ budgets: this.#budgets, recorder, isByPerson: (list, caller) => this.#isByPerson(list, caller) });
    const bindingOf = (call: PolicyCall): Binding => this.#bindingOf(call);
    const review = (facts: DecidedCall): Promise<Review | 'missing'> => this.#review(facts);
    this.#gate = new Gate({
      grants: this.#grants,
      recorder,
      sealer,
      form: new ClientForm({ sealer, now, lifetimeMs: LIFETIME_MS, instantMs: options.instantMs ?? INSTANT_MS }),
      approvals: new ApprovalFlow({
        approvals: options.approvals,
        sealer,
        recorder,
        instance,
        waitMs: options.askWaitMs ?? ASK_WAIT_MS,
        now,
        bindingOf,
        review,
      }),
      ways: this.#ways,
      once: options.once ?? new MemoryOnceStore(),
      instance,
      bindingOf,
      review,
      nameById: ({ operation, args }) => this.#previewer.nameById(operation, args),
    });
    this.explanation = explainStrategy(confirm, instance.kind);
    this.explanationFor = (canAsk) => explainTo(confirm, instance.kind, canAsk, this.#ways);
  }

  /** Never throws for anything that is in a call; what cannot be decided is refused. */
  async decide(call: PolicyCall): Promise<Decision> {
    const { operation, args, caller } = call;
    let facts: DecidedCall = { call, id: this.#ids.next(), risk: operation.risk, risks: [operation.risk], effects: [], rule: '' };
    try {
      if (call.list !== undefined) return await this.#followList(facts, call.list);
      // Also refuses arguments nested too deeply for the rules to go through.
      if (operation.risk !== 'read') canonicalJson(args);
      const consequences = await this.#evaluator.consequences(operation, args, caller);
      facts = { ...facts, ...consequences };
      const evaluation = await this.#evaluator.evaluate(call, consequences);
      if (!evaluation.ok) return await this.#grants.refuse({ ...facts, rule: evaluation.rule }, evaluation.refusal);
      return await this.#follow({ ...facts, rule: evaluation.verdict.rule }, evaluation.verdict);
    } catch (error) {
      if (error instanceof TooDeepError) return this.#grants.refuse(facts, refusals.argumentsTooDeep(operation, error.message));
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
      const consequences = await this.#evaluator.consequences(operation, args, caller);
      const evaluation = await this.#evaluator.evaluate(call, consequences);
      if (!evaluation.ok) return { ok: false, refusal: evaluation.refusal };
      const { action, rule, reason, strengths, approvers, byAnother, withinMs, maxItems } = evaluation.verdict;
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

  /** The refusal if the budgets have no room for a whole list now. */
  roomFor(
    list: CallList,
    operation: Operation,
    caller: Pick<Caller, 'name' | 'transport'>,
  ): Promise<refusals.Refusal | undefined> {
    return this.#grants.roomFor(list, operation, caller);
  }

  /** A list as a person will be asked about it. */
  reviewOf(list: CallList, operation: Operation, caller: Caller): Promise<Review> {
    return this.#previewer.reviewList(operation, list, { mayRead: this.#mayRead(caller), caller });
  }

  /** Leave to make the calls of a list, for the caller it was granted to. Ask for it before `begin`. */
  passFor(grant: Grant): ListPass {
    const issued = this.#grants.issuedFor(grant);
    const { list, caller } = issued?.facts.call ?? {};
    if (issued === undefined || list === undefined || caller === undefined)
      throw new Error('the grant has been used, or is for no list');
    return this.#passes.open(list, caller, issued.confirmed, this.#isByPerson(list, caller));
  }

  /** Who confirmed a list, and how. */
  confirmedBy(pass: ListPass): string {
    return this.#passes.confirmedBy(pass);
  }

  /** Lets the call at this place of a list be made again: it was not carried out, or is safe to repeat. */
  giveBack(place: Place): void {
    this.#passes.giveBack(place);
  }

  /** How the list is confirmed; `undefined` if it need not be. */
  strengthFor(list: CallList, canAsk: boolean): Strength | undefined {
    const wanted = listStrengths(list);
    return wanted.length === 0 ? undefined : strongest(wanted, this.#instance.kind, canAsk && this.#ways.includes('client'));
  }

  /** Restores what was confirmed before a restart. */
  passAgain(list: CallList, caller: Pick<Caller, 'name' | 'transport'>, confirmed: string): ListPass {
    return this.#passes.open(list, caller, confirmed, this.#isByPerson(list, caller));
  }

  /** Goes on from a question that was put to the person while the call waited; see `Gate.answer`. */
  decideAnswer(
    question: Question,
    answer: PersonAnswer,
    waits?: Pick<PolicyCall, 'signal' | 'onWaiting' | 'onDecided'>,
  ): Promise<Decision> {
    return this.#gate.answer(question, answer, waits);
  }

  /**
   * Uses up the grant: afterwards the intent is on disk and the request may be sent, once.
   * @throws PolicyRefusal when it must not be sent after all
   */
  begin(grant: Grant): Promise<Recorded> {
    return this.#grants.begin(grant);
  }

  /** The scope that the caller lacks for this very call. The arguments need not have been parsed. */
  missingScope(operation: Operation, args: Arguments, caller: Pick<Caller, 'name' | 'scopes'>): Promise<Scope | undefined> {
    return this.#evaluator.missingScope(operation, args, caller);
  }

  /** What the operator should know of where callers get their scopes; never rejects. */
  aboutOwnClaims(): Promise<string | undefined> {
    return this.#evaluator.aboutOwnClaims();
  }

  /** Whether some call of the operation can need `confirm`. */
  mayConfirm(operation: Operation): boolean {
    return operation.spec.confirms === true || this.#rules.strengthsOf(operation).length > 0;
  }

  /** The forms that `confirm` has in calls of the operation; empty if none needs it. */
  confirmForms(operation: Operation): readonly ConfirmForm[] {
    const { kind } = this.#instance;
    // A list can need whatever any of its calls needs.
    const all = operation.spec.confirms === true ? this.#catalog.operations : [operation];
    const strengths = all.flatMap((each) => this.#rules.strengthsOf(each));
    return [...new Set(strengths.map((strength) => formOf(strongest([strength], kind, false))))];
  }

  explain(operation: Operation, args: Arguments, caller: Pick<Caller, 'name'>): Explanation {
    const parts = { rules: this.#rules, budgets: this.#budgets, inquiry: this.#inquiry, instance: this.#instance };
    return explain(parts, operation, args, caller);
  }

  /** The whole policy as it holds, the built-in rules and budgets too. */
  show(): { readonly rules: readonly RuleDeclaration[]; readonly budgets: readonly BudgetDeclaration[] } {
    return { rules: this.#rules.declarations, budgets: this.#budgets.declarations };
  }

  /** How much of the budgets these callers have taken. @throws when the store is away */
  budgetUse(callers: readonly string[]): Promise<readonly BudgetUse[]> {
    return this.#budgets.use(callers);
  }

  /** A list is as risky as its gravest call. */
  #followList(facts: DecidedCall, list: CallList): Promise<Decision> {
    const judged = listVerdict(list);
    // On the page of approvals people also confirm what a rule would let through.
    const verdict: Verdict =
      facts.call.caller.transport === 'page'
        ? { ...judged, action: 'confirm', strengths: [...judged.strengths, 'person'] }
        : judged;
    const risks = byWeight([...new Set(list.items.flatMap(({ judged }) => judged.risks))]);
    return this.#follow({ ...facts, risk: heaviest(risks), risks, rule: verdict.rule }, verdict);
  }

  async #follow(facts: DecidedCall, verdict: Verdict): Promise<Decision> {
    const { operation, args } = facts.call;
    if (verdict.action === 'deny')
      return this.#grants.refuse(facts, refusals.denied(operation, verdict.reason ?? '', verdict.rule));
    const items = itemCount(operation, args);
    if (verdict.maxItems !== undefined && items > verdict.maxItems) {
      return this.#grants.refuse(facts, refusals.tooManyItems(operation, items, verdict.maxItems, verdict.rule));
    }
    if (facts.call.place !== undefined) return this.#byPass(facts, facts.call.place, verdict);
    if (verdict.action === 'allow') return this.#grants.allow(facts, `the rule ${verdict.rule}`);
    const { kind } = this.#instance;
    const { approvers, withinMs } = verdict;
    const wanted = wantedStrengths(verdict);
    const strength = strongest(wanted, kind, facts.call.canAsk && this.#ways.includes('client'));
    const needs = needsOf(wanted, approvers, verdict.byAnother === true);
    return this.#gate.confirm({ ...facts, strength, needs, withinMs }, !isByPerson(strongest(wanted, kind, false)));
  }

  /** A call of a list that was confirmed: no person is asked again, and nothing is sent that was not in the list. */
  async #byPass(facts: DecidedCall, place: Place, verdict: Verdict): Promise<Decision> {
    const { operation, args, caller } = facts.call;
    const passage = this.#passes.check(place, { operation, args, caller }, verdict);
    if (!passage.ok) return this.#grants.refuse(facts, refusals.notInList(operation, passage.fault));
    if (!(await this.#recorder.works())) return this.#grants.refuse(facts, refusals.logAway(operation));
    this.#passes.use(place);
    const decision = await this.#grants.allow({ ...facts, byPerson: passage.byPerson }, passage.confirmed);
    if (decision.kind !== 'allow') this.#passes.giveBack(place);
    return decision;
  }

  /** Not even a person is shown what the caller could not read. */
  async #review({ call, effects }: DecidedCall): Promise<Review | 'missing'> {
    const { operation, args, caller, signal, list } = call;
    const mayRead = this.#mayRead(caller);
    if (list !== undefined) return this.#previewer.reviewList(operation, list, { mayRead, signal, caller });
    const review = await this.#previewer.review(operation, args, { effects, mayRead, signal, caller });
    if (review !== 'missing' && review.target !== undefined) this.#targets.remember(this.#bindingOf(call), review.target);
    return review;
  }

  /** By the name that was shown when the call was confirmed, or else as the call itself names it. */
  #targetOf(call: PolicyCall): string | undefined {
    const { operation, args, list } = call;
    if (list !== undefined) return undefined;
    return this.#targets.find(this.#bindingOf(call)) ?? this.#previewer.nameById(operation, maskArguments(operation, args));
  }

  #mayRead(caller: Pick<Caller, 'name' | 'scopes' | 'tools'>): MayRead {
    return (read, args) =>
      this.#previews &&
      isGranted(read, caller) &&
      missingScope(consequencesOf(read, args).risks, caller) === undefined &&
      this.#rules.decide(read, args, caller).action === 'allow';
  }

  /** Whether a person, and not the caller, has to agree to the list as a whole. */
  #isByPerson(list: CallList, { transport }: Pick<Caller, 'transport'>): boolean {
    if (transport === 'page') return true;
    const wanted = listStrengths(list);
    return wanted.length > 0 && isByPerson(strongest(wanted, this.#instance.kind, false));
  }

  #bindingOf({ operation, args, caller }: PolicyCall): Binding {
    return { operation: operation.name, args: canonicalJson(args), caller: caller.name, instance: this.#instance.id };
  }
}
