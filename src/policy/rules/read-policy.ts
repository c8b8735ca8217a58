import type * as z from 'zod';
import type { Catalog } from '../../catalog/catalog.js';
import { matchPatterns, PatternError } from '../../catalog/exposure.js';
import { didYouMean } from '../../catalog/nearest.js';
import type { Operation } from '../../catalog/operation.js';
import { valueAt } from '../../catalog/parse-arguments.js';
import { errorMessage } from '../../platform/error-message.js';
import { parseJsonText } from '../../platform/json-text.js';
import { UserError } from '../../platform/user-error.js';
import { canBeAbout, subjectsOf } from './about.js';
import { duplicateKey, formatPath } from './duplicate-keys.js';
import { type BudgetDeclaration, knownKeys, type PolicyFile, policyFileSchema, type RuleDeclaration } from './policy-file.js';

/** One fault of a policy file. `path` is like `rules[0].risk`; empty for the whole. */
export interface PolicyFault {
  readonly path: string;
  readonly problem: string;
}

/** The policy file cannot be used. `message` names every fault on a line of its own. */
export class PolicyFileError extends UserError {
  override readonly name = 'PolicyFileError';
  readonly faults: readonly PolicyFault[];

  constructor(faults: readonly PolicyFault[]) {
    super(faults.map(({ path, problem }) => (path === '' ? problem : `${path}: ${problem}`)).join('\n'));
    this.faults = faults;
  }
}

/**
 * Checks the text of a policy file against the schema and the catalog: a slip of the hand must never leave
 * a gate open.
 * @throws PolicyFileError
 */
export function readPolicy(text: string, catalog: Catalog): PolicyFile {
  const raw = parseJson(text);
  const result = policyFileSchema.safeParse(raw);
  if (!result.success) throw new PolicyFileError(result.error.issues.flatMap((issue) => toFaults(issue, [], raw)));
  const faults = [
    ...result.data.rules.flatMap((rule, index) => ruleFaults(rule, `rules[${index}]`, catalog)),
    ...(result.data.budgets ?? []).flatMap((budget, index) => budgetFaults(budget, `budgets[${index}]`, catalog)),
  ];
  if (faults.length > 0) throw new PolicyFileError(faults);
  return result.data;
}

function parseJson(text: string): unknown {
  let raw: unknown;
  try {
    raw = parseJsonText(text);
  } catch (error) {
    throw new PolicyFileError([{ path: '', problem: errorMessage(error) }]);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined)
    throw new PolicyFileError([{ path: twice.path, problem: `${JSON.stringify(twice.key)} is there twice` }]);
  return raw;
}

function toFaults(issue: z.core.$ZodIssue, base: readonly PropertyKey[], raw: unknown): PolicyFault[] {
  const at = [...base, ...issue.path];
  const path = formatPath(at);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: formatPath([...at, key]),
        problem: `unknown key.${suggestKey(key, at, valueAt(raw, [...at, 'action']))}`,
      }));
    case 'invalid_value': {
      const known = issue.values.map(String);
      const given = valueAt(raw, at);
      const near = typeof given === 'string' ? didYouMean(given, known) : '';
      return [{ path, problem: `${JSON.stringify(given) ?? 'nothing'} is unknown.${near || ` One of ${known.join(', ')}.`}` }];
    }
    case 'invalid_union':
      return unionFaults(issue, at, raw);
    default:
      return [{ path, problem: issue.message }];
  }
}

/** For a value or a list of values, only the branch that was meant is reported. */
function unionFaults(issue: z.core.$ZodIssueInvalidUnion, at: readonly PropertyKey[], raw: unknown): PolicyFault[] {
  if (issue.discriminator !== undefined) {
    return [
      {
        path: formatPath(at),
        problem: `${JSON.stringify(valueAt(raw, at)) ?? 'nothing'} is not an action. Use one of allow, deny, confirm.`,
      },
    ];
  }
  const branch = Array.isArray(valueAt(raw, at)) ? issue.errors.at(-1) : issue.errors[0];
  return (branch ?? []).flatMap((inner) => toFaults(inner, at, raw));
}

function suggestKey(key: string, at: readonly PropertyKey[], action: unknown): string {
  const known = knownKeys(at, action);
  return didYouMean(key, known) || ` Known: ${known.join(', ')}.`;
}

function ruleFaults(rule: RuleDeclaration, path: string, catalog: Catalog): PolicyFault[] {
  const { tools, risk, returnsSecret, instance, caller, args, about } = rule;
  if ([tools, risk, returnsSecret, instance, caller, args, about].every((condition) => condition === undefined)) {
    return [{ path, problem: 'matches every call. Say which: tools, risk, returnsSecret, instance, caller, args or about.' }];
  }
  const matched = matchedOperations(rule, path, catalog);
  if ('faults' in matched) return matched.faults;
  return [...inputFaults(rule, `${path}.args`, matched.operations), ...aboutFaults(rule, `${path}.about`, matched.operations)];
}

function budgetFaults(budget: BudgetDeclaration, path: string, catalog: Catalog): PolicyFault[] {
  const { tools, risk, returnsSecret, defensive } = budget;
  if ([tools, risk, returnsSecret, defensive || undefined].every((condition) => condition === undefined)) {
    return [{ path, problem: 'counts every call, reads too. Say which: tools, risk, returnsSecret or defensive: true.' }];
  }
  const matched = matchedOperations(budget, path, catalog);
  return 'faults' in matched ? matched.faults : [];
}

function matchedOperations(
  { tools }: Pick<RuleDeclaration, 'tools'>,
  path: string,
  catalog: Catalog,
): { operations: readonly Operation[] } | { faults: PolicyFault[] } {
  if (tools === undefined) return { operations: catalog.operations };
  const operations: Operation[] = [];
  const faults: PolicyFault[] = [];
  for (const [index, pattern] of [tools].flat().entries()) {
    try {
      operations.push(...matchPatterns(catalog, [pattern]));
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      faults.push({ path: Array.isArray(tools) ? `${path}.tools[${index}]` : `${path}.tools`, problem: error.message });
    }
  }
  return faults.length > 0 ? { faults } : { operations };
}

/** The same for tools none of whose inputs can name such a subject. */
function aboutFaults({ about }: RuleDeclaration, path: string, operations: readonly Operation[]): PolicyFault[] {
  const subjects = about && subjectsOf(about);
  if (subjects === undefined || operations.some((operation) => canBeAbout(operation, subjects))) return [];
  return [{ path, problem: `no tool of this rule can be about one ${Object.keys(subjects).join(' or ')}.` }];
}

/** A rule for an input that none of its tools has would never match. */
function inputFaults({ args }: RuleDeclaration, path: string, operations: readonly Operation[]): PolicyFault[] {
  const inputs = new Set(operations.flatMap((operation) => [...operation.places.keys()]));
  return Object.keys(args ?? {}).flatMap((key) => {
    const input = key.split('.')[0] ?? key;
    if (inputs.has(input)) return [];
    return [{ path: `${path}.${key}`, problem: `no tool of this rule has the input ${input}.${didYouMean(input, inputs)}` }];
  });
}
