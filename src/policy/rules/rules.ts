import type { Catalog } from '../../catalog/catalog.js';
import { matchPatterns } from '../../catalog/exposure.js';
import type { Operation } from '../../catalog/operation.js';
import { isGated } from '../../catalog/operation.js';
import type { Arguments, Risk } from '../../catalog/operation-types.js';
import type { Caller, Instance, InstanceKind } from '../policy-types.js';
import type { WantedStrength } from '../strengths.js';
import { type About, type AboutExtent, canBeAbout, extentOf, subjectsOf } from './about.js';
import { type Reading, Resources } from './find-resource.js';
import { toMilliseconds } from './length-of-time.js';
import { type ArgumentPatterns, type Extent, matchArguments, matchesWildcard } from './match-args.js';
import type { BudgetDeclaration, RuleDeclaration } from './policy-file.js';
import { consequencesOf } from './risk.js';

/** What the rules say about one call. */
export interface Verdict {
  readonly action: 'allow' | 'deny' | 'confirm';
  /** Every strength asked for; the strongest counts. Empty unless `confirm`. */
  readonly strengths: readonly WantedStrength[];
  /** The name of the rule that decides. */
  readonly rule: string;
  /** Of a `deny`. */
  readonly reason: string | undefined;
  /** Who may approve: approvers who are in every one of the lists. Empty: any approver. */
  readonly approvers: readonly (readonly string[])[];
  /** Whether a person other than the caller has to approve. Never set by a rule. */
  readonly byAnother?: boolean | undefined;
  /** How long the call can be approved and used, in milliseconds; `undefined` if no rule says. */
  readonly withinMs: number | undefined;
  /** The most items of a bulk call. */
  readonly maxItems: number | undefined;
}

/** One rule on the way to the decision. */
export interface Step {
  readonly rule: string;
  readonly result: 'decides' | 'raises' | 'passed over';
  readonly why: string;
}

/** The tool that reads through whole lists, and can write what it finds into a file. */
const SCAN = 'Jobs_scanList';
const PLAN = 'Jobs_planChanges';

/**
 * The rules after the file's last. `confirm` is what gated calls need unless a rule says otherwise; `scans` tells whether
 * the scanning tool exists.
 */
export const defaultRules = (confirm: WantedStrength, scans: boolean): readonly RuleDeclaration[] => [
  ...(scans ? filesOfPeople(confirm) : []),
  { name: 'default: reading and writing', risk: ['read', 'write'], action: 'allow' },
  { name: 'default: gated', risk: ['destructive', 'credential', 'access'], action: 'confirm', strength: confirm },
];

/** A file of people in a live instance outlives the conversation. */
const filesOfPeople = (confirm: WantedStrength): readonly RuleDeclaration[] => [
  {
    name: 'default: files of scans',
    tools: SCAN,
    instance: 'live',
    args: { to: '*' },
    action: 'confirm',
    strength: confirm,
  },
  {
    name: 'default: files of plans',
    tools: PLAN,
    instance: 'live',
    args: { plan: '*-export' },
    action: 'confirm',
    strength: confirm,
  },
];

export interface RulesOptions {
  readonly catalog: Catalog;
  readonly instance: Instance;
  /** From the policy file; the built-in ones are added. */
  readonly rules: readonly RuleDeclaration[];
  readonly confirm: WantedStrength;
}

interface Rule {
  readonly declaration: RuleDeclaration;
  readonly name: string;
  readonly conditions: Conditions;
  readonly args: ArgumentPatterns | undefined;
  readonly about: About | undefined;
}

/** The rules of one instance in their order. */
export class Rules {
  readonly #catalog: Catalog;
  readonly declarations: readonly RuleDeclaration[];
  readonly #rules: readonly Rule[];
  /** By operation: the rules that can match some call of it. */
  readonly #candidates = new Map<Operation, readonly Rule[]>();
  readonly #strengths = new Map<Operation, readonly WantedStrength[]>();
  /** Of rules that decide alone, and alike for each call. */
  readonly #verdicts = new Map<Rule, Verdict>();

