import * as fc from 'fast-check';
import type { Operation } from '../../src/catalog/operation.js';
import { asksForFields } from '../../src/policy/rules/risk.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly additionalProperties?: Schema | boolean;
  readonly maxLength?: number;
}

/** A PNG of one pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const IMAGE = { file_base64: PNG.toString('base64'), media_type: 'image/png' };

const inputsOf = (operation: Operation): Schema => operation.tool.inputSchema as Schema;

/** Every input of the operation with a value that its schema takes. An image as base64. */
export const fullArguments = (operation: Operation): Record<string, unknown> => sample(operation, () => true);

/** Only what must be given. */
export function minimalArguments(operation: Operation): Record<string, unknown> {
  const { required = [] } = inputsOf(operation);
  const one = operation.spec.needsOneOf?.[0];
  return sample(operation, (name) => required.includes(name) || name === one);
}

/** Arguments with which the operation is gated, and all that the answer could show besides. */
export const gatedArguments = (operation: Operation): Record<string, unknown> =>
  operation.gate === 'always'
    ? minimalArguments(operation)
    : { ...fullArguments(operation), ...(asksForFields(operation) ? { fields: ['url', 'backup_codes'] } : {}) };

function sample(operation: Operation, wanted: (name: string) => boolean): Record<string, unknown> {
  const args: Record<string, unknown> = operation.spec.image === undefined ? {} : { ...IMAGE };
  for (const [name, schema] of Object.entries(inputsOf(operation).properties ?? {})) {
    const place = operation.places.get(name);
    if (place !== undefined && place !== 'image' && wanted(name)) args[name] = valueFor(schema, name);
  }
  return args;
}

/** Where the general value would not be of the kind that a gate looks for. */
const TELLING: Readonly<Record<string, string>> = { identifier: '@identifier.example' };

/** What is in Unix milliseconds, for which small numbers are refused. */
const A_MOMENT = /_at(?:_|$)|_since$|_(?:before|after)$/;

/** A value that the schema takes, which differs from name to name so that a mix-up shows. */
function valueFor(schema: Schema, name: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum.find((value) => value !== null);
  if (schema.anyOf?.[0] !== undefined) return valueFor(schema.anyOf[0], name);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.find((of) => of !== 'null');
  switch (type) {
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      if (A_MOMENT.test(name)) return Date.UTC(2026, 0, 1) + name.length;
      return Math.max(schema.minimum ?? 7, 1);
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, 2) }, (_, index) =>
        valueFor(schema.items ?? {}, `${name}${index}`),
      );
    case 'object':
      return schema.properties === undefined
        ? freeObject(schema, name)
        : Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, valueFor(value, key)]));
    default:
      if (schema.format === 'uri') return `https://example.com/${name}`;
      // The pattern of a URL or of an e-mail address comes with its format.
      if (schema.pattern !== undefined) return matching(schema.pattern, name);
      return TELLING[name] ?? `${name}_value`.padEnd(schema.minLength ?? 0, 'x').slice(0, schema.maxLength);
  }
}

/** An object whose keys are the caller's: of any values, or of such as the schema wants. */
function freeObject({ additionalProperties: values }: Schema, name: string): Record<string, unknown> {
  return typeof values === 'object' && Object.keys(values).length > 0
    ? { plan: valueFor(values, name), tier: valueFor(values, `${name}2`) }
    : { plan: name, role: name, none: null, nested: { deep: [1, 'é'] } };
}

const matched = new Map<string, string | undefined>();

/** Always the same text for the same name. */
function matching(pattern: string, name: string): string | undefined {
  const key = `${name} ${pattern}`;
  if (!matched.has(key)) {
    const seed = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
    matched.set(key, fc.sample(fc.stringMatching(new RegExp(pattern)), { numRuns: 1, seed })[0]);
  }
  return matched.get(key);
}

/** Text that has broken path building somewhere before. */
const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '/',
    '\\',
    '../users',
    '..%2f..',
    '%2e%2e',
    '%2e',
    'a/../../b',
    '?x=1',
    '#top',
    'a?b#c',
    '\0',
    'a\0b',
    '\r\nHost: evil',
    '//evil.example/',
    'http://evil.example/',
    '@evil.example',
    ';',
    ':80',
    '%',
    '%zz',
    '\uD800',
    'é',
    '💣',
    '{user_id}',
    '$&',
    '$1',
    '__proto__',
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('/', '.', '%', '?', '#', '\\', '2', 'e', 'f', '\0', '\n', '\uDC00') }),
);

/** Arguments whose values are as bad as can be, of the right kind and of none. */
export const hostileArguments = (operation: Operation): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries([...operation.places.keys()].map((name) => [name, hostileValue(operation, name)])), {
    requiredKeys: [],
  });

const hostileValue = (operation: Operation, name: string): fc.Arbitrary<unknown> =>
  operation.places.get(name) === 'path'
    ? fc.oneof({ weight: 9, arbitrary: hostileText }, { weight: 1, arbitrary: fc.anything() })
    : fc.oneof(hostileText, fc.array(hostileText, { maxLength: 3 }), fc.jsonValue());
