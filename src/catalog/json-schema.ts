import * as z from 'zod';

type JsonSchema = Readonly<Record<string, unknown>>;

/** An object schema as MCP requires for a tool's input. */
export interface InputSchema {
  type: 'object';
  properties?: Record<string, unknown>;
  required?: string[];
  [key: string]: unknown;
}

export interface ListedSchemaOptions {
  /** Whether null clears the present value, as in an update, or means the same as leaving the input out. */
  readonly nullClears: boolean;
}

/** The JSON Schema of a zod object as tools/list gives it: see {@link listedSchema}. */
export function compactJsonSchema(schema: z.ZodType, options: ListedSchemaOptions): InputSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return listedSchema(json, options);
}

/**
 * A schema that every host accepts and that costs few tokens. Each value has one named type, null is listed only where
 * it means something, and bounds that every number has are left out. So is `additionalProperties: false`, which the
 * server enforces with a better message than a client would give. What is listed does not limit what is accepted: null
 * is understood wherever the API knows it.
 */
export function listedSchema(json: JsonSchema, { nullClears }: ListedSchemaOptions): InputSchema {
  return { type: 'object', properties: {}, ...new Lister(nullClears).list(json) };
}

class Lister {
  readonly #nullClears: boolean;

  constructor(nullClears: boolean) {
    this.#nullClears = nullClears;
  }

  /** @param required whether the value must be given, so that only null can say none */
  list(node: JsonSchema, required = false): Record<string, unknown> {
    const branches = branchesOf(node);
    const values = branches.filter((branch) => branch.type !== 'null');
    const nullable = values.length < branches.length;
    const [only] = values;
    if (only === undefined || only === node) return this.#plain(node);
    const { description } = node;
    const said = description === undefined ? {} : { description };
    const listed = values.map((value) => this.#plain(value));
    if (nullable && this.#saysSomething(values, required)) listed.push({ type: 'null' });
    return listed.length === 1 ? { ...listed[0], ...said } : { anyOf: listed, ...said };
  }

  /** A boolean cannot be cleared: null leaves it as it is, like leaving it out. */
  #saysSomething(values: readonly JsonSchema[], required: boolean): boolean {
    return required || (this.#nullClears && values.some(({ type }) => type !== 'boolean'));
  }

  /** A schema of one type. */
  #plain(node: JsonSchema): Record<string, unknown> {
    const out: Record<string, unknown> = node.type === undefined ? { type: typeOfPlain(node) } : {};
    const required = (node.required ?? []) as readonly string[];
    for (const [key, value] of Object.entries(node)) {
      if (key === 'properties') {
        out.properties = mapValues(value as Record<string, JsonSchema>, (one, name) => this.list(one, required.includes(name)));
      } else if (key === 'items') out.items = this.list(value as JsonSchema, true);
      // Hosts know only inclusive bounds.
      else if (key === 'exclusiveMinimum') out.minimum ??= node.minimum ?? value;
      else if (key === 'exclusiveMaximum') out.maximum ??= node.maximum ?? value;
      else if (saysNothing(key, value)) continue;
      else out[key] = key === 'additionalProperties' ? this.list(value as JsonSchema, true) : value;
    }
    if (out.type === 'array') out.items ??= { type: 'string' };
    // Hosts know only choices among texts.
    if (out.type !== 'string' && Array.isArray(out.enum)) {
      const choice = `One of ${out.enum.join(', ')}`;
      out.description = out.description === undefined ? choice : `${choice}; ${out.description}`;
      delete out.enum;
    }
    return out;
  }
}

/** One schema for each type that a value may have: the branches of a union, or the members of a list of types. */
function branchesOf(node: JsonSchema): readonly JsonSchema[] {
  if (Array.isArray(node.anyOf)) {
    const { anyOf, description: _, ...common } = node;
    return (anyOf as JsonSchema[]).flatMap((branch) => branchesOf({ ...common, ...branch }));
  }
  const values = Array.isArray(node.enum) ? (node.enum as unknown[]) : undefined;
  const types = (node.type ?? (values && [...new Set(values.map(typeOf))])) as string | string[] | undefined;
  if (!Array.isArray(types)) return [node];
  const { description: _, ...rest } = node;
  return types.map((type) => ({
    ...(type === 'null' ? {} : rest),
    type,
    ...(type !== 'null' && values && { enum: values.filter((value) => isOf(value, type)) }),
  }));
}

const typeOf = (value: unknown): string => (value === null ? 'null' : typeof value);

const isOf = (value: unknown, type: string): boolean => typeOf(value) === (type === 'integer' ? 'number' : type);

/** Where any JSON will do, an object is asked for. */
const typeOfPlain = ({ const: value }: JsonSchema): string => (value === undefined ? 'object' : typeOf(value));

function saysNothing(key: string, value: unknown): boolean {
  switch (key) {
    case 'minimum':
      return value === Number.MIN_SAFE_INTEGER;
    case 'maximum':
      return value === Number.MAX_SAFE_INTEGER;
    case 'propertyNames':
      return true;
    case 'additionalProperties':
      return typeof value === 'boolean' || Object.keys(value as object).length === 0;
    case 'required':
      return (value as unknown[]).length === 0;
    default:
      return false;
  }
}

const mapValues = (
  object: Record<string, JsonSchema>,
  map: (value: JsonSchema, name: string) => JsonSchema,
): Record<string, unknown> => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
