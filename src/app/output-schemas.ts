import * as z from 'zod';
import { returnsSecret } from '../policy/rules/risk.js';
import { type OutputSchema, outputSchema } from '../response/output-schema.js';
import { handlers } from '../sandbox/handlers/index.js';
import { operations } from './operations.js';

/**
 * The schema of every operation's answer, by operation name, made from the schemas that the sandbox checks its answers
 * against. The build replaces this module with ready-made ones, so that starting does not load the sandbox.
 */
export async function outputSchemas(): Promise<ReadonlyMap<string, OutputSchema>> {
  const loaded = await Promise.all(Object.values(handlers).map((load) => load()));
  const rules = new Map(loaded.flatMap((room) => Object.entries(room)));
  return new Map(
    operations.flatMap((operation) => {
      const rule = rules.get(operation.name);
      if (rule === undefined) return [];
      const answer = rule.answers && z.toJSONSchema(rule.answers, { unrepresentable: 'any' });
      return [[operation.name, outputSchema(answer, { secret: returnsSecret(operation) })] as const];
    }),
  );
}
