import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Selection } from '../../src/response/selection.js';

const pick = (item: unknown, ...paths: string[]): unknown => new Selection(paths).pick(item);

const ITEM = {
  id: 'user_1',
  email_addresses: [
    { id: 'idn_1', email_address: 'ada@example.com', verification: { status: 'verified' } },
    { id: 'idn_2', email_address: 'ada@example.org', verification: null },
  ],
  phone_numbers: [],
  public_metadata: { plan: 'pro', 'app.role': 'admin', app: 1, tags: ['a', 'b'] },
  external_id: null,
};

describe('picks', () => {
  it.each<[string, string[], unknown]>([
    ['a property', ['id'], { id: 'user_1' }],
    ['null as null', ['external_id'], { external_id: null }],
    ['through an array', ['email_addresses.id'], { email_addresses: [{ id: 'idn_1' }, { id: 'idn_2' }] }],
    [
      'through null',
      ['email_addresses.verification.status'],
      { email_addresses: [{ verification: { status: 'verified' } }, { verification: null }] },
    ],
    ['two of one object', ['public_metadata.plan', 'public_metadata.app'], { public_metadata: { plan: 'pro', app: 1 } }],
    [
      'a whole object although a part is named too',
      ['public_metadata', 'public_metadata.plan'],
      { public_metadata: ITEM.public_metadata },
    ],
    ['a key with a dot', ['public_metadata.app.role'], { public_metadata: {} }],
    ['nothing below a string', ['id.x'], {}],
    ['an array of strings', ['public_metadata.tags'], { public_metadata: { tags: ['a', 'b'] } }],
    ['nothing below an array of strings', ['public_metadata.tags.x'], { public_metadata: { tags: [] } }],
    ['an empty array', ['phone_numbers.phone_number'], { phone_numbers: [] }],
    ['in the order of the paths', ['external_id', 'id'], { external_id: null, id: 'user_1' }],
  ])('%s', (_, paths, expected) => {
    expect(JSON.stringify(pick(ITEM, ...paths))).toBe(JSON.stringify(expected));
  });

  it('a key with dots where its first part is no key itself', () => {
    const item = { public_metadata: { 'app.role': 'admin', 'app.team.lead': true } };
    expect(pick(item, 'public_metadata.app.role', 'public_metadata.app.team.lead')).toEqual(item);
  });

  it('__proto__ as any other key', () => {
    const item = JSON.parse('{"a":{"__proto__":{"x":1},"b":2}}');
    expect(JSON.stringify(pick(item, 'a.__proto__.x'))).toBe('{"a":{"__proto__":{"x":1}}}');
    expect(JSON.stringify(pick({}, '__proto__', 'constructor.name', 'toString'))).toBe('{}');
  });
});

it('tells which paths some item had, and which lay below null or nothing', () => {
  const selection = new Selection([
    'id',
    'x',
    'phone_numbers.phone_number',
    'external_id.y',
    'public_metadata',
    'public_metadata.plan',
  ]);
  selection.pick({ x: 1 });
  selection.pick(ITEM);
  expect(['id', 'x', 'public_metadata', 'public_metadata.plan'].filter((path) => !selection.met(path))).toEqual([]);
  expect(['phone_numbers.phone_number', 'external_id.y'].filter((path) => selection.met(path))).toEqual([]);
  expect(['phone_numbers.phone_number', 'external_id.y'].filter((path) => selection.blocked(path))).toHaveLength(2);
  expect(selection.blocked('public_metadata.plan')).toBe(false);
});

/** Every leaf of a JSON value with the keys that lead to it, array positions left out. */
function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (value === null || typeof value !== 'object') return [JSON.stringify([path, value])];
  const below = Array.isArray(value)
    ? value.flatMap((element) => leaves(element, path))
    : Object.entries(value).flatMap(([key, entry]) => leaves(entry, [...path, key]));
  return below;
}

it('what is picked is a part of what was there, unchanged', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'a.b');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 0 }), tie('object'), tie('array')),
    object: fc.dictionary(key, tie('value'), { noNullPrototype: true }),
    array: fc.array(tie('value'), { maxLength: 4 }),
  }));
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), { minLength: 1, maxLength: 4 })
    .map((keys) => keys.join('.'));
  fc.assert(
    fc.property(value, fc.array(path, { minLength: 1, maxLength: 5 }), (item, paths) => {
      const given = JSON.stringify(item);
      const picked = pick(item, ...paths);
      expect(JSON.stringify(item)).toBe(given);
      const there = new Set(leaves(JSON.parse(given)));
      expect(leaves(picked ?? null).filter((leaf) => leaf !== '[[],null]' && !there.has(leaf))).toEqual([]);
    }),
  );
});
