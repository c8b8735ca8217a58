import * as z from 'zod';
import { answers } from '../catalog/answers.js';
import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import { comment, dataCode, indented, key, literal, zodCode } from './code.js';
import { mayReturnCredential } from './credentials.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import { readAnswer } from './document-answer.js';
import { type DocumentInput, readInputs } from './document-inputs.js';
import type { Schema } from './schema.js';
import { groupOf, ToolNames, titleOf, uncapitalized } from './tool-names.js';

/** The shared inputs in `tools/schemas.ts`, by name. */
const SHARED: Readonly<Record<string, { readonly name: string; readonly schema: Schema }>> = {
  limit: { name: 'limit', schema: { type: 'integer', minimum: 1, maximum: 500 } },
  offset: { name: 'offset', schema: { type: 'integer', minimum: 0 } },
};

/** The drafts for one group. */
export interface GroupDraft {
  readonly group: string;
  readonly operations: readonly DocumentOperation[];
  /** A whole file for a new group; for an existing one, declarations to add to its file. */
  readonly code: string;
}

/**
 * Declarations of operations that the catalog lacks, by group. They are complete except for the texts that only a person
 * can write, which are empty. The risk is the strictest possible for the request, for that person to judge.
 */
export function draftGroups(document: OpenApiDocument, missing: readonly DocumentOperation[], catalog: Catalog): GroupDraft[] {
  const groups = new Map<string, DocumentOperation[]>();
  for (const operation of missing) {
    const group = groupOf(operation, catalog.groups);
    groups.set(group, [...(groups.get(group) ?? []), operation]);
  }
  const names = new ToolNames(
    catalog.operations.map(({ name }) => name),
    catalog.groups,
  );
  return [...groups].map(([group, operations]) => {
    const writer = new DeclarationWriter(document);
    const declarations = operations.map((operation) => writer.newDeclaration(operation, names.nameFor(operation)));
    const text = catalog.groups.includes(group)
      ? addition(group, declarations, writer)
      : file(group, operations, declarations, writer);
    return { group, operations, code: [text, ...answerNotes(document, operations)].join('\n') };
  });
}

/** The missing declarations, as one text. */
export const skeletons = (document: OpenApiDocument, missing: readonly DocumentOperation[], catalog: Catalog): string =>
  draftGroups(document, missing, catalog)
    .map(({ code }) => code)
    .join('\n');

/** A declaration updated from the document, with its present texts. */
export async function redraft(document: OpenApiDocument, operation: DocumentOperation, declared: Operation): Promise<string> {
  const { properties = {} } = z.toJSONSchema(await declared.input(), { io: 'input', unrepresentable: 'any' });
  const words = new Map(
    Object.entries(properties).flatMap(([name, schema]) =>
      typeof schema === 'object' && schema.description !== undefined ? [[name, schema.description] as const] : [],
    ),
  );
  return new DeclarationWriter(document, words).knownDeclaration(operation, declared);
}

