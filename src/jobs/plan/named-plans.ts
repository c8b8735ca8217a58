import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { CallOutcome } from '../../call/call-types.js';
import { didYouMean } from '../../catalog/nearest.js';
import { isRecord } from '../../platform/is-record.js';
import { readText } from '../../platform/read-text.js';
import type { JobContext } from '../job-tool.js';
import { PlanFault } from './fault.js';
import type { Step } from './steps.js';

const input = z.strictObject({
  about: z.string(),
  /** Default: text. */
  is: z.enum(['text', 'list', 'object', 'number', 'boolean', 'text or object']).default('text'),
  optional: z.boolean().default(false),
  default: z.unknown().optional(),
});

const planFile = z.strictObject({
  about: z.string(),
  inputs: z.record(z.string().regex(/^\w+$/), input).default({}),
  steps: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        tool: z.string(),
        arguments: z.record(z.string(), z.unknown()).optional(),
        for_each: z.unknown().optional(),
        if: z.string().optional(),
        may_fail: z.boolean().optional(),
      }),
    )
    .min(1),
});

type PlanFile = z.output<typeof planFile>;

/** A plan that comes with the program, with its inputs. */
export interface NamedPlan {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Whether the result goes into a file; such a plan only reads. */
  readonly file: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A plan that is made by the program, which knows more than the language of steps can say. */
export interface MadePlan {
  readonly run: (context: JobContext) => Promise<CallOutcome>;
}

type Inputs = PlanFile['inputs'];

interface MadePlanSpec {
  readonly about: string;
  readonly inputs: Inputs;
  readonly load: () => Promise<(inputs: Readonly<Record<string, unknown>>, context: JobContext) => Promise<CallOutcome>>;
}

const wanted: Inputs[string] = {
  about: 'The configuration as YAML, in the form that pull-configuration gives',
  is: 'text or object',
  optional: false,
};

const configurations = () => import('../configuration/named.js');

const MADE: Readonly<Record<string, MadePlanSpec>> = {
  'apply-configuration': {
    about:
      'Brings the instance to a configuration given as YAML - roles, permissions, role sets, JWT templates, URLs, lists, settings.',
    inputs: {
      configuration: wanted,
      prune: { about: 'Also delete what only the instance has', is: 'boolean', optional: false, default: false },
    },
    load: async () => (await configurations()).applyConfiguration,
  },
  'compare-configuration': {
    about: 'How the instance differs from a configuration given as YAML. Changes nothing.',
    inputs: { configuration: wanted },
    load: async () => (await configurations()).compareConfiguration,
  },
  'pull-configuration': {
    about: 'The configuration of the instance as YAML, without ids and secrets. Changes nothing.',
    inputs: { sections: { about: 'Only these sections', is: 'list', optional: false, default: [] } },
    load: async () => (await configurations()).pullConfiguration,
  },
};

/** The folder of plans that come with the program, built or not. */
function folder(): string {
  for (let above = import.meta.dirname; ; above = dirname(above)) {
    const plans = join(above, 'plans');
    if (existsSync(plans)) return plans;
    if (dirname(above) === above) throw new Error('the folder of plans is not there');
  }
}

const SUFFIX = '.yml';
/** The suffix by which the policy recognizes plans that write a file. */
const EXPORT = '-export';
/** Given instead of a name to list all plans. */
const LIST = 'list';

/** A named plan and its inputs, or the list of named plans if that is asked for. @throws PlanFault */
export async function namedPlan(name: string, given: unknown): Promise<NamedPlan | MadePlan | { readonly text: string }> {
  const files = (await readdir(folder())).filter((file) => file.endsWith(SUFFIX));
  const names = [...files.map((file) => file.slice(0, -SUFFIX.length)), ...Object.keys(MADE)].sort();
  if (name === LIST) return { text: JSON.stringify({ plans: await Promise.all(names.map(describe)) }) };
  if (!names.includes(name))
    throw new PlanFault(
      'unknown_plan',
      `No plan is named ${JSON.stringify(name.slice(0, 60))}.${didYouMean(name, names) || ` Known: ${names.join(', ')}.`}`,
    );
  const made = MADE[name];
  if (made !== undefined) {
    const inputs = inputsOf(name, made, isRecord(given) ? given : {});
    return { run: async (context) => (await made.load())(inputs, context) };
  }
  const file = await read(name);
  return { name, steps: file.steps, file: name.endsWith(EXPORT), inputs: inputsOf(name, file, isRecord(given) ? given : {}) };
}

async function describe(name: string): Promise<object> {
  const { about, inputs } = MADE[name] ?? (await read(name));
  const told = Object.entries(inputs).map(([input, { about: what, optional }]) => [
    input,
    optional ? `${what} (optional)` : what,
  ]);
  return { name, about, inputs: Object.fromEntries(told) };
}

async function read(name: string): Promise<PlanFile> {
  return planFile.parse(parse(await readText(join(folder(), `${name}${SUFFIX}`))));
}

function inputsOf(
  name: string,
  { inputs }: Pick<PlanFile, 'inputs'>,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const faults: { path: string; expected: string }[] = [];
  const known = Object.keys(inputs);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(inputs, key)) continue;
    const near = didYouMean(key, known) || ` Known: ${known.join(', ')}.`;
    faults.push({ path: `inputs.${key}`, expected: `no such input.${near}` });
  }
  const values: Record<string, unknown> = {};
  for (const [key, { about, is, optional, default: usual }] of Object.entries(inputs)) {
    const value = given[key] ?? usual;
    if (value === undefined && !optional) faults.push({ path: `inputs.${key}`, expected: `required: ${about}` });
    else if (value !== undefined && !IS[is](value)) faults.push({ path: `inputs.${key}`, expected: `${is}: ${about}` });
    else if (value !== undefined) values[key] = value;
  }
  if (faults.length > 0) throw new PlanFault('invalid_arguments', `The inputs do not fit the plan ${name}.`, { faults });
  return values;
}

const IS: Readonly<Record<z.output<typeof input>['is'], (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  list: Array.isArray,
  object: isRecord,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  'text or object': (value) => IS.text(value) || isRecord(value),
};