  constructor({ catalog, instance, rules, confirm }: RulesOptions) {
    this.#catalog = catalog;
    this.declarations = [...rules, ...defaultRules(confirm, catalog.find(SCAN) !== undefined)];
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
        return raised.length > 0 || rule.about !== undefined ? verdict(rule, raised, match) : this.#alone(rule);
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
    const known = this.#verdicts.get(rule) ?? verdict(rule, [], NO_MATCH);
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

/** What rules and budgets check besides the arguments. */
export class Conditions {
  readonly #operations: ReadonlySet<Operation> | undefined;
  readonly #risks: readonly Risk[] | undefined;
  readonly #allows: boolean;
  readonly #returnsSecret: boolean | undefined;
  readonly #defensive: boolean | undefined;
  readonly #callers: readonly string[] | undefined;
  /** Set when the rule is for another kind of instance. */
  readonly #otherInstance: string | undefined;

  constructor(declaration: RuleDeclaration | BudgetDeclaration, catalog: Catalog, kind: InstanceKind) {
    const { tools, risk, instance, caller } = declaration;
    this.#operations = tools === undefined ? undefined : matchPatterns(catalog, [tools].flat());
    this.#risks = risk && [risk].flat();
    this.#allows = 'action' in declaration && declaration.action === 'allow';
    this.#returnsSecret = declaration.returnsSecret;
    this.#defensive = 'defensive' in declaration ? declaration.defensive : undefined;
    this.#callers = caller === undefined ? undefined : [caller].flat();
    const kinds = instance && [instance].flat();
    this.#otherInstance = kinds === undefined || kinds.includes(kind) ? undefined : `the instance is ${kind}`;
  }

  /** Whether they can hold on this instance at all. */
  get holdsHere(): boolean {
    return this.#otherInstance === undefined;
  }

  canMatch(operation: Operation): boolean {
    return (
      this.#otherInstance === undefined &&
      this.#operationMismatch(operation) === undefined &&
      (this.#returnsSecret === undefined ||
        (this.#returnsSecret ? operation.risks.includes('credential') : operation.risk !== 'credential')) &&
      (this.#risks === undefined || operation.risks.some((risk) => this.#risks?.includes(risk)))
    );
  }

  /** Why they do not hold; `undefined` when they do. */
  mismatch(operation: Operation, risks: readonly Risk[], caller: Pick<Caller, 'name'>): string | undefined {
    if (this.#otherInstance !== undefined) return this.#otherInstance;
    const mismatch = this.#operationMismatch(operation);
    if (mismatch !== undefined) return mismatch;
    const hasSecret = risks.includes('credential');
    if (this.#returnsSecret !== undefined && this.#returnsSecret !== hasSecret) {
      return hasSecret ? 'the answer carries a secret' : 'the answer carries no secret';
    }
    if (!this.#matchesRisks(risks)) return `the risk is ${risks.join(' and ')}`;
    if (this.#callers !== undefined && !this.#callers.some((pattern) => matchesWildcard(caller.name, pattern))) {
      return `the caller is ${caller.name}`;
    }
    return undefined;
  }

  /** If a call has several risks, each must be allowed, but any one of them can be denied, confirmed or counted. */
  #matchesRisks(risks: readonly Risk[]): boolean {
    const named = this.#risks;
    if (named === undefined) return true;
    return this.#allows ? risks.every((risk) => named.includes(risk)) : risks.some((risk) => named.includes(risk));
  }

  #operationMismatch(operation: Operation): string | undefined {
    if (this.#operations !== undefined && !this.#operations.has(operation)) return 'it is for other tools';
    const isDefensive = operation.spec.defensive === true;
    if (this.#defensive !== undefined && this.#defensive !== isDefensive) {
      return isDefensive ? 'it is defensive' : 'it is not defensive';
    }
    return undefined;
  }
}

/** How far a call matches what a rule says about its arguments and its subjects. */
interface Match {
  readonly args: Extent;
  readonly about: AboutExtent;
}

const NO_MATCH: Match = { args: 'none', about: 'none' };

function matchOf({ args: patterns, about }: Rule, operation: Operation, args: Arguments, resources: Resources): Match {
  const extent = patterns === undefined ? 'all' : matchArguments(patterns, args);
  // Nothing is read for a rule that does not match the arguments anyway.
  if (extent === 'none' || about === undefined) return { args: extent, about: 'all' };
  return { args: extent, about: extentOf(about, operation, args, resources) };
}

/**
 * A rule that matches only in part, or only perhaps, errs on the safe side: it can deny but not allow, and the
 * confirmation it asks for is a minimum that later rules cannot lower.
 */
function weigh(rule: Rule, { args, about }: Match): Step['result'] {
  if (args === 'all' && about === 'all') return 'decides';
  if (args === 'none' || about === 'none' || rule.declaration.action === 'allow') return 'passed over';
  return rule.declaration.action === 'deny' ? 'decides' : 'raises';
}

/** A rule that opens a gate for a group or a glob was not written with unreviewed tools in mind. */
function unnamed({ declaration: { action, tools = [] } }: Rule, { name, risk, reviewed }: Operation): string | undefined {
  if (reviewed || action !== 'allow' || !isGated(risk) || [tools].flat().includes(name)) return undefined;
  return 'the tool is unreviewed, and the rule does not give its full name';
}

const UNTOLD = 'Whom the call is about cannot be determined, so the rule counts.';

function because({ declaration, args, about }: Rule, result: Step['result'], match: Match): string {
  if (result === 'passed over') {
    if (match.args === 'none') return 'the arguments differ';
    if (match.about === 'none') return 'it is about others';
    return match.about === 'unknown'
      ? 'whom it is about cannot be determined, and without that nothing is allowed'
      : 'it matches only in part, and so allows nothing';
  }
  if (result === 'raises') {
    if (match.about === 'unknown') return 'whom it is about cannot be determined here: its strength is a minimum';
    return match.args === 'some'
      ? 'the arguments match in part: its strength is a minimum'
      : 'it is about them and others: its strength is a minimum';
  }
  const { action } = declaration;
  const what =
    action === 'deny' ? `denies: ${declaration.reason}` : action === 'confirm' ? `confirm: ${declaration.strength}` : 'allows';
  if (match.about === 'unknown') return `whom it is about cannot be determined here, so it counts; ${what}`;
  const more = [...(args === undefined ? [] : ['the arguments too']), ...(about === undefined ? [] : ['whom it is about too'])];
  return [`everything in it matches${more.map((one) => `, ${one}`).join('')}`, what].join('; ');
}

function verdict({ declaration, name }: Rule, raised: readonly Rule[], match: Match): Verdict {
  const weighed = [...raised.map((rule) => rule.declaration), declaration];
  const asking = weighed.flatMap((rule) => (rule.action === 'confirm' ? [rule] : []));
  const within = asking.flatMap((rule) => (rule.within === undefined ? [] : [toMilliseconds(rule.within)]));
  const caps = weighed.flatMap((rule) => (rule.action === 'deny' || rule.maxItems === undefined ? [] : [rule.maxItems]));
  return {
    // A rule that only raised the strength still needs its confirmation even if a later rule would allow the call.
    action: declaration.action === 'allow' && asking.length > 0 ? 'confirm' : declaration.action,
    strengths: declaration.action === 'deny' ? [] : asking.map((rule) => rule.strength),
    approvers: asking.flatMap((rule) => (rule.approvers === undefined ? [] : [[rule.approvers].flat()])),
    withinMs: within.length === 0 ? undefined : Math.min(...within),
    rule: [...raised.map((rule) => rule.name), name].join(' + '),
    reason:
      declaration.action !== 'deny'
        ? undefined
        : match.about === 'unknown'
          ? `${declaration.reason} ${UNTOLD}`
          : declaration.reason,
    maxItems: caps.length === 0 ? undefined : Math.min(...caps),
  };
}
