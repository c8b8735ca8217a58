import type { Schema } from './schema.js';

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

/** Text of the document as a string literal, with no way to break out of it. */
export const literal = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;

/** A property's name as code: quoted only where it must be. */
export function key(name: string): string {
  if (name === '__proto__') return `['__proto__']`;
  return PLAIN_KEY.test(name) ? name : literal(name);
}

/** Text of the document as a comment of one line. */
export const comment = (text: string): string => `// ${text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`;

export const indented = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);

/** Plain data as code. */
export function dataCode(value: unknown): string {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map(dataCode).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{ ${members.map(([name, member]) => `${key(name)}: ${dataCode(member)}`).join(', ')} }`;
}

/** `input` writes objects as the schema says. `answer` writes them closed, without bounds and descriptions. */
export type ZodStyle = 'input' | 'answer';

/** A schema of the document as zod code. */
export function zodCode(schema: Schema, style: ZodStyle = 'input'): string {
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const nullable = types.includes('null') || schema.enum?.includes(null) === true;
  const named = types.filter((type) => type !== 'null');
  return `${notNull(schema, named, style)}${nullable ? '.nullable()' : ''}`;
}

function notNull(schema: Schema, types: readonly string[], style: ZodStyle): string {
  if (schema.anyOf !== undefined && schema.properties === undefined) return unionOf(schema.anyOf, style);
  if (types.length > 1) return union(types.map((type) => notNull(schema, [type], style)));
  const values = schema.enum?.filter((value) => value !== null);
  if (values !== undefined && values.length > 0) {
    const list = values.map(dataCode);
    if (list.length === 1) return `z.literal(${list[0]})`;
    return values.every((value) => typeof value === 'string')
      ? `z.enum([${list.join(', ')}])`
      : `z.literal([${list.join(', ')}])`;
  }
  const bounded = style === 'input';
  switch (types[0] ?? (schema.properties === undefined ? undefined : 'object')) {
    case 'string':
      return `z.string()${bounded ? lengths(schema.minLength, schema.maxLength) : ''}`;
    case 'integer':
      return `z.int()${bounded ? range(schema) : ''}`;
    case 'number':
      return `z.number()${bounded ? range(schema) : ''}`;
    case 'boolean':
      return 'z.boolean()';
    case 'array': {
      const items = schema.items === undefined ? 'z.unknown()' : zodCode(schema.items, style);
      return `z.array(${items})${bounded ? lengths(schema.minItems, schema.maxItems) : ''}`;
    }
    case 'object':
      return objectCode(schema, style);
    default:
      return 'z.unknown()';
  }
}

/** A null among the branches makes the whole union nullable. */
function unionOf(branches: readonly Schema[], style: ZodStyle): string {
  const rest = branches.filter(({ type }) => type !== 'null');
  return `${union(rest.map((branch) => zodCode(branch, style)))}${rest.length < branches.length ? '.nullable()' : ''}`;
}

function objectCode({ properties = {}, required = [], additionalProperties: more }: Schema, style: ZodStyle): string {
  const members = Object.entries(properties).map(
    ([name, schema]) => `${key(name)}: ${zodCode(schema, style)}${required.includes(name) ? '' : '.optional()'}`,
  );
  if (members.length === 0) {
    const values = typeof more === 'object' && Object.keys(more).length > 0 ? zodCode(more, style) : 'z.unknown()';
    return `z.record(z.string(), ${values})`;
  }
  return `${more === false || style === 'answer' ? 'z.strictObject' : 'z.looseObject'}({ ${members.join(', ')} })`;
}

function union(branches: readonly string[]): string {
  const each = [...new Set(branches)];
  return each.length > 1 ? `z.union([${each.join(', ')}])` : (each[0] ?? 'z.unknown()');
}

const bound = (method: string, value: number | undefined): string => (value === undefined ? '' : `.${method}(${value})`);
const lengths = (least: number | undefined, most: number | undefined): string => bound('min', least) + bound('max', most);
const range = ({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string =>
  bound('min', minimum) + bound('gt', exclusiveMinimum) + bound('max', maximum) + bound('lt', exclusiveMaximum);
