import { type AnswerDifference, compareAnswers } from './compare-answers.js';
import { compareForms, compareRequired, extraInput, type FormDifference, missingInput } from './compare-forms.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import { readAnswer } from './document-answer.js';
import { type DocumentInput, readInputs } from './document-inputs.js';
import { formOf } from './form.js';
import { requestKey } from './request-key.js';
import type { Schema } from './schema.js';

/** The changes of an operation, in lines for people: `limit: maximum 250, was maximum 500`. */
export interface ChangedOperation {
  readonly operation: DocumentOperation;
  readonly changes: readonly string[];
}

/** The changes of a resource, wherever in answers it occurs. */
export interface ChangedResource {
  /** The resource's `object`; the operation's request where the answer is not a resource. */
  readonly of: string;
  readonly differences: readonly AnswerDifference[];
}

/** The differences between a document and an earlier one. */
export interface BetweenDocuments {
  readonly added: readonly DocumentOperation[];
  readonly removed: readonly DocumentOperation[];
  readonly changed: readonly ChangedOperation[];
  readonly resources: readonly ChangedResource[];
}

/** Compares two documents. Operations are matched by method and path, or else by Clerk's operationId. */
export function compareDocuments(from: OpenApiDocument, to: OpenApiDocument): BetweenDocuments {
  const left = new Map(from.operations.map((operation) => [keyOf(operation), operation]));
  const pairs: (readonly [before: DocumentOperation, now: DocumentOperation])[] = [];
  const unmatched: DocumentOperation[] = [];
  for (const now of to.operations) {
    const before = left.get(keyOf(now));
    if (before === undefined) unmatched.push(now);
    else pairs.push([before, now]);
    left.delete(keyOf(now));
  }
  const added: DocumentOperation[] = [];
  for (const now of unmatched) {
    const moved = [...left].find(([, before]) => before.id !== '' && before.id === now.id);
    if (moved === undefined) added.push(now);
    else {
      pairs.push([moved[1], now]);
      left.delete(moved[0]);
    }
  }
  const changed = pairs
    .map(([before, now]) => ({ operation: now, changes: operationChanges(from, before, to, now) }))
    .filter(({ changes }) => changes.length > 0);
  return { added, removed: [...left.values()], changed, resources: resourceChanges(from, to, pairs) };
}

const keyOf = ({ method, path }: DocumentOperation): string => requestKey(method, path);

function operationChanges(
  from: OpenApiDocument,
  before: DocumentOperation,
  to: OpenApiDocument,
  now: DocumentOperation,
): string[] {
  const changes: string[] = [];
  const say = (what: string, one: string, other: string): void => {
    if (one !== other) changes.push(`${what}${one}, was ${other}`);
  };
  say('', `${now.method} ${now.path}`, `${before.method} ${before.path}`);
  say('operationId ', now.id || 'none', before.id || 'none');
  say('', now.deprecated ? 'deprecated' : 'in use', before.deprecated ? 'deprecated' : 'in use');
  const inputs = (document: OpenApiDocument, operation: DocumentOperation) => {
    const read = readInputs(document, operation);
    return { ...read, byName: new Map(read.inputs.map((input) => [`${input.place} ${input.name}`, input])) };
  };
  const [one, other] = [inputs(to, now), inputs(from, before)];
  say('one of ', (one.needsOneOf ?? ['none']).join(' '), (other.needsOneOf ?? ['none']).join(' '));
  say('file ', one.file ?? 'none', other.file ?? 'none');
  for (const { at, document, catalog } of inputChanges(one.byName, other.byName)) say(`${at}: `, document, catalog);
  return changes;
}

function inputChanges(now: ReadonlyMap<string, DocumentInput>, before: ReadonlyMap<string, DocumentInput>): FormDifference[] {
  const nameOf = ({ name }: DocumentInput): string => (name === '' ? 'body' : name);
  const differences: FormDifference[] = [];
  for (const [key, input] of now) {
    const known = before.get(key);
    const [at, form] = [nameOf(input), formOf(input.schema)];
    if (known === undefined) differences.push(missingInput(at, form));
    else {
      differences.push(...compareRequired(input.required, known.required, at), ...compareForms(form, formOf(known.schema), at));
    }
  }
  for (const [key, input] of before) if (!now.has(key)) differences.push(extraInput(nameOf(input), formOf(input.schema)));
  return differences;
}

/** Each difference of a resource once, however many operations return it. */
function resourceChanges(
  from: OpenApiDocument,
  to: OpenApiDocument,
  pairs: readonly (readonly [DocumentOperation, DocumentOperation])[],
): ChangedResource[] {
  const found = new Map<string, Map<string, AnswerDifference>>();
  for (const [before, now] of pairs) {
    const [one, other] = [readAnswer(to, now), readAnswer(from, before)];
    const place = { of: `${now.method} ${now.path}`, at: '' };
    const differences: AnswerDifference[] =
      one.schema !== undefined && other.schema !== undefined
        ? compareAnswers(formOf(one.schema), formOf(other.schema), place, new Set())
        : one.kind === other.kind
          ? []
          : [{ ...place, aspect: 'answer', document: one.kind, catalog: other.kind }];
    for (const difference of differences) {
      const known = found.get(difference.of) ?? new Map<string, AnswerDifference>();
      found.set(difference.of, known.set(JSON.stringify(difference), difference));
    }
  }
  return [...found].map(([of, differences]) => ({ of, differences: [...differences.values()] }));
}

/** The document's schema of a resource's field; undefined where no answer has it. */
export function fieldOf(document: OpenApiDocument, of: string, at: string): Schema | undefined {
  for (const operation of document.operations) {
    const { schema } = readAnswer(document, operation);
    const root = schema === undefined ? undefined : of.includes(' ') ? schema : resourceIn(schema, of);
    const field = root === undefined ? undefined : at.split('.').reduce<Schema | undefined>(step, root);
    if (field !== undefined) return field;
  }
  return undefined;
}

const step = (schema: Schema | undefined, name: string): Schema | undefined => {
  if (schema === undefined) return undefined;
  if (name === '[]') return schema.items;
  if (name === '*') return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return schema.properties?.[name] ?? schema.anyOf?.map((branch) => step(branch, name)).find((found) => found !== undefined);
};

function resourceIn(schema: Schema, name: string): Schema | undefined {
  const { object } = schema.properties ?? {};
  if (object?.enum?.length === 1 && object.enum[0] === name) return schema;
  const parts = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
  ];
  for (const part of parts) {
    const found = resourceIn(part, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
