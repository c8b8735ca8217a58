import type { Operation, Place } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { maskedInput } from './review-inputs.js';

/** The request that will be sent, secrets masked. Its texts are foreign. */
export interface ExactRequest {
  readonly method: string;
  /** With the values of the call in it. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** `undefined` where none is sent. */
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
