import * as z from 'zod';
import { readPrepared } from '../platform/prepared.js';
import { type OutputSchema, orIsoTimes, outputSchema } from '../response/output-schema.js';
import { operations } from './operations.js';

declare const __BUILT__: true | undefined;

/** The schema of every operation's answer, by operation name. The built program reads those made by the build. */
export async function outputSchemas(times: 'iso' | 'unix' = 'unix'): Promise<ReadonlyMap<string, OutputSchema>> {
  const known: Map<string, OutputSchema> =
    typeof __BUILT__ === 'undefined' ? await makeOutputSchemas() : new Map(JSON.parse(readPrepared('output-schemas.json')));
  return times === 'unix' ? known : new Map([...known].map(([name, schema]) => [name, orIsoTimes(schema)]));
}

async function makeOutputSchemas(): Promise<Map<string, OutputSchema>> {
  const { answers } = await import('../catalog/answers.js');
  return new Map(
    operations.flatMap((operation) => {
      const answer = answers[operation.spec.request];
      if (answer === undefined) return [];
      const schema = answer && z.toJSONSchema(answer, { unrepresentable: 'any' });
      return [[operation.name, outputSchema(schema, { secret: operation.risk === 'credential' })] as const];
    }),
  );
}
