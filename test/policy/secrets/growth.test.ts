import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../../src/catalog/nearest.js';
import { parseArguments } from '../../../src/catalog/parse-arguments.js';
import { Scrubber } from '../../../src/platform/scrub.js';
import { grants } from '../../../src/policy/rules/granting-metadata.js';
import { coverSecrets, withheld } from '../../../src/policy/secrets/answer-secrets.js';
import { maskArguments } from '../../../src/policy/secrets/masking.js';
import { operations } from '../../../tools/index.js';
import { operations as fixtures } from '../fixtures.js';

const SIZES = [1_000, 10_000, 100_000] as const;
const PIECES = [
  'eyJ-',
  'eyJ.',
  'eyJaaaaaaaa.',
  'sk_test_',
  'whsec_',
  '?token=://',
  'a',
  '😀',
  '"\\',
  '\u0000 ',
  'sk_test_key_0123',
  '{',
  '.',
];
const KEY = 'sk_test_key_0123456789';

const covered = (answer: unknown) => coverSecrets(answer, fixtures.getUser, { mark: withheld, handsOut: false });

const of = (size: number, piece: string): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

describe.each(PIECES)('of much of %j', (piece) => {
  it('what is told, recorded and scrubbed does not grow, or no more than it does', async () => {
    const user = operations.find(({ name }) => name === 'Users_createNewUser');
    const operation = fixtures.getUser;
    if (user === undefined) throw new Error('no operation');
    const grown = await Promise.all(
      SIZES.map(async (size) => {
        const text = of(size, piece);
        const parsed = await parseArguments(user, { [text]: text, first_name: [text], public_metadata: text });
        return {
          faults: JSON.stringify(parsed).length,
          record: JSON.stringify(maskArguments(operation, { [text]: text, metadata: { [text]: [text] } })).length,
          line: new Scrubber(KEY).line(text, 300).length,
          suggested: didYouMean(text, [text, 'one', of(size, 'b')]).length,
          redacted: JSON.stringify(covered({ a: text }).value).length / size,
          body: new Scrubber(KEY).body(text).length / size,
        };
      }),
    );
    for (const { faults, record, line, suggested, redacted, body } of grown) {
      expect(faults).toBeLessThan(4_000);
      expect(record).toBeLessThan(10_000);
      expect(line).toBeLessThanOrEqual(300);
      expect(suggested).toBe(0);
      expect(redacted).toBeLessThan(7);
      expect(body).toBeLessThan(2);
    }
  });
});

describe('what is masked', () => {
  it.each([
    ['a token', `x eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln y`],
    ['a token after many starts of one', `${'eyJ-'.repeat(1000)} eyJhbGciOiJIUzI1.eyJzdWIiOiIx.`],
    ['a token in a path', '/a/eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln'],
    ['a token after dots', 'a.b.eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln'],
    ['a key', 'sk_live_a'],
    ['a signing secret', 'whsec_abcdefgh'],
  ])('is %s', (_, text) => {
    expect(covered({ note: text })).toMatchObject({ value: { note: '[secret]' }, hidden: 1 });
  });

  it.each([
    'eyJ-eyJ-eyJ-',
    'eyJhbGciOiJIUzI1.short.x',
    'eyJhbGciOiJIUzI1.eyJzdWIiOiIx',
    'keyJhbGciOiJIUzI1.eyJzdWIiOiIx.c',
    'sk_test_ ',
  ])('is not %s', (text) => {
    expect(covered({ note: text }).hidden).toBe(0);
  });
});

describe('metadata', () => {
  it('is gone through as often, however many keys give rights', () => {
    const steps = (keys: readonly string[]): number => {
      let looked = 0;
      const counting = new Proxy(
        { a: 1, b: 2 },
        {
          ownKeys: (all) => {
            looked++;
            return Reflect.ownKeys(all);
          },
        },
      );
      expect(grants('public_metadata', { list: [counting] }, keys)).toBe(false);
      return looked;
    };
    expect(steps(Array.from({ length: 100 }, (_, nth) => `key_${nth}`))).toBe(steps(['role']));
  });

  it.each([
    ['a bare key', { app: [{ 'Is-Admin': 1 }] }, ['role', 'is_admin'], true],
    ['the path of a key', { app: { role: 1 } }, ['public_metadata.app.role'], true],
    ['another path', { app: { role: 1 } }, ['public_metadata.other.role', 'private_metadata.app.role'], false],
  ])('gives rights by %s', (_, metadata, keys, given) => {
    expect(grants('public_metadata', metadata, keys)).toBe(given);
  });
});

describe('a line without the key', () => {
  it('does not end in a part of it, wherever the text was cut', () => {
    const scrubber = new Scrubber(KEY);
    for (let before = 160; before < 210; before++) {
      expect(scrubber.line(`${' '.repeat(before)}${KEY}${'x'.repeat(500)}`, 10)).not.toMatch(/sk|_t|key/);
    }
  });
});
