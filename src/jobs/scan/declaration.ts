import * as z from 'zod';
import { defineOperation } from '../../catalog/declaration.js';

/** Bounds are not in the schema, since every model would pay tokens for them: the scan itself refuses larger values. */
const paths = () => z.array(z.string()).optional();
const object = () => z.record(z.string(), z.unknown()).optional();

export const scanList = defineOperation({
  name: 'Jobs_scanList',
  clerk: 'Jobs_scanList',
  request: 'GET /jobs/scan',
  job: true,
  title: 'Scan a list',
  description: 'Reads a list to its end: to count, find, group or export. Answers with counts and the first rows.',
  body: {
    list: z.string().describe('Operation that lists'),
    arguments: object().describe('Its filters'),
    where: object().describe('MongoDB query; times as ISO or -7d'),
    select: paths().describe('Dotted paths'),
    sort: paths().describe('-path descends'),
    rows: z.int().min(0).optional().describe('Default 25'),
    group_by: paths(),
    measure: paths().describe('min:path, max:, sum:'),
    each: object().describe(
      'A read for each row: {read, arguments: {user_id: "$.id"}, as, where, each}; what it finds joins the row as `as`',
    ),
    times: z.enum(['iso']).optional(),
    to: z.enum(['csv', 'jsonl']).optional().describe('All rows into a file'),
  },
  risk: 'read',
});
