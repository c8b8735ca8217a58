import type { Operation } from '../../catalog/operation.js';
import { isGated } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { canonicalJson, TooDeepError } from '../confirmation/canonical.js';
import * as refusals from '../confirmation/refusals.js';
import type { Caller, PolicyCall } from '../policy-types.js';
import type { Reading } from './find-resource.js';
import type { Inquiry } from './knowledge.js';
import type { OwnClaims } from './own-claims.js';
import { type Consequences, consequencesOf, withRisk } from './risk.js';
import type { Rules } from './rules.js';
import { isGranted, mayUse, missingScope, type Scope } from './scopes.js';
import type { Verdict } from './verdict.js';

/** What a call would do, and whether it writes data from which this server's own callers get what they may do. */
export interface KnownConsequences extends Consequences {
  readonly feedsOwnClaims: boolean;
}

/** The rules' verdict, or why they were not asked. */
export type Evaluation =
  | { readonly ok: true; readonly verdict: Verdict }
  | { readonly ok: false; readonly rule: string; readonly refusal: refusals.Refusal };

export interface EvaluatorOptions {
  readonly rules: Rules;
  readonly inquiry: Inquiry;
  /** Default: this instance does not issue the callers' tokens. */
  readonly ownClaims: OwnClaims | undefined;
  readonly reading: Omit<Reading, 'caller'>;
  readonly readOnly: boolean;
}

/** Finds out what a call would do, and what scopes and rules say of that. Asks no person, and records nothing. */
export class Evaluator {
  readonly #options: EvaluatorOptions;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** Nothing is looked up for a caller who may not make any call of the operation. */
  async consequences(
    operation: Operation,
    args: Arguments,
    caller: Pick<Caller, 'name' | 'scopes' | 'tools'>,
  ): Promise<KnownConsequences> {
    const { inquiry, ownClaims } = this.#options;
    const hopeless = !mayUse(operation, caller);
    const known = hopeless ? inquiry.offline : await inquiry.about(operation, args, caller.name);
    const consequences = consequencesOf(operation, args, known);
    const effect = hopeless ? undefined : await ownClaims?.effectOf(operation, args, caller.name);
    return effect === undefined
      ? { ...consequences, feedsOwnClaims: false }
      : { ...withRisk(consequences, 'access', effect), feedsOwnClaims: true };
  }

  async evaluate(
    { operation, args, caller }: Pick<PolicyCall, 'operation' | 'args' | 'caller'>,
    { risks, feedsOwnClaims }: KnownConsequences,
  ): Promise<Evaluation> {
    const { rules, reading, readOnly } = this.#options;
    if (!isGranted(operation, caller)) return { ok: false, rule: 'grants', refusal: refusals.toolNotGranted(operation) };
    const lacking = missingScope(risks, caller);
    if (lacking !== undefined) return { ok: false, rule: 'scopes', refusal: refusals.insufficientScope(operation, lacking) };
    if (readOnly && risks.some(isGated)) return { ok: false, rule: 'read only', refusal: refusals.readOnly(operation) };
    const verdict = await rules.decideByReading(operation, args, caller, risks, reading);
    return { ok: true, verdict: feedsOwnClaims ? byAnother(verdict) : verdict };
  }

  /** The scope that the caller lacks for this very call. The arguments need not have been parsed. */
  async missingScope(operation: Operation, args: Arguments, caller: Pick<Caller, 'name' | 'scopes'>): Promise<Scope | undefined> {
    if (caller.scopes === undefined) return undefined;
    try {
      canonicalJson(args);
      return missingScope((await this.consequences(operation, args, caller)).risks, caller);
    } catch (error) {
      // What is too deep is refused further on.
      if (error instanceof TooDeepError) return undefined;
      throw error;
    }
  }

  /** What the operator should know about where callers get their scopes; never rejects. */
  async aboutOwnClaims(): Promise<string | undefined> {
    const { ownClaims } = this.#options;
    if (ownClaims === undefined) return undefined;
    const isOwn = await ownClaims.isOwnInstance();
    if (isOwn === false) return undefined;
    const why = isOwn
      ? 'is the instance that this server operates'
      : 'may be the instance that this server operates, which cannot be checked now';
    return `the issuer of the callers' tokens ${why}: calls that write the data behind their scopes need a person other than the caller`;
  }
}

/** Needs another person even if a rule lets it through or the caller could confirm it. */
const byAnother = (verdict: Verdict): Verdict =>
  verdict.action === 'deny'
    ? verdict
    : { ...verdict, action: 'confirm', strengths: [...verdict.strengths, 'person'], byAnother: true };
