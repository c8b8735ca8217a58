import type { Operation } from '../../catalog/operation.js';
import { isGated } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { WantedStrength } from '../strengths.js';
import { type About, type AboutExtent, extentOf } from './about.js';
import type { Conditions } from './conditions.js';
import type { Resources } from './find-resource.js';
import { toMilliseconds } from './length-of-time.js';
import { type ArgumentPatterns, type Extent, matchArguments } from './match-args.js';
import type { RuleDeclaration } from './policy-file.js';

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

/** A rule as it was read. */
export interface Rule {
  readonly declaration: RuleDeclaration;
  readonly name: string;
  readonly conditions: Conditions;
  readonly args: ArgumentPatterns | undefined;
  readonly about: About | undefined;
}

/** How far a call matches what a rule says about its arguments and its subjects. */
interface Match {
  readonly args: Extent;
  readonly about: AboutExtent;
}

export const NO_MATCH: Match = { args: 'none', about: 'none' };

export function matchOf({ args: patterns, about }: Rule, operation: Operation, args: Arguments, resources: Resources): Match {
  const extent = patterns === undefined ? 'all' : matchArguments(patterns, args);
  // Nothing is read for a rule that does not match the arguments anyway.
  if (extent === 'none' || about === undefined) return { args: extent, about: 'all' };
  return { args: extent, about: extentOf(about, operation, args, resources) };
}

/**
 * A rule that matches only in part, or only perhaps, errs on the safe side: it can deny but not allow, and the
 * confirmation it asks for is a minimum that later rules cannot lower.
 */
export function weigh(rule: Rule, { args, about }: Match): Step['result'] {
  if (args === 'all' && about === 'all') return 'decides';
  if (args === 'none' || about === 'none' || rule.declaration.action === 'allow') return 'passed over';
  return rule.declaration.action === 'deny' ? 'decides' : 'raises';
}

/** A rule that opens a gate for a group or a glob was not written with unreviewed tools in mind. */
export function unnamed({ declaration: { action, tools = [] } }: Rule, { name, risk, reviewed }: Operation): string | undefined {
  if (reviewed || action !== 'allow' || !isGated(risk) || [tools].flat().includes(name)) return undefined;
  return 'the tool is unreviewed, and the rule does not give its full name';
}

const UNTOLD = 'Whom the call is about cannot be determined, so the rule counts.';

export function because({ declaration, args, about }: Rule, result: Step['result'], match: Match): string {
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

export function verdictOf({ declaration, name }: Rule, raised: readonly Rule[], match: Match): Verdict {
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
