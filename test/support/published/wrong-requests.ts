import type { Operation } from '../../../src/catalog/operation.js';
import { minimalArguments } from '../sample-arguments.js';
import { type ExchangeChecker, readTexts } from './checker.js';
import type { Parameter, PublishedDocument, PublishedOperation } from './documents.js';

/** A request that Clerk's document forbids in exactly one way. */
export interface WrongRequest {
  /** What is wrong, for whoever reads a failure. */
  readonly what: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: object;
}

/** Values of every kind. Which of them a schema forbids, the schema says. */
const VALUES: readonly unknown[] = ['', 'text', 7, 1.5, -1, true, {}, { text: 7 }, [], [7], ['text'], null];
/** The same for a query. */
const TEXTS = ['text', '-1', '0', '1.5', '501', '999999', 'maybe', ''];

/** The one property that no schema names. */
export const UNKNOWN = 'shoe_size';

interface ObjectSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

/** The schema of a JSON object in the request's body; undefined where the operation has none. */
export function bodySchema(published: PublishedOperation): ObjectSchema | undefined {
  const schema = published.requestBody?.content['application/json']?.schema as ObjectSchema | undefined;
  return schema?.type === 'object' ? schema : undefined;
}

/** The least that the operation takes, as path, query-less, and body. Ids in it name nothing. */
export function leastRequest(operation: Operation): { readonly method: string; readonly path: string; readonly body: object } {
  const args = minimalArguments(operation);
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(args[name])));
  const inBody = [...operation.places].filter(([name, place]) => place === 'body' && args[name] !== undefined);
  return { method: operation.method, path, body: Object.fromEntries(inBody.map(([name]) => [name, args[name]])) };
}

/** Every request that the document forbids in one way: a value of the wrong kind or bounds, or a missing property. */
export function wrongRequests(
  operation: Operation,
  published: PublishedOperation,
  document: PublishedDocument,
  checker: ExchangeChecker,
): WrongRequest[] {
  const { method, path, body } = leastRequest(operation);
  const forbids = (schema: object, value: unknown) => checker.faults(document, schema, value, '').length > 0;
  const schema = bodySchema(published);
  const withBody = schema === undefined ? {} : { body };

  const queries = published.parameters
    .filter(
      (parameter): parameter is Parameter & { schema: object } => parameter.in === 'query' && parameter.schema !== undefined,
    )
    .flatMap((parameter) =>
      TEXTS.filter((text) => forbids(parameter.schema, readTexts(parameter, [text]))).map((text) => ({
        what: `${operation.name} ?${parameter.name}=${text}`,
        method,
        path: `${path}?${parameter.name}=${encodeURIComponent(text)}`,
        ...withBody,
      })),
    );
  const values = Object.entries(schema?.properties ?? {}).flatMap(([name, property]) =>
    VALUES.filter((value) => forbids(property, value)).map((value) => ({
      what: `${operation.name} {${name}: ${JSON.stringify(value)}}`,
      method,
      path,
      body: { ...body, [name]: value },
    })),
  );
  const missing = (schema?.required ?? []).map((name) => ({
    what: `${operation.name} without ${name}`,
    method,
    path,
    body: Object.fromEntries(Object.entries(body).filter(([other]) => other !== name)),
  }));
  return [...queries, ...values, ...missing];
}
