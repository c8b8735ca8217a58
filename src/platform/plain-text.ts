/** Longest piece of foreign text that a dialog shows, in characters. */
const LONGEST = 80;
const MOST_ITEMS = 3;
/** More marks on one letter than any script stacks; beyond that they are there to paint over other lines. */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;
/** Letters that show nothing. */
const BLANK_LETTERS = /[\u115F\u1160\u3164\uFFA0\u2800]/gu;
const QUOTES = /["\u201C-\u201F\u00AB\u00BB\u2033\u2036\u275D\u275E\u301D-\u301F\uFF02]/gu;
/** A few words of letters and digits: no punctuation with which a sentence or another field could be faked. */
const PLAIN_NAME = /^[\p{L}\p{M}\p{N}]+\.?(?:[ '’_-][\p{L}\p{M}\p{N}]+\.?){0,4}$/u;
const PLAIN_VALUE = /^[\w.@+:/-]+$/;
const PLAIN_TOKEN = /^\+?[\w.-]+$/;
const PLAIN_EMAIL = /^[^\s@<>()"',;:\\[\]]+@[\p{L}\p{N}.-]+$/u;

/**
 * One line of foreign text: no control or invisible characters, no bidirectional overrides, no line breaks,
 * nothing that a client would make a link or a tag of, at most `longest` characters.
 */
export function plain(text: string, longest = LONGEST): string {
  const flat = text
    .slice(0, longest * 20)
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(BLANK_LETTERS, ' ')
    .replace(/\p{C}/gu, '')
    .replace(STACKED_MARKS, '$1')
    .replace(/:\/\//g, ': //')
    .replace(/\]\(/g, '] (')
    .replace(/</g, '‹')
    .replace(/>/g, '›')
    .replace(/`/g, "'")
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = [...flat];
  return characters.length <= longest ? flat : `${characters.slice(0, longest - 1).join('')}…`;
}

/** A name as people read it, in quotes unless it is so plain that it cannot be taken for anything else. */
export function shownName(name: string): string {
  const text = plain(name);
  return PLAIN_NAME.test(text) || PLAIN_TOKEN.test(text) ? text : quoted(text);
}

/** An address as it is written, or in quotes where it is none. */
export function shownEmail(address: string): string {
  const text = plain(address);
  return PLAIN_EMAIL.test(text) ? text : quoted(text);
}

/** An argument's value in a few words. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'not given';
  if (value === null) return 'none';
  if (typeof value === 'string') return shownString(value);
  if (Array.isArray(value)) return shownList(value);
  if (typeof value === 'object') return quoted(plain(JSON.stringify(value)));
  return String(value);
}

/** What a person is to type for a text: of an address of the web its host, with foreign letters spelled out. */
export function typeable(text: string): string {
  if (/^https?:/i.test(text) && URL.canParse(text)) return new URL(text).host;
  return plain(text);
}

function shownString(value: string): string {
  // Addresses of the web keep their form when nothing else is in them.
  if (PLAIN_VALUE.test(value) && value.length <= LONGEST) return value;
  return quoted(plain(value));
}

function shownList(list: readonly unknown[]): string {
  if (list.length === 0) return 'none';
  const shown = list.slice(0, MOST_ITEMS).map(shownValue).join(', ');
  return list.length > MOST_ITEMS ? `${shown} and ${list.length - MOST_ITEMS} more` : shown;
}

const quoted = (text: string): string => `"${text.replace(QUOTES, "'")}"`;
