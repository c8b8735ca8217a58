import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactJson } from '../../src/response/exact.js';
import { sent } from './support.js';

const again = (raw: string): string => {
  const { value, write } = exactJson(sent(raw));
  return write(value);
};

describe('a number is written as it was sent', () => {
  it.each([
    '12345678901234567890',
    '-9007199254740993',
    '9007199254740991',
    '1.0',
    '1e21',
    '1E+2',
    '-0',
    '-0.0',
    '0.1000',
    '123456789.123456789123456789',
    '1e400',
    '5e-324',
  ])('%s', (number) => {
    const raw = `{"a":${number},"b":[${number},1,${number}],"c":{"d":${number}}}`;
    expect(again(raw)).toBe(raw);
    expect(again(number)).toBe(JSON.stringify(JSON.parse(number)));
  });
});

it('strings that look like numbers stay strings', () => {
  const raw = JSON.stringify({ a: '12345678901234567890', b: ':1.0,', 'c:1.5': '[1e5', d: '\\":1.0', e: '"', f: ['x\\', 2.5] });
  expect(again(raw)).toBe(raw);
  expect(again(raw.replace('2.5', '2.50'))).toBe(raw.replace('2.5', '2.50'));
});

it('any JSON with any numbers comes out as it went in', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), digits)), (pairs) => {
      const raw = `[${pairs.map(([text, number]) => `{${JSON.stringify(`k${text}`)}:${number},"s":${JSON.stringify(text)}}`).join(',')}]`;
      expect(again(raw)).toBe(raw);
    }),
  );
});

it('without the text as sent, the value stands', () => {
  const { value, write, isNumber } = exactJson({ status: 200, kind: 'json', value: { a: 1.5 }, attempts: 1 });
  expect(write(value)).toBe('{"a":1.5}');
  expect(isNumber('1.5')).toBe(false);
});

it('where no number needs it nothing is marked: the value itself comes back', () => {
  const answer = sent('{"id":"user_1","created_at":1700000000000,"share":0.5,"note":"1.0, 12345678901234567890"}');
  expect(exactJson(answer).value).toBe(answer.value);
});
