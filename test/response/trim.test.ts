import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Declared, declaredShape } from '../../src/response/declared.js';
import { withoutEmpty } from '../../src/response/empty.js';
import { trimObject } from '../../src/response/trim.js';
import { user } from './users.js';

const LEAF: Declared = { free: false, properties: new Map() };
const FREE: Declared = { free: true, properties: new Map() };
const SHAPE: Declared = {
  free: false,
  properties: new Map([
    ['a', FREE],
    ['b', { free: false, properties: new Map([['a', FREE]]) }],
    ['"\\', FREE],
    ['c', LEAF],
  ]),
};

/** What the slow way makes of it. */
const expected = (json: string, shape: Declared | undefined): string => JSON.stringify(withoutEmpty(JSON.parse(json), shape));

describe('is the object less what is empty', () => {
  test.each([
    ['{}', '{}'],
    ['{"a":1}', '{"a":1}'],
    ['{"x":null}', '{}'],
    ['{"x":null,"y":1}', '{"y":1}'],
    ['{"y":1,"x":null}', '{"y":1}'],
    ['{"y":1,"x":null,"z":""}', '{"y":1}'],
    ['{"w":[],"y":1,"x":{},"z":0}', '{"y":1,"z":0}'],
    ['{"w":[],"x":{},"y":false}', '{"y":false}'],
    ['{"x":{"y":{"z":null}},"w":1}', '{"w":1}'],
    ['{"x":{"y":"\\u0026","z":{"w":null}},"w":{"v":"","u":[null,{"t":null},""]}}', '{"x":{"y":"&"},"w":{"u":[null,{},""]}}'],
    ['{"x":{"y":"","z":{"w":"\\u0026","v":null}}}', '{"x":{"z":{"w":"&"}}}'],
    ['{"a":{"x":null,"y":[[],{}]},"b":{"a":{},"x":null}}', '{"a":{"x":null,"y":[[],{}]}}'],
    ['{"\\"\\\\":{"x":null}}', '{"\\"\\\\":{"x":null}}'],
    ['{"x":"}","y":"]","z":"\\\\","w":","}', '{"x":"}","y":"]","z":"\\\\","w":","}'],
    ['{"__proto__":{"x":null},"y":"\\ud800"}', '{"y":"\\ud800"}'],
  ])('%s', (json, trimmed) => {
    expect(expected(json, SHAPE)).toBe(trimmed);
    expect(trimObject(json, SHAPE)).toEqual({
      text: trimmed,
      changed: trimmed !== JSON.stringify(JSON.parse(json)),
    });
  });

  test('for users', () => {
    const shape = declaredShape('user');
    for (let n = 0; n < 20; n++) {
      const json = JSON.stringify(user(n));
      expect(trimObject(json, shape)?.text).toBe(expected(json, shape));
    }
  });

  test('for any object', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, '', 0, -1, 1.5e300, true, false, 'x', '&"\\\n', '\u2028é😀', '\ud800', '_'),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', '', '"\\', '\n', '__proto__', '1'), tie('value'), {
          noNullPrototype: true,
        }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c', '"\\', 'e'), value, { noNullPrototype: true }),
        fc.boolean(),
        (object, declared) => {
          const json = JSON.stringify(object);
          const shape = declared ? SHAPE : undefined;
          const trimmed = trimObject(json, shape);
          expect(trimmed?.text).toBe(expected(json, shape));
          expect(trimmed?.changed).toBe(trimmed?.text !== json);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

test('numbers stay as they were sent', () => {
  const json = '{"x":123456789012345678901,"y":1.0,"z":-0,"v":1E5,"w":null}';
  expect(trimObject(json, undefined)).toEqual({ text: '{"x":123456789012345678901,"y":1.0,"z":-0,"v":1E5}', changed: true });
});

test.each([
  '[]',
  '"x"',
  '1',
  ' {}',
  '{} ',
  '{ "x":1}',
  '{"x" :1}',
  '{"x": 1}',
  '{"x":1 }',
  '{"x":[1, 2]}',
  '{"x":[1,2 ]}',
  '{"x":[ ]}',
  '{"x":{ }}',
  '{"x":{"y":1}\n}',
])('what it cannot follow is left to others: %j', (json) => {
  expect(JSON.parse(json)).toBeDefined();
  expect(trimObject(json, undefined)).toBeUndefined();
});

test('values nested very deep are left to others', () => {
  const nested = (levels: number): string => `${'{"x":['.repeat(levels)}1${']}'.repeat(levels)}`;
  expect(trimObject(nested(100), undefined)?.text).toBe(nested(100));
  expect(trimObject(nested(50_000), undefined)).toBeUndefined();
});
