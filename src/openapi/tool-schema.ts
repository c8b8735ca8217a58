import { plain } from '../platform/plain-text.js';
import { BOUNDS, type Schema } from './schema.js';

/** Names with a meaning of their own in JavaScript. */
const UNSAFE_NAMES = new Set(['__proto__', 'constructor', 'prototype']);
const NAME = /^[A-Za-z_$@][\w$@.:-]{0,63}$/;
/** One short line of visible text. */
const VALUE = /^[^\p{C}\p{Zl}\p{Zp}]{0,100}$/u;
const LONGEST_DESCRIPTION = 80;

/** Why an input cannot be offered. */
export class UnofferableError extends Error {
  override readonly name = 'UnofferableError';
}

/** Whether a property may have this name: a model reads nothing of a document but such names, values and quoted text. */
export const isOfferableName = (name: string): boolean => NAME.test(name) && !UNSAFE_NAMES.has(name);

/** Text of a document for a model: one line, short, in quotes that it cannot close. */
export const quotedText = (text: string, longest: number): string => `"${plain(text, longest).replaceAll('"', "'")}"`;

type Json = Record<string, unknown>;

/**
 * A schema of the document as a model may see it and as zod accepts it: types are added where they can be inferred, and
 * descriptions are quoted and cut, or left out with `bare`.
 * @throws UnofferableError
 */
export function toolSchema(schema: Schema, { bare = false }: { readonly bare?: boolean } = {}): Json {
  const convert = (part: Schema): Json => toolSchema(part, { bare });
  const { type = impliedType(schema), properties, items, anyOf, additionalProperties: more, required = [] } = schema;
  const json: Json = type === undefined ? {} : { type };
  for (const bound of BOUNDS) if (schema[bound] !== undefined) json[bound] = schema[bound];
  if (schema.enum !== undefined) json.enum = schema.enum.map(checkedValue);
  if (properties !== undefined) {
    json.properties = Object.fromEntries(Object.entries(properties).map(([name, part]) => [checkedName(name), convert(part)]));
    if (required.length > 0) json.required = required.filter((name) => Object.hasOwn(properties, name));
  }
  if (items !== undefined) json.items = convert(items);
  if (anyOf !== undefined) json.anyOf = anyOf.map(convert);
  if (typeof more === 'object') json.additionalProperties = convert(more);
  else if (more === false && bare) json.additionalProperties = false;
  if (bare) return json;
  const { description = '', default: preset } = schema;
  if (description.trim() !== '') json.description = quotedText(description, LONGEST_DESCRIPTION);
  if (preset !== undefined && (typeof preset !== 'string' || VALUE.test(preset))) json.default = preset;
  return json;
}

function impliedType({ properties, items }: Schema): Schema['type'] {
  if (properties !== undefined) return 'object';
  return items === undefined ? undefined : 'array';
}

function checkedName(name: string): string {
  if (isOfferableName(name)) return name;
  throw new UnofferableError(`has an input with a name that is none: ${quotedText(name, 40)}`);
}

function checkedValue<T>(value: T): T {
  if (typeof value !== 'string' || VALUE.test(value)) return value;
  throw new UnofferableError(`has an enum with a text in it: ${quotedText(value, 40)}`);
}
