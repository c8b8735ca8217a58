import type { Catalog } from '../catalog/catalog.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import { type DocumentInput, readInputs } from './document-inputs.js';
import type { Schema } from './schema.js';
import { groupOf, ToolNames, titleOf, uncapitalized } from './tool-names.js';

/** What stands in `tools/schemas.ts` for inputs that many groups have, by name. */
const SHARED: Readonly<Record<string, { readonly name: string; readonly schema: Schema }>> = {
  limit: { name: 'limit', schema: { type: 'integer', minimum: 1, maximum: 500 } },
  offset: { name: 'offset', schema: { type: 'integer', minimum: 0 } },
};

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/;

/**
 * Declarations of operations that the catalog lacks, a file for each new group. What only a person can say is left as a
 * comment in its place: without it the declaration is no declaration, as its type says.
 */
export function skeletons(document: OpenApiDocument, missing: readonly DocumentOperation[], catalog: Catalog): string {
  const groups = new Map<string, DocumentOperation[]>();
  for (const operation of missing) {
    const group = groupOf(operation, catalog.groups);
    groups.set(group, [...(groups.get(group) ?? []), operation]);
  }
  const names = new ToolNames(
    catalog.operations.map(({ name }) => name),
    catalog.groups,
  );
  return [...groups]
    .map(([group, operations]) => {
      const writer = new SkeletonWriter(document, names);
      const declarations = operations.map((operation) => writer.declaration(operation));
      return catalog.groups.includes(group)
        ? addition(group, declarations, writer)
        : file(group, operations, declarations, writer);
    })
    .join('\n');
}

function file(
  group: string,
  operations: readonly DocumentOperation[],
  declarations: readonly string[],
  writer: SkeletonWriter,
): string {
  const name = (group.match(/[A-Z\d]+(?![a-z])|[A-Z]?[a-z\d]+/g) ?? []).join('-').toLowerCase();
  const constant = uncapitalized(group);
  const shared = [...writer.shared].sort();
  return [
    `// tools/${name}.ts, a new group of ${operations.length}. In tools/groups.ts:`,
    `//   ${constant}: async () => (await import('./${name}.js')).${constant},`,
    ...(writer.usesZod ? ["import * as z from 'zod';"] : []),
    "import { defineOperation } from '../src/catalog/declaration.js';",
    ...(shared.length === 0 ? [] : [`import { ${shared.join(', ')} } from './schemas.js';`]),
    '',
    `export const ${constant} = {`,
    declarations.join('\n\n'),
    '};',
    '',
  ].join('\n');
}

const addition = (group: string, declarations: readonly string[], writer: SkeletonWriter): string =>
  [
    `// Into the file of the group ${group} in tools/${writer.shared.size === 0 ? '' : `, which needs ${[...writer.shared].sort().join(', ')} of ./schemas.js`}:`,
    declarations.join('\n\n'),
    '',
  ].join('\n');

/** Writes declarations of one file, and knows what they need. */
class SkeletonWriter {
  readonly shared = new Set<string>();
  usesZod = false;
  readonly #document: OpenApiDocument;
  readonly #names: ToolNames;

  constructor(document: OpenApiDocument, names: ToolNames) {
    this.#document = document;
    this.#names = names;
  }

  declaration(operation: DocumentOperation): string {
    const name = this.#names.nameFor(operation);
    const { inputs, file, needsOneOf, problems } = readInputs(this.#document, operation);
    const comma = inputs.filter(({ commaSeparated }) => commaSeparated).map((input) => input.name);
    const lines = [
      `name: ${literal(name)},`,
      `clerk: ${literal(operation.id)},`,
      `request: ${literal(`${operation.method} ${operation.path}`)},`,
      `title: ${literal(titleOf(operation))},`,
      '// description: in your own words, for a model that must choose among many tools.',
      ...this.#shape('path', inputs),
      ...this.#shape('query', inputs),
      ...(comma.length === 0 ? [] : [`commaSeparated: [${comma.map(literal).join(', ')}],`]),
      ...this.#body(inputs),
      ...(needsOneOf === undefined ? [] : [`needsOneOf: [${needsOneOf.map(literal).join(', ')}],`]),
      ...(file === undefined ? [] : [`image: ${literal(file)},`]),
      ...(operation.deprecated ? ['// deprecated: the tool to use instead.'] : []),
      '// risk: read, write, destructive or credential. The last two say their effect.',
      ...problems.map(({ at, problem }) => comment(`${at === '' ? 'The operation' : at} ${problem}.`)),
    ];
    return [`  ${name.slice(name.indexOf('_') + 1)}: defineOperation({`, ...indented(lines, '    '), '  }),'].join('\n');
  }

  #shape(place: 'path' | 'query' | 'body', inputs: readonly DocumentInput[]): string[] {
    const members = inputs.filter((input) => input.place === place).map((input) => `${key(input.name)}: ${this.#input(input)},`);
    return members.length === 0 ? [] : [`${place}: {`, ...indented(members, '  '), '},'];
  }

