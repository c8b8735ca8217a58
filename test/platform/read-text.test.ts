import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, formOf, type TextForm } from '../../src/platform/read-text.js';

const FORMS: readonly TextForm[] = [
  { encoding: 'utf-8', isMarked: false },
  { encoding: 'utf-8', isMarked: true },
  { encoding: 'utf-16le', isMarked: true },
  { encoding: 'utf-16be', isMarked: true },
];

describe('the text of a file', () => {
  it.each(FORMS)('is the same in $encoding, marked: $isMarked, and can be written that way again', (form) => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0') && !each.startsWith('\uFEFF'));
    fc.assert(
      fc.property(text, (given) => {
        const bytes = encodeText(given, form);
        expect(decodeText(bytes)).toBe(given);
        expect(formOf(bytes)).toEqual(form);
      }),
    );
  });

  it.each([
    ['UTF-16 without a mark', Buffer.from('{"tokens": []}', 'utf16le'), 'NUL characters'],
    ['Latin-1', Buffer.from([0x7b, 0xe9, 0x7d]), 'no UTF-8 text'],
    ['half of UTF-16', Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'no UTF-16 text'],
  ])('is refused in %s', (_, bytes, problem) => {
    expect(() => decodeText(bytes)).toThrow(problem);
  });
});
