const KEY_LIKE = /\bsk_(?:test|live)_[^\s"'<>,;&]*/g;
const HIDDEN = '[secret key]';

/** How much of a key's start is enough to recognize it when the rest is cut off. */
const TELLING_LENGTH = 12;

/** How much longer than the line a text may be before most of it was space: what follows is not looked at. */
const LOOSE = 20;

/** Takes the secret key out of text that comes from outside. */
export class Scrubber {
  readonly #secret: string;
  readonly #start: string;

  constructor(secret: string) {
    this.#secret = secret;
    this.#start = secret.slice(0, Math.max(TELLING_LENGTH, Math.ceil(secret.length / 3)));
  }

  /** The text without the key, complete or cut off. Keeps JSON well-formed, since no key contains a quote. */
  body(text: string): string {
    let at = text.indexOf(this.#start);
    if (at === -1) return text;
    const parts: string[] = [];
    let from = 0;
    for (; at !== -1; at = text.indexOf(this.#start, from)) {
      parts.push(text.slice(from, at), HIDDEN);
      from = at + this.#start.length;
      while (from < text.length && text[from] === this.#secret[from - at]) from++;
    }
    parts.push(text.slice(from));
    return parts.join('');
  }

  /** One printable line of at most `most` characters, without the key, any part of it, or anything that looks like a key. */
  line(text: string, most: number): string {
    const hidden = this.body(this.#begin(text, most)).replaceAll(KEY_LIKE, HIDDEN);
    const flat = hidden.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
    if (flat.length <= most) return flat;
    return `${flat.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
  }

  /** As much of the text as can matter for so long a line, which does not end in a part of the key. */
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
