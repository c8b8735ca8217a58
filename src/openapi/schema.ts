import { isRecord } from '../platform/is-record.js';
import type { OpenApiDocument } from './document.js';
import { type JsonObject, RefError } from './refs.js';

/** JSON's types, as schemas name them. */
const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;
export type TypeName = (typeof TYPES)[number];

export const BOUNDS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;

type Scalar = string | number | boolean | null;

/**
 * A schema of the document in today's dialect, with references followed. Only what this program understands is kept, and
 * it has the right types. Patterns are dropped: an untrusted one can take forever to match.
 */
export type Schema = {
  type?: TypeName | TypeName[];
  enum?: Scalar[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  description?: string;
  default?: Scalar;
  format?: string;
} & { [K in (typeof BOUNDS)[number]]?: number };

/** A part of the document that could not be read. */
export interface Problem {
  /** A dotted path that starts at the operation's input; empty for the operation itself. */
  readonly at: string;
  readonly problem: string;
}

const DEEPEST = 40;
const MOST_NODES = 10_000;
const MOST_VALUES = 1000;

/** Reads the schemas of one operation, and collects problems. A part that cannot be read allows anything. */
export class SchemaReader {
  readonly problems: Problem[] = [];
  readonly #document: OpenApiDocument;
  #nodes = 0;

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  read(raw: unknown, at: string): Schema {
    return this.#read(raw, at, [], 0);
  }

  /** The target of a reference; undefined where it leads nowhere, which is noted as a problem. */
  resolve(raw: unknown, at: string): unknown {
    try {
      return this.#document.resolve(raw);
    } catch (error) {
      return this.#refFault(error, at);
    }
  }

  fault(at: string, problem: string): void {
    this.problems.push({ at, problem });
  }

  #refFault(error: unknown, at: string): undefined {
    if (!(error instanceof RefError)) throw error;
    this.fault(at, error.message);
    return undefined;
  }

  #read(raw: unknown, at: string, path: readonly string[], depth: number): Schema {
    if (raw === true) return {};
    if (!isRecord(raw)) return this.#unknown(at, 'is not a schema');
    this.#nodes++;
    if (this.#nodes > MOST_NODES || !this.#document.spend()) return this.#tooLarge(at);
    if (depth > DEEPEST) return this.#unknown(at, `nests more than ${DEEPEST} levels deep`);
    let followed: ReturnType<OpenApiDocument['follow']>;
    try {
      followed = this.#document.follow(raw);
    } catch (error) {
      this.#refFault(error, at);
      return {};
    }
    const { value, refs } = followed;
    if (refs.some((ref) => path.includes(ref))) return this.#unknown(at, 'is a schema that contains itself');
    if (!isRecord(value)) return value === true ? {} : this.#unknown(at, 'is not a schema');
    return this.#convert(value, at, [...path, ...refs], depth);
  }

  #convert(raw: JsonObject, at: string, path: readonly string[], depth: number): Schema {
    const below = (part: unknown, key: string): Schema => this.#read(part, key === '' ? at : join(at, key), path, depth + 1);
    const schema: Schema = {
      ...this.#typeAndValues(raw, at),
      ...boundsOf(raw),
      ...notesOf(raw),
      ...this.#members(raw, at, below),
    };
    if (raw.not !== undefined || raw.if !== undefined || raw.patternProperties !== undefined) {
      this.fault(at, 'uses not, if or patternProperties, which are not understood');
    }
    const all = this.#list(raw, 'allOf', at).map((part) => below(part, ''));
    const merged = all.length === 0 ? schema : withNull([schema, ...all].reduce(merge), raw.nullable === true);
    const branches = [...this.#list(raw, 'oneOf', at), ...this.#list(raw, 'anyOf', at)].map((part) => below(part, ''));
    if (branches.length === 0) return merged;
    return { ...merged, anyOf: raw.nullable === true ? [...branches, { type: 'null' }] : branches };
  }

  #typeAndValues(raw: JsonObject, at: string): Schema {
    const given = raw.type === undefined ? [] : [raw.type].flat();
    const types = TYPES.filter((type) => given.includes(type));
    if (types.length !== new Set(given).size) this.fault(at, 'has a type that JSON does not have');
    const nullable = raw.nullable === true && types.length > 0 && !types.includes('null');
    if (nullable) types.push('null');
    const values = raw.const === undefined ? raw.enum : [raw.const];
    const schema: Schema = types.length === 0 ? {} : { type: types.length === 1 ? (types[0] as TypeName) : types };
    if (values === undefined) return schema;
    if (!Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES || !values.every(isScalar)) {
      this.fault(at, `has an enum that is not a list of up to ${MOST_VALUES} plain values`);
      return schema;
    }
    return { ...schema, enum: nullable && !values.includes(null) ? [...values, null] : values };
  }

  #members(raw: JsonObject, at: string, below: (part: unknown, key: string) => Schema): Schema {
    const schema: Schema = {};
    if (raw.properties !== undefined) {
      if (isRecord(raw.properties)) {
        // fromEntries defines properties, so one named __proto__ is like any other.
        schema.properties = Object.fromEntries(Object.entries(raw.properties).map(([key, part]) => [key, below(part, key)]));
      } else this.fault(at, 'has properties that are not an object');
    }
    if (raw.required !== undefined) {
      // In older dialects `required` may be `true` on the property itself.
      if (Array.isArray(raw.required)) schema.required = raw.required.filter((name) => typeof name === 'string');
      else if (typeof raw.required !== 'boolean') this.fault(at, 'has a list of required properties that is not a list');
    }
    const { additionalProperties: more } = raw;
    if (more !== undefined) schema.additionalProperties = typeof more === 'boolean' ? more : below(more, '*');
    if (raw.items !== undefined) schema.items = below(raw.items, '[]');
    return schema;
  }

  #list(raw: JsonObject, key: 'allOf' | 'anyOf' | 'oneOf', at: string): readonly unknown[] {
    const list = raw[key];
    if (list === undefined) return [];
    if (Array.isArray(list)) return list;
    this.fault(at, `has an ${key} that is not a list`);
    return [];
  }

  #unknown(at: string, problem: string): Schema {
    this.fault(at, problem);
    return {};
  }

  /** Noted only once, since every further part would be too much as well. */
  #tooLarge(at: string): Schema {
    const said = this.problems.some(({ problem }) => problem === TOO_LARGE);
    return said ? {} : this.#unknown(at, TOO_LARGE);
  }
}

