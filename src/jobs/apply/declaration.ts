import * as z from 'zod';
import { defineOperation } from '../../catalog/declaration.js';

export const applyPlan = defineOperation({
  name: 'Jobs_applyPlan',
  clerk: 'Jobs_applyPlan',
  request: 'POST /jobs/plans/{plan}/apply',
  job: true,
  confirms: true,
  title: 'Apply a plan',
  description:
    'Carries out a plan with one confirmation for all of it. Called again, it follows the plan or goes on with what is left.',
  path: { plan: z.string() },
  body: { on_error: z.enum(['stop', 'continue']).optional() },
  risk: 'write',
  mayDestroy: true,
  openWorld: true,
  idempotent: true,
});
