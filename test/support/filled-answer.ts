import type * as z from 'zod';
import { secrets } from '../../src/catalog/resources/marks.js';

type Def = z.core.$ZodTypes['_zod']['def'];
const defOf = (schema: z.core.$ZodType): Def => (schema as z.core.$ZodTypes)._zod.def;

const holdsSecret = (value: unknown, secret: string): boolean => JSON.stringify(value)?.includes(secret) ?? false;

/** A value of the schema in which nothing is left out or null, and this text stands wherever a secret is declared. */
export function filledAnswer(schema: z.core.$ZodType, secret: string): unknown {
  if (secrets.get(schema as z.ZodType) !== undefined) return secret;
  const fill = (inner: z.core.$ZodType): unknown => filledAnswer(inner, secret);
  const def = defOf(schema);
  switch (def.type) {
    case 'optional':
    case 'nullable':
      return fill(def.innerType);
    case 'array':
      return [fill(def.element), fill(def.element)];
    case 'union': {
      const values = def.options.map(fill);
      return values.find((value) => holdsSecret(value, secret)) ?? values[0];
    }
    case 'object':
      return Object.fromEntries(Object.entries(def.shape).map(([key, member]) => [key, fill(member)]));
    case 'enum':
      return Object.values(def.entries)[0];
    case 'literal':
      return def.values[0];
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'string':
      return 'text';
    default:
      return {};
  }
}
