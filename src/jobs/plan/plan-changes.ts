import type { RunJobTool } from '../job-tool.js';
import { OutOfTimeError } from '../scan/reads.js';
import { answersFile, answersText } from './answers.js';
import { expand } from './expand.js';
import { PlanFault } from './fault.js';
import { Known } from './known.js';
import { PlanReader } from './reader.js';
import { settle } from './settle.js';
import type { Step } from './steps.js';

/** The longest that a caller waits for a plan to be made, in milliseconds: clients give up after a minute. */
const LONGEST_MS = 50_000;

/** Makes a plan of the steps given, or of a named plan. */
export const planChanges: RunJobTool = async ({ steps, plan, inputs = {} }, context) => {
  const late = AbortSignal.timeout(LONGEST_MS);
  const signal = AbortSignal.any([context.signal, late]);
  try {
    const named = typeof plan === 'string' ? await (await import('./named-plans.js')).namedPlan(plan, inputs) : undefined;
    if (named !== undefined && 'text' in named) return { kind: 'done', text: named.text };
    const limits = { ...context.limits, timeoutMs: Math.min(LONGEST_MS, context.limits.timeoutMs) };
    const making = { ...context, signal, limits };
    if (named !== undefined && 'run' in named) return await named.run(making);
    const known = new Known();
    const reader = new PlanReader(making, known);
    const { items, warnings, answers } = await expand(named?.steps ?? (steps as readonly Step[]), {
      offered: context.offered,
      reader,
      inputs: named?.inputs ?? {},
      signal,
    });
    if (answers !== undefined) {
      const told = { name: named?.name, answers, warnings, limits: context.limits };
      return { kind: 'done', text: named?.file === true ? await answersFile(told) : answersText(told) };
    }
    const title = named === undefined ? undefined : `Plan ${named.name}: ${items.length} changes`;
    const { text } = await settle(
      { items, warnings, known, reader, ...(title === undefined ? {} : { title }) },
      making,
      context.plans,
    );
    return { kind: 'done', text };
  } catch (error) {
    if (error instanceof PlanFault) return error.outcome;
    if (!context.signal.aborted && (late.aborted || error instanceof OutOfTimeError)) return TOO_LONG.outcome;
    throw error;
  }
};

const TOO_LONG = new PlanFault(
  'took_too_long',
  `The plan was not made within ${LONGEST_MS / 1000} s: narrow its lists, or make several.`,
);
