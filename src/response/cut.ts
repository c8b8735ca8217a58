import { put } from './put.js';
import { fits, lengthWithin } from './token-count.js';

/** Roughly what a mark costs. Cutting a value no longer than this saves nothing. */
const MARK_LENGTH = 16;

const mark = (missing: number): string => `…[+${missing}]`;

/** The start of `text` that ends at a whole character, at most `length` UTF-16 units. */
function startOf(text: string, length: number): string {
  const splits = length > 0 && (text.charCodeAt(length - 1) & 0xfc00) === 0xd800 && length < text.length;
  return text.slice(0, splits ? length - 1 : length);
}

/** A cut id is useless, so texts of this length are kept as long as something else can be left out. */
const ID_LENGTH = 40;
const LEAST_ELSE = 4;

/** An element of an array is, as a rule, worth this many characters, and a property no fewer than this. */
const ELEMENT_LENGTH = 16;
const PROPERTY_LENGTH = 4;

/**
 * Cuts one value to several lengths. `cut(most)` has every string cut to `most` characters, every object to a quarter as
 * many properties and every array to a sixteenth as many elements. Strings as short as an id stay whole unless `most` is
 * very small. A cut string ends in `…[+n]`, where n is the number of characters left out; a cut array has this mark as
 * its last element, a cut object under the key `…`.
 *
 * @param isWhole whether a string must never be cut
 */
export function cutter(value: unknown, isWhole: (text: string) => boolean = () => false): (most: number) => unknown {
  // Listing the names of a very large object takes longer than cutting it, so it is done once.
  const names = new Map<object, readonly string[]>();
  const namesOf = (object: object): readonly string[] => {
    const known = names.get(object) ?? Object.keys(object);
    names.set(object, known);
    return known;
  };
  const cut = (part: unknown, most: number): unknown => {
    if (typeof part === 'string') return isWhole(part) ? part : cutString(part, most);
    if (part === null || typeof part !== 'object') return part;
    if (Array.isArray(part)) {
      const count = Math.ceil(most / ELEMENT_LENGTH);
      const elements = part.slice(0, count).map((element) => cut(element, most));
      return part.length > count ? [...elements, mark(part.length - count)] : elements;
    }
    const count = Math.ceil(most / PROPERTY_LENGTH);
    const all = namesOf(part);
    const kept: Record<string, unknown> = {};
    for (const name of all.slice(0, count)) put(kept, cutKey(name, most), cut((part as Record<string, unknown>)[name], most));
    if (all.length > count) put(kept, '…', mark(all.length - count));
    return kept;
  };
  return (most) => cut(value, most);
}

function cutString(text: string, most: number): string {
  const length = most < LEAST_ELSE ? most : Math.max(most, ID_LENGTH);
  if (text.length <= length + MARK_LENGTH) return text;
  const start = startOf(text, length);
  return start + mark(text.length - start.length);
}

const cutKey = (key: string, most: number): string =>
  key.length <= most + MARK_LENGTH ? key : startOf(key, most) + mark(key.length - most);

/** A page of text cut to `maxTokens`, with a mark that says how many characters are missing. */
export function cutText(text: string, maxTokens: number): string {
  if (fits(text, maxTokens)) return text;
  const start = text.slice(0, lengthWithin(text, maxTokens - MARK_LENGTH));
  return `${start}\n${mark(text.length - start.length)}`;
}
