import { randomBytes } from 'node:crypto';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/types.js';
import { MemoryCounterStore, type Reserved } from '../limits/counter-store.js';
import { MemoryOnceStore, type OnceStore } from '../limits/once-store.js';
import { type Facts, Recorder } from './audit/recorder.js';
import { CallIds } from './confirmation/call-ids.js';
import { canonicalJson, TooDeepError } from './confirmation/canonical.js';
import { askPerson, judgeAnswer } from './confirmation/question.js';
import * as refusals from './confirmation/refusals.js';
import { type Binding, Sealer } from './confirmation/sealer.js';
import { explainStrategy, strongest } from './confirmation/strength.js';
import type { PolicyOptions } from './policy-options.js';
import type { MayRead } from './preview/lookup.js';
import { type Preview, Previewer } from './preview/preview.js';
import { Budgets, DEFAULT_BUDGETS } from './rules/budgets.js';
import { Inquiry } from './rules/knowledge.js';
import { DEFAULT_KEYS_THAT_GRANT } from './rules/metadata.js';
import type { BudgetDeclaration, RuleDeclaration } from './rules/policy-file.js';
import { type Consequences, consequencesOf, itemCount } from './rules/risk.js';
import { Rules, type Step, type Verdict } from './rules/rules.js';
import { isWithin, missingScope, type Scope } from './rules/scopes.js';
import type { Caller, Decision, Grant, PersonAnswer, PolicyCall, Recorded, Strength } from './types.js';

type Question = Extract<Decision, { kind: 'ask' }>;

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

interface Issued {
  readonly facts: Facts;
  readonly confirmed: string;
  readonly release: () => Promise<void>;
}

/** A confirmation that may be used once. */
interface Claim {
  readonly id: string;
  readonly expiresAt: number;
}