function file(
  group: string,
  operations: readonly DocumentOperation[],
  declarations: readonly string[],
  writer: DeclarationWriter,
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

const addition = (group: string, declarations: readonly string[], writer: DeclarationWriter): string =>
  [
    `// Into the file of the group ${group} in tools/${writer.shared.size === 0 ? '' : `, which needs ${[...writer.shared].sort().join(', ')} of ./schemas.js`}:`,
    declarations.join('\n\n'),
    '',
  ].join('\n');

/** The operations' answers for `src/catalog/answers.ts`, where the catalog lacks them. */
function answerNotes(document: OpenApiDocument, operations: readonly DocumentOperation[]): string[] {
  const lines = operations.flatMap((operation) => {
    const request = `${operation.method} ${operation.path}`;
    const { kind, schema } = readAnswer(document, operation);
    if (request in answers || kind === 'unknown') return [];
    const code = kind === 'nothing' ? 'null' : schema === undefined ? 'z.string()' : zodCode(schema, 'answer');
    return [comment(`  ${literal(request)}: ${code},`)];
  });
  return lines.length === 0
    ? []
    : ['// In src/catalog/answers.ts; a resource has a schema of its own in src/catalog/resources:', ...lines, ''];
}

/** The parts of a declaration that follow its inputs, in the usual order. */
const WORDS_AFTER = [
  'answers',
  'risk',
  'idempotent',
  'openWorld',
  'secrets',
  'returnsCredential',
  'effect',
  'target',
  'consequences',
  'typed',
  'bulk',
  'mayDestroy',
  'guesses',
  'raises',
] as const;

/** Writes the declarations of one file, and collects what they import. */
class DeclarationWriter {
  readonly shared = new Set<string>();
  usesZod = false;
  readonly #document: OpenApiDocument;
  /** Known descriptions of inputs. */
  readonly #words: ReadonlyMap<string, string>;

  constructor(document: OpenApiDocument, words: ReadonlyMap<string, string> = new Map()) {
    this.#document = document;
    this.#words = words;
  }

  newDeclaration(operation: DocumentOperation, name: string): string {
    const { method, path } = operation;
    return this.#declaration(name, [
      `name: ${literal(name)},`,
      `clerk: ${literal(operation.id)},`,
      `request: ${literal(`${method} ${path}`)},`,
      `title: ${literal(titleOf(operation))},`,
      '// For a model that must choose among many tools, in your own words.',
      "description: '',",
      ...(operation.deprecated ? ['// The tool to use instead.', "deprecated: '',"] : []),
      ...this.#inputs(operation),
      ...this.#risk(operation),
    ]);
  }

  knownDeclaration(operation: DocumentOperation, { spec, places }: Operation): string {
    const [bodyName] = [...places].find(([, place]) => place === 'array-body') ?? [];
    const rest: Readonly<Record<string, unknown>> = { ...spec };
    return this.#declaration(spec.name, [
      `name: ${literal(spec.name)},`,
      `clerk: ${literal(operation.id)},`,
      `request: ${literal(`${operation.method} ${operation.path}`)},`,
      ...(spec.version === undefined ? [] : [`version: ${literal(spec.version)},`]),
      `title: ${literal(spec.title)},`,
      `description: ${literal(spec.description)},`,
      ...(operation.deprecated ? [`deprecated: ${literal(spec.deprecated ?? '')},`] : []),
      ...this.#inputs(operation, bodyName),
      ...WORDS_AFTER.flatMap((word) => (rest[word] === undefined ? [] : [`${word}: ${dataCode(rest[word])},`])),
    ]);
  }

  #declaration(name: string, lines: readonly string[]): string {
    return [`  ${name.slice(name.indexOf('_') + 1)}: defineOperation({`, ...indented(lines, '    '), '  }),'].join('\n');
  }

  #risk(operation: DocumentOperation): string[] {
    const strictest = mayReturnCredential(this.#document, operation)
      ? 'credential'
      : operation.method === 'DELETE'
        ? 'destructive'
        : 'access';
    const risk = operation.method === 'GET' && strictest === 'access' ? 'read' : strictest;
    return [
      '// Judge it: read, write, destructive, credential or access. This is the strictest that the request may be.',
      `risk: ${literal(risk)},`,
      ...(risk === 'read' ? [] : ['// What will happen, for the person who confirms.', "effect: '',"]),
    ];
  }

  #inputs(operation: DocumentOperation, bodyName = 'items'): string[] {
    const { inputs, file, needsOneOf, problems } = readInputs(this.#document, operation);
    const comma = inputs.filter(({ commaSeparated }) => commaSeparated).map((input) => input.name);
    return [
      ...this.#shape('path', inputs),
      ...this.#shape('query', inputs),
      ...(comma.length === 0 ? [] : [`commaSeparated: [${comma.map(literal).join(', ')}],`]),
      ...this.#body(inputs, bodyName),
      ...(needsOneOf === undefined ? [] : [`needsOneOf: [${needsOneOf.map(literal).join(', ')}],`]),
      ...(file === undefined ? [] : [`image: ${literal(file)},`]),
      ...problems.map(({ at, problem }) => comment(`${at === '' ? 'The operation' : at} ${problem}.`)),
    ];
  }

  #shape(place: 'path' | 'query' | 'body', inputs: readonly DocumentInput[]): string[] {
    const members = inputs.filter((input) => input.place === place).map((input) => `${key(input.name)}: ${this.#input(input)},`);
    return members.length === 0 ? [] : [`${place}: {`, ...indented(members, '  '), '},'];
  }

  #body(inputs: readonly DocumentInput[], name: string): string[] {
    const whole = inputs.find(({ place }) => place === 'whole-body');
    if (whole === undefined) return this.#shape('body', inputs);
    if (whole.schema.type !== 'array') return ['// The body is one value and no list, which a declaration cannot say.'];
    this.usesZod = true;
    return ['// as: what the list holds.', `body: { as: ${literal(name)}, items: ${zodCode(whole.schema)} },`];
  }

  #input({ name, place, required, schema }: DocumentInput): string {
    const shared = Object.hasOwn(SHARED, name) ? SHARED[name] : undefined;
    if (place === 'path' && schema.type === 'string') return this.#use('id');
    const { default: preset, description: _, format: __, ...bare } = schema;
    if (place === 'query' && !required && shared !== undefined && sameSchema(bare, shared.schema)) return this.#use(shared.name);
    this.usesZod = true;
    const words = this.#words.get(name) ?? (preset === undefined || preset === null ? undefined : `Default ${preset}`);
    return `${zodCode(schema)}${required ? '' : '.optional()'}${words === undefined ? '' : `.describe(${literal(words)})`}`;
  }

  #use(name: string): string {
    this.shared.add(name);
    return name;
  }
}

const sameSchema = (one: Schema, other: Schema): boolean =>
  JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
