import { BOUNDS, type Schema, type TypeName } from './schema.js';

/** One kind of value that an input may be. */
export interface Kind {
  /** `any` where the schema names no type. */
  readonly type: Exclude<TypeName, 'null'> | 'any';
  /** Each allowed value as JSON, sorted; undefined where any value of the type is allowed. */
  readonly values?: readonly string[];
  readonly bounds: ReadonlyMap<string, number>;
  readonly properties: ReadonlyMap<string, { readonly form: Form; readonly required: boolean }>;
  /** The form of properties that are not named. */
  readonly others?: Form;
  readonly items?: Form;
}

/** The values that an input may have, however the schema expresses them. */
export interface Form {
  readonly kinds: readonly Kind[];
  readonly nullable: boolean;
}

/** Bounds that hold for every integer. */
const NO_BOUNDS = new Set([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);

export function formOf(schema: Schema): Form {
  const branches = (schema.anyOf ?? []).filter((branch) => Object.keys(branch).some((key) => key !== 'required'));
  if (branches.length === 0) return formOfOne(schema);
  const { anyOf: _, ...common } = schema;
  const forms = branches.map((branch) => formOf({ ...common, ...branch }));
  return { kinds: forms.flatMap(({ kinds }) => kinds), nullable: forms.some(({ nullable }) => nullable) };
}

function formOfOne(schema: Schema): Form {
  const given = schema.type === undefined ? [] : [schema.type].flat();
  const values = schema.enum?.filter((value) => value !== null);
  const nullable = given.includes('null') || schema.enum?.includes(null) === true;
  const types = given.filter((type) => type !== 'null');
  if (types.length === 0 && nullable && (values === undefined || values.length === 0)) return { kinds: [], nullable };
  const named = types.length > 0 ? types : [impliedType(schema, values)];
  return { kinds: named.map((type) => kindOf(schema, type, values)), nullable };
}

function impliedType(schema: Schema, values: readonly unknown[] | undefined): Kind['type'] {
  if (schema.properties !== undefined) return 'object';
  if (schema.items !== undefined) return 'array';
  const types = new Set(values?.map((value) => typeof value));
  const [only] = types;
  return types.size === 1 && (only === 'string' || only === 'number' || only === 'boolean') ? only : 'any';
}

function kindOf(schema: Schema, type: Kind['type'], values: readonly unknown[] | undefined): Kind {
  const bounds = BOUNDS.flatMap((name) => {
    const bound = schema[name];
    return bound === undefined || NO_BOUNDS.has(bound) ? [] : [[name, bound] as const];
  });
  const { required = [], additionalProperties: more } = schema;
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, part]) => [name, { form: formOf(part), required: required.includes(name) }] as const,
  );
  const ofObject = type === 'object' || type === 'any';
  const others = typeof more === 'object' && Object.keys(more).length > 0 ? formOf(more) : undefined;
  return {
    type,
    bounds: new Map(bounds),
    properties: new Map(ofObject ? properties : []),
    ...(values === undefined ? {} : { values: values.map((value) => JSON.stringify(value)).sort() }),
    ...(ofObject && others !== undefined ? { others } : {}),
    ...(type === 'array' && schema.items !== undefined ? { items: formOf(schema.items) } : {}),
  };
}

/** `string or null`, for people. */
export function shownTypes({ kinds, nullable }: Form): string {
  const types = [...new Set(kinds.map(({ type }) => type))].sort();
  return [...types, ...(nullable ? ['null'] : [])].join(' or ');
}
