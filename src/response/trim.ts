import type { Declared } from './declared.js';

/** A JSON object without what is empty, and as it was sent in everything else. */
export interface Trimmed {
  readonly text: string;
  /** Whether something was left out. */
  readonly changed: boolean;
}

/**
 * What `withoutEmpty` leaves of a JSON object, found on the text itself: nothing is built only to be written again, most
 * of it is copied in a few long pieces, and numbers stay as they were sent.
 *
 * @param json has been parsed, so that it is known to be good JSON
 * @returns undefined for what it cannot follow: no object, space between the values, values nested very deep
 */
export function trimObject(json: string, shape: Declared | undefined): Trimmed | undefined {
  if (json.charCodeAt(0) !== OPEN_BRACE) return undefined;
  const trimmer = new Trimmer(json);
  const isLeft = trimmer.read(0, shape, 0);
  if (trimmer.end !== json.length) return undefined;
  return isLeft ? { text: trimmer.text(), changed: trimmer.changed } : { text: '{}', changed: trimmer.changed };
}

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const LOWER_N = 110;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

const NULL_LENGTH = 4;
const MOST_LEVELS = 500;

/** Where a value ends that cannot be followed. */
const LOST = -1;

/** Goes through the text once. What is to be left out is skipped by whoever holds it, commas and all. */
class Trimmer {
  /** Where the value ends that was read last. */
  end = 0;
  changed = false;
  readonly #json: string;
  readonly #pieces: string[] = [];
  /** What stands before this has been copied or skipped. */
  #from = 0;
  /** The next one from where it was last asked for. */
  #backslash = -1;

  constructor(json: string) {
    this.#json = json;
  }

  text(): string {
    this.#pieces.push(this.#json.slice(this.#from));
    return this.#pieces.join('');
  }

  /** Reads the value that begins here, and answers whether anything is left of it. */
  read(at: number, shape: Declared | undefined, level: number): boolean {
    switch (this.#json.charCodeAt(at)) {
      case QUOTE:
        this.#readString(at);
        return this.end !== at + 2;
      case LOWER_N:
        this.end = at + NULL_LENGTH;
        return false;
      case OPEN_BRACE:
        return level < MOST_LEVELS ? this.#readObject(at, shape, level + 1) : this.#lose();
      case OPEN_BRACKET:
        return level < MOST_LEVELS ? this.#readArray(at, shape, level + 1) : this.#lose();
      default:
        return this.#readWord(at);
    }
  }

  #readObject(start: number, shape: Declared | undefined, level: number): boolean {
    const json = this.#json;
    const keepsAll = shape?.free === true;
    let kept = 0;
    let at = start + 1;
    if (json.charCodeAt(at) === CLOSE_BRACE) {
      this.end = at + 1;
      return false;
    }
    for (;;) {
      const pieces = this.#pieces.length;
      const from = this.#from;
      if (json.charCodeAt(at) !== QUOTE) return this.#lose();
      this.#readString(at);
      const colon = this.end;
      if (json.charCodeAt(colon) !== COLON) return this.#lose();
      const isLeft = this.read(colon + 1, this.#below(shape, at, colon), level);
      const next = json.charCodeAt(this.end);
      if (next !== COMMA && next !== CLOSE_BRACE) return this.#lose();
      if (isLeft || keepsAll) kept++;
      else {
        this.changed = true;
        // What was begun to be copied of it is dropped.
        this.#pieces.length = pieces;
        this.#from = from;
        if (kept > 0) this.#skip(at - 1, this.end);
        else this.#skip(at, next === COMMA ? this.end + 1 : this.end);
      }
      at = this.end + 1;
      if (next === CLOSE_BRACE) break;
    }
    this.end = at;
    return kept > 0;
  }

  /** An array keeps its elements, whatever is left of them. */
  #readArray(start: number, shape: Declared | undefined, level: number): boolean {
    const json = this.#json;
    let at = start + 1;
    if (json.charCodeAt(at) === CLOSE_BRACKET) {
      this.end = at + 1;
      return false;
    }
    for (;;) {
      this.read(at, shape, level);
      const next = json.charCodeAt(this.end);
      if (next !== COMMA && next !== CLOSE_BRACKET) return this.#lose();
      at = this.end + 1;
      if (next === CLOSE_BRACKET) break;
    }
    this.end = at;
    return true;
  }

  /** A number, `true` or `false`. */
  #readWord(at: number): boolean {
    const json = this.#json;
    let end = at;
    for (;;) {
      const code = json.charCodeAt(end);
      if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET) break;
      // NaN past the end.
      if (!(code > SPACE)) return this.#lose();
      end++;
    }
    this.end = end;
    return true;
  }

  /** Escapes are written as JSON.stringify would: some need none, as in `\u0026`. */
  #readString(at: number): void {
    const json = this.#json;
    let end = json.indexOf('"', at + 1);
    if (this.#backslash < at) this.#backslash = nextBackslash(json, at);
    if (end < this.#backslash) {
      this.end = end + 1;
      return;
    }
    for (end = this.#backslash; json.charCodeAt(end) !== QUOTE; end++) if (json.charCodeAt(end) === BACKSLASH) end++;
    this.end = end + 1;
    this.#skip(at, this.end);
    this.#pieces.push(JSON.stringify(JSON.parse(json.slice(at, this.end))));
  }

  /** What is declared of the member whose name stands here. */
  #below(shape: Declared | undefined, at: number, colon: number): Declared | undefined {
    if (shape === undefined || shape.free) return shape;
    const first = this.#json.charCodeAt(colon + 1);
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return undefined;
    const name = this.#json.slice(at, colon);
    return shape.properties.get(name.includes('\\') ? JSON.parse(name) : name.slice(1, -1));
  }

  #skip(start: number, end: number): void {
    if (start > this.#from) this.#pieces.push(this.#json.slice(this.#from, start));
    this.#from = end;
  }

  #lose(): true {
    this.end = LOST;
    return true;
  }
}

function nextBackslash(json: string, from: number): number {
  const at = json.indexOf('\\', from);
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}