const LIFETIME_MS = 600_000;

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
  readonly #once: OnceStore;
  readonly #recorder: Recorder;
  readonly #inquiry: Inquiry;
  readonly #now: () => number;
  readonly #ids: CallIds;
  readonly #issued = new WeakMap<Grant, Issued>();
  readonly #asked = new WeakMap<Question, Facts>();

  constructor(options: PolicyOptions) {
    const { catalog, instance, file, confirm = 'auto', audit, secrets, read, warn = () => {} } = options;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const draw = options.randomBytes ?? randomBytes;
    this.#ids = new CallIds(draw);
    this.#once = options.once ?? new MemoryOnceStore(this.#now);
    const key = typeof options.signingKey === 'string' ? Buffer.from(options.signingKey) : options.signingKey;
    this.#sealer = new Sealer({ key: key ?? draw(32), now: this.#now, randomBytes: draw });
    this.#rules = new Rules({ catalog, instance, rules: file?.rules ?? [], confirm });
    const store = options.counters ?? new MemoryCounterStore(this.#now);
    this.#budgets = new Budgets({ catalog, instance, budgets: file?.budgets ?? DEFAULT_BUDGETS, store });
    const timeoutMs = options.previewTimeoutMs ?? 5_000;
    this.#previewer = new Previewer({ catalog, read, instance, now: this.#now, timeoutMs, keepsSecrets: secrets !== undefined });
    const keysThatGrant = [...(file?.metadata_keys_that_grant ?? DEFAULT_KEYS_THAT_GRANT), ...(options.alwaysGrants ?? [])];
    this.#inquiry = new Inquiry({ catalog, read, keysThatGrant, timeoutMs, now: this.#now });
    this.#recorder = new Recorder({ audit, secrets, sealer: this.#sealer, instance, now: this.#now, warn });
    this.explanation = explainStrategy(confirm, instance.kind);
  }

  /** Never throws for anything that is in a call; what cannot be decided is refused. */
  async decide(call: PolicyCall): Promise<Decision> {
    const { operation, args, caller } = call;
    let facts: Facts = { call, id: this.#ids.next(), risk: operation.risk, risks: [operation.risk], effects: [], rule: '' };
    try {
      // Also keeps the rules from arguments so deep that going through them would fail.
      if (operation.risk !== 'read') canonicalJson(args);
      const consequences = await this.#consequences(operation, args, caller);
      facts = { ...facts, ...consequences };
      const lacking = missingScope(consequences.risks, caller);
      if (lacking !== undefined) {
        return await this.#refuse({ ...facts, rule: 'scopes' }, refusals.insufficientScope(operation, lacking));
      }
      const verdict = this.#rules.decide(operation, args, caller, consequences.risks);
      return await this.#follow({ ...facts, rule: verdict.rule }, verdict);
    } catch (error) {
      if (error instanceof TooDeepError) return this.#refuse(facts, refusals.argumentsTooDeep(operation, error.message));
      throw error;
    }
  }

  /**
   * Goes on from a question that was put to the person while the call waited. What was decided before it stands; only the
   * answer is weighed, and a question takes one.
   * @throws Error for a question that this policy did not ask, or that has been answered
   */
  async decideAnswer(question: Question, answer: PersonAnswer): Promise<Decision> {
    const facts = this.#asked.get(question);
    if (facts === undefined) throw new Error('the question has been answered, or was not asked by this policy');
    this.#asked.delete(question);
    return this.#weighAnswer(facts, answer);
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
  async #consequences(operation: Operation, args: Arguments, caller: Pick<Caller, 'name' | 'scopes'>): Promise<Consequences> {
    const hopeless = caller.scopes !== undefined && !isWithin(operation, caller.scopes);
    const known = hopeless ? this.#inquiry.offline : await this.#inquiry.about(operation, args, caller.name);
    return consequencesOf(operation, args, known);
  }

  /** Whether some call of the operation can need `confirm`. */
  mayConfirm(operation: Operation): boolean {
    return this.#rules.mayConfirm(operation);
  }

  explain(operation: Operation, args: Arguments, caller: Pick<Caller, 'name'>): Explanation {
    const { risk, risks } = consequencesOf(operation, args, this.#inquiry.offline);
    const { action, rule, reason, maxItems, strengths } = this.#rules.decide(operation, args, caller, risks);
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
      budgets: this.#budgets.shares(operation, args, caller, risks).names,
      steps: this.#rules.explain(operation, args, caller, risks),
    };
  }

  /** The whole policy as it holds, the built-in rules and budgets too. */
  show(): { readonly rules: readonly RuleDeclaration[]; readonly budgets: readonly BudgetDeclaration[] } {
    return { rules: this.#rules.declarations, budgets: this.#budgets.declarations };
  }

  async #follow(facts: Facts, verdict: Verdict): Promise<Decision> {
    const { operation, args } = facts.call;
    if (verdict.action === 'deny') return this.#refuse(facts, refusals.denied(operation, verdict.reason ?? '', verdict.rule));
    const items = itemCount(operation, args);
    if (verdict.maxItems !== undefined && items > verdict.maxItems) {
      return this.#refuse(facts, refusals.tooManyItems(operation, items, verdict.maxItems, verdict.rule));
    }
    if (verdict.action === 'allow') return this.#grant(facts, `the rule ${verdict.rule}`);
    return this.#confirm({ ...facts, strength: strongest(verdict.strengths, this.#options.instance.kind, facts.call.canAsk) });
  }

  async #confirm(facts: Facts): Promise<Decision> {
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
        return this.#byPerson(facts);
    }
  }

  async #byFlag(facts: Facts): Promise<Decision> {
    const { operation, confirm } = facts.call;
    if (confirm === true) {
      // The id is unique. Claiming it shows that the store is available, without which no gate opens.
      return this.#grant(facts, 'the caller, by confirm: true', { id: facts.id, expiresAt: this.#now() + FLAG_CLAIM_MS });
    }
    const preview = await this.#preview(facts, 'nobody', false);
    if (preview === 'missing') return this.#missing(facts);
    return this.#refuse({ ...facts, target: preview.target }, refusals.flagWanted(operation, preview, confirm));
  }

  async #byToken(facts: Facts): Promise<Decision> {
    const { operation, confirm } = facts.call;
    const binding = this.#bindingOf(facts.call);
    if (typeof confirm === 'string') {
      const opened = this.#sealer.open('token', confirm, binding);
      if (!opened.ok) return this.#refuse(facts, refusals.badToken(operation, opened.flaw));
      return this.#grant(facts, 'the caller, by token', opened);
    }
    const preview = await this.#preview(facts, 'model', true);
    if (preview === 'missing') return this.#missing(facts);
    const token = this.#sealer.seal('token', binding, LIFETIME_MS);
    return this.#refuse(
      { ...facts, target: preview.target },
      refusals.tokenWanted(operation, preview, token, LIFETIME_MS / 60_000),
    );
  }

  async #byPerson(facts: Facts): Promise<Decision> {
    const { operation, canAsk, answer } = facts.call;
    if (!canAsk) return this.#refuse(facts, refusals.cannotAsk(operation));
    if (answer !== undefined) return this.#weighAnswer(facts, answer);
    const preview = await this.#preview(facts, 'person', true);
    if (preview === 'missing') return this.#missing(facts);
    const question = askPerson(preview, this.#bindingOf(facts.call), this.#sealer, LIFETIME_MS);
    const asked = { ...facts, target: preview.target };
    await this.#recorder.decided(asked, 'asked', undefined);
    const decision: Question = { kind: 'ask', ...question };
    this.#asked.set(decision, asked);
    return decision;
  }

  async #weighAnswer(facts: Facts, answer: PersonAnswer): Promise<Decision> {
    const { operation } = facts.call;
    const judged = judgeAnswer(answer, this.#bindingOf(facts.call), this.#sealer);
    if (!judged.genuine) return this.#refuse(facts, refusals.badAnswer(operation, judged.flaw));
    // Whatever the answer was, the question is answered: no second answer to it counts.
    const first = await this.#claim(judged).catch(() => undefined);
    if (first === undefined) return this.#refuse(facts, refusals.storeAway(operation));
    const flaw = first ? judged.lost : 'used';
    if (flaw !== undefined) return this.#refuse(facts, refusals.badAnswer(operation, flaw));
    return this.#grant(facts, judged.typed ? 'the person, by typing' : 'the person');
  }

  /** Takes the share of the budgets, then the confirmation, so that neither is spent on a call that is refused. */
  async #grant(facts: Facts, confirmed: string, claim?: Claim): Promise<Decision> {
    const { operation, args, caller } = facts.call;
    const shares = this.#budgets.shares(operation, args, caller, facts.risks);
    let release = async (): Promise<void> => {};
    if (shares.wanted.length > 0) {
      const reserved = await this.#budgets.reserve(shares).catch(() => undefined);
      if (reserved === undefined) {
        if (facts.risk !== 'read') return this.#refuse(facts, refusals.storeAway(operation));
      } else if (!reserved.ok) {
        return this.#refuse(facts, budgetRefusal(operation, shares.names, reserved));
      } else release = reserved.release;
    }
    const first = claim === undefined || (await this.#claim(claim).catch(() => undefined));
    if (first !== true) {
      await release().catch(() => {});
      return this.#refuse(facts, first === false ? refusals.badToken(operation, 'used') : refusals.storeAway(operation));
    }
    const grant: Grant = Object.freeze({ operation, args });
    this.#issued.set(grant, { facts, confirmed, release });
    return { kind: 'allow', grant };
  }

  #claim({ id, expiresAt }: Claim): Promise<boolean> {
    return this.#once.claim(id, Math.max(1, expiresAt - this.#now()));
  }

  /** A person is never asked about a call that would be refused anyway. */
  async #overBudget({ call: { operation, args, caller }, risks }: Facts): Promise<refusals.Refusal | undefined> {
    const shares = this.#budgets.shares(operation, args, caller, risks);
    if (shares.wanted.length === 0) return undefined;
    const room = await this.#budgets.room(shares).catch(() => undefined);
    if (room === undefined) return refusals.storeAway(operation);
    return room.ok ? undefined : budgetRefusal(operation, shares.names, room);
  }

  /** A model is shown nothing that its caller could not read; for `nobody` nothing at all is looked up. */
  #preview({ call, effects }: Facts, reader: 'model' | 'person' | 'nobody', counts: boolean): Promise<Preview | 'missing'> {
    const { operation, args, caller, signal } = call;
    const mayRead: MayRead = (read, readArgs) =>
      this.#options.preview !== false &&
      reader !== 'nobody' &&
      (reader === 'person' ||
        (missingScope(consequencesOf(read, readArgs).risks, caller) === undefined &&
          this.#rules.decide(read, readArgs, caller).action === 'allow'));
    return this.#previewer.describe(operation, args, { effects, counts, mayRead, signal, caller: caller.name });
  }

  #missing(facts: Facts): Promise<Decision> {
    const { operation, args } = facts.call;
    return this.#refuse(facts, refusals.targetNotFound(operation, this.#previewer.nameById(operation, args)));
  }

  async #refuse(facts: Facts, { code, model }: refusals.Refusal): Promise<Decision> {
    await this.#recorder.decided(facts, 'refused', code);
    return { kind: 'refuse', code, model };
  }

  #bindingOf({ operation, args, caller }: PolicyCall): Binding {
    return { operation: operation.name, args: canonicalJson(args), caller: caller.name, instance: this.#options.instance.id };
  }
}

function budgetRefusal(operation: Operation, names: readonly string[], full: Exclude<Reserved, { ok: true }>): refusals.Refusal {
  return refusals.overBudget(operation, names[full.index] ?? '', full.retryAfterMs);
}
