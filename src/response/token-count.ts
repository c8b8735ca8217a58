import { COMMON_WORDS } from './words.js';

/**
 * What a text costs a model at most, in o200k_base tokens, found without a tokenizer: one pass that cuts the text as
 * the tokenizer does (words at a change of case, digits by threes, runs of signs and of space) and charges each piece
 * what random text of its kind costs. Never below the truth for ordinary text.
 */
export const estimateTokens = (text: string): number => Math.ceil(scan(text, Number.POSITIVE_INFINITY).tokens);

/** Whether the text costs at most `most` tokens. No byte costs more than one, and no UTF-16 unit has more than three. */
export const fits = (text: string, most: number): boolean =>
  text.length * 3 <= most || Buffer.byteLength(text) <= most || scan(text, most).end === text.length;

/** The length, in UTF-16 units, of the longest start of `text` that costs at most `most` tokens. Splits no character. */
export const lengthWithin = (text: string, most: number): number => scan(text, most).end;

const SPACE = 0;
const DIGIT = 1;
const SIGN = 2;
const UPPER = 3;
const LOWER = 4;
const OTHER = 5;

const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === 32 || (code >= 9 && code <= 13)) return SPACE;
  if (code >= 48 && code <= 57) return DIGIT;
  if (code >= 65 && code <= 90) return UPPER;
  if (code >= 97 && code <= 122) return LOWER;
  return SIGN;
});

/** OTHER past the end, since NaN is not ASCII. */
function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (KINDS[code] as number) : OTHER;
}

/** Longer runs are charged in parts, so that a text can be cut within them. */
const LONGEST_PIECE = 60;

function scan(text: string, most: number): { tokens: number; end: number } {
  let tokens = 0;
  let at = 0;
  while (at < text.length) {
    const start = at;
    const end = Math.min(text.length, start + LONGEST_PIECE);
    const kind = kindAt(text, at++);
    let cost: number;
    if (kind === OTHER) {
      const pair = isPair(text, start);
      if (pair) at++;
      cost = pair ? pairCost(text.charCodeAt(start)) : unitCost(text.charCodeAt(start));
    } else if (kind >= UPPER) {
      if (kind === UPPER) while (at < end && kindAt(text, at) === UPPER) at++;
      while (at < end && kindAt(text, at) === LOWER) at++;
      cost = wordCost(text, start, at);
    } else {
      while (at < end && kindAt(text, at) === kind) at++;
      const next = kindAt(text, at);
      const length = at - start;
      if (kind === DIGIT) cost = Math.ceil(length / 3);
      else if (kind === SIGN) cost = signsCost(text, start, length, next === UPPER || next === LOWER);
      else cost = spacesCost(text, start, length, next);
    }
    if (tokens + cost > most) return { tokens, end: start };
    tokens += cost;
  }
  return { tokens, end: at };
}

/** A word, or the part of one up to a change of case: `Word`, `WORD`, `word`. */
function wordCost(text: string, start: number, end: number): number {
  const length = end - start;
  if (length < 3) return length === 1 ? 1.1 : 1.6;
  if (length < 13 && COMMON_WORDS.has(text.slice(start, end))) return 1.05;
  let vowels = 0;
  let rare = 0;
  for (let at = start; at < end; at++) {
    const letter = 1 << ((text.charCodeAt(at) & 31) - 1);
    if ((VOWELS & letter) !== 0) vowels++;
    else if ((RARE & letter) !== 0) rare++;
  }
  // Pronounceable words are cheap; anything else is an id, a key or base64.
  if (vowels * 4 >= length && vowels * 3 <= length * 2 && rare * 5 <= length) return 0.8 + 0.43 * length;
  return 0.7 + (vowels * 6 <= length || kindAt(text, end - 1) === UPPER ? 0.66 : 0.56) * length;
}

const letters = (which: string): number => [...which].reduce((set, letter) => set | (1 << (letter.charCodeAt(0) - 97)), 0);
const VOWELS = letters('aeiou');
const RARE = letters('jqvxz');

function spacesCost(text: string, start: number, length: number, next: number): number {
  const beforeWord = next === UPPER || next === LOWER;
  if (length === 1) return beforeWord ? 0.3 : 1;
  const first = text.charCodeAt(start);
  let same = 1;
  while (same < length && text.charCodeAt(start + same) === first) same++;
  return (same === length ? 1 + length / 40 : 1 + length / 2) + (beforeWord ? 0.3 : 1);
}

function signsCost(text: string, start: number, length: number, beforeWord: boolean): number {
  if (length === 1) return beforeWord ? 0.55 : 1;
  const json = isJsonSigns(text, start, length);
  if (json && length <= 3 && text.charCodeAt(start) === QUOTE) return 1.1;
  return json ? 0.4 + 0.55 * length : 0.3 + 0.72 * length;
}

const QUOTE = 34;

/** Whether these are the punctuation between JSON's values. */
function isJsonSigns(text: string, start: number, length: number): boolean {
  for (let at = start; at < start + length; at++) if (!'",:{}[]'.includes(text.charAt(at))) return false;
  return true;
}

const isPair = (text: string, at: number): boolean =>
  (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;

/** By the high surrogate: emoji live in three of them. */
const pairCost = (high: number): number => (high >= 0xd83c && high <= 0xd83e ? 3.1 : 4);

/** Tokens of one character beyond ASCII, by the end of the range it is in. */
const RANGES: readonly (readonly [end: number, cost: number])[] = [
  [0x100, 1.25],
  [0x180, 1.6],
  [0x370, 2],
  [0x460, 1.1],
  [0x5d0, 2],
  [0x5eb, 1.1],
  [0x620, 2],
  [0x64b, 1.1],
  [0x800, 2],
  [0x900, 3],
  [0x980, 1.5],
  [0xe00, 2],
  [0xe80, 1.3],
  [0x2000, 3],
  [0x2070, 2],
  [0x3000, 3],
  [0x3100, 1.5],
  [0x4e00, 3],
  [0x9b00, 2.1],
  [0xa000, 2.9],
  [0xac00, 3],
  [0xd7a4, 2.4],
];

const unitCost = (code: number): number => RANGES.find(([end]) => code < end)?.[1] ?? 3;
