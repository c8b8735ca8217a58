import * as z from 'zod';
import { answers } from '../../src/catalog/answers.js';
import { CURRENT_API_VERSION, type Operation } from '../../src/catalog/operation.js';
import { ACCEPTED } from '../../src/openapi/accepted.js';

/** A part of a document, as tests write it. */
export interface DocumentNode {
  [key: string]: unknown;
}

interface Parameter extends DocumentNode {
  name: string;
  in: string;
  required: boolean;
  schema: DocumentNode;
}

/** An operation as tests change it. */
export interface DocumentedOperation extends DocumentNode {
  operationId: string;
  deprecated?: boolean;
  parameters: Parameter[];
  requestBody?: DocumentNode;
}

export interface TestDocument {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, DocumentedOperation>>;
  components?: DocumentNode;
}

interface ObjectSchema extends DocumentNode {
  properties: Record<string, DocumentNode>;
  required?: string[];
}

/** A document that says what the catalog says, with what the catalog means to have differently. */
export async function documentOf(operations: readonly Operation[]): Promise<TestDocument> {
  const document: TestDocument = { openapi: '3.1.0', info: { title: 'Test', version: CURRENT_API_VERSION }, paths: {} };
  for (const operation of operations.filter(({ spec }) => spec.version === undefined)) {
    const item = document.paths[operation.path] ?? {};
    document.paths[operation.path] = item;
    item[operation.method.toLowerCase()] = await describe(operation);
  }
  return document;
}

/** The operation in a document of `documentOf`. */
export function operationIn(document: TestDocument, request: string): DocumentedOperation {
  const [method = '', path = ''] = request.split(' ');
  const found = document.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`the document has no ${request}`);
  return found;
}

/** The schema of an operation's JSON body. */
export function bodyOf({ requestBody }: DocumentedOperation): ObjectSchema {
  const { content } = requestBody as { content: Record<string, { schema: ObjectSchema }> };
  const media = content['application/json'];
  if (media === undefined) throw new Error('the operation has no JSON body');
  return media.schema;
}

/** A parameter of the operation. */
export function parameterOf({ parameters }: DocumentedOperation, name: string): Parameter {
  const found = parameters.find((parameter) => parameter.name === name);
  if (found === undefined) throw new Error(`the operation has no parameter ${name}`);
  return found;
}

async function describe(operation: Operation): Promise<DocumentedOperation> {
  const { properties, required = [] } = z.toJSONSchema(await operation.input(), { io: 'input' }) as unknown as ObjectSchema;
  const named = (place: string): string[] => [...operation.places].filter(([, of]) => of === place).map(([name]) => name);
  const parameters = (['path', 'query'] as const).flatMap((place) =>
    named(place).map((name): Parameter => {
      const comma = operation.spec.commaSeparated?.includes(name) === true ? { style: 'form', explode: false } : {};
      return { name, in: place, required: required.includes(name), schema: properties[name] ?? {}, ...comma };
    }),
  );
  const body = named('body');
  const [whole] = named('array-body');
  const { spec } = operation;
  const type = spec.image === undefined ? 'application/json' : 'multipart/form-data';
  const file = spec.image === undefined ? {} : { [spec.image]: { type: 'string', format: 'binary' } };
  const hasBody = body.length > 0 || whole !== undefined || spec.image !== undefined;
  const schema: DocumentNode =
    whole !== undefined
      ? { ...properties[whole] }
      : {
          type: 'object',
          properties: { ...Object.fromEntries(body.map((name) => [name, properties[name] ?? {}])), ...file },
          required: required.filter((name) => body.includes(name)),
          ...(spec.needsOneOf === undefined ? {} : { anyOf: spec.needsOneOf.map((name) => ({ required: [name] })) }),
        };
  const documented: DocumentedOperation = {
    operationId: spec.clerk,
    ...(spec.deprecated === undefined ? {} : { deprecated: true }),
    parameters,
    ...(hasBody ? { requestBody: { required: true, content: { [type]: { schema } } } } : {}),
    responses: responsesOf(operation),
  };
  for (const { operation: name, aspect, at, passing } of ACCEPTED) {
    if (name === operation.name && passing !== true) differ(documented, aspect, at);
  }
  return documented;
}

/** As the catalog has them, whose JSON may be any. */
function responsesOf({ spec }: Operation): DocumentNode {
  const answer = answers[spec.request];
  if (answer === undefined) return {};
  if (answer === null) return { 200: { description: '' } };
  return { 200: { description: '', content: { [spec.answers === 'text' ? 'text/html' : 'application/json']: { schema: {} } } } };
}

/** What an answer has that the catalog knows, as a document says it. */
export function describeAnswer(operation: DocumentedOperation, request: string): ObjectSchema {
  const schema = z.toJSONSchema(answers[request] as z.ZodType, { io: 'input' }) as unknown as ObjectSchema;
  operation.responses = { 200: { description: '', content: { 'application/json': { schema } } } };
  return schema;
}

/** Puts back what the catalog has differently on purpose. */
function differ(documented: DocumentedOperation, aspect: string, at: string): void {
  if (aspect === 'answer' || aspect === 'answer_type') {
    documented.responses = {};
    return;
  }
  if (aspect === 'one_of') {
    delete bodyOf(documented).anyOf;
    return;
  }
  const { schema } = parameterOf(documented, at);
  const types = new Set([schema.type].flat());
  if (aspect === 'nullable') types.add('null');
  else if (aspect === 'type' && types.delete('integer')) types.add('number');
  else throw new Error(`the test document cannot differ in ${aspect}`);
  schema.type = [...types];
}
