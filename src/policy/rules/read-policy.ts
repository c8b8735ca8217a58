import type * as z from 'zod';
import type { Catalog } from '../../catalog/catalog.js';
import { matchPatterns, PatternError } from '../../catalog/exposure.js';
import { didYouMean } from '../../catalog/nearest.js';
import type { Operation } from '../../catalog/operation.js';
import { valueAt } from '../../catalog/parse-arguments.js';
import { errorMessage } from '../../platform/error-message.js';
import { isRecord } from '../../platform/is-record.js';
import { parseJsonText } from '../../platform/json-text.js';
import { kindInWords, kindOf } from '../../platform/kind-in-words.js';
import { UserError } from '../../platform/user-error.js';
import { canBeAbout, subjectsOf } from './about.js';
import { duplicateKeys, formatPath } from './duplicate-keys.js';
import {
  type BudgetDeclaration,
  budgetSchema,
  knownKeys,
  type PolicyFile,
  policyFileSchema,
  type RuleDeclaration,
  ruleSchema,
} from './policy-file.js';

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
  const faults = [
    ...duplicateKeys(text).map(({ path, key }) => ({ path, problem: `${JSON.stringify(key)} is there twice` })),
    ...(result.error?.issues ?? []).flatMap((issue) => toFaults(issue, [], raw)),
    ...entries(raw, 'rules').flatMap(([rule, path]) => entryFaults(rule, path, catalog, ruleSchema, ruleFaults)),
    ...entries(raw, 'budgets').flatMap(([budget, path]) => entryFaults(budget, path, catalog, budgetSchema, budgetFaults)),
  ];
  if (!result.success || faults.length > 0) throw new PolicyFileError(inOrder(faults, raw));
  return result.data;
}

function parseJson(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new PolicyFileError([{ path: '', problem: errorMessage(error) }]);
  }
}

function entries(raw: unknown, section: string): readonly (readonly [unknown, string])[] {
  const list = valueAt(raw, [section]);
  return Array.isArray(list) ? list.map((entry: unknown, index) => [entry, `${section}[${index}]`]) : [];
}

/** What the catalog says against a rule or a budget. Of one whose form is wrong, only its tools can be looked at. */
function entryFaults<T>(
  entry: unknown,
  path: string,
  catalog: Catalog,
  schema: z.ZodType<T>,
  faultsOf: (entry: T, path: string, catalog: Catalog) => PolicyFault[],
): PolicyFault[] {
  const read = schema.safeParse(entry);
  if (read.success) return faultsOf(read.data, path, catalog);
  const tools = ruleSchema.options[0].shape.tools.safeParse(valueAt(entry, ['tools']));
  const matched = matchedOperations({ tools: tools.data }, path, catalog);
  return 'faults' in matched ? matched.faults : [];
}

/** As they stand in the file, entry by entry. */
function inOrder(faults: readonly PolicyFault[], raw: unknown): PolicyFault[] {
  const sections = isRecord(raw) ? Object.keys(raw) : [];
  const placeOf = ({ path }: PolicyFault): readonly [number, number] => {
    const [, section = '', index = '-1'] = /^(\w*)(?:\[(\d+)\])?/.exec(path) ?? [];
    return [sections.indexOf(section), Number(index)];
  };
  return faults.toSorted((a, b) => {
    const [section, index] = placeOf(a);
    const [other, at] = placeOf(b);
    return section - other || index - at;
  });
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
      return [{ path, problem: inWords(issue, valueAt(raw, at)) }];
  }
}

/** A fault of form in words; where the schema has words of its own, those. */
function inWords(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'invalid_type') {
    const expected = `expected ${kindInWords(issue.expected)}`;
    if (given === undefined) return `is missing: ${expected}.`;
    return `${expected}, and ${typeof given === 'number' ? given : kindOf(given)} is given.`;
  }
  if (issue.code === 'too_small' && issue.origin === 'array') return 'is an empty list.';
  if (issue.code === 'too_small') return issue.origin === 'string' ? 'is empty.' : `must be ${issue.minimum} or more.`;
  if (issue.code === 'too_big') {
    return issue.origin === 'string' ? `is longer than ${issue.maximum} characters.` : `must be ${issue.maximum} or less.`;
  }
  return issue.message;
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
