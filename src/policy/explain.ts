import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import { strongest, wantedStrengths } from './confirmation/strength.js';
import type { Caller, Instance } from './policy-types.js';
import type { Budgets } from './rules/budgets.js';
import type { Inquiry } from './rules/knowledge.js';
import { consequencesOf } from './rules/risk.js';
import type { Rules } from './rules/rules.js';
import type { Step, Verdict } from './rules/verdict.js';
import type { Strength } from './strengths.js';

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

interface Parts {
  readonly rules: Rules;
  readonly budgets: Budgets;
  readonly inquiry: Inquiry;
  readonly instance: Instance;
}

/** What would be decided, without reading anything. */
export function explain(
  { rules, budgets, inquiry, instance: { kind } }: Parts,
  operation: Operation,
  args: Arguments,
  caller: Pick<Caller, 'name'>,
): Explanation {
  const { risk, risks } = consequencesOf(operation, args, inquiry.offline);
  const { action, rule, reason, maxItems, ...verdict } = rules.decide(operation, args, caller, risks);
  const strengths = wantedStrengths(verdict);
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
    budgets: budgets.shares(operation, args, caller, risks).limits.map(({ name }) => name),
    steps: rules.explain(operation, args, caller, risks),
  };
}
