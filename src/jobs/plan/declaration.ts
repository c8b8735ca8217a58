import * as z from 'zod';
import { defineOperation } from '../../catalog/declaration.js';
import { MOST_STEPS } from './steps.js';

const record = z.record(z.string(), z.unknown());

export const planChanges = defineOperation({
  name: 'Jobs_planChanges',
  clerk: 'Jobs_planChanges',
  request: 'POST /jobs/plans',
  job: true,
  title: 'Plan changes',
  description:
    'Makes a plan of many changes and tries it out; changes nothing. Reads run now. ' +
    '"$.id" is of the current item, "$steps.NAME.id" of an earlier answer. Then Jobs_applyPlan.',
  body: {
    steps: z
      .array(
        z.strictObject({
          tool: z.string(),
          arguments: record.optional(),
          for_each: z.unknown().optional().describe('List, "$steps.NAME", or {list, arguments, where} as Jobs_scanList'),
          name: z.string().optional(),
          if: z.string().optional().describe('Reference'),
        }),
      )
      .min(1)
      .max(MOST_STEPS)
      .optional(),
    plan: z.string().optional().describe('Named plan; "list" tells them'),
    inputs: record.optional().describe('Of a named plan'),
  },
  needsOneOf: ['steps', 'plan'],
  risk: 'read',
  idempotent: true,
});
