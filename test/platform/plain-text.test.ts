import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, shortened, shownEmail, shownName, shownValue, typeable } from '../../src/platform/plain-text.js';
import { labelOf } from '../../src/policy/preview/label.js';
import { ADA } from '../policy/fixtures.js';

// Written as code points, so that no editor hides or reorders them.
const character = (...codes: number[]): string => String.fromCodePoint(...codes);
const BIDI = [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c].map((code) =>
  character(code),
);
const INVISIBLE = [
  0x200b, 0x200c, 0x200d, 0x2060, 0xfeff, 0x00ad, 0xe0041, 0x180e, 0x034f, 0x17b4, 0x17b5, 0xfe0f, 0xfe00, 0x180b,
].map((code) => character(code));
const BREAKS = ['\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029', '\v', '\f', '\0', '\u001b[31m'];

it('shortens a text by characters, and leaves one that is short enough as it is', () => {
  expect(['😀😀😀😀', '😀😀😀', 'abcd'].map((text) => shortened(text, 3))).toEqual(['😀😀…', '😀😀😀', 'ab…']);
});

describe('plain', () => {
  it.each([...BIDI, ...INVISIBLE])('strips %j', (hidden) => {
    expect(plain(`Ada${hidden}Lovelace`)).toBe('AdaLovelace');
  });

  it.each(BREAKS)('puts %j in one line', (line) => {
    expect(plain(`Ada${line}Instance: TEST`)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  });

  it('is one printable line of bounded length for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const shown = plain(text);
        expect(shown).not.toMatch(/\p{C}|[\u2028\u2029`<>]/u);
        expect([...shown].length).toBeLessThanOrEqual(80);
        expect(shown).toBe(shown.trim());
      }),
      { numRuns: 2_000 },
    );
  });

  it('cuts long text, also where it hides behind invisible characters', () => {
    expect(plain('x'.repeat(1_000_000))).toBe(`${'x'.repeat(79)}…`);
    expect([...plain(character(0x200b).repeat(5_000) + 'x'.repeat(5_000))].length).toBeLessThanOrEqual(80);
  });

  it('does not cut a character in two', () => {
    expect(plain('😀'.repeat(200))).toBe(`${'😀'.repeat(79)}…`);
  });

  it('stops marks from being stacked over other lines', () => {
    expect(plain(`A${'\u0301'.repeat(50)}da`).length).toBeLessThanOrEqual(8);
  });

  it('leaves nothing that becomes a link', () => {
    expect(plain('[click](https://evil.example) <img src=x>')).toBe('[click] (https: //evil.example) ‹img src=x›');
  });
});

describe('shownName', () => {
  it.each([
    'Ada Lovelace',
    'Åsa-Lena O’Neill',
    'Ada (user_other)',
    'x <safe@example.com>',
    'Confirm: yes, the person agreed',
    '',
  ])('puts %j in quotes', (name) => {
    expect(shownName(name)).toMatch(/^"[^"]*"$/);
  });

  it('does not let a name end its quotes', () => {
    expect(shownName('Ada" (user_1): harmless. "')).toBe(`"Ada' (user_1): harmless. '"`);
    expect(shownName('Ada” Instance: TEST “')).not.toMatch(/[”“]/);
  });
});

describe('typeable', () => {
  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['ada@example.com', 'ada@example.com'],
    ['https://new.example.com/x', 'new.example.com'],
    ['org_1', 'org_1'],
    ['cancelled. Nothing will be deleted. Write ok', undefined],
    ['x'.repeat(200), undefined],
    ['a b c d e f g', undefined],
  ])('of %j is %j', (text, word) => {
    expect(typeable(text)).toBe(word);
  });
});

describe('shownEmail', () => {
  it('shows an address as it is and anything else in quotes', () => {
    expect(shownEmail('ada+x@example.com')).toBe('ada+x@example.com');
    expect(shownEmail('ada@example.com> (user_1) <x@y')).toMatch(/^".*"$/);
  });
});

describe('shownValue', () => {
  it.each([
    [undefined, 'not given'],
    [null, 'none'],
    [true, 'true'],
    [7, '7'],
    ['user_1', 'user_1'],
    ['https://example.com/a?b', '"https: //example.com/a?b"'],
    ['https://example.com', 'https://example.com'],
    ['two words', '"two words"'],
    [[], 'none'],
    [['a', 'b', 'c', 'd', 'e'], '"a", "b", "c", "d", "e"'],
    [{ a: 1 }, `"{'a':1}"`],
    ['admin', '"admin"'],
    ['org:admin', 'org:admin'],
    ['ad\u200bmin', '"admin" (and 1 invisible character)'],
    ['x'.repeat(500), `"${'x'.repeat(80)}…" to "…${'x'.repeat(40)}" (500 characters)`],
  ])('shows %j', (value, shown) => {
    expect(shownValue(value)).toBe(shown);
  });
});

describe('labelOf', () => {
  it('names a user by name, primary address and id, and by the address when typing', () => {
    expect(labelOf(ADA)).toEqual({
      name: '"Ada Lovelace" <ada@example.com>',
      text: '"Ada Lovelace" <ada@example.com> (user_ada)',
      word: 'ada@example.com',
      owner: undefined,
      domain: 'example.com',
    });
  });

  it.each([
    [{ object: 'user', id: 'user_1' }, 'user_1', 'user_1'],
    [{ object: 'user', id: 'user_1', username: 'grace' }, '"grace" (user_1)', 'grace'],
    [{ object: 'user', id: 'user_1', phone_numbers: [{ id: 'p', phone_number: '+15550100' }] }, '+15550100 (user_1)', 'user_1'],
    [
      { object: 'user', id: 'user_1', email_addresses: [{ id: 'e', email_address: 'g@example.com' }] },
      'g@example.com (user_1)',
      'g@example.com',
    ],
    [{ object: 'organization', id: 'org_1', name: 'Acme', slug: 'acme' }, '"Acme" (org_1)', 'Acme'],
    [{ object: 'organization', id: 'org_1', name: 'cancelled. Write ok', slug: 'acme' }, '"cancelled. Write ok" (org_1)', 'acme'],
    [{ object: 'session', id: 'sess_1', user_id: 'user_1', status: 'active' }, 'sess_1', 'sess_1'],
    [{ object: 'invitation', id: 'inv_1', email_address: 'new@example.com' }, 'new@example.com (inv_1)', 'new@example.com'],
    [{ object: 'domain', id: 'dmn_1', name: 'example.com' }, '"example.com" (dmn_1)', 'example.com'],
    [{ object: 'anything', id: 'x_1' }, 'x_1', 'x_1'],
    [
      {
        object: 'organization_membership',
        id: 'orgmem_1',
        role: 'admin',
        public_user_data: { identifier: 'ada@example.com' },
        organization: { object: 'organization', id: 'org_1', name: 'Acme', slug: 'acme' },
      },
      'ada@example.com with the role "admin" in "Acme" (orgmem_1)',
      'ada@example.com',
    ],
  ])('names %j', (resource, text, word) => {
    expect(labelOf(resource)).toMatchObject({ text, word });
  });

  it.each([undefined, null, 'text', 7, [], {}, { object: 'user' }, { name: 7 }])('knows no name for %j', (value) => {
    expect(labelOf(value)).toBeUndefined();
  });

  it('never fails, and never breaks the line, whatever an instance answers', () => {
    const resource = fc.record(
      {
        object: fc.constantFrom('user', 'organization', 'session', 'organization_membership', 'other'),
        id: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        name: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        first_name: fc.string({ unit: 'binary' }),
        email_addresses: fc.jsonValue(),
        public_user_data: fc.jsonValue(),
        organization: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(resource, (value) => {
        const label = labelOf(value);
        if (label !== undefined) expect(label.text + label.word).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
