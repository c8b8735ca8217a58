import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Parameter, type PublishedDocument, type PublishedOperation, VERSIONS } from './documents.js';
import { toJsonSchemas } from './json-schema.js';
import { addLaterFacts, addLaterProperties, type LaterFacts } from './since.js';

/** The latest document of each version, in a folder of Clerk's documents. */
const DOCUMENTS: Readonly<Record<(typeof VERSIONS)[number], string>> = {
  '2026-05-12': 'later/openapi-2026-05-12.yml',
  '2021-02-05': 'openapi-2021-02-05.yml',
};

type Node = Readonly<Record<string, unknown>>;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** What Clerk's documents in a folder say of requests and answers, as the tests keep it: without any prose. */
export const readDocuments = (folder: string): PublishedDocument[] => VERSIONS.map((version) => readDocument(folder, version));

function readDocument(folder: string, version: (typeof VERSIONS)[number]): PublishedDocument {
  const source = parse(readFileSync(join(folder, DOCUMENTS[version]), 'utf8')) as Record<string, unknown>;
  addLaterProperties(source);
  if (version === VERSIONS[0])
    addLaterFacts(source, JSON.parse(readFileSync(join(folder, 'later/later.json'), 'utf8')) as LaterFacts);
  const document = toJsonSchemas(source) as { paths: Record<string, Record<string, Node>>; components: Record<string, Node> };
  const inlined = (node: unknown): Node => {
    const { $ref } = node as { $ref?: string };
    if ($ref === undefined) return node as Node;
    const [, , kind, name] = $ref.split('/') as [string, string, string, string];
    return inlined(document.components[kind]?.[name]);
  };
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined).map((method) => {
      const operation = item[method] as Node;
      const own = [...((item.parameters ?? []) as unknown as Node[]), ...((operation.parameters ?? []) as Node[])];
      return {
        operationId: operation.operationId as string,
        method: method.toUpperCase(),
        path,
        parameters: own.map(inlined).map(plainParameter),
        requestBody: bodyOf(operation.requestBody),
        responses: Object.fromEntries(
          Object.entries(operation.responses as Node).map(([status, response]) => [status, contentOf(inlined(response))]),
        ),
      };
    }),
  );
  return { version, operations, components: { schemas: document.components.schemas as Record<string, object> } };
}

const plainParameter = ({ name, in: place, required, explode, schema }: Node): Parameter =>
  JSON.parse(JSON.stringify({ name, in: place, required, explode, schema })) as Parameter;

type Body = PublishedOperation['requestBody'];
type Answer = PublishedOperation['responses'][string];

const bodyOf = (given: unknown): Body => {
  if (given === undefined) return undefined;
  const { required } = given as Node;
  return { ...(required === undefined ? {} : { required: required === true }), content: {}, ...contentOf(given as Node) };
};

/** Schemas alone: a document has examples and headers beside them. */
const contentOf = ({ content }: Node): Answer =>
  content === undefined
    ? {}
    : {
        content: Object.fromEntries(
          Object.entries(content as Record<string, { schema?: object }>).map(([type, { schema }]) => [
            type,
            schema === undefined ? {} : { schema },
          ]),
        ),
      };
