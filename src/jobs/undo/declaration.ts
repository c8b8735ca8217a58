import * as z from 'zod';
import { defineOperation } from '../../catalog/declaration.js';

export const undoChanges = defineOperation({
  name: 'Jobs_undoChanges',
  clerk: 'Jobs_undoChanges',
  request: 'POST /jobs/undo',
  job: true,
  title: 'Plan an undo',
  description:
    'Makes a plan that takes back an applied plan, or one call by its record id; changes nothing. Then Jobs_applyPlan.',
  body: { plan: z.string().optional(), call: z.string().optional() },
  needsOneOf: ['plan', 'call'],
  risk: 'read',
  idempotent: true,
});
