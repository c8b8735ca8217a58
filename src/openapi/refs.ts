import { isRecord } from '../platform/is-record.js';

/** An object about which nothing is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A reference that is not followed. `message` continues the name of what holds it: `refers out of the document`. */
export class RefError extends Error {
  override readonly name = 'RefError';
}

const LONGEST_CHAIN = 20;

/**
 * Follows `$ref` within the document, and any further `$ref` that it leads to. Nothing is ever fetched.
 * @throws RefError
 */
export function resolveRef(root: JsonObject, given: unknown): { readonly value: unknown; readonly refs: readonly string[] } {
  const refs: string[] = [];
  let value = given;
  while (isRecord(value) && Object.hasOwn(value, '$ref')) {
    const ref = value.$ref;
    if (typeof ref !== 'string') throw new RefError('has a $ref that is not a text');
    if (refs.includes(ref) || refs.length === LONGEST_CHAIN) throw new RefError(`refers to itself: ${shown(ref)}`);
    refs.push(ref);
    value = lookUp(root, ref);
  }
  return { value, refs };
}

function lookUp(root: JsonObject, ref: string): unknown {
  if (!ref.startsWith('#/')) throw new RefError(`refers out of the document: ${shown(ref)}`);
  let at: unknown = root;
  for (const step of ref.slice(2).split('/')) {
    const key = unescaped(step);
    const inside = at !== null && typeof at === 'object' && key !== undefined && Object.hasOwn(at, key);
    if (!inside) throw new RefError(`refers to what the document does not have: ${shown(ref)}`);
    at = (at as JsonObject)[key];
  }
  return at;
}

function unescaped(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
}

const shown = (ref: string): string => (ref.length <= 120 ? ref : `${ref.slice(0, 119)}…`);
