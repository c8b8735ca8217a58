import { IDEMPOTENCY_KEY, type Operation } from '../catalog/operation.js';
import type { Arguments, Method } from '../catalog/operation-types.js';
import { idFault } from '../catalog/parse-arguments.js';
import { RequestError } from './errors.js';

/** The parts of a multipart body: the image and the other fields. */
export interface ImageForm {
  /** The field that carries the image. */
  readonly field: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** The request for an operation and its arguments, without the key and the address. */
export interface ClerkRequest {
  readonly method: Method;
  /** Path and query, encoded: `/users/user_1/sessions?limit=10`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** False where Clerk needs no key. */
  readonly authorized: boolean;
  /** JSON text. */
  readonly body?: string;
  readonly form?: ImageForm;
}

/** Paths under this prefix need no key. */
const PUBLIC = '/public/';

/**
 * Builds the request of one call. Pure: reads no file, sends nothing.
 *
 * Each given input appears exactly once, where the operation declares it. An undefined input counts as not given;
 * null in a body is a value. If no body input is given, no body is sent.
 *
 * @throws RequestError for a value that cannot go where it is declared.
 */
export function buildRequest(operation: Operation, args: Arguments): ClerkRequest {
  const query: [string, unknown][] = [];
  const inBody: [string, unknown][] = [];
  const arrays: [string, unknown][] = [];
  for (const [name, place] of operation.places) {
    const value = args[name];
    if (value === undefined) continue;
    if (place === 'query') query.push([name, value]);
    else if (place === 'body') inBody.push([name, value]);
    else if (place === 'array-body') arrays.push([name, value]);
  }
  // Such a request is sent again if its answer is lost; without the key it would be carried out twice.
  if (operation.keyed && !args[IDEMPOTENCY_KEY]) throw new RequestError(operation.name, IDEMPOTENCY_KEY, 'must not be empty');
  const { image, answers } = operation.spec;
  const body = image === undefined ? jsonBody(inBody, arrays) : undefined;
  return {
    method: operation.method,
    path: buildPath(operation, args) + buildQuery(operation, query),
    headers: {
      accept: answers === 'text' ? 'text/html, application/json' : 'application/json',
      'accept-encoding': 'identity',
      'clerk-api-version': operation.apiVersion,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    authorized: !operation.path.startsWith(PUBLIC),
    ...(body === undefined ? {} : { body }),
    ...(image === undefined ? {} : { form: { field: image, fields: formFields(operation, inBody) } }),
  };
}

/** The paths of operations in pieces: what stands there as it is, and between two such the name of an input. */
const pieces = new WeakMap<Operation, readonly string[]>();

function buildPath(operation: Operation, args: Arguments): string {
  const known = pieces.get(operation) ?? operation.path.split(/\{([^{}]+)\}/);
  pieces.set(operation, known);
  return known.map((piece, nth) => (nth % 2 === 0 ? piece : pathPart(operation, piece, args[piece]))).join('');
}

function pathPart(operation: Operation, name: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new RequestError(operation.name, name, 'must be a non-empty string');
  // A proxy on the way may decode the path, and then a part of it would name another resource or operation.
  const fault = idFault(value);
  if (fault !== undefined) throw new RequestError(operation.name, name, fault);
  return encode(operation, name, value);
}

function buildQuery(operation: Operation, given: readonly [string, unknown][]): string {
  const pairs = given.flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]).map((item) => encode(operation, name, toText(operation, name, item)));
    const joined = operation.spec.commaSeparated?.includes(name) && values.length > 0 ? [values.join(',')] : values;
    return joined.map((item) => `${encodeURIComponent(name)}=${item}`);
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function toText(operation: Operation, name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  throw new RequestError(operation.name, name, 'must be text, a number or true/false');
}

function encode(operation: Operation, name: string, value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw new RequestError(operation.name, name, 'is not well-formed Unicode');
  }
}

function jsonBody(given: readonly [string, unknown][], array: readonly [string, unknown][]): string | undefined {
  const [whole] = array;
  if (whole !== undefined) return JSON.stringify(whole[1]);
  // fromEntries defines properties, so an input named __proto__ stays an input.
  return given.length === 0 ? undefined : JSON.stringify(Object.fromEntries(given));
}

const formFields = (operation: Operation, given: readonly [string, unknown][]): [string, string][] =>
  given.map(([name, value]) => [name, toText(operation, name, value)]);
