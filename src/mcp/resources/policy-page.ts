import { plain } from '../../platform/plain-text.js';
import type { InstanceKind } from '../../policy/policy-types.js';
import type { BudgetDeclaration, RuleDeclaration } from '../../policy/rules/policy-file.js';

export interface PolicyPageOptions {
  readonly kind: InstanceKind;
  /** How gated calls are confirmed. */
  readonly explanation: string;
  readonly readOnly: boolean;
  readonly rules: readonly RuleDeclaration[];
  readonly budgets: readonly BudgetDeclaration[];
}

/** The policy in words: which rules decide, but never about whom. Names of people and values of arguments are left out. */
export function policyPage({ kind, explanation, readOnly, rules, budgets }: PolicyPageOptions): string {
  const here = <T extends { readonly instance?: unknown }>(all: readonly T[]): T[] =>
    all.filter(({ instance }) => instance === undefined || [instance].flat().includes(kind));
  return [
    '# Policy',
    readOnly ? 'Only reading is possible (--read-only).' : explanation,
    '## Rules\nThe first that matches decides.',
    here(rules)
      .map((rule, at) => `${at + 1}. ${named(rule)}${actionOf(rule)} ${matchOf(rule)}.`)
      .join('\n'),
    '## Budgets\nEvery budget that matches must have room.',
    here(budgets)
      .map((budget) => `- ${named(budget)}at most ${budget.max} in ${budget.per} ${scopeWords(budget)}, ${matchOf(budget)}.`)
      .join('\n') || 'There are none on this instance.',
  ].join('\n\n');
}

const named = ({ name }: { readonly name?: string | undefined }): string => (name === undefined ? '' : `${plain(name, 60)}: `);

const scopeWords = ({ scope }: BudgetDeclaration): string =>
  scope === 'caller' ? 'for each caller' : 'for all callers together';

function actionOf(rule: RuleDeclaration): string {
  if (rule.action === 'deny') return `refuse (${plain(rule.reason, 300)})`;
  const most = rule.maxItems === undefined ? '' : `, at most ${rule.maxItems} items at once`;
  if (rule.action === 'allow') return `let through${most}`;
  const whose = rule.approvers === undefined ? '' : ', by people whom the policy names';
  return `have confirmed (${rule.strength})${whose}${most}`;
}

/** The calls that a rule or a budget is about. */
function matchOf(of: RuleDeclaration | BudgetDeclaration): string {
  const parts = [
    of.tools === undefined ? 'calls' : `calls of ${listed(of.tools)}`,
    of.risk === undefined ? '' : `with the risk ${listed(of.risk)}`,
    of.returnsSecret === undefined ? '' : `that hand out ${of.returnsSecret ? 'a' : 'no'} secret`,
    'defensive' in of && of.defensive !== undefined ? `that do ${of.defensive ? '' : 'not '}bring an incident under control` : '',
    of.caller === undefined ? '' : 'by certain callers',
    'args' in of && of.args !== undefined ? `with certain values of ${listed(Object.keys(of.args))}` : '',
    'about' in of && of.about !== undefined ? `about a certain ${listed(Object.keys(of.about))}` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

const listed = (words: string | readonly string[]): string => plain([words].flat().join(', '), 300);
