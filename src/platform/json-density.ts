import { randomInt } from 'node:crypto';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What a text of JSON may hold before it is too dear to read. */
export interface DensityLimits {
  readonly values: number;
  /** How deep values may nest. */
  readonly levels: number;
  /** Different names of properties: each is dear, in whatever object it stands, and most texts repeat theirs. */
  readonly names: number;
}

/** A number with more digits than are certain to survive, or a fraction, is read more than once; so it counts as several values. */
const DIGITS = 15;
const ODD_NUMBER_COUNTS = 10;

/** What a number goes on with after its first digit: digits, and what makes it a fraction. */
const DIGIT = 1;
const FRACTION = 2;
const NUMBER_BYTES = new Uint8Array(256);
for (const digit of '0123456789') NUMBER_BYTES[digit.charCodeAt(0)] = DIGIT;
for (const sign of '.eE+-') NUMBER_BYTES[sign.charCodeAt(0)] = FRACTION;

/** So that nobody can choose names that count as one. */
const SEED = randomInt(2 ** 32);

/**
 * In what JSON goes beyond the limits, `undefined` where it does not: to read it would keep every other caller waiting for
 * seconds, since ten megabytes hold millions of values. One pass over the bytes, which need not be good JSON.
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
 * Whether a text has too few bytes for the limits to be passed: of values and names none is shorter than two, and no more
 * brackets open than there are. Most texts are, and are not looked through.
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
