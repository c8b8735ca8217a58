import { type Declared, resourceOf } from '../catalog/declared-answer.js';
import { isSecretName } from '../catalog/secret-names.js';
import { isSecretText } from '../policy/secrets/secret-text.js';
import { isPlainText, MORE_THAN_A_WORD } from '../response/user-text.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What JSON has only between values, or not at all. */
const CONTROL = /[^ -\uffff]/;
/** Where an object of the API's names its kind. */
const KIND = /^\{(?:"id":"[\w-]*",)?"object":"(\w+)"/;
const ODD_NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: Readonly<Record<number, string>> = { 116: 'true', 102: 'false', 110: 'null' };

/** Longer answers gain less, and are cut more often. */
const LONGEST = 100_000;
const DEEPEST = 20;

/** The answer without its empty properties. */
export interface Trimmed {
  readonly text: string;
  /** Whether anything was left out. */
  readonly isShorter: boolean;
}

/**
 * What a read of a single object shows by default, made of the answer's text in one pass: without the properties that
 * are empty, and otherwise as it came. Most answers need no more, and parsing, covering, trimming and writing them costs
 * several times as much.
 *
 * Undefined for whatever is not certain to be shown so: a list, a secret or what may be one, text that may be written for
 * a model, characters that cannot be seen, escapes, spacing, a name that counts as an index, or what is not JSON.
 */
export function quickTrim(json: string, request: string): Trimmed | undefined {
  if (json.length > LONGEST || json.charCodeAt(0) !== OPEN_BRACE || json.includes('\\')) return undefined;
  const kind = KIND.exec(json)?.[1];
  if (kind === undefined && json.includes('"object":')) return undefined;
  const resource = resourceOf({ object: kind }, request);
  const trim = new Trim(json, kind);
  const end = trim.object(0, { shape: resource?.shape, isFree: false, depth: 0 });
  if (end !== json.length || trim.kept === 0 || (trim.kept === 1 && trim.keptKind)) return undefined;
  return { text: trim.end(end), isShorter: trim.isShorter };
}

/** Whether a piece of text is what it looks like. Most are a single word, which takes one look. */
const isShownAsItIs = (text: string): boolean => !MORE_THAN_A_WORD.test(text) || (!CONTROL.test(text) && isPlainText(text));

/** A property that is declared, and the one that came after it when last seen: the API sends them in the same order. */
interface Known {
  /** `"first_name":` */
  readonly text: string;
  readonly declared: Declared;
  next: Known | undefined;
}

/** By their shapes, the properties by name; under the empty name the one that came first. */
const knownOf = new WeakMap<Declared, Map<string, Known>>();

function knownBelow(shape: Declared): Map<string, Known> {
  let known = knownOf.get(shape);
  if (known === undefined) {
    known = new Map([...shape.properties].map(([key, declared]) => [key, { text: `"${key}":`, declared, next: undefined }]));
    known.set(FIRST, { text: FIRST, declared: shape, next: undefined });
    knownOf.set(shape, known);
  }
  return known;
}

const KIND_TEXT = '"object":';

/** No property has this name: it is not in JSON that was read here. */
const FIRST = '\\';

/** What is known of the place of a value. */
interface Place {
  readonly shape: Declared | undefined;
  /** Whether it stays as its owner wrote it. */
  readonly isFree: boolean;
  readonly depth: number;
}

/** No position: the text is left to the thorough way. */
const LEFT = -1;

class Trim {
  isShorter = false;
  /** How many properties of the object read last are left, and whether its kind is one of them. */
  kept = 0;
  keptKind = false;
  readonly #json: string;
  readonly #kind: string | undefined;
  /** What is certain, and where the rest of it begins. */
  #out = '';
  #from = 0;
  #isEmpty = false;

  constructor(json: string, kind: string | undefined) {
    this.#json = json;
    this.#kind = kind;
  }

  end(at: number): string {
    return this.#out + this.#json.slice(this.#from, at);
  }

  /** @returns where the object at `at` ends; `LEFT` if it is not certain how it is shown */
  object(at: number, place: Place): number {
    const json = this.#json;
    let next = at + 1;
    let kept = 0;
    let keptKind = false;
    let isKind = false;
    const known = place.shape === undefined ? undefined : knownBelow(place.shape);
    let before = known?.get(FIRST);
    if (json.charCodeAt(next) === CLOSE_BRACE) next++;
    else {
      for (;;) {
        const start = next;
        const out = this.#out;
        const from = this.#from;
        const guess = before?.next;
        if (guess !== undefined && json.startsWith(guess.text, start)) {
          before = guess;
          isKind = guess.text === KIND_TEXT;
          next = this.#declaredMember(guess.declared, start + guess.text.length, isKind && place.depth === 0, place.depth);
        } else {
          if (json.charCodeAt(start) !== QUOTE) return LEFT;
          const close = json.indexOf('"', start + 1);
          if (close === -1 || json.charCodeAt(close + 1) !== COLON) return LEFT;
          const key = json.slice(start + 1, close);
          isKind = key === 'object';
          const found = known?.get(key);
          if (found !== undefined && before !== undefined) before.next = found;
          before = found ?? before;
          next = this.#member(key, close + 2, place);
        }
        if (next === LEFT) return LEFT;
        const sign = json.charCodeAt(next);
        if (sign !== COMMA && sign !== CLOSE_BRACE) return LEFT;
        if (this.#isEmpty && !place.isFree) {
          this.isShorter = true;
          // The comma before it goes with it, or the one after it where it is the first that is left.
          this.#out = out + json.slice(from, kept === 0 ? start : start - 1);
          this.#from = kept === 0 && sign === COMMA ? next + 1 : next;
        } else {
          kept++;
          keptKind ||= isKind;
        }
        next++;
        if (sign === CLOSE_BRACE) break;
      }
    }
    this.kept = kept;
    this.keptKind = keptKind;
    this.#isEmpty = place.isFree ? next === at + 2 : kept === 0;
    return next;
  }

  #member(key: string, at: number, { shape, isFree, depth }: Place): number {
    const first = key.charCodeAt(0);
    // Such names come first once an object is parsed, and the note takes the place of the other.
    if ((first >= ZERO && first <= NINE) || key === '_' || key === '__proto__') return LEFT;
    if (depth === 0 && ((key === 'object' && !this.#isOfKind(at)) || key === 'total_count')) return LEFT;
    if (isFree) return isShownAsItIs(key) ? this.#free(at, depth + 1) : LEFT;
    const declared = shape?.properties.get(key);
    return declared === undefined ? this.#undeclared(key, at, depth + 1) : this.#declaredMember(declared, at, false, depth);
  }

  /** @param isKind whether it has to name the kind that was read first */
  #declaredMember(declared: Declared, at: number, isKind: boolean, depth: number): number {
    if (isKind && !this.#isOfKind(at)) return LEFT;
    if (declared.secret !== undefined) return this.#nothing(at);
    return declared.free ? this.#free(at, depth + 1) : this.#value(at, declared, depth + 1);
  }

  #isOfKind(at: number): boolean {
    return this.#json.startsWith(`"${this.#kind}"`, at);
  }

  /** A value that is declared, and neither secret nor of any form. */
  #value(at: number, declared: Declared, depth: number): number {
    switch (this.#json.charCodeAt(at)) {
      case OPEN_BRACE:
        return depth > DEEPEST || declared.properties.size === 0
          ? LEFT
          : this.object(at, { shape: declared, isFree: false, depth });
      case OPEN_BRACKET:
        return this.#list(at, (item) => this.#value(item, declared, depth));
      default:
        return this.#plain(at);
    }
  }

  /** What owners wrote themselves. */
  #free(at: number, depth: number): number {
    if (depth > DEEPEST) return LEFT;
    switch (this.#json.charCodeAt(at)) {
      case OPEN_BRACE:
        return this.object(at, { shape: undefined, isFree: true, depth });
      case OPEN_BRACKET:
        return this.#list(at, (item) => this.#free(item, depth + 1));
      default:
        return this.#plain(at);
    }
  }

  /** What no resource declares: shown where it is no secret by its name or its form. */
  #undeclared(key: string, at: number, depth: number): number {
    if (!isShownAsItIs(key)) return LEFT;
    if (isSecretName(key)) return this.#nothing(at);
    return this.#undeclaredValue(at, depth);
  }

  #undeclaredValue(at: number, depth: number): number {
    const sign = this.#json.charCodeAt(at);
    if (sign === OPEN_BRACKET) return depth > DEEPEST ? LEFT : this.#list(at, (item) => this.#undeclaredValue(item, depth + 1));
    // Which secrets are in it depends on what it is.
    if (sign === OPEN_BRACE) return this.#json.charCodeAt(at + 1) === CLOSE_BRACE ? this.object(at, EMPTY) : LEFT;
    const end = this.#plain(at);
    if (sign === QUOTE && end !== LEFT && isSecretText(this.#json.slice(at + 1, end - 1))) return LEFT;
    return end;
  }

  /** In the place of a secret: nothing that could be one. */
  #nothing(at: number): number {
    const end = this.#plain(at);
    return end !== LEFT && (this.#isEmpty || this.#json.startsWith('true', at) || this.#json.startsWith('false', at))
      ? end
      : LEFT;
  }

  #list(at: number, item: (at: number) => number): number {
    const json = this.#json;
    let next = at + 1;
    if (json.charCodeAt(next) === CLOSE_BRACKET) {
      this.#isEmpty = true;
      return next + 1;
    }
    for (;;) {
      next = item(next);
      if (next === LEFT) return LEFT;
      const sign = json.charCodeAt(next++);
      if (sign === CLOSE_BRACKET) break;
      if (sign !== COMMA) return LEFT;
    }
    this.#isEmpty = false;
    return next;
  }

  /** Text, a number or a literal. */
  #plain(at: number): number {
    const json = this.#json;
    const sign = json.charCodeAt(at);
    this.#isEmpty = false;
    if (sign === QUOTE) {
      const close = json.indexOf('"', at + 1);
      if (close === -1) return LEFT;
      this.#isEmpty = close === at + 1;
      return isShownAsItIs(json.slice(at + 1, close)) ? close + 1 : LEFT;
    }
    if ((sign >= ZERO && sign <= NINE) || sign === MINUS) {
      ODD_NUMBER.lastIndex = at;
      return ODD_NUMBER.test(json) ? ODD_NUMBER.lastIndex : LEFT;
    }
    const literal = LITERALS[sign];
    if (literal === undefined || !json.startsWith(literal, at)) return LEFT;
    this.#isEmpty = literal === 'null';
    return at + literal.length;
  }
}

const EMPTY: Place = { shape: undefined, isFree: false, depth: 0 };
