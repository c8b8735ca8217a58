import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, TooDeepError } from '../../../src/policy/confirmation/canonical.js';

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let at = 0; at < depth; at++) value = [value];
  return value;
};

/** The same value with the keys of every object the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('canonicalJson', () => {
  it('does not depend on the order of keys, at any depth', () => {
    expect(canonicalJson({ b: { d: 1, c: [2, { f: 3, e: null }] }, a: 'x' })).toBe(
      '{"a":"x","b":{"c":[2,{"e":null,"f":3}],"d":1}}',
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === canonicalJson(reversed(value))));
  });

  it('is JSON of an equal value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = JSON.stringify(reversed(reversed(one))) === JSON.stringify(reversed(reversed(other)));
        if (canonicalJson(one) === canonicalJson(other))
          expect(JSON.parse(JSON.stringify(one))).toEqual(JSON.parse(JSON.stringify(other)));
        else expect(same).toBe(false);
      }),
    );
  });

  it.each([
    ['a Cyrillic letter', 'user_a', 'user_\u0430'],
    ['a zero-width space', 'user_a', 'user_a\u200B'],
    ['another normal form', '\u00E9', 'e\u0301'],
    ['a full-width letter', 'user_a', 'user_\uFF41'],
    ['number and text', 1, '1'],
    ['null and absent', { a: null }, {}],
    ['the order of a list', [1, 2], [2, 1]],
  ])('tells apart: %s', (_, one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other));
  });

  it('treats an absent and an undefined member alike, as the request does', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }));
  });

  it('keeps a member named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1}}');
  });

  it('refuses what is nested too deeply', () => {
    expect(() => canonicalJson(nested(200))).not.toThrow();
    expect(() => canonicalJson(nested(201))).toThrow(TooDeepError);
    expect(() => canonicalJson(nested(100_000))).toThrow(TooDeepError);
  });
});
