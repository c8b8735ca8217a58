import { describe, expect, it, vi } from 'vitest';
import { ANSWER_LIMITS, readAnswer } from '../../src/clerk/answer.js';
import { ErrorContext } from '../../src/clerk/error-context.js';
import { excessOf } from '../../src/platform/json-density.js';
import { Scrubber } from '../../src/platform/scrub.js';
import { catalog, KEY, NOW } from '../clerk/support.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const dense = (text: string): boolean => excessOf(Buffer.from(text), ANSWER_LIMITS) !== undefined;

describe('an answer is too dense', () => {
  it.each([
    ['with more values than any page of Clerk has', `[${'0,'.repeat(300_000)}0]`],
    ['with as many names', `{${'"a":1,'.repeat(300_000)}"a":1}`],
    ['with more different names', JSON.stringify(Object.fromEntries(numbers(40_001).map((n) => [`name_${n}`, n])))],
    [
      'with as many, in objects of their own, before spaces',
      `[${numbers(40_001)
        .map((n) => `{"${n}" \n:1}`)
        .join(',')}]`,
    ],
    ['with many numbers that must be kept as they are', `[${'12345678901234567890,'.repeat(28_000)}0]`],
    ['with many fractions', `[${'-1.5e0,'.repeat(28_000)}0]`],
    ['nested deeper than any value of Clerk', '['.repeat(201)],
  ])('%s', (_, text) => {
    expect(dense(text)).toBe(true);
  });

  it.each([
    ['a page of 500 users of 300 values each', `[${`{${'"a":1,'.repeat(300)}"b":1},`.repeat(500)}{}]`],
    ['a long text with commas and brackets', JSON.stringify({ body: '[{,"\\,'.repeat(300_000) })],
    [
      'a page of 500 users with 60 names of their own each',
      `[${numbers(500)
        .map(
          (n) =>
            `{${'"x":1764424800000,'.repeat(200)}${numbers(60)
              .map((k) => `"k${n}_${k}":"${k}"`)
              .join(',')}}`,
        )
        .join(',')}]`,
    ],
    ['as many different texts as values', JSON.stringify(numbers(299_000).map(String))],
    ['many lists beside each other', `[${'[],'.repeat(100_000)}0]`],
    ['no JSON', 'a "b'],
    ['nothing', ''],
  ])('not for %s', (_, text) => {
    expect(dense(text)).toBe(false);
  });

  it.each([200, 422])('and is then not parsed, with status %d', (status) => {
    const parse = vi.spyOn(JSON, 'parse');
    const operation = catalog.get('Users_getUserDetails');
    const scrubber = new Scrubber(KEY);
    const about = new ErrorContext({ operation, attempts: 1, uncertain: false, now: NOW, scrubber, proxy: undefined }, catalog);
    const body = Buffer.from(`{"errors":[${'{},'.repeat(300_000)}{}]}`);
    const read = readAnswer({ kind: 'answered', status, headers: new Map(), body }, about);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(read).toMatchObject({ code: status === 200 ? 'answer_too_large' : 'http_422' });
  });
});
