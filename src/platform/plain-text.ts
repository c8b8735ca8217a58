/** The longest piece of foreign text in one place, in characters, unless the whole is wanted. */
const LONGEST = 80;
/** A longer value is shown by its beginning, its end and its length. */
const LONGEST_VALUE = 140;
const VALUE_BEGINNING = 80;
const VALUE_END = 40;
/** More marks than any script stacks on one letter; further ones only serve to paint over other lines. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;
/** Text in which nothing needs to be removed or replaced. */
const PLAIN_WORDS = /^[\w.-]+(?: [\w.-]+)*$/;
/** Letters that are invisible. */
const BLANK_LETTERS = /[\u115F\u1160\u3164\uFFA0\u2800\u{1D159}]/gu;
/** Control characters, and characters that by Unicode are not drawn: joiners, fillers, variation selectors, tags. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
/** Invisible characters that a reader should know about. Line breaks and tabs look like spaces. */
const HIDDEN = /(?![\t\n\r])[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
const QUOTES = /["\u201C-\u201F\u00AB\u00BB\u2033\u2036\u275D\u275E\u301D-\u301F\uFF02]/gu;
/** A few words of letters and digits, short enough to type. */
const TYPEABLE_NAME = /^(?=.{1,40}$)[\p{L}\p{M}\p{N}]+(?:[ '’_-][\p{L}\p{M}\p{N}]+){0,4}$/u;
/** An id, a number, a date, a host or a path of names: it holds a digit or a mark that words of a sentence do not. */
const PLAIN_VALUE = /^(?=.*(?:[\d_@:/]|\w\.\w))[\w.@+:/-]{1,60}$/;
const PLAIN_EMAIL = /^[^\s@<>()"',;:\\[\]]{1,64}@[\p{L}\p{N}.-]{1,80}$/u;

/**
 * One line of foreign text: no control or invisible characters, no bidirectional overrides, no line breaks,
 * nothing that a client would turn into a link or a tag, at most `longest` characters.
 */
export function plain(text: string, longest = LONGEST): string {
  if (text.length <= longest && PLAIN_WORDS.test(text)) return text;
  return shortened(flatten(text.slice(0, longest * 20)), longest);
}

/** A text of at most so many characters: the beginning of a longer one. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const characters = [...text];
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
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

/** A name in quotes, so that it cannot read as part of the sentence around it. */
export const shownName = (name: string): string => quoted(plain(name));

/** An address as it is written; anything else in quotes. */
export function shownEmail(address: string): string {
  const text = plain(address, 150);
  return PLAIN_EMAIL.test(text) ? text : quoted(text);
}

/** A value in one line: ids, addresses, numbers and switches as they are, everything else in quotes. Long text is cut. */
export const shownValue = (value: unknown): string => show(value, false);

/** The same, with long text in full. */
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
  // Ids and web addresses keep their form if nothing else is in them.
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
 * What a person has to type for a text: for a web address its host, with non-ASCII letters spelled out.
 * `undefined` if that is too long to type, or reads like more than a name.
 */
export function typeable(text: string): string | undefined {
  if (/^https?:/i.test(text) && URL.canParse(text)) return new URL(text).host;
  const shown = plain(text, 150);
  return PLAIN_VALUE.test(shown) || PLAIN_EMAIL.test(shown) || TYPEABLE_NAME.test(shown) ? shown : undefined;
}

/** Puts a text in quotes that the text itself cannot close. */
export const quoted = (text: string): string => `"${text.replace(QUOTES, "'")}"`;

/** The same text with everything that could play with a terminal, line breaks too, as escapes like those of JSON. */
export const escapeHidden = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );

/** The same of a text of several lines, which stay lines. */
export const escapeHiddenInLines = (text: string): string => text.split('\n').map(escapeHidden).join('\n');
