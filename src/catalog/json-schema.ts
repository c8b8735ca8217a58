import * as z from 'zod';

type JsonSchema = Record<string, unknown>;

/** An object schema as MCP wants it for a tool's input. */
export interface InputSchema {
  type: 'object';
  properties?: Record<string, unknown>;
  required?: string[];
  [key: string]: unknown;
}

/**
 * The JSON Schema of a zod object in as few tokens as say the same: no `$schema`, no bounds that every
 * number has, `type: [T, 'null']` for a nullable, and no `additionalProperties: false`, which the server
 * enforces with a better message than a client would give.
 */
export function compactJsonSchema(schema: z.ZodType): InputSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return { type: 'object', properties: {}, ...compact(json) };
}

function compact(node: JsonSchema): JsonSchema {
  const out: JsonSchema = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'anyOf') Object.assign(out, compactUnion(value as JsonSchema[]));
    else if (key === 'properties') out.properties = mapValues(value as Record<string, JsonSchema>, compact);
    else if (key === 'items') out.items = compact(value as JsonSchema);
    else if (!saysNothing(key, value, node)) out[key] = value;
  }
  return out;
}

function saysNothing(key: string, value: unknown, node: JsonSchema): boolean {
  switch (key) {
    case 'minimum':
      return value === Number.MIN_SAFE_INTEGER;
    case 'maximum':
      return value === Number.MAX_SAFE_INTEGER;
    case 'propertyNames':
      return true;
    case 'additionalProperties':
      return value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
    case 'required':
      return (value as unknown[]).length === 0;
    case 'type':
      return node.const !== undefined;
    default:
      return false;
  }
}

/** Folds `anyOf: [X, {type: 'null'}]` into X with a list of types; other unions keep their branches. */
function compactUnion(branches: JsonSchema[]): JsonSchema {
  const rest = branches.filter((branch) => branch.type !== 'null').map(compact);
  const only = rest[0];
  if (rest.length !== 1 || only === undefined || typeof only.type !== 'string') return { anyOf: branches.map(compact) };
  const nullable: JsonSchema = { ...only, type: [only.type, 'null'] };
  if (Array.isArray(only.enum)) nullable.enum = [...only.enum, null];
  return nullable;
}

const mapValues = (object: Record<string, JsonSchema>, map: (value: JsonSchema) => JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
