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

/** An element of an array is, as a rule, worth this many characters. */
const ELEMENT_LENGTH = 16;

/**
 * The value with every string cut to `most` characters, every object to `most` properties and every array to a sixteenth
 * as many elements. Strings as short as an id stay whole unless `most` is very small. A cut string ends in `…[+n]`, where
 * n is the number of characters left out; a cut array has this mark as its last element, a cut object under the key `…`.
 */
export function cutValue(value: unknown, most: number, isWhole: (text: string) => boolean): unknown {
  if (typeof value === 'string') {
    const length = most < LEAST_ELSE ? most : Math.max(most, ID_LENGTH);
    if (value.length <= length + MARK_LENGTH || isWhole(value)) return value;
    const start = startOf(value, length);
    return start + mark(value.length - start.length);
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const count = Math.ceil(most / ELEMENT_LENGTH);
    const elements = value.slice(0, count).map((element) => cutValue(element, most, isWhole));
    return value.length > count ? [...elements, mark(value.length - count)] : elements;
  }
  const entries = Object.entries(value);
  const kept = entries
    .slice(0, most)
    .map(([key, entry]): [string, unknown] => [cutKey(key, most), cutValue(entry, most, isWhole)]);
  if (entries.length > most) kept.push(['…', mark(entries.length - most)]);
  return Object.fromEntries(kept);
}

const cutKey = (key: string, most: number): string =>
  key.length <= most + MARK_LENGTH ? key : startOf(key, most) + mark(key.length - most);

/** A page of text cut to `maxTokens`, with a mark that says how many characters are missing. */
export function cutText(text: string, maxTokens: number): string {
  if (fits(text, maxTokens)) return text;
  const start = text.slice(0, lengthWithin(text, maxTokens - MARK_LENGTH));
  return `${start}\n${mark(text.length - start.length)}`;
}