const TOO_LARGE = 'is too large once its references are followed';

const join = (at: string, key: string): string => (at === '' ? key : `${at}.${key}`);

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

function boundsOf(raw: JsonObject): Schema {
  const schema: Schema = {};
  for (const name of BOUNDS) {
    const value = raw[name];
    if (typeof value === 'number' && Number.isFinite(value)) schema[name] = value;
  }
  // In OpenAPI 3.0 the exclusive bound is `true` beside the bound. Where two bounds are given, only the narrower matters.
  const { minimum, maximum } = schema;
  if (raw.exclusiveMinimum === true && minimum !== undefined) schema.exclusiveMinimum = minimum;
  if (raw.exclusiveMaximum === true && maximum !== undefined) schema.exclusiveMaximum = maximum;
  if (minimum !== undefined && minimum <= (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY)) delete schema.minimum;
  if (maximum !== undefined && maximum >= (schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY)) delete schema.maximum;
  return schema;
}

function notesOf(raw: JsonObject): Schema {
  const { description, format, default: preset } = raw;
  return {
    ...(typeof description === 'string' && { description }),
    ...(typeof format === 'string' && { format }),
    ...(preset !== undefined && isScalar(preset) && { default: preset }),
  };
}

/** `nullable` beside an `allOf` allows null too, although its parts do not mention it. */
function withNull(schema: Schema, nullable: boolean): Schema {
  const types = [schema.type ?? (schema.properties === undefined ? [] : 'object')].flat();
  if (!nullable || types.length === 0 || types.includes('null')) return schema;
  return { ...schema, type: [...types, 'null'], ...(schema.enum !== undefined && { enum: [...schema.enum, null] }) };
}

/** What both schemas allow, where they describe the same value, like the parts of an `allOf`. */
function merge(one: Schema, other: Schema): Schema {
  const merged: Schema = { ...other, ...one };
  const properties = { ...one.properties };
  for (const [key, schema] of Object.entries(other.properties ?? {})) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    Object.defineProperty(properties, key, {
      value: known === undefined ? schema : merge(known, schema),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (Object.keys(properties).length > 0) merged.properties = properties;
  const required = [...new Set([...(one.required ?? []), ...(other.required ?? [])])];
  if (required.length > 0) merged.required = required;
  // Each part forbids the properties that only the others have.
  if (one.additionalProperties === false && other.properties !== undefined) delete merged.additionalProperties;
  return merged;
}
