import * as z from 'zod';
import { answers } from '../catalog/answers.js';
import { returnsSecret } from '../policy/rules/risk.js';
import { type OutputSchema, outputSchema } from '../response/output-schema.js';
import { operations } from './operations.js';

/** The schema of every operation's answer, by operation name. The build replaces this module with ready-made ones. */
export const outputSchemas = async (): Promise<ReadonlyMap<string, OutputSchema>> =>
  new Map(
    operations.flatMap((operation) => {
      const answer = answers[operation.spec.request];
      if (answer === undefined) return [];
      const schema = answer && z.toJSONSchema(answer, { unrepresentable: 'any' });
      return [[operation.name, outputSchema(schema, { secret: returnsSecret(operation) })] as const];
    }),
  );
