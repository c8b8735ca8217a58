const KEY_LIKE = /\bsk_(?:test|live)_[^\s"'<>,;&]*/g;
const HIDDEN = '[secret key]';

/** Enough of a key's start to know it again when the rest was cut off. */
const TELLING_LENGTH = 12;

/** Takes the secret key out of text that comes from outside. */
export class Scrubber {
  readonly #secret: string;
  readonly #start: string;

  constructor(secret: string) {
    this.#secret = secret;
    this.#start = secret.slice(0, Math.max(TELLING_LENGTH, Math.ceil(secret.length / 3)));
  }

  /** The text without the key, whole or cut off. Leaves JSON well-formed, since no key holds a quote. */
  body(text: string): string {
    let out = text;
    for (let at = out.indexOf(this.#start); at !== -1; at = out.indexOf(this.#start, at + HIDDEN.length)) {
      let end = at + this.#start.length;
      while (end < out.length && out[end] === this.#secret[end - at]) end++;
      out = out.slice(0, at) + HIDDEN + out.slice(end);
    }
    return out;
  }

  /** One printable line of at most `most` characters, without the key, a part of it, or anything of its form. */
  line(text: string, most: number): string {
    const hidden = this.body(text).replaceAll(KEY_LIKE, HIDDEN);
    const flat = hidden.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
    if (flat.length <= most) return flat;
    return `${flat.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
  }
}
