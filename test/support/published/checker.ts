import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { SandboxRequest } from '../../../src/sandbox/middleware.js';
import type { Parameter, PublishedDocument, PublishedOperation } from './documents.js';
import { UNNAMED_BODIES, UNNAMED_ERRORS, UNNAMED_PATHS, UNNAMED_PROPERTIES, UNNAMED_QUERY } from './known-faults.js';

/** One request with its answer, as they travelled. */
export interface WireExchange extends Omit<SandboxRequest, 'body' | 'traceId'> {
  readonly requestBody: Uint8Array;
  readonly status: number;
  /** The media type of the answer; undefined when it has no body. */
  readonly type: string | undefined;
  /** What the answer's JSON holds, or its text. */
  readonly body: unknown;
}

interface Found {
  readonly document: PublishedDocument;
  readonly operation: PublishedOperation;
  readonly path: Readonly<Record<string, string>>;
}

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'multipart/form-data';
const pathOf = ({ segments }: WireExchange): string => `/${segments.map(encodeURIComponent).join('/')}`;
const askedVersion = ({ headers, query }: WireExchange): string =>
  headers['clerk-api-version'] ?? query.get('__clerk_api_version') ?? '2021-02-05';
const isParameter = (part: string): boolean => part.startsWith('{');

/** Holds exchanges against what Clerk publishes about its API. */
export class ExchangeChecker {
  readonly #documents: readonly PublishedDocument[];
  readonly #ajv: Ajv;
  readonly #compiled = new Map<object, ValidateFunction>();
  /** How many exchanges were checked, by `operationId status`. */
  readonly checked = new Map<string, number>();

  constructor(documents: readonly PublishedDocument[]) {
    this.#documents = documents;
    // The documents use keywords beside a reference and formats of their own, which strict mode refuses.
    this.#ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, validateSchema: false }));
    for (const { version, components } of documents) this.#ajv.addSchema({ components }, version);
  }

  /** What is wrong with the exchange, each thing as a line; empty when nothing is. */
  async check(exchange: WireExchange): Promise<string[]> {
    const request = `${exchange.method} ${pathOf(exchange)}`;
    const found = this.#find(exchange);
    const say = (what: string) => `${found?.operation.operationId ?? request} answered ${exchange.status}: ${what}`;
    if (found === undefined) {
      return exchange.status < 400 ? [say('no document has this request')] : this.#checkError(exchange).map(say);
    }
    const tally = `${found.operation.operationId} ${exchange.status}`;
    this.checked.set(tally, (this.checked.get(tally) ?? 0) + 1);
    // What is refused may well be wrong; what is accepted may not. A version without a document of its own may
    // take what newer ones no longer do.
    const asked = askedVersion(exchange);
    const binding = exchange.status < 400 && asked >= found.document.version;
    const wrong = binding ? await this.#checkRequest(exchange, found) : [];
    return [...wrong, ...this.#checkAnswer(exchange, found)].map(say);
  }

  /** The operation in the document of the version that was asked for, or else in any. */
  #find(exchange: WireExchange): Found | undefined {
    const { method } = exchange;
    const path = pathOf(exchange);
    const segments = (UNNAMED_PATHS[path]?.published ?? path).slice(1).split('/');
    const version = askedVersion(exchange);
    const documents = [...this.#documents].sort((a, b) => Number(b.version === version) - Number(a.version === version));
    for (const document of documents) {
      const fits = document.operations
        .filter((operation) => operation.method === method)
        .map((operation) => ({ document, operation, path: matchPath(operation.path, segments) }))
        .filter((found): found is Found => found.path !== undefined)
        .sort((a, b) => Object.keys(a.path).length - Object.keys(b.path).length);
      if (fits[0] !== undefined) return fits[0];
    }
    return undefined;
  }

  async #checkRequest(exchange: WireExchange, { document, operation, path }: Found): Promise<string[]> {
    const wrong: string[] = [];
    const named = new Set<string>();
    for (const parameter of operation.parameters) {
      const { name, in: place, required = false, schema = {} } = parameter;
      if (place !== 'path' && place !== 'query') continue;
      if (place === 'query') named.add(name);
      const texts = place === 'query' ? exchange.query.getAll(name) : [path[name]].filter((text) => text !== undefined);
      if (texts.length > 0) wrong.push(...this.faults(document, schema, readTexts(parameter, texts), `request ${place} ${name}`));
      else if (required) wrong.push(`request ${place} ${name} is missing`);
    }
    for (const name of new Set(exchange.query.keys())) {
      if (!named.has(name) && !Object.hasOwn(UNNAMED_QUERY, name)) wrong.push(`request query ${name} is in no document`);
    }
    return [...wrong, ...(await this.#checkBody(exchange, document, operation))];
  }

  async #checkBody(
    { headers, requestBody }: WireExchange,
    document: PublishedDocument,
    { operationId, requestBody: declared }: PublishedOperation,
  ): Promise<string[]> {
    if (requestBody.length === 0) return declared?.required === true ? ['request body is missing'] : [];
    if (declared === undefined) return ['request body where no document has one'];
    const type = headers['content-type'] ?? '';
    const [mediaType = ''] = type.split(';');
    const schema = declared.content[mediaType]?.schema;
    if (schema === undefined) return [`request body is ${mediaType}, the document has ${Object.keys(declared.content)}`];
    const value = mediaType === FORM_TYPE ? await readForm(requestBody, type) : JSON.parse(new TextDecoder().decode(requestBody));
    const names = UNNAMED_PROPERTIES[operationId]?.names ?? {};
    const named = Object.entries(value as object).map(([name, inner]) => [names[name] ?? name, inner]);
    return this.faults(document, schema, Array.isArray(value) ? value : Object.fromEntries(named), 'request body');
  }

  #checkAnswer(exchange: WireExchange, { document, operation }: Found): string[] {
    const { status, type, body } = exchange;
    const declared = operation.responses[status];
    if (declared === undefined) {
      return status in UNNAMED_ERRORS ? this.#checkError(exchange) : ['the document does not name this status'];
    }
    const content = declared.content ?? {};
    if (type === undefined) return Object.keys(content).length === 0 ? [] : ['the answer has no body'];
    if (status < 400 && UNNAMED_BODIES[operation.operationId]?.type === type) return [];
    if (Object.keys(content).length === 0) {
      // A document that names an error without a body still means the envelope.
      return status >= 400 ? this.#checkError(exchange) : ['the answer has a body where the document has none'];
    }
    const schema = content[type]?.schema;
    if (schema === undefined) return [`the answer is ${type}, the document has ${Object.keys(content)}`];
    const page = exchange.query.get('paginated') === 'true' ? pageOf(body) : undefined;
    if (page === undefined) return this.faults(document, schema, body, 'answer');
    const asPage = this.faults(document, schema, body, 'answer');
    return asPage.length === 0 ? [] : this.faults(document, schema, page, 'answer data');
  }

