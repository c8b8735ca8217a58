import { describe, expect, it } from 'vitest';
import { readWhere, WhereFault } from '../../../src/jobs/scan/where.js';

const user = {
  id: 'user_1',
  banned: false,
  first_name: 'Ada',
  last_sign_in_at: null,
  created_at: Date.parse('2026-03-05T10:00:00Z'),
  email_addresses: [{ email_address: 'ada@example.com' }, { email_address: 'ada@home.example.org' }],
  public_metadata: { plan: 'pro', seats: 12 },
};

describe('a query in MongoDB’s language', () => {
  it.each([
    [{}, true],
    [{ banned: false }, true],
    [{ 'public_metadata.plan': { $in: ['pro', 'team'] } }, true],
    [{ 'public_metadata.seats': { $gt: 10, $lte: 12 } }, true],
    [{ last_sign_in_at: null }, true],
    [{ last_sign_in_at: { $exists: true } }, true],
    [{ phone: { $exists: false } }, true],
    [{ email_addresses: { $size: 2 } }, true],
    [{ email_addresses: { $elemMatch: { email_address: 'ada@home.example.org' } } }, true],
    [{ 'email_addresses.email_address': { $regex: '@home\\.' } }, true],
    [{ first_name: { $regex: '^ADA$', $options: 'i' } }, true],
    [{ first_name: { $not: { $regex: '^B' } } }, true],
    [{ $or: [{ banned: true }, { first_name: 'Ada' }] }, true],
    [{ $nor: [{ banned: true }] }, true],
    [{ created_at: { $gte: '2026-03-05', $lt: '2026-03-06' } }, true],
    [{ created_at: { $gte: '2026-03-05T11:00:00+02:00' } }, true],
    [{ created_at: { $gt: '+1d' } }, false],
    [{ first_name: { $gt: 'A', $lt: 'B' } }, true],
    [{ banned: true }, false],
    [{ 'public_metadata.plan': { $nin: ['pro'] } }, false],
  ])('%j: %s', (query, expected) => {
    expect(readWhere(query)(user)).toBe(expected);
  });
});

describe('a hostile query', () => {
  const nested = (depth: number): object => (depth === 0 ? { a: 1 } : { $not: nested(depth - 1) });
  it.each([
    ['code', { $where: 'return true' }, 'no such operator'],
    ['code in a condition', { a: { $where: 'process.exit(1)' } }, 'no such operator'],
    ['code deeper down', { $or: [{ $and: [{ a: { $elemMatch: { $where: '1' } } }] }] }, 'no such operator'],
    ['an operator that MongoDB has and this has not', { $expr: { $gt: ['$a', 1] } }, 'no such operator'],
    ['the prototype', { 'a.__proto__.b': 1 }, 'is not a path'],
    ['a constructor', { constructor: { name: 'x' } }, 'is not a path'],
    ['depth', nested(30), 'nests more than'],
    ['breadth', { $or: Array.from({ length: 200 }, (_, nth) => ({ a: nth })) }, 'conditions'],
    ['many values', { a: { $in: Array.from({ length: 2_000 }, (_, nth) => nth) } }, 'values'],
    ['a long path', { [Array(150).fill('a').join('.')]: 1 }, 'is not a path'],
    ['many patterns', { $or: Array.from({ length: 9 }, () => ({ a: { $regex: 'x' } })) }, 'patterns'],
    ['a long pattern', { a: { $regex: 'x'.repeat(400) } }, 'longer than'],
    ['a large pattern', { a: { $regex: '(?:a{0,100}){0,10}c' } }, 'too large'],
    ['what is no pattern', { a: { $regex: '(' } }, 'missing closing'],
    ['a pattern that looks back', { a: { $regex: '(?<=a)b' } }, 'parsing'],
    ['a pattern as an object', { a: { $regex: {} } }, 'expected a pattern'],
    ['unknown flags', { a: { $regex: 'a', $options: 'x' } }, '$options'],
    ['an operator without its list', { $or: {} }, 'expected a list'],
    ['nothing to choose from', { $or: [] }, 'nonempty'],
    ['half a $mod', { a: { $mod: [2] } }, 'divisor'],
    ['seconds for a moment', { created_at: { $gte: 1_772_000_000 } }, '1772000000000 milliseconds (2026-02-25T06:13:20.000Z)'],
    ['operators beside properties', { a: { $gt: 1, b: 2 } }, 'must contain only operations'],
  ])('with %s is refused', (_, query, says) => {
    expect(() => readWhere(query)).toThrow(WhereFault);
    expect(() => readWhere(query)).toThrow(says);
  });

  it('cannot make a pattern go back over the text: each character is looked at once', () => {
    const test = readWhere({ a: { $regex: '^(a+)+$' } });
    expect(test({ a: `${'a'.repeat(900)}!` })).toBe(false);
    expect(test({ a: 'a'.repeat(900) })).toBe(true);
  });

  it('sees no property that an item does not have itself', () => {
    expect(readWhere({ 'a.length': { $exists: true } })({ a: {} })).toBe(false);
    expect(readWhere({ toString: { $exists: true } })({})).toBe(false);
  });
});
