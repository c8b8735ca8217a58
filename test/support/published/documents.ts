import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { toJsonSchemas } from './json-schema.js';
import { addLaterFacts, addLaterProperties, type LaterFacts } from './since.js';

const FOLDER = fileURLToPath(new URL('../../../../shared/clerk-api/', import.meta.url));

/**
 * The versions whose documents are at hand, newest first, each by its latest document. The older one has an operation
 * that the newer dropped.
 */
const DOCUMENTS: Readonly<Record<string, string>> = {
  '2026-05-12': 'later/openapi-2026-05-12.yml',
  '2021-02-05': 'openapi-2021-02-05.yml',
};
const VERSIONS = Object.keys(DOCUMENTS);
const [NEWEST = ''] = VERSIONS;
const LATER_FACTS = join(FOLDER, 'later/later.json');

const fileOf = (version: string): string => join(FOLDER, DOCUMENTS[version] ?? '');

interface ParameterSchema {
  readonly type?: string;
  readonly items?: { readonly type?: string };
  /** Of one that may be null: null, and what else it may be. */
  readonly anyOf?: readonly ParameterSchema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly explode?: boolean;
  readonly schema?: ParameterSchema;
}

type Content = Readonly<Record<string, { readonly schema?: object }>>;

/** One operation as Clerk publishes it, without references outside of schemas. */
export interface PublishedOperation {
  readonly operationId: string;
  readonly method: string;
  /** `/users/{user_id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody: { readonly required?: boolean; readonly content: Content } | undefined;
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

/** One of Clerk's documents, with JSON schemas in the place of OpenAPI's. */
export interface PublishedDocument {
  readonly version: string;
  readonly operations: readonly PublishedOperation[];
  /** What every schema's `#/components/schemas/…` points at. */
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** Whether Clerk's documents lie beside the repository. They are not part of it. */
export const documentsArePresent = (): boolean => [LATER_FACTS, ...VERSIONS.map(fileOf)].every((file) => existsSync(file));

/** The documents, newest first. Parsed once per run: what is parsed is kept in `cacheFolder`. */
export function loadDocuments(cacheFolder: string): readonly PublishedDocument[] {
  return VERSIONS.map((version) => {
    const cached = join(cacheFolder, `${version}.json`);
    if (!existsSync(cached)) {
      mkdirSync(cacheFolder, { recursive: true });
      const partial = `${cached}.${process.pid}`;
      writeFileSync(partial, JSON.stringify(readDocument(version)));
      renameSync(partial, cached);
    }
    return JSON.parse(readFileSync(cached, 'utf8')) as PublishedDocument;
  });
}

type Node = Readonly<Record<string, unknown>>;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function readDocument(version: string): PublishedDocument {
  const source = parse(readFileSync(fileOf(version), 'utf8')) as Record<string, unknown>;
  addLaterProperties(source);
  if (version === NEWEST) addLaterFacts(source, JSON.parse(readFileSync(LATER_FACTS, 'utf8')) as LaterFacts);
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
        parameters: own.map(inlined) as unknown as Parameter[],
        requestBody: operation.requestBody as PublishedOperation['requestBody'],
        responses: Object.fromEntries(
          Object.entries(operation.responses as Node).map(([status, response]) => [status, inlined(response)]),
        ),
      };
    }),
  );
  return { version, operations, components: { schemas: document.components.schemas as Record<string, object> } };
}
