import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideFromNowOn, Scrubber, scrub } from '../../src/platform/scrub.js';

const each = (text: string, spell: (code: number) => string): string =>
  [...text].map((char) => spell(char.charCodeAt(0))).join('');
const hex = (code: number): string => code.toString(16).padStart(2, '0');

/** Every form in which a key is known to have come back. */
const FORMS: Readonly<Record<string, (key: string) => string>> = {
  'as it is': (key) => key,
  'in quotes': (key) => `"${key}"`,
  'cut off': (key) => key.slice(0, 16),
  'behind an escaped line break': (key) => `\\n${key}`,
  'in another case': (key) => key.toUpperCase(),
  'in JSON escapes': (key) => each(key, (code) => `\\u00${hex(code)}`),
  'in JSON escapes with capitals': (key) => each(key, (code) => `\\u00${hex(code).toUpperCase()}`),
  'with one letter escaped': (key) => `\\u00${hex(key.charCodeAt(0))}${key.slice(1)}`,
  'with a letter escaped in the middle': (key) => `${key.slice(0, 2)}\\u005f${key.slice(3)}`,
  'in JSON inside JSON': (key) => each(key, (code) => `\\\\u00${hex(code)}`),
  'in escapes of JavaScript': (key) => each(key, (code) => `\\x${hex(code)}`),
  'in escapes of code points': (key) => each(key, (code) => `\\u{${hex(code)}}`),
  'percent-encoded': (key) => each(key, (code) => `%${hex(code)}`),
  'percent-encoded twice': (key) => each(key, (code) => `%25${hex(code)}`),
  'with its underscores percent-encoded': (key) => key.replaceAll('_', '%5F'),
  'in decimal entities': (key) => each(key, (code) => `&#${code};`),
  'in hexadecimal entities': (key) => each(key, (code) => `&#x${hex(code)};`),
  'in entities that were escaped again': (key) => each(key, (code) => `&amp;#${code};`),
  'in base64': (key) => Buffer.from(key).toString('base64'),
  'in base64 behind a user': (key) => Buffer.from(`u:${key}`).toString('base64'),
  'in base64 behind two letters more': (key) => Buffer.from(`user:${key}`).toString('base64'),
  'in base64url': (key) => Buffer.from(`${key}:`).toString('base64url'),
  'in hexadecimal': (key) => Buffer.from(key).toString('hex'),
  'in an address': (key) => `https://${key}@example.com/?key=${key}`,
};
const FORM_NAMES = Object.keys(FORMS);
const formed = (name: string, key: string): string => FORMS[name]?.(key) ?? '';

const UNKNOWN = 'sk_live_Zq3vR8kLm2Wp9Xy4Tn7B';
const MACHINE = 'ak_Kd83hQz0Lw-_x92';

/** What of a key must not be left, in the form that it was given in. */
const betrays = (text: string, form: string, key: string): boolean =>
  text.toLowerCase().includes(formed(form, key.slice(-8)).toLowerCase()) || text.includes(key.slice(8, 16));

describe('scrub', () => {
  it.each(FORM_NAMES)('hides what looks like a key: %s', (form) => {
    const shown = scrub(`before ${formed(form, UNKNOWN)} after`);
    expect(shown).toContain('[secret key]');
    expect(betrays(shown, form, UNKNOWN)).toBe(false);
    expect(shown).toMatch(/^before .* after$/s);
  });

  it.each(FORM_NAMES)('hides a key that is known, whatever it looks like: %s', (form) => {
    hideFromNowOn(MACHINE);
    const shown = scrub(`before ${formed(form, MACHINE)} after`);
    expect(shown).toContain('[secret key]');
    expect(betrays(shown, form, MACHINE)).toBe(false);
  });

  it.each(['whsec_MfKQ9r8GKYqrTwjU', `cmcp_${'Qz'.repeat(21)}7`, 'ak_2b9f8c7d6e5f4a3b2c1d'])(
    'hides other secrets: %s',
    (secret) => {
      expect(scrub(`the secret ${secret}.`)).toBe('the secret [secret key].');
    },
  );

  it('leaves everything else', () => {
    const text = '{"a":"pk_test_abc","user":"user_2abc","token":"cft_AAAA","of":"org:ask_live","50%":"\\u0041"}';
    expect(scrub(text)).toBe(text);
  });

  it('keeps JSON well-formed, wherever in it the key stands', () => {
    const piece = fc.oneof(
      fc.constantFrom(...FORM_NAMES).map((form) => formed(form, UNKNOWN)),
      fc.string({ maxLength: 4 }),
    );
    const scrubber = new Scrubber(UNKNOWN);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const json = JSON.stringify({ [pieces.join('')]: pieces });
        expect(() => JSON.parse(scrub(json))).not.toThrow();
        expect(() => JSON.parse(scrubber.body(json))).not.toThrow();
        expect(scrub(json)).not.toContain(UNKNOWN);
      }),
    );
  });
});
