import { randomInt } from 'node:crypto';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Limits beyond which a JSON text costs too much to parse. */
export interface DensityLimits {
  readonly values: number;
  /** How deep values may nest. */
  readonly levels: number;
  /** Distinct property names: each is expensive, in whichever object it is, while most texts repeat the same few. */
  readonly names: number;
}

/** A fraction, or a number too long for exact arithmetic, is parsed more than once, and so counts as several values. */
const DIGITS = 15;
const ODD_NUMBER_COUNTS = 10;

/** The rest of a number after its first digit: digits, and the marks of a fraction. */
const DIGIT = 1;
const FRACTION = 2;
const NUMBER_BYTES = new Uint8Array(256);
for (const digit of '0123456789') NUMBER_BYTES[digit.charCodeAt(0)] = DIGIT;
for (const sign of '.eE+-') NUMBER_BYTES[sign.charCodeAt(0)] = FRACTION;

/** A random seed, so that names cannot be chosen to collide. */
const SEED = randomInt(2 ** 32);

/**
 * The limit that a JSON text exceeds, if any. Parsing such a text would keep every other caller waiting for seconds, since
 * ten megabytes can hold millions of values. Takes one pass over the bytes, which need not be valid JSON.
 */
export function excessOf(json: Uint8Array, limits: DensityLimits): string | undefined {
  if (isShort(json, limits)) return undefined;
  const tooMany = `holds more than ${limits.values} values`;
  const names = new Set<number>();
  let values = 1;
  let level = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] as number;
    switch (byte) {
      case QUOTE: {
        const start = at + 1;
        at = endOfString(json, start);
        if (json[at + 1] !== COLON && !isNameBeforeSpace(json, at + 1)) break;
        if (names.add(hashOf(json, start, at)).size > limits.names) return `has more than ${limits.names} different names`;
        break;
      }
      case COMMA:
        if (++values > limits.values) return tooMany;
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++values > limits.values) return tooMany;
        if (++level > limits.levels) return `nests deeper than ${limits.levels} levels`;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        level--;
        break;
      default: {
        if (NUMBER_BYTES[byte] !== DIGIT) break;
        const start = at;
        let kinds = 0;
        while (at + 1 < json.length && NUMBER_BYTES[json[at + 1] as number] !== 0)
          kinds |= NUMBER_BYTES[json[++at] as number] as number;
        if (kinds >= FRACTION || at - start >= DIGITS) values += ODD_NUMBER_COUNTS;
      }
    }
  }
  return values > limits.values ? tooMany : undefined;
}

/**
 * Whether a text is too short to exceed the limits: each value or name takes at least two bytes, and nesting is never deeper
 * than the number of opening brackets. Most texts are, and need not be looked through.
 */
function isShort(json: Uint8Array, { values, levels, names }: DensityLimits): boolean {
  if (json.length > Math.min(values / ODD_NUMBER_COUNTS, names)) return false;
  let opened = 0;
  for (const open of [OPEN_BRACKET, OPEN_BRACE]) {
    for (let at = json.indexOf(open); at !== -1; at = json.indexOf(open, at + 1)) opened++;
  }
  return opened <= levels;
}

/** FNV-1a. */
function hashOf(json: Uint8Array, start: number, end: number): number {
  let hash = SEED;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (json[at] as number), 16_777_619);
  return hash;
}

function isNameBeforeSpace(json: Uint8Array, start: number): boolean {
  let at = start;
  while (json[at] === 0x20 || json[at] === 0x0a || json[at] === 0x0d || json[at] === 0x09) at++;
  return at > start && json[at] === COLON;
}

function endOfString(json: Uint8Array, start: number): number {
  for (let at = start; at < json.length; at++) {
    if (json[at] === BACKSLASH) at++;
    else if (json[at] === QUOTE) return at;
  }
  return json.length;
}
