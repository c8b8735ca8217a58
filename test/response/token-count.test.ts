import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateTokens, fits, lengthWithin } from '../../src/response/token-count.js';
import { COMMON_WORDS } from '../../src/response/words.js';
import { tokens } from './support.js';
import { user } from './users.js';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const SIGNS = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

const between = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => String.fromCodePoint(from + index)).join('');

/** Characters that texts are drawn from, each kind as dear as it gets: at random. */
const ALPHABETS: Readonly<Record<string, string>> = {
  'lower case': LOWER,
  'upper case': UPPER,
  'mixed case': LOWER + UPPER,
  'an id': LOWER + UPPER + DIGITS,
  hex: `${DIGITS}abcdef`,
  base64: `${LOWER + UPPER + DIGITS}+/`,
  base64url: `${LOWER + UPPER + DIGITS}-_`,
  'digits and capitals': UPPER + DIGITS,
  digits: DIGITS,
  signs: SIGNS,
  'all of ASCII': between(32, 127),
  'rare consonants': 'qxzjkvwb',
  'vowels and rare consonants': 'aeiouqxzv',
  "JSON's signs": '",:{}[]',
  "JSON's signs and digits": `",:{}[]${DIGITS}`,
  escapes: '\\"nu0',
  'white space': '\t\n\r ',
  'words apart': ` ${LOWER}`,
  'accented Latin': between(0xc0, 0x100),
  'extended Latin': between(0x100, 0x250),
  Greek: between(0x3b1, 0x3ca),
  Cyrillic: between(0x400, 0x500),
  Hebrew: between(0x5d0, 0x5eb),
  Arabic: between(0x600, 0x700),
  Devanagari: between(0x904, 0x970),
  Tamil: between(0xb80, 0xc00),
  Thai: between(0xe01, 0xe3b),
  Ethiopic: between(0x1200, 0x1380),
  punctuation: between(0x2000, 0x2070),
  symbols: between(0x2190, 0x2400),
  kana: between(0x3041, 0x30fb),
  'Chinese characters': between(0x4e00, 0xa000),
  'rare Chinese characters': between(0x20000, 0x20400),
  Hangul: between(0xac00, 0xd7a4),
  emoji: between(0x1f300, 0x1fb00),
  'mathematical letters': between(0x1d400, 0x1d800),
  'private use': between(0xe000, 0xf900),
  'combining marks': between(0x300, 0x370),
};

const textOf = (alphabet: string, length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((characters) => characters.join(''));

describe('never below the truth', () => {
  it.each(Object.entries(ALPHABETS))('for %s at random', (_, alphabet) => {
    fc.assert(
      fc.property(textOf(alphabet, 1500), (text) => {
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens(text) * 0.98);
      }),
      { numRuns: 5, seed: 42 },
    );
  });

  it('for texts made of several kinds', () => {
    const piece = fc.constantFrom(...Object.values(ALPHABETS)).chain((alphabet) => textOf(alphabet, 40));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 20, maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens(text));
      }),
      { numRuns: 60 },
    );
  });

  it('for JSON of any form', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), { minLength: 30 }), (value) => {
        const text = JSON.stringify(value);
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens(text));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a page', '<!DOCTYPE html>\n<html lang="en">\n  <body class="x-1">\n    <p>Sign in to continue.</p>\n  </body>\n</html>\n'],
    ['English', 'The account was created by an administrator, who then removed it again. '],
    ['Polish', 'Użytkownik Brzęczyszczykiewicz potwierdził swój adres. '],
    ['German', 'Die Größe des Straßenschildes überraschte die Ausflügler. '],
    ['Chinese', '用户的邮箱地址已经验证，可以登录。'],
    ['Korean', '사용자의 이메일 주소가 확인되었습니다. '],
    ['Russian', 'Пользователь подтвердил адрес электронной почты. '],
    ['families of emoji', '👩‍👩‍👧‍👦🏳️‍🌈👍🏽'],
  ])('for %s', (_, sentence) => {
    const text = sentence.repeat(30);
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens(text));
  });
});

it('users cost at most half again what is estimated for them', () => {
  const text = JSON.stringify(Array.from({ length: 30 }, (_, n) => user(n)));
  expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens(text));
  expect(estimateTokens(text)).toBeLessThan(tokens(text) * 1.5);
});

it.each([...COMMON_WORDS])('%s is one token', (word) => {
  expect(tokens(word)).toBe(1);
  expect(tokens(`_${word}`)).toBeLessThanOrEqual(2);
  expect(tokens(`"${word}"`)).toBeLessThanOrEqual(3);
});

it('a text fits where its estimate does, and the start that fits is as long as can be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 400 }), (text, most) => {
      const length = lengthWithin(text, most);
      const start = text.slice(0, length);
      expect(estimateTokens(start)).toBeLessThanOrEqual(most);
      expect(start).not.toMatch(/\p{Cs}$/u);
      if (estimateTokens(text) <= most) expect([length, fits(text, most)]).toEqual([text.length, true]);
      if (fits(text, most)) expect(tokens(text)).toBeLessThanOrEqual(most);
      if (length === text.length) expect(fits(text, most)).toBe(true);
    }),
  );
});
