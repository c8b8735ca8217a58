import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutter } from '../../src/response/cut.js';
import { shapeAnswer } from '../../src/response/shape-answer.js';
import { changing, getUser, json, listUsers, operation, reading, sent, shape, tokens } from './support.js';
import { token, user } from './users.js';

const listOrganizations = operation('Organizations_listSortedByCreationDate');

interface Page {
  readonly _: {
    readonly missing?: number;
    readonly next?: Record<string, unknown>;
    readonly cut?: string;
    readonly rest?: string;
  };
  readonly data: readonly Record<string, unknown>[];
  readonly total_count?: number;
}

const page = (text: string): Page => JSON.parse(text) as Page;

describe('a list that is too long', () => {
  const users = Array.from({ length: 500 }, (_, n) => user(n));

  it('ends after a whole item and says how many are missing and where to go on', () => {
    const text = shape(listUsers, json(users), { results: 'full', args: { offset: 40, limit: 500 } });
    const { _, data } = page(text);
    expect(tokens(text)).toBeLessThanOrEqual(25_000);
    expect(tokens(text)).toBeGreaterThan(15_000);
    expect(data).toEqual(users.slice(0, data.length));
    expect(_).toEqual({ missing: 500 - data.length, next: { offset: 40 + data.length } });
  });

  it('is the whole list when one goes on from page to page', () => {
    const seen: unknown[] = [];
    let offset = 0;
    for (let next: unknown = 0; next !== undefined; ) {
      const { _, data } = page(shape(listUsers, json(users.slice(offset)), { args: { offset }, maxTokens: 8_000 }));
      seen.push(...data.map((item) => item.id));
      next = _.next?.offset;
      offset = next as number;
    }
    expect(seen).toEqual(users.map((item) => item.id));
  });

  it('goes on from the last id where the call did', () => {
    const { _, data } = page(shape(listUsers, json(users), { args: { starting_after: 'user_0' } }));
    expect(_.next).toEqual({ starting_after: data.at(-1)?.id });
  });

  it('keeps its envelope', () => {
    const organizations = Array.from({ length: 500 }, (_, n) => ({
      object: 'organization',
      id: `org_${token(n, 27)}`,
      name: token(n, 90),
    }));
    const { _, data, total_count } = page(
      shape(listOrganizations, json({ data: organizations, total_count: 812 }), { maxTokens: 3_000 }),
    );
    expect(total_count).toBe(812);
    expect(data.length).toBeGreaterThan(20);
    expect(_).toEqual({ rest: expect.any(String), missing: 500 - data.length, next: { offset: data.length } });
  });

  it('names no next page where there is none to ask for', () => {
    const created = Array.from({ length: 500 }, (_, n) => ({
      object: 'invitation',
      id: `inv_${token(n, 27)}`,
      email_address: `${n}@example.com`,
    }));
    const { _, data } = page(shape(changing('POST /invitations/bulk'), json(created), { maxTokens: 3_000 }));
    expect(_).toEqual({ rest: expect.stringContaining('a read'), missing: 500 - data.length });
    expect(page(shape(reading('GET /novelties'), json(users), { results: 'full' }))._).toEqual({ missing: expect.any(Number) });
  });

  it('whose first item is too large has this item, cut', () => {
    const large: Record<string, unknown> = { ...user(0), private_metadata: { blob: 'x'.repeat(500_000) } };
    const text = shape(listUsers, json([large, user(1)]), { results: 'full', args: {} });
    const { _, data } = page(text);
    expect(tokens(text)).toBeLessThanOrEqual(25_000);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ id: large.id, private_metadata: { blob: expect.stringMatching(/^x+…\[\+\d+\]$/) } });
    expect(_).toMatchObject({ missing: 1, next: { offset: 1 }, cut: expect.any(String) });
  });
});

