import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Declared } from '../../src/catalog/declared-answer.js';
import { isEmpty, withoutEmpty } from '../../src/response/empty.js';
import { getUser, sent, shape as shapedText } from './support.js';

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

const trimmed = (json: string, shape: Declared | undefined): string => JSON.stringify(withoutEmpty(JSON.parse(json), shape));

describe('an object loses what is empty', () => {
  it.each([
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
  ])('%s', (json, left) => {
    expect(trimmed(json, SHAPE)).toBe(left);
  });

  it('leaves nothing empty in any object but what its owner wrote', () => {
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
    const emptyIn = (object: unknown): boolean =>
      object !== null &&
      typeof object === 'object' &&
      (Array.isArray(object)
        ? object.some((element) => emptyIn(element))
        : Object.values(object).some((below) => isEmpty(below) || emptyIn(below)));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', '"\\', 'e'), value, { noNullPrototype: true }), (object) => {
        const rest = withoutEmpty(object, undefined);
        expect(emptyIn(rest)).toBe(false);
        expect(withoutEmpty(rest, undefined)).toBe(rest);
        const declared = withoutEmpty(object, SHAPE) as Record<string, unknown>;
        expect(declared.a).toBe(isEmpty(object.a) ? undefined : object.a);
      }),
      { numRuns: 1000 },
    );
  });
});

it('numbers stay as they were sent where something else is left out', () => {
  const raw = '{"x":123456789012345678901,"y":1.0,"z":-0,"v":1E5,"w":null}';
  expect(shapedText(getUser, sent(raw))).toContain('"x":123456789012345678901,"y":1.0,"z":-0,"v":1E5}');
});

it.each(['{ "x":1, "w":null}', '{"x": 1,"w" :[ ]}', '{"x":1 ,"w":{ }\n}'])('space between the values is no matter: %j', (raw) => {
  expect(shapedText(getUser, sent(raw))).toMatch(/^\{"_":\{.*\},"x":1\}$/);
});
