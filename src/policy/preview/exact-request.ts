import type { Operation, Place } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import type { CallList } from '../list-call.js';
import { maskedInput } from './review-inputs.js';

/** The request that will be sent, secrets masked. Its texts are foreign. */
export interface ExactRequest {
  readonly method: string;
  /** With the values of the call in it. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** `undefined` if none is sent. */
  readonly body: unknown;
}

export function exactRequest(operation: Operation, args: Arguments): ExactRequest {
  const at = (...places: Place[]): [string, unknown][] =>
    [...operation.places]
      .filter(([name, place]) => places.includes(place) && args[name] !== undefined)
      .map(([name, place]) => [name, place === 'image' ? '(an image)' : maskedInput(operation, name, args[name])]);
  const inPath = new Map(at('path'));
  const [whole] = at('array-body');
  const fields = at('body', 'image');
  return {
    method: operation.method,
    path: operation.path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => String(inPath.get(name) ?? `{${name}}`)),
    query: Object.fromEntries(at('query')),
    body: whole === undefined ? (fields.length === 0 ? undefined : Object.fromEntries(fields)) : whole[1],
  };
}

/** People read no more than this; in longer lists the ids are shown with the names instead. */
const MOST_REQUESTS = 200;

/** The requests of a list, as many as people read. */
export function exactRequests({ title, items }: CallList): ExactRequest {
  const requests = items.slice(0, MOST_REQUESTS).map(({ operation, args }) => {
    const { method, path, query, body } = exactRequest(operation, args);
    const more = { ...(Object.keys(query).length === 0 ? {} : { query }), ...(body === undefined ? {} : { body }) };
    return Object.keys(more).length === 0 ? `${method} ${path}` : { request: `${method} ${path}`, ...more };
  });
  const rest = items.length - requests.length;
  return {
    method: 'PLAN',
    path: title,
    query: {},
    body: rest === 0 ? requests : [...requests, `and ${rest} more, listed above`],
  };
}
