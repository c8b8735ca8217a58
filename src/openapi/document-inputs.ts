import { isRecord } from '../platform/is-record.js';
import type { DocumentOperation, OpenApiDocument } from './document.js';
import type { JsonObject } from './refs.js';
import { type Problem, type Schema, SchemaReader } from './schema.js';

/** One input of an operation as the document has it. */
export interface DocumentInput {
  readonly name: string;
  /** `body` for a property of the request body, `whole-body` for all of it. */
  readonly place: 'path' | 'query' | 'header' | 'cookie' | 'body' | 'whole-body';
  readonly required: boolean;
  readonly schema: Schema;
  /** A query list that goes comma-separated in one parameter. */
  readonly commaSeparated: boolean;
}

/** What an operation of the document takes. */
export interface DocumentInputs {
  readonly inputs: readonly DocumentInput[];
  /** The field of the form that carries a file. */
  readonly file?: string;
  /** At least one of these inputs must be given. */
  readonly needsOneOf?: readonly string[];
  readonly problems: readonly Problem[];
}

/** Headers that no document can make an input. */
const NOT_ITS_OWN = new Set(['accept', 'content-type', 'authorization', 'clerk-api-version']);
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/;
const FORM_TYPE = 'multipart/form-data';

/** Reads all inputs of an operation. Never fails: parts that cannot be read are among the problems. */
export function readInputs(document: OpenApiDocument, operation: DocumentOperation): DocumentInputs {
  const reader = new SchemaReader(document);
  const parameters = readParameters(operation, reader);
  const body = readBody(operation.node.requestBody, reader);
  for (const name of namesInPath(operation.path)) {
    if (!parameters.some((input) => input.place === 'path' && input.name === name))
      reader.fault(name, 'is in the path, but is not a parameter of it');
  }
  return { ...body, inputs: [...parameters, ...(body.inputs ?? [])], problems: reader.problems };
}

/** The names in braces: `['user_id']` of `/users/{user_id}/ban`. */
export const namesInPath = (path: string): string[] => [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);

function readParameters({ shared, node }: DocumentOperation, reader: SchemaReader): DocumentInput[] {
  const found = new Map<string, DocumentInput>();
  for (const list of [shared, node.parameters]) {
    if (list === undefined) continue;
    if (!Array.isArray(list)) {
      reader.fault('', 'has parameters that are not a list');
      continue;
    }
    list.forEach((given, index) => {
      const input = readParameter(reader.resolve(given, `parameters[${index}]`), index, reader);
      // The operation's own parameters override those of the path.
      if (input !== undefined) found.set(`${input.place} ${input.name}`, input);
    });
  }
  return [...found.values()];
}

function readParameter(raw: unknown, index: number, reader: SchemaReader): DocumentInput | undefined {
  if (raw === undefined) return undefined;
  if (!isRecord(raw) || typeof raw.name !== 'string' || !isPlace(raw.in)) {
    reader.fault(`parameters[${index}]`, 'is not a parameter: it has no name or no place');
    return undefined;
  }
  const { name, in: place, style, explode } = raw;
  if (place === 'header' && NOT_ITS_OWN.has(name.toLowerCase())) return undefined;
  if (raw.schema === undefined) reader.fault(name, 'is a parameter without a schema');
  const schema = raw.schema === undefined ? {} : reader.read(raw.schema, name);
  const list = schema.type === 'array' || schema.items !== undefined;
  if (place === 'query' && style !== undefined && style !== 'form')
    reader.fault(name, `is written into the query in the style ${String(style)}, which is not understood`);
  return {
    name,
    place,
    required: raw.required === true || place === 'path',
    schema: describedBy(schema, raw),
    commaSeparated: place === 'query' && list && explode === false,
  };
}

const isPlace = (value: unknown): value is 'path' | 'query' | 'header' | 'cookie' =>
  value === 'path' || value === 'query' || value === 'header' || value === 'cookie';

const describedBy = (schema: Schema, { description }: JsonObject): Schema =>
  typeof description === 'string' ? { ...schema, description } : schema;

type Body = Partial<Pick<DocumentInputs, 'inputs' | 'file' | 'needsOneOf'>>;

function readBody(given: unknown, reader: SchemaReader): Body {
  if (given === undefined) return {};
  const body = reader.resolve(given, 'body');
  if (body === undefined) return {};
  if (!isRecord(body) || !isRecord(body.content)) {
    reader.fault('body', 'is not a request body');
    return {};
  }
  const types = Object.entries(body.content).map(
    ([type, value]) => [type.split(';')[0]?.trim().toLowerCase() ?? '', value] as const,
  );
  const json = types.find(([type]) => JSON_TYPE.test(type));
  const [type, media] = json ?? types.find(([name]) => name === FORM_TYPE) ?? [undefined, undefined];
  if (type === undefined) {
    const names = types.map(([name]) => name).join(', ');
    reader.fault('body', `is of a kind that is not sent: ${names === '' ? 'none is named' : names}`);
    return {};
  }
  if (!isRecord(media) || media.schema === undefined) {
    reader.fault('body', 'has no schema');
    return {};
  }
  const schema = reader.read(media.schema, '');
  return json === undefined ? fromForm(schema, reader) : fromJson(schema, body.required === true);
}

function fromJson(schema: Schema, required: boolean): Body {
  const oneOf = alternativesOf(schema);
  const mayBeObject = schema.type === undefined || [schema.type].flat().includes('object');
  if (schema.properties === undefined || !mayBeObject || (schema.anyOf !== undefined && oneOf === undefined)) {
    return { inputs: [{ name: '', place: 'whole-body', required, schema, commaSeparated: false }] };
  }
  return { inputs: bodyInputs(schema), ...(oneOf === undefined ? {} : { needsOneOf: oneOf }) };
}

/** The properties of a union whose branches each require just one of them. */
function alternativesOf({ anyOf }: Schema): string[] | undefined {
  const names = anyOf?.map(({ required, ...rest }) =>
    Object.keys(rest).length === 0 && required?.length === 1 ? required[0] : undefined,
  );
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

const bodyInputs = ({ properties = {}, required = [] }: Schema): DocumentInput[] =>
  Object.entries(properties).map(([name, schema]) => {
    return { name, place: 'body', required: required.includes(name), schema, commaSeparated: false };
  });

function fromForm(schema: Schema, reader: SchemaReader): Body {
  const inputs = bodyInputs(schema);
  const files = inputs.filter(({ schema: { format } }) => format === 'binary');
  const [file] = files;
  if (file === undefined || files.length > 1) {
    reader.fault('body', `is a form with ${files.length} files; only those with one are sent`);
    return { inputs };
  }
  return { file: file.name, inputs: inputs.filter((input) => input !== file) };
}
