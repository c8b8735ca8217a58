import type { CallOutcome } from '../../call/call-types.js';
import { isRecord } from '../../platform/is-record.js';
import { fits } from '../../response/token-count.js';
import type { JobContext } from '../job-tool.js';
import { PlanFault } from '../plan/fault.js';
import { type Comparison, modelOf } from './compare.js';
import { ConfigurationFileError, parseConfiguration } from './parse.js';
import { compareWithInstance, planConfiguration, readConfiguration, type WantedFile } from './plan-configuration.js';
import { ONLY_WRITTEN_IN_WORDS, SECTION_NAMES, type SectionName } from './sections.js';
import { configurationText } from './write.js';

/** What errors call a configuration that came as an input. */
const INPUT = 'configuration';

/** Runs one of the named plans about the configuration of the instance. @throws PlanFault */
export type RunConfigurationPlan = (inputs: Readonly<Record<string, unknown>>, context: JobContext) => Promise<CallOutcome>;

/** The configuration of the instance as YAML. */
export const pullConfiguration: RunConfigurationPlan = async ({ sections }, context) => {
  const { configuration, unread } = await readConfiguration(context, sectionsIn(sections));
  const wanted = sectionsIn(sections) ?? SECTION_NAMES;
  const asked = new Map([...configuration].filter(([name]) => wanted.includes(name)));
  const text = JSON.stringify({
    configuration: configurationText(asked, unread),
    ...(unread.size === 0 ? {} : { not_read: Object.fromEntries(unread) }),
    not_in_it: `Clerk's API does not return: ${ONLY_WRITTEN_IN_WORDS}.`,
  });
  if (fits(text, context.limits.maxTokens)) return { kind: 'done', text };
  throw new PlanFault(
    'too_many_items',
    `The configuration is longer than an answer may be: name fewer sections, of ${SECTION_NAMES.join(', ')}. Or clerk-mcp config pull --out FILE at a terminal`,
  );
};

/** How the instance differs from a configuration. */
export const compareConfiguration: RunConfigurationPlan = async ({ configuration }, context) => {
  const comparison = await compareWithInstance(wantedIn(configuration), context);
  return { kind: 'done', text: comparisonText(comparison, context.limits.maxTokens) };
};

/** A plan that brings the instance to a configuration. */
export const applyConfiguration: RunConfigurationPlan = async ({ configuration, prune }, context) => {
  const wishes = { title: 'Plan apply-configuration: {n}', prune: prune === true, keyOf: () => undefined };
  try {
    return { kind: 'done', text: (await planConfiguration({ ...wantedIn(configuration), ...wishes }, context)).text };
  } catch (error) {
    throw error instanceof ConfigurationFileError ? faultOf(error) : error;
  }
};

/** @throws PlanFault for a section that there is not */
function sectionsIn(given: unknown): readonly SectionName[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  const unknown = given.find((name) => !SECTION_NAMES.some((known) => known === name));
  if (unknown !== undefined)
    throw new PlanFault('invalid_arguments', 'The inputs do not fit the plan pull-configuration.', {
      faults: [{ path: 'inputs.sections', expected: `of ${SECTION_NAMES.join(', ')}` }],
    });
  return given as readonly SectionName[];
}

/** As YAML or JSON text, or as an object. @throws PlanFault */
function wantedIn(given: unknown): WantedFile {
  const text = isRecord(given) ? JSON.stringify(given, null, 1) : String(given);
  try {
    return { file: INPUT, parsed: parseConfiguration(text, INPUT) };
  } catch (error) {
    throw error instanceof ConfigurationFileError ? faultOf(error) : error;
  }
}

const MOST_FAULTS = 20;

const faultOf = ({ faults }: ConfigurationFileError): PlanFault =>
  new PlanFault('invalid_arguments', 'The configuration cannot be used.', {
    faults: faults.slice(0, MOST_FAULTS).map(({ line, path, problem }) => ({
      path: `${INPUT}:${line}${path === '' ? '' : ` ${path}`}`,
      expected: problem,
    })),
  });

/** As many differences as an answer may hold. */
function comparisonText({ differences, notCompared }: Comparison, maxTokens: number): string {
  for (let most = differences.length; ; most = Math.floor(most / 2)) {
    const text = JSON.stringify({
      same: differences.length === 0 && notCompared.size === 0,
      differences: differences.slice(0, most).map(modelOf),
      ...(most < differences.length ? { more: differences.length - most } : {}),
      ...(notCompared.size === 0 ? {} : { not_compared: Object.fromEntries(notCompared) }),
      next: differences.length === 0 ? 'Nothing is to be done.' : NEXT,
    });
    if (most === 0 || fits(text, maxTokens)) return text;
  }
}

const NEXT =
  'The plan apply-configuration with the same configuration makes a plan of what is added and changed; of what is removed only with "prune": true.';