describe('a value that is too large', () => {
  it('is cut with a mark that tells what is missing', () => {
    const blob = token(3, 300_000);
    const text = shape(getUser, json({ object: 'user', id: 'user_1', public_metadata: { blob, after: 1 } }));
    const { public_metadata } = JSON.parse(text) as { public_metadata: { blob: string; after: number } };
    const [, start = '', missing] = /^(.*)…\[\+(\d+)\]$/.exec(public_metadata.blob) ?? [];
    expect(blob.startsWith(start)).toBe(true);
    expect(start.length + Number(missing)).toBe(blob.length);
    expect(public_metadata.after).toBe(1);
    expect(tokens(text)).toBeLessThanOrEqual(25_000);
    expect(tokens(text)).toBeGreaterThan(15_000);
  });

  it('may be an array or an object', () => {
    const many = Array.from({ length: 60_000 }, (_, n) => n);
    const keyed = Object.fromEntries(many.map((n) => [`k${n}`, n]));
    const text = shape(getUser, json({ id: 'user_1', many, keyed }));
    const cut = JSON.parse(text) as { id: string; many: unknown[]; keyed: Record<string, unknown> };
    expect(tokens(text)).toBeLessThanOrEqual(25_000);
    expect(cut.id).toBe('user_1');
    expect(cut.many.at(-1)).toBe(`…[+${60_001 - cut.many.length}]`);
    expect(cut.many.slice(0, -1)).toEqual(many.slice(0, cut.many.length - 1));
    expect(cut.keyed['…']).toBe(`…[+${60_001 - Object.keys(cut.keyed).length}]`);
  });

  it('is gone through as often as it is cut to a length, and its names are listed once', () => {
    const seen = { listed: 0, read: 0 };
    const names = Array.from({ length: 30_000 }, (_, n) => `name_${n}`);
    const large = new Proxy(Object.fromEntries(names.map((name) => [name, 1])), {
      ownKeys: (target) => {
        seen.listed++;
        return Reflect.ownKeys(target);
      },
      get: (target, name) => {
        seen.read++;
        return Reflect.get(target, name);
      },
    });
    const cut = cutter(large);
    for (let most = 100_000; most >= 1; most /= 2) cut(most);
    expect(seen.listed).toBe(1);
    expect(seen.read).toBeLessThan(2 * names.length);
  });

  it('is never a number', () => {
    const raw = `{"id":"user_1","n":${'1'.repeat(200)}.0,"blob":${JSON.stringify('y'.repeat(200_000))}}`;
    expect(shape(getUser, sent(raw), { maxTokens: 1_000 })).toContain(`"n":${'1'.repeat(200)}.0,`);
  });

  it('may be the whole answer', () => {
    const text = shape(getUser, json('z'.repeat(200_000)), { maxTokens: 1_000 });
    expect(JSON.parse(text)).toEqual({ _: { cut: expect.any(String) }, data: expect.stringMatching(/^z+…\[\+\d+\]$/) });
  });

  it('is not cut within a character', () => {
    const text = shape(getUser, json({ a: `x${'😀'.repeat(20_000)}` }), { maxTokens: 1_000 });
    expect((JSON.parse(text) as { a: string }).a).toMatch(/^x(😀)+…\[\+\d+\]$/u);
  });
});

it('a page is cut with a mark', () => {
  const html = `<html>\n${'<p class="a">Grüße 你好 😀</p>\n'.repeat(5_000)}</html>`;
  const { text } = shapeAnswer(
    getUser,
    { status: 200, kind: 'text', value: html, attempts: 1 },
    { results: 'full', maxTokens: 2_000 },
  );
  const [, start = '', missing] = /^([\s\S]*)\n…\[\+(\d+)\]$/.exec(text) ?? [];
  expect(html.startsWith(start)).toBe(true);
  expect(start.length + Number(missing)).toBe(html.length);
  expect(tokens(text)).toBeLessThanOrEqual(2_000);
});

const unit = fc.constantFrom(...'abcXYZ019"\\{}[],:_- \n\t\u0001é你한😀🇩🇪𝔸');
const scalar = fc.oneof(
  fc.string({ unit, maxLength: 60 }),
  fc.tuple(fc.string({ unit, minLength: 1, maxLength: 30 }), fc.nat(600)).map(([text, times]) => text.repeat(times)),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 0 }),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie('object'), tie('array')),
  object: fc.dictionary(fc.string({ unit, maxLength: 60 }), tie('value'), { maxKeys: 8, noNullPrototype: true }),
  array: fc.array(tie('value'), { maxLength: 8 }),
}));
const answers = fc.oneof(
  anything,
  fc.array(anything, { maxLength: 20 }),
  fc.array(anything, { maxLength: 20 }).map((data) => ({ data, total_count: data.length })),
  fc.array(fc.nat(200), { maxLength: 60 }).map((numbers) => numbers.map(user)),
);
const scalarPath = fc
  .tuple(fc.string({ unit, minLength: 1, maxLength: 10 }), fc.nat(30))
  .map(([text, times]) => text.repeat(times));
const options = fc.record({
  maxTokens: fc.integer({ min: 1_000, max: 6_000 }),
  results: fc.constantFrom('short' as const, 'full' as const),
  structured: fc.boolean(),
  fields: fc.option(
    fc.array(
      fc.oneof(fc.constantFrom('id', '*', 'a', 'email_addresses.email_address', 'public_metadata.x', 'nmae', ''), scalarPath),
    ),
    {
      nil: undefined,
    },
  ),
  args: fc.record({ offset: fc.nat(1_000_000) }),
});

it('whatever the answer is, the text is JSON and within the limit', () => {
  fc.assert(
    fc.property(answers, options, fc.constantFrom(listUsers, getUser, listOrganizations), (value, chosen, of) => {
      const { text, structured } = shapeAnswer(of, json(value), chosen);
      expect(() => JSON.parse(text)).not.toThrow();
      expect(tokens(text)).toBeLessThanOrEqual(chosen.maxTokens);
      if (chosen.structured) expect(structured).toEqual(JSON.parse(text));
    }),
    { numRuns: 250 },
  );
});
