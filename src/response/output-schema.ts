/** JSON Schema as zod writes it. */
type JsonSchema = Readonly<Record<string, unknown>>;

/** The form of a tool's `structuredContent`, as `tools/list` gives it. */
export type OutputSchema = {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
};

export interface OutputSchemaOptions {
  /** Whether the answer may go to a file, with placeholders for its secrets. */
  readonly secret: boolean;
}

const NOTE: JsonSchema = { type: 'object', description: 'What was left out or cut, and how to get it' };

/**
 * The schema of what `shapeAnswer` makes of answers with this schema; null for answers without a body.
 *
 * It names the properties and the types that they may have, and requires nothing: any property may be missing or null,
 * there may be others, arrays come under `data`, a text under `text`, and an array that was cut ends in a string. A
 * client that validates answers against it never has to reject one.
 */
export function outputSchema(answer: JsonSchema | null, { secret }: OutputSchemaOptions): OutputSchema {
  if (answer === null) return { type: 'object', properties: { ok: { type: 'boolean' }, status: { type: 'integer' } } };
  const forms = alternatives(answer);
  const objects = [
    ...forms.filter((form) => isOf(form, 'object')),
    ...forms.filter((form) => isOf(form, 'array')).map((data) => ({ type: 'object', properties: { data } })),
    ...forms.filter((form) => isOf(form, 'string')).map((text) => ({ type: 'object', properties: { text } })),
  ];
  const named = propertiesOf(objects, 2);
  if (secret) {
    const names = Object.keys(named).map((name) => [name, {}] as const);
    return { type: 'object', properties: { _: NOTE, ...Object.fromEntries(names), secret_file: { type: 'string' } } };
  }
  // An answer without a body is represented by its HTTP status.
  const status = named.status === undefined ? {} : { status: orInteger(named.status) };
  return { type: 'object', properties: { _: NOTE, ...named, ...status } };
}

/** The same where times are given as ISO 8601: any number may then be a text. */
export const orIsoTimes = (schema: OutputSchema): OutputSchema =>
  JSON.parse(JSON.stringify(schema), (_, value) => {
    const types = Array.isArray(value?.anyOf) ? (value.anyOf as JsonSchema[]).map(({ type }) => type) : [];
    const isNumber = types.includes('integer') || types.includes('number');
    return isNumber && !types.includes('string') ? { ...value, anyOf: [...value.anyOf, { type: 'string' }] } : value;
  });

const isOf = ({ type }: JsonSchema, wanted: string): boolean => (Array.isArray(type) ? type.includes(wanted) : type === wanted);

/** Every form that a schema allows; unions in it count for their branches. */
function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return (branches as JsonSchema[]).flatMap(alternatives);
  return schema.not === undefined ? [schema] : [];
}

/** How deeply nested objects and lists may be for hosts to read them; deeper levels are left out. */
const DEEPEST = 10;

/**
 * One schema for everything that any of these allows, or null. If one of them names no types, neither does the result.
 * @param depth objects and lists that the value is in, itself among them where it is one
 */
function loosen(schemas: readonly JsonSchema[], depth: number, more: readonly string[] = []): JsonSchema {
  const forms = schemas.flatMap(alternatives);
  const types = new Set(forms.flatMap(({ type }) => type));
  if (types.size === 0 || types.has(undefined)) return {};
  if (depth > DEEPEST && (types.has('object') || types.has('array'))) return {};
  const properties = propertiesOf(forms, depth + 1);
  // Branches and not a list of types, which some hosts do not accept.
  const branches = [...new Set([...types, ...more, 'null'])].map((type) => ({
    type,
    ...(type === 'object' && Object.keys(properties).length > 0 && { properties }),
    ...(type === 'array' && itemsOf(forms, depth + 1)),
  }));
  return { anyOf: branches };
}

function propertiesOf(forms: readonly JsonSchema[], depth: number): Record<string, JsonSchema> {
  const byName = new Map<string, JsonSchema[]>();
  for (const { properties = {} } of forms) {
    for (const [name, schema] of Object.entries(properties as Readonly<Record<string, JsonSchema>>)) {
      byName.set(name, [...(byName.get(name) ?? []), schema]);
    }
  }
  return Object.fromEntries([...byName].map(([name, schemas]) => [name, loosen(schemas, depth)]));
}

function itemsOf(forms: readonly JsonSchema[], depth: number): JsonSchema {
  const arrays = forms.filter((form) => isOf(form, 'array'));
  const items = loosen(
    arrays.map((array) => (array.items ?? {}) as JsonSchema),
    depth,
    ['string'],
  );
  return { items };
}

const orInteger = (schema: JsonSchema): JsonSchema =>
  Array.isArray(schema.anyOf) ? { anyOf: [...schema.anyOf, { type: 'integer' }] } : schema;
