import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json, listUsers, operation, reading, shape, shaped } from './support.js';
import { user } from './users.js';

const users = (count: number): unknown[] => Array.from({ length: count }, (_, n) => user(n));
const listOrganizations = operation('Organizations_listSortedByCreationDate');
const listMembers = operation('OrganizationMemberships_getAllMembers');
const organizations = (count: number): unknown[] =>
  Array.from({ length: count }, (_, n) => ({ object: 'organization', id: `org_${n}`, name: `Org ${n}` }));

interface Page {
  readonly _?: { readonly next?: Record<string, unknown>; readonly none_for?: unknown; readonly missing?: number };
  readonly data: readonly unknown[];
}
const noteOf = (value: unknown): Page['_'] => (Array.isArray(value) ? undefined : (value as Page)._);

describe('a full page says where the next one begins', () => {
  it.each([
    ['of ten by default', users(10), {}, { offset: 10 }],
    ['of the size that was asked for', users(3), { limit: 3, offset: 6 }, { offset: 9 }],
    [
      'by the last id where the call went by one',
      users(3),
      { limit: 3, starting_after: 'user_9' },
      { starting_after: (user(2) as { id: string }).id },
    ],
  ])('%s', (_, items, args, next) => {
    for (const fields of [undefined, ['id'], ['*']]) {
      expect(noteOf(shaped(listUsers, items, { args, fields }))?.next, String(fields)).toEqual(next);
    }
  });

  it('in an envelope with the total, which tells the last page', () => {
    const page = (offset: number, count: number): unknown =>
      shaped(listOrganizations, { data: organizations(count), total_count: 40 }, { args: { limit: 10, offset }, fields: ['id'] });
    expect(page(20, 10)).toMatchObject({ _: { next: { offset: 30 } }, total_count: 40 });
    expect(noteOf(page(30, 10))).toBeUndefined();
  });

  it('and one that is not full says nothing', () => {
    expect(shape(listUsers, json([user(1)]), { args: { limit: 2 }, fields: ['id'] })).toBe(
      JSON.stringify([{ id: (user(1) as { id: string }).id }]),
    );
  });

  it('nor one of a list that has no pages, or of answers that are given untouched', () => {
    expect(noteOf(shaped(reading('GET /novelties'), users(10), { fields: ['id'] }))).toBeUndefined();
    expect(shaped(listUsers, users(10), { results: 'full' })).toHaveLength(10);
  });
});

it('what did not fit and what is there are the page, whatever its size, and the next one begins between them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1000, max: 4000 }),
      (count, offset, maxTokens) => {
        const fields = ['*'];
        const answer = shaped(listUsers, users(count), { args: { limit: count, offset }, maxTokens, fields });
        const { _, data } = answer as Page;
        expect(data.length + (_?.missing ?? 0)).toBe(count);
        expect(_?.next).toEqual({ offset: offset + data.length });
      },
    ),
    { numRuns: 30 },
  );
});

describe('an empty list says what was asked for', () => {
  it('in a bare list and in an envelope, with fields and without', () => {
    const args = { query: 'ada', email_address: ['ada@example.com'], limit: 5, order_by: 'created_at' };
    const asked = { query: 'ada', email_address: ['ada@example.com'] };
    for (const fields of [undefined, ['id'], ['*']]) {
      expect(shaped(listUsers, [], { args, fields })).toEqual({ _: { none_for: asked }, data: [] });
    }
    expect(
      shaped(listMembers, { data: [], total_count: 0 }, { args: { organization_id: 'org_1', role: ['org:admin'] } }),
    ).toEqual({
      _: { none_for: { organization_id: 'org_1', role: ['org:admin'] } },
      data: [],
      total_count: 0,
    });
  });

  it('by name where it is long, and not at all where it was everything', () => {
    const long = { email_address: Array.from({ length: 100 }, (_, n) => `user${n}@example.com`), banned: true };
    expect(shaped(listUsers, [], { args: long })).toEqual({ _: { none_for: ['email_address', 'banned'] }, data: [] });
    expect(shape(listUsers, json([]), { args: { limit: 5, offset: 0 } })).toBe('[]');
  });
});

describe('times as ISO 8601', () => {
  const CREATED = 1_700_000_000_000;
  const item = {
    object: 'user',
    id: 'user_1',
    created_at: CREATED,
    last_sign_in_at: null,
    public_metadata: { created_at: CREATED },
    email_addresses: [{ id: 'idn_1', created_at: CREATED }],
    verification_attempts_remaining: 100,
  };
  const ISO = '2023-11-14T22:13:20.000Z';

  it('are where the resource has a time, and nowhere else', () => {
    expect(shaped(operation('Users_getUserDetails'), item, { times: 'iso', fields: ['*'] })).toEqual({
      ...item,
      created_at: ISO,
      email_addresses: [{ id: 'idn_1', created_at: ISO }],
    });
  });

  it('in every other form of an answer, too', () => {
    expect(shaped(listUsers, [item], { times: 'iso', args: { limit: 5 } })).toMatchObject({ data: [{ created_at: ISO }] });
    expect(shaped(listUsers, [item], { times: 'iso', args: { limit: 5 }, fields: ['created_at'] })).toEqual([
      { created_at: ISO },
    ]);
    expect(shaped(listUsers, [item], { times: 'iso', args: { limit: 5 }, results: 'full' })).toMatchObject([{ created_at: ISO }]);
  });

  it('are none of what is in seconds', () => {
    const token = { object: 'testing_token', token: 't', expires_at: 1_700_000_000 };
    expect(shaped(operation('TestingTokens_createToken'), token, { times: 'iso' })).toEqual(token);
  });
});
