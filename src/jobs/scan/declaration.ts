import * as z from 'zod';
import { defineOperation } from '../../catalog/declaration.js';

export const scanList = defineOperation({
  name: 'Jobs_scanList',
  clerk: 'Jobs_scanList',
  request: 'GET /jobs/scan',
  job: true,
  title: 'Scan a list',
  description: 'Reads a list to its end. Answers with counts and the first rows.',
  body: {
    list: z.string().describe('Operation that lists'),
    arguments: z.record(z.string(), z.unknown()).optional(),
    rows: z.int().min(0).optional(),
  },
  risk: 'read',
});