  #checkError({ status, type, body }: WireExchange): string[] {
    const [document] = this.#documents as [PublishedDocument];
    if (!(status in UNNAMED_ERRORS)) return ['an error that no document has'];
    if (type !== JSON_TYPE) return [`the error is ${type}`];
    return this.faults(document, { $ref: '#/components/schemas/ClerkErrors' }, body, 'error');
  }

  /** What is wrong with a value by a schema of the document. */
  faults(document: PublishedDocument, schema: object, value: unknown, what: string): string[] {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(withReferencesTo(document.version, schema));
      this.#compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

function matchPath(template: string, segments: readonly string[]): Record<string, string> | undefined {
  const parts = template.slice(1).split('/');
  if (parts.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const segment = decodeURIComponent(segments[at] as string);
    if (isParameter(part)) path[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return path;
}

/** The texts of a parameter as the value that its schema is about. */
export function readTexts({ schema: given, explode }: Parameter, texts: readonly string[]): unknown {
  const schema = given?.anyOf?.find(({ type }) => type !== 'null') ?? given;
  if (schema?.type !== 'array') return readText(schema?.type, texts.at(-1) as string);
  const items = explode === false ? texts.flatMap((text) => text.split(',')) : texts;
  return items.map((text) => readText(schema.items?.type, text));
}

function readText(type: string | undefined, text: string): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

async function readForm(body: Uint8Array, type: string): Promise<Record<string, string>> {
  const form = await new Response(body as Uint8Array<ArrayBuffer>, { headers: { 'content-type': type } }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of form)
    fields[name] = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('latin1');
  return fields;
}

/** The rows of a `{data, total_count}`. */
function pageOf(body: unknown): unknown {
  const { data, total_count } = (body ?? {}) as { data?: unknown; total_count?: unknown };
  return Array.isArray(data) && Number.isInteger(total_count) ? data : undefined;
}

/** A schema whose references lead into the document instead of into itself. */
const withReferencesTo = (version: string, schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', `"${version}#/components/`)) as object;
