/** Longest piece of foreign text in one place, in characters, unless the whole of it is wanted. */
const LONGEST = 80;
/** A value that is longer is shown by its beginning, its end and its length. */
const LONGEST_VALUE = 140;
const VALUE_BEGINNING = 80;
const VALUE_END = 40;
/** More marks on one letter than any script stacks; beyond that they are there to paint over other lines. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;
/** Has nothing to be taken out or replaced. */
const PLAIN_WORDS = /^[\w.-]+(?: [\w.-]+)*$/;
/** Letters that show nothing. */
const BLANK_LETTERS = /[\u115F\u1160\u3164\uFFA0\u2800\u{1D159}]/gu;
/** Control characters, and all that Unicode tells programs not to draw: joiners, fillers, variation selectors, tags. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
/** Invisible characters of which a reader should know. Line breaks and tabs are spaces to a reader. */
const HIDDEN = /(?![\t\n\r])[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
const QUOTES = /["\u201C-\u201F\u00AB\u00BB\u2033\u2036\u275D\u275E\u301D-\u301F\uFF02]/gu;
/** A few words of letters and digits, short enough to be typed. */
const TYPEABLE_NAME = /^(?=.{1,40}$)[\p{L}\p{M}\p{N}]+(?:[ '’_-][\p{L}\p{M}\p{N}]+){0,4}$/u;
/** An id, a number, a date, a host or a path of names: it holds a digit or a mark that no word of a sentence holds. */
const PLAIN_VALUE = /^(?=.*(?:[\d_@:/]|\w\.\w))[\w.@+:/-]{1,60}$/;
const PLAIN_EMAIL = /^[^\s@<>()"',;:\\[\]]{1,64}@[\p{L}\p{N}.-]{1,80}$/u;

/**
 * One line of foreign text: no control or invisible characters, no bidirectional overrides, no line breaks,
 * nothing that a client would make a link or a tag of, at most `longest` characters.
 */
export function plain(text: string, longest = LONGEST): string {
  if (text.length <= longest && PLAIN_WORDS.test(text)) return text;
  const flat = flatten(text.slice(0, longest * 20));
  const characters = [...flat];
  return characters.length <= longest ? flat : `${characters.slice(0, longest - 1).join('')}…`;
}

function flatten(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(BLANK_LETTERS, ' ')
    .replace(INVISIBLE, '')
    .replace(STACKED_MARKS, '$1')
    .replace(/:\/\//g, ': //')
    .replace(/\]\(/g, '] (')
    .replace(/</g, '‹')
    .replace(/>/g, '›')
    .replace(/`/g, "'")
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** A name in quotes, so that no name reads as the sentence around it. */
export const shownName = (name: string): string => quoted(plain(name));

/** An address as it is written, or in quotes where it is none. */
export function shownEmail(address: string): string {
  const text = plain(address, 150);
  return PLAIN_EMAIL.test(text) ? text : quoted(text);
}

/** A value in one line: ids, addresses, numbers and switches as they are, all else in quotes. Long text is cut. */
export const shownValue = (value: unknown): string => show(value, false);

/** The same with every character of a long text. */
export const wholeValue = (value: unknown): string => show(value, true);

function show(value: unknown, whole: boolean): string {
  if (value === undefined) return 'not given';
  if (value === null) return 'none';
  if (typeof value === 'string') return showString(value, whole);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((item) => show(item, whole)).join(', ');
  if (typeof value === 'object') return showString(JSON.stringify(value), whole);
  return String(value);
}

function showString(value: string, whole: boolean): string {
  // Ids and addresses of the web keep their form when nothing else is in them.
  if (PLAIN_VALUE.test(value) || (PLAIN_EMAIL.test(value) && flatten(value) === value)) return value;
  const hidden = value.match(HIDDEN)?.length ?? 0;
  const note = hidden === 0 ? '' : ` (and ${hidden} invisible ${hidden === 1 ? 'character' : 'characters'})`;
  const flat = flatten(value);
  if (whole || flat.length <= LONGEST_VALUE) return quoted(flat) + note;
  const characters = [...flat];
  if (characters.length <= LONGEST_VALUE) return quoted(flat) + note;
  const beginning = quoted(`${characters.slice(0, VALUE_BEGINNING).join('')}…`);
  const end = quoted(`…${characters.slice(-VALUE_END).join('')}`);
  return `${beginning} to ${end} (${[...value].length} characters)${note}`;
}

/**
 * What a person is to type for a text: of an address of the web its host, with foreign letters spelled out.
 * `undefined` for what is too long to be typed, or reads like more than a name.
 */
export function typeable(text: string): string | undefined {
  if (/^https?:/i.test(text) && URL.canParse(text)) return new URL(text).host;
  const shown = plain(text, 150);
  return PLAIN_VALUE.test(shown) || PLAIN_EMAIL.test(shown) || TYPEABLE_NAME.test(shown) ? shown : undefined;
}

/** In quotes that the text itself cannot end. */
export const quoted = (text: string): string => `"${text.replace(QUOTES, "'")}"`;