  #body(inputs: readonly DocumentInput[]): string[] {
    const whole = inputs.find(({ place }) => place === 'whole-body');
    if (whole === undefined) return this.#shape('body', inputs);
    return ['// as: what the list holds.', `body: { as: 'items', items: ${this.#zod(whole.schema)} },`];
  }

  #input({ name, place, required, schema }: DocumentInput): string {
    const shared = Object.hasOwn(SHARED, name) ? SHARED[name] : undefined;
    if (place === 'path' && schema.type === 'string') return this.#use('id');
    const { default: preset, description: _, format: __, ...bare } = schema;
    if (place === 'query' && !required && shared !== undefined && sameSchema(bare, shared.schema)) return this.#use(shared.name);
    const told = preset === undefined || preset === null ? '' : `.describe(${literal(`Default ${preset}`)})`;
    return `${this.#zod(schema)}${required ? '' : '.optional()'}${told}`;
  }

  #use(name: string): string {
    this.shared.add(name);
    return name;
  }

  #zod(schema: Schema): string {
    this.usesZod = true;
    const types = schema.type === undefined ? [] : [schema.type].flat();
    const nullable = types.includes('null') || schema.enum?.includes(null) === true;
    return `${this.#notNull(
      schema,
      types.filter((type) => type !== 'null'),
    )}${nullable ? '.nullable()' : ''}`;
  }

  #notNull(schema: Schema, types: readonly string[]): string {
    if (schema.anyOf !== undefined && schema.properties === undefined)
      return union(schema.anyOf.map((branch) => this.#zod(branch)));
    if (types.length > 1) return union(types.map((type) => this.#notNull(schema, [type])));
    const values = schema.enum?.filter((value) => value !== null);
    if (values !== undefined) {
      const list = `[${values.map((value) => (typeof value === 'string' ? literal(value) : String(value))).join(', ')}]`;
      return values.every((value) => typeof value === 'string') ? `z.enum(${list})` : `z.literal(${list})`;
    }
    switch (types[0] ?? (schema.properties === undefined ? undefined : 'object')) {
      case 'string':
        return `z.string()${lengths(schema.minLength, schema.maxLength)}`;
      case 'integer':
        return `z.int()${range(schema)}`;
      case 'number':
        return `z.number()${range(schema)}`;
      case 'boolean':
        return 'z.boolean()';
      case 'array':
        return `z.array(${schema.items === undefined ? 'z.unknown()' : this.#zod(schema.items)})${lengths(schema.minItems, schema.maxItems)}`;
      case 'object':
        return this.#object(schema);
      default:
        return 'z.unknown()';
    }
  }

  #object({ properties = {}, required = [], additionalProperties: more }: Schema): string {
    const members = Object.entries(properties).map(
      ([name, schema]) => `${key(name)}: ${this.#zod(schema)}${required.includes(name) ? '' : '.optional()'}`,
    );
    if (members.length === 0) {
      return `z.record(z.string(), ${typeof more === 'object' && Object.keys(more).length > 0 ? this.#zod(more) : 'z.unknown()'})`;
    }
    return `${more === false ? 'z.strictObject' : 'z.looseObject'}({ ${members.join(', ')} })`;
  }
}

const union = (branches: readonly string[]): string =>
  branches.length === 1 ? String(branches[0]) : `z.union([${branches.join(', ')}])`;

const sameSchema = (one: Schema, other: Schema): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());

const bound = (method: string, value: number | undefined): string => (value === undefined ? '' : `.${method}(${value})`);
const lengths = (least: number | undefined, most: number | undefined): string => bound('min', least) + bound('max', most);
const range = ({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string =>
  bound('min', minimum) + bound('gt', exclusiveMinimum) + bound('max', maximum) + bound('lt', exclusiveMaximum);

/** Text of the document as a piece of code that is nothing but text. */
const literal = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
const key = (name: string): string => (PLAIN_KEY.test(name) && name !== '__proto__' ? name : `[${literal(name)}]`);
const comment = (text: string): string => `// ${text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`;
const indented = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);
