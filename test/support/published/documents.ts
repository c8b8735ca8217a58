import { readFileSync } from 'node:fs';

/** The API versions whose documents are kept, newest first. The older one has an operation that the newer dropped. */
export const VERSIONS = ['2026-05-12', '2021-02-05'] as const;

/** Where what the tests keep of Clerk's documents lies; `npm run published` writes it. */
export const fileOf = (version: string): URL => new URL(`facts/${version}.json`, import.meta.url);

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

/** The documents, newest first. */
export const loadDocuments = (): readonly PublishedDocument[] =>
  VERSIONS.map((version) => JSON.parse(readFileSync(fileOf(version), 'utf8')) as PublishedDocument);
