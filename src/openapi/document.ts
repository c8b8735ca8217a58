import type { Method } from '../catalog/operation-types.js';
import { isRecord } from '../platform/is-record.js';
import { DocumentError } from './document-error.js';
import { type JsonObject, RefError, resolveRef } from './refs.js';

/** One operation as the document has it; its parts have not been read yet. */
export interface DocumentOperation {
  readonly method: Method;
  /** `/users/{user_id}/ban`. */
  readonly path: string;
  /** Empty where the document gives none. */
  readonly id: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly deprecated: boolean;
  /** The object under the method. */
  readonly node: JsonObject;
  /** Parameters that all operations of the path take. */
  readonly shared: unknown;
}

/** A part of the document that could not be read, where no operation can be named. */
export interface UnreadablePart {
  readonly at: string;
  readonly problem: string;
}

const METHODS: Readonly<Record<string, Method>> = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' };
const MOST_OPERATIONS = 1000;
/** The limit for all schemas of the document together, each counted as often as it is used. */
const MOST_NODES = 1_000_000;

/** An OpenAPI document. Others wrote it, and it may contain anything. */
export class OpenApiDocument {
  /** `info.version`; empty where there is none. */
  readonly version: string;
  readonly operations: readonly DocumentOperation[];
  readonly unreadable: readonly UnreadablePart[];
  readonly #root: JsonObject;
  #nodes = 0;

  /** @throws DocumentError unless it is an OpenAPI 3 document with operations in it */
  constructor(root: unknown) {
    if (!isRecord(root)) throw new DocumentError('The document is not an OpenAPI document: it is not an object.');
    if (typeof root.openapi !== 'string' || !/^3\.\d/.test(root.openapi)) {
      throw new DocumentError('The document is not an OpenAPI 3 document: its openapi does not say version 3.');
    }
    if (!isRecord(root.paths)) throw new DocumentError('The document has no paths.');
    this.#root = root;
    this.version = isRecord(root.info) && typeof root.info.version === 'string' ? root.info.version : '';
    const unreadable: UnreadablePart[] = [];
    this.operations = [...this.#read(root.paths, unreadable)];
    this.unreadable = unreadable;
    if (this.operations.length === 0) throw new DocumentError('The document has no operation that could be read.');
  }

  /**
   * The value after following its `$ref`, and any further `$ref` that it leads to.
   * @throws RefError for one that leads out of the document, to nothing or in a circle
   */
  resolve(value: unknown): unknown {
    return resolveRef(this.#root, value).value;
  }

  /** The same, together with the references that were followed. */
  follow(value: unknown): { readonly value: unknown; readonly refs: readonly string[] } {
    return resolveRef(this.#root, value);
  }

  /** Counts a part of a schema as read. False once the document has used up its share. */
  spend(): boolean {
    this.#nodes++;
    return this.#nodes <= MOST_NODES;
  }

  *#read(paths: JsonObject, unreadable: UnreadablePart[]): Generator<DocumentOperation> {
    let count = 0;
    for (const [path, given] of Object.entries(paths)) {
      if (path.startsWith('x-')) continue;
      const item = this.#item(path, given, unreadable);
      for (const [name, value] of Object.entries(item)) {
        const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
        if (method === undefined) continue;
        count++;
        if (count > MOST_OPERATIONS) throw new DocumentError(`The document has more than ${MOST_OPERATIONS} operations.`);
        if (isRecord(value)) yield toOperation(method, path, value, item.parameters);
        else unreadable.push({ at: `${method} ${path}`, problem: 'is not an object' });
      }
    }
  }

  #item(path: string, given: unknown, unreadable: UnreadablePart[]): JsonObject {
    try {
      const item = this.resolve(given);
      if (!path.startsWith('/')) unreadable.push({ at: path, problem: 'is not a path: it does not begin with a slash' });
      else if (isRecord(item)) return item;
      else unreadable.push({ at: path, problem: 'is not an object' });
    } catch (error) {
      if (!(error instanceof RefError)) throw error;
      unreadable.push({ at: path, problem: error.message });
    }
    return {};
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const toOperation = (method: Method, path: string, node: JsonObject, shared: unknown): DocumentOperation => ({
  method,
  path,
  id: text(node.operationId),
  tags: Array.isArray(node.tags) ? node.tags.filter((tag) => typeof tag === 'string') : [],
  summary: text(node.summary),
  description: text(node.description),
  deprecated: node.deprecated === true,
  node,
  shared,
});
