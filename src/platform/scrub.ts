const HIDDEN = '[secret key]';

/** How much of a key's start is enough to recognize it when the rest is cut off. */
const TELLING_LENGTH = 12;

/** Beyond this length a key is matched by the kind of its characters, not one by one. */
const LONGEST_SPELLED = 200;

/** How many times longer than the line a text may be; a longer one is mostly space, and the rest of it is ignored. */
const LOOSE = 20;

/** A text as a pattern. */
const literally = (text: string): string =>
  text.replace(/[^\w]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * One character as itself, in percent encoding (once or more), as an escape of JSON or JavaScript, or as an HTML entity. Each
 * form begins with a different character and nests no repetition, so that matching takes a single pass.
 */
function spellings(char: string): string {
  const code = char.charCodeAt(0);
  const hex = code.toString(16).padStart(2, '0');
  return `(?:${literally(char)}|%(?:25)*${hex}|(?<!\\\\)\\\\+(?:u00|x|u\\{0*)${hex}\\}?|&(?:amp;)*#(?:0*${code}|x0*${hex});?)`;
}

/** Where a character may be spelled other than by itself. */
const ENCODED = /%[0-9a-f]{2}|\\(?:u00|x|u\{)|&(?:amp;)*#/i;

/**
 * Whether a text may hold a secret in some spelling. The patterns that find it are long, and to compile them takes a good part
 * of a start; nearly every text has neither the secret's own characters nor a place where others could stand for them.
 */
const mayHold = (text: string, itself: RegExp): boolean =>
  itself.test(text) || ((text.includes('%') || text.includes('\\') || text.includes('&')) && ENCODED.test(text));

const spelled = (text: string): string => [...text].map(spellings).join('');

/** The rest of a key, in any spelling. Never a quote, nor a backslash that escapes one. */
const REST = '(?:[\\w.~+/=-]|%[0-9a-f]{2}|\\\\+(?:(?:u00|x)[0-9a-f]{2}|u\\{[0-9a-f]{1,6}\\})|&(?:amp;)*#x?[0-9a-f]{1,6};)*';

/** `text` in base64, for each of its three alignments; only the characters that do not depend on the text around it. */
function base64Of(text: string): string[] {
  return [0, 1, 2].flatMap((lead) => {
    const bytes = Buffer.concat([Buffer.alloc(lead), Buffer.from(text)]);
    const whole = bytes.toString('base64').slice(Math.ceil((lead * 8) / 6), Math.floor((bytes.length * 8) / 6));
    return [...new Set([whole, whole.replaceAll('+', '-').replaceAll('/', '_')])];
  });
}

const base64Forms = (text: string): string[] => base64Of(text).map(literally);

const hexForm = (text: string): string => Buffer.from(text).toString('hex');

const KEY_STARTS = ['sk_live_', 'sk_test_'];

/** Anything that looks like a secret of Clerk's or of ours, wherever it came from. */
const SPELLED_KEY = new RegExp(
  `${spelled('sk_')}(?:${spelled('live')}|${spelled('test')})${spelled('_')}${REST.slice(0, -1)}+`,
  'gi',
);
const KEY_ITSELF = /sk_(?:live|test)_/i;
const SECRET_LIKE = [
  new RegExp(`(?:${KEY_STARTS.flatMap(base64Forms).join('|')})[\\w+/=-]*`, 'g'),
  new RegExp(`(?:${KEY_STARTS.map(hexForm).join('|')})[0-9a-f]*`, 'gi'),
  /(?<![A-Za-z0-9])(?:ak_[A-Za-z0-9]{16}|whsec_[\w+/=-]{8}|cmcp_[\w-]{20})[\w+/=-]*/g,
];

const known = new Map<string, Scrubber>();

/** From now on hides this secret too, besides everything that looks like one. */
export function hideFromNowOn(secret: string): void {
  if (secret !== '' && !known.has(secret)) known.set(secret, new Scrubber(secret));
}

/**
 * The text without any secret that this process knows, or anything that looks like one. For every way out: log, errors, the
 * record, answers to callers. JSON stays well-formed.
 */
export function scrub(text: string): string {
  let clean = text;
  for (const scrubber of known.values()) clean = scrubber.body(clean);
  if (mayHold(clean, KEY_ITSELF)) clean = clean.replace(SPELLED_KEY, HIDDEN);
  for (const pattern of SECRET_LIKE) clean = clean.replace(pattern, HIDDEN);
  return clean;
}

/** Removes one secret key from text that comes from outside. */
export class Scrubber {
  readonly #secret: string;
  readonly #start: string;
  readonly #itself: RegExp;
  readonly #spelled: RegExp;
  readonly #forms: readonly string[];
  readonly #encoded: RegExp;

  constructor(secret: string) {
    this.#secret = secret;
    this.#start = secret.slice(0, Math.max(TELLING_LENGTH, Math.ceil(secret.length / 3)));
    const rest = [...secret.slice(this.#start.length, LONGEST_SPELLED)];
    const more = secret.length > LONGEST_SPELLED ? REST : '';
    const optional = rest.reduceRight((after, char) => `(?:${spellings(char)}${after})?`, more);
    this.#itself = new RegExp(literally(this.#start), 'i');
    this.#spelled = new RegExp(spelled(this.#start) + optional, 'gi');
    const hex = hexForm(this.#start);
    this.#forms = [...base64Of(this.#start), hex, hex.toUpperCase()];
    this.#encoded = new RegExp(`(?:${this.#forms.map(literally).join('|')})[\\w+/=-]*`, 'g');
  }

  /** The text without the key, complete or cut off, however it is spelled or encoded. Keeps JSON well-formed. */
  body(text: string): string {
    const clean = mayHold(text, this.#itself) ? text.replace(this.#spelled, HIDDEN) : text;
    return this.#forms.some((form) => clean.includes(form)) ? clean.replace(this.#encoded, HIDDEN) : clean;
  }

  /** One printable line of at most `most` characters, without the key, any part of it, or anything that looks like a key. */
  line(text: string, most: number): string {
    const hidden = scrub(this.body(this.#begin(text, most)));
    const flat = hidden.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
    if (flat.length <= most) return flat;
    return `${flat.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
  }

  /** As much of the text as matters for a line of this length, not ending within the key. */
  #begin(text: string, most: number): string {
    const enough = most * LOOSE;
    if (text.length <= enough) return text;
    const start = text.slice(0, enough);
    for (let length = Math.min(this.#secret.length, enough); length > 0; length--) {
      if (start.endsWith(this.#secret.slice(0, length))) return start.slice(0, -length);
    }
    return start;
  }
}
