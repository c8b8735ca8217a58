import type { Catalog } from '../../catalog/catalog.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments, Risk } from '../../catalog/operation-types.js';
import type { Caller, Instance } from '../policy-types.js';
import type { WantedStrength } from '../strengths.js';
import { canBeAbout, subjectsOf } from './about.js';
import { Conditions } from './conditions.js';
import { defaultRules } from './default-rules.js';
import { type Reading, Resources } from './find-resource.js';
import type { RuleDeclaration } from './policy-file.js';
import { consequencesOf } from './risk.js';
import { because, matchOf, NO_MATCH, type Rule, type Step, unnamed, type Verdict, verdictOf, weigh } from './verdict.js';

export interface RulesOptions {
  readonly catalog: Catalog;
  readonly instance: Instance;
  /** From the policy file; the built-in ones are added. */
  readonly rules: readonly RuleDeclaration[];
  readonly confirm: WantedStrength;
}

/** The rules of one instance in their order. */
export class Rules {
  readonly #catalog: Catalog;
  readonly declarations: readonly RuleDeclaration[];
  readonly #rules: readonly Rule[];
  /** By operation: the rules that can match some call of it. */
  readonly #candidates = new Map<Operation, readonly Rule[]>();
  readonly #strengths = new Map<Operation, readonly WantedStrength[]>();
  /** The verdicts of rules that decide alone, and alike for each call. */
  readonly #verdicts = new Map<Rule, Verdict>();

  constructor({ catalog, instance, rules, confirm }: RulesOptions) {
    this.#catalog = catalog;
    this.declarations = [...rules, ...defaultRules(confirm, catalog)];
    this.#rules = this.declarations.map((declaration, index) => ({
      declaration,
      name: declaration.name ?? `rules[${index}]`,
      conditions: new Conditions(declaration, catalog, instance.kind),
      args:
        declaration.args && Object.fromEntries(Object.entries(declaration.args).map(([path, values]) => [path, [values].flat()])),
      about: declaration.about && subjectsOf(declaration.about),
    }));
  }

  /** The same after reading whom the call is about, if a rule depends on it. Never throws for what cannot be read. */
  async decideByReading(
    operation: Operation,
    args: Arguments,
    caller: Pick<Caller, 'name'>,
    risks: readonly Risk[],
    reading: Omit<Reading, 'caller'>,
  ): Promise<Verdict> {
    const resources = new Resources(this.#catalog);
    const decide = (): Verdict => this.decide(operation, args, caller, risks, resources);
    let verdict = decide();
    // One read can lead to the next: from a directory to its connection, and from there to its organization.
    while (resources.areWanted && (await resources.readWanted({ ...reading, caller: caller.name }))) verdict = decide();
    return verdict;
  }

  /**
   * `risks`: those of this very call. Default: what its arguments alone tell. `resources`: what was read about its subjects.
   * Default: nothing, so that rules on what the arguments do not tell count as matched.
   */
  decide(
    operation: Operation,
    args: Arguments,
    caller: Pick<Caller, 'name'>,
    risks: readonly Risk[] = consequencesOf(operation, args).risks,
    resources: Resources = new Resources(this.#catalog),
  ): Verdict {
    const raised: Rule[] = [];
    for (const rule of this.#candidatesOf(operation)) {
      if (rule.conditions.mismatch(operation, risks, caller) !== undefined) continue;
      const match = matchOf(rule, operation, args, resources);
      const step = weigh(rule, match);
      if (step === 'decides')
        return raised.length > 0 || rule.about !== undefined ? verdictOf(rule, raised, match) : this.#alone(rule);
      if (step === 'raises') raised.push(rule);
    }
    // The built-in rules cover every risk.
    throw new Error(`no rule covers ${operation.name}`);
  }

  /** Every rule up to the one that decides, and why it did or did not. */
  explain(
    operation: Operation,
    args: Arguments,
    caller: Pick<Caller, 'name'>,
    risks: readonly Risk[] = consequencesOf(operation, args).risks,
  ): readonly Step[] {
    const steps: Step[] = [];
    const resources = new Resources(this.#catalog);
    for (const rule of this.#rules) {
      const mismatch = rule.conditions.mismatch(operation, risks, caller) ?? unnamed(rule, operation);
      const match = mismatch === undefined ? matchOf(rule, operation, args, resources) : NO_MATCH;
      const result = weigh(rule, match);
      steps.push({ rule: rule.name, result, why: mismatch ?? because(rule, result, match) });
      if (result === 'decides') break;
    }
    return steps;
  }

  /** Every strength that some call of the operation can need; empty if none needs a confirmation. */
  strengthsOf(operation: Operation): readonly WantedStrength[] {
    const known = this.#strengths.get(operation) ?? this.#findStrengths(operation);
    this.#strengths.set(operation, known);
    return known;
  }

  #findStrengths(operation: Operation): readonly WantedStrength[] {
    const strengths = new Set<WantedStrength>();
    for (const { declaration, conditions, args, about } of this.#candidatesOf(operation)) {
      if (declaration.action === 'confirm' && conditions.canMatch(operation)) {
        strengths.add(declaration.strength);
        if (declaration.approvers !== undefined) strengths.add('person');
      }
      const always =
        args === undefined && about === undefined && declaration.caller === undefined && declaration.risk === undefined;
      if (always) break;
    }
    return [...strengths];
  }

  #alone(rule: Rule): Verdict {
    const known = this.#verdicts.get(rule) ?? verdictOf(rule, [], NO_MATCH);
    this.#verdicts.set(rule, known);
    return known;
  }

  #candidatesOf(operation: Operation): readonly Rule[] {
    let candidates = this.#candidates.get(operation);
    if (candidates === undefined) {
      candidates = this.#rules.filter(
        (rule) =>
          rule.conditions.canMatch(operation) &&
          unnamed(rule, operation) === undefined &&
          (rule.about === undefined || canBeAbout(operation, rule.about)),
      );
      this.#candidates.set(operation, candidates);
    }
    return candidates;
  }
}
