import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knownAnswers } from '../../src/catalog/known-answers.js';
import { shapeAnswer } from '../../src/response/shape-answer.js';
import { changing, getUser, json, listUsers, operation, reading, sent, shape, shaped, tokens } from './support.js';
import { id, user } from './users.js';

const USERS = Array.from({ length: 10 }, (_, n) => user(n));
const SHORT = { rest: 'short; fields:["*"] gives all' };
const EMPTY = { rest: 'null and empty left out; fields:["*"] gives all' };

const listOrganizations = operation('Organizations_listSortedByCreationDate');
const listMemberships = reading('GET /organization_memberships');

describe('a list', () => {
  it('ten users cost at most 1,300 tokens', () => {
    const all = JSON.stringify(USERS);
    expect(tokens(all)).toBeGreaterThan(7_500);
    expect(tokens(shape(listUsers, json(USERS)))).toBeLessThanOrEqual(1_300);
  });

  it('has what tells its items apart, of the contacts the primary ones', () => {
    expect(shaped(listUsers, [user(2)])).toEqual({
      _: SHORT,
      data: [
        {
          id: id('user', 2),
          first_name: 'Linus',
          last_name: 'Abdulrahman',
          username: 'linus.abdulrahman',
          email_addresses: [{ email_address: 'linus.abdulrahman@example.com' }],
          phone_numbers: [{ phone_number: '+15555550102' }],
          banned: false,
          locked: false,
          last_sign_in_at: 1716411822333,
          created_at: 1690007200123,
        },
      ],
    });
  });

  it('shows all contacts of a user who has no primary one', () => {
    const shown = shaped(listUsers, [{ ...user(1), primary_email_address_id: null }]) as {
      data: [{ email_addresses: object[] }];
    };
    expect(shown.data[0].email_addresses).toHaveLength(2);
  });

  it('in an envelope keeps the envelope', () => {
    const organization = { object: 'organization', id: 'org_1', name: 'Acme', slug: 'acme', image_url: 'x', members_count: 0 };
    expect(shaped(listOrganizations, { data: [organization], total_count: 40 })).toEqual({
      _: SHORT,
      data: [{ id: 'org_1', name: 'Acme', slug: 'acme', members_count: 0 }],
      total_count: 40,
    });
  });

  it('is found under whatever name it has beside total_count', () => {
    const token = { object: 'machine_to_machine_token', id: 'mt_1', subject: 'mch_1', claims: { a: 1 }, revoked: false };
    expect(shaped(reading('GET /m2m_tokens'), { m2m_tokens: [token], total_count: 1 })).toEqual({
      _: SHORT,
      m2m_tokens: [{ id: 'mt_1', subject: 'mch_1', revoked: false }],
      total_count: 1,
    });
  });

  it('of what is nested keeps the nesting', () => {
    const membership = {
      id: 'orgmem_1',
      object: 'organization_membership',
      role: 'org:admin',
      permissions: ['org:x'],
      organization: { object: 'organization', id: 'org_1', name: 'Acme', slug: 'acme', image_url: 'x' },
      public_user_data: { user_id: 'user_1', identifier: 'ada@example.com', first_name: null, image_url: 'x' },
    };
    expect(shaped(listMemberships, { data: [membership], total_count: 1 })).toEqual({
      _: SHORT,
      data: [
        {
          id: 'orgmem_1',
          role: 'org:admin',
          organization: { id: 'org_1', name: 'Acme', slug: 'acme' },
          public_user_data: { user_id: 'user_1', identifier: 'ada@example.com' },
        },
      ],
      total_count: 1,
    });
  });

  it('without items is as the API sent it', () => {
    expect(shape(listUsers, json([]))).toBe('[]');
    expect(shape(listOrganizations, json({ data: [], total_count: 0 }))).toBe('{"data":[],"total_count":0}');
  });

  it('of an unknown resource has what is not empty', () => {
    expect(shaped(reading('GET /novelties'), [{ object: 'novelty', id: 'n_1', a: null, b: { c: [] } }])).toEqual({
      _: EMPTY,
      data: [{ object: 'novelty', id: 'n_1' }],
    });
  });

  it('after a change is not to be had in full by changing again', () => {
    const text = shape(
      changing('POST /invitations/bulk'),
      json([{ object: 'invitation', id: 'inv_1', status: 'pending', url: 'x' }]),
    );
    expect(text).toContain('a read gives all');
    expect(text).not.toContain('fields');
  });

  const { byObject, byRequest, resources } = knownAnswers();
  const shortened = Object.entries(byRequest).flatMap(([request, place]) => {
    const { short } = resources[place] ?? {};
    const [object = ''] = Object.entries(byObject).find(([, other]) => other === place) ?? [];
    return short === undefined || !request.startsWith('GET ') ? [] : [{ request: request as `GET /${string}`, short, object }];
  });
  it.each(shortened)(
    'of $request has an id or a key to go on with, and only what is declared short',
    ({ request, short, object }) => {
      const item = Object.fromEntries(short.split(/\s+/).map((path) => [path.split('.')[0] as string, 1]));
      const { data } = shaped(reading(request), [{ ...item, object, surplus: 'x' }]) as { data: [Record<string, unknown>] };
      // Who bypasses single sign-on is known by the user alone.
      expect(Object.keys(data[0])).toContain(object === 'sso_bypass_allowlist_user' ? 'user_id' : 'id');
      expect(data[0]).not.toHaveProperty('surplus');
    },
  );
});

describe('a single object', () => {
  it('has what is not empty, and its metadata as it is', () => {
    const given = {
      object: 'user',
      id: 'user_1',
      username: null,
      banned: false,
      attempts: 0,
      first_name: '',
      web3_wallets: [],
      public_metadata: {},
      private_metadata: { flags: [], note: '', gone: null, deep: { a: {} } },
      email_addresses: [{ id: 'idn_1', verification: null, linked_to: [] }, { id: 'idn_2' }],
      scim: { directory_id: null },
    };
    expect(shaped(getUser, given)).toEqual({
      _: EMPTY,
      object: 'user',
      id: 'user_1',
      banned: false,
      attempts: 0,
      private_metadata: given.private_metadata,
      email_addresses: [{ id: 'idn_1' }, { id: 'idn_2' }],
    });
  });

  it('in which nothing is empty comes without a note', () => {
    expect(shape(getUser, sent('{"object":"user", "id":"user_1"}'))).toBe('{"object":"user","id":"user_1"}');
    expect(shape(operation('Users_getTotalCount'), json({ object: 'total_count', total_count: 3 }))).toBe(
      '{"object":"total_count","total_count":3}',
    );
  });

  it('after a change is not to be had in full by changing again', () => {
    expect(shaped(changing('POST /novelties'), { object: 'novelty', id: 'nov_1', name: null })).toEqual({
      _: { rest: 'null and empty left out' },
      object: 'novelty',
      id: 'nov_1',
    });
  });

  it('with a property named _ keeps it', () => {
    expect(shaped(getUser, { _: 1, a: null })).toEqual({ __: EMPTY, _: 1 });
  });

  it('that is null, a number or a string is given', () => {
    for (const text of ['null', '7', '"x"']) expect(shape(getUser, sent(text))).toBe(text);
  });
});

describe('fields', () => {
  it('of each item of a list, in the form of the API', () => {
    expect(shape(listUsers, json([user(1), user(2)]), { fields: ['id', 'email_addresses.email_address', 'username'] })).toBe(
      JSON.stringify([
        {
          id: id('user', 1),
          email_addresses: [
            { email_address: 'grace.hamilton@example.org' },
            { email_address: 'grace.hamilton@mail.example.co.uk' },
          ],
          username: 'grace.hamilton',
        },
        {
          id: id('user', 2),
          email_addresses: [
            { email_address: 'linus.abdulrahman@example.org' },
            { email_address: 'linus.abdulrahman@example.com' },
          ],
          username: 'linus.abdulrahman',
        },
      ]),
    );
    expect(shape(listOrganizations, json({ data: [{ id: 'org_1', name: 'Acme' }], total_count: 9 }), { fields: ['name'] })).toBe(
      '{"data":[{"name":"Acme"}],"total_count":9}',
    );
  });

  it('of an object, null and empty included', () => {
    const given = { object: 'user', id: 'user_1', username: null, public_metadata: {}, banned: false };
    expect(shape(getUser, json(given), { fields: ['username', 'public_metadata'] })).toBe(
      '{"username":null,"public_metadata":{}}',
    );
  });

  it('apply with full results, too', () => {
    expect(shape(getUser, json({ id: 'user_1', a: 1 }), { fields: ['id'], results: 'full' })).toBe('{"id":"user_1"}');
  });

  it('that the resource does not have are reported with what is near', () => {
    const reports = (fields: string[]): unknown => (shaped(listUsers, USERS, { fields, args: { limit: 50 } }) as { _: object })._;
    expect(reports(['id', 'usernam'])).toEqual({ unknown_fields: ['usernam: no such path. Did you mean username?'] });
    expect(reports(['id', 'emailAddresses'])).toEqual({
      unknown_fields: ['emailAddresses: no such path. Did you mean email_addresses?'],
    });
    expect(reports(['id', 'email_addresses.verification.state'])).toEqual({
      unknown_fields: ['email_addresses.verification.state: no such path. Did you mean status?'],
    });
    expect(reports(['id', 'zzz'])).toMatchObject({ unknown_fields: [expect.stringContaining('Known: id, object, external_id')] });
    expect(reports(['id', 'id.x', ''])).toMatchObject({
      unknown_fields: [expect.stringMatching(/^id\.x: /), expect.stringMatching(/^: /)],
    });
  });

  it('that no item has are reported below metadata, and where the API left out what is declared', () => {
    expect(
      shaped(listUsers, USERS, { fields: ['id', 'public_metadata.plan', 'public_metadata.plam', 'scim.directory_id'] }),
    ).toMatchObject({
      _: { absent_fields: ['public_metadata.plam', 'scim.directory_id'] },
    });
  });

  it('below what is null or has no elements are not reported', () => {
    const given = [{ object: 'user', id: 'user_1', phone_numbers: [], scim: null }];
    expect(shape(listUsers, json(given), { fields: ['phone_numbers.phone_number', 'scim.directory_id'] })).toBe(
      '[{"phone_numbers":[],"scim":null}]',
    );
  });

  it('of an empty list are checked against what is declared', () => {
    expect(shape(listUsers, json([]), { fields: ['id', 'public_metadata.plan'] })).toBe('[]');
    expect(shaped(listUsers, [], { fields: ['id', 'usernam'] })).toEqual({
      _: { unknown_fields: ['usernam: no such path. Did you mean username?'] },
      data: [],
    });
  });

  it('that are all unknown leave the default shape', () => {
    expect(shaped(getUser, { object: 'user', id: 'user_1', username: null }, { fields: ['nope'] })).toMatchObject({
      _: { ...EMPTY, unknown_fields: [expect.stringMatching(/^nope: no such path\./)] },
      id: 'user_1',
    });
  });

  it('that are undeclared but there are known', () => {
    expect(shape(getUser, json({ object: 'user', id: 'user_1', brand_new: { x: 1 } }), { fields: ['brand_new.x'] })).toBe(
      '{"brand_new":{"x":1}}',
    );
  });

  it('by the hundred make no long report', () => {
    const fields = Array.from({ length: 300 }, (_, n) => `${'q'.repeat(500)}${n}`);
    const { _ } = shaped(listUsers, USERS, { fields: ['id', ...fields] }) as { _: { unknown_fields: string[] } };
    expect(_.unknown_fields.length).toBeLessThanOrEqual(11);
    expect(_.unknown_fields.at(-1)).toBe(`and ${301 - _.unknown_fields.length} more`);
    expect(JSON.stringify(_).length).toBeLessThan(4_000);
  });

  it('none are as if not given', () => {
    expect(shape(listUsers, json(USERS), { fields: [] })).toBe(shape(listUsers, json(USERS)));
  });
});

describe('untouched', () => {
  const raw = '{ "id": "user_1", "n": 1.0, "big": 12345678901234567890, "id": "user_2",\n"u": "\\u003c" }';

  it.each([{ fields: ['*'] }, { fields: ['id', '*'] }, { results: 'full' as const }])('%j is what the API sent', (options) => {
    expect(shape(getUser, sent(raw), options)).toBe(raw);
  });

  it('without the text as sent is the value', () => {
    const answer = { status: 200, kind: 'json', value: { a: null }, attempts: 1 } as const;
    expect(shape(getUser, answer, { fields: ['*'] })).toBe('{"a":null}');
  });
});

it('numbers are as they were sent in every shape', () => {
  const item =
    '{"object":"user","id":"user_1","created_at":1.0,"username":null,"public_metadata":{"n":12345678901234567890,"e":1e21}}';
  expect(shape(getUser, sent(item))).toContain('"created_at":1.0,"public_metadata":{"n":12345678901234567890,"e":1e21}}');
  expect(shape(getUser, sent(item), { fields: ['public_metadata.n'] })).toBe('{"public_metadata":{"n":12345678901234567890}}');
  expect(shape(listUsers, sent(`[${item}]`))).toBe(`{"_":${JSON.stringify(SHORT)},"data":[{"id":"user_1","created_at":1.0}]}`);
  expect(shape(listOrganizations, sent('{"data":[],"total_count":1e2}'))).toBe('{"data":[],"total_count":1e2}');
});

describe('answers without JSON', () => {
  it('no body', () => {
    const answer = { status: 204, kind: 'empty', value: undefined, attempts: 1 } as const;
    expect(shapeAnswer(getUser, answer, { results: 'short', maxTokens: 1000, structured: true })).toEqual({
      text: '{"ok":true,"status":204}',
      structured: { ok: true, status: 204 },
    });
  });

  it('a page', () => {
    const answer = { status: 200, kind: 'text', value: '<p>hi</p>', attempts: 1 } as const;
    expect(shapeAnswer(getUser, answer, { results: 'short', maxTokens: 1000 })).toEqual({ text: '<p>hi</p>' });
    expect(shapeAnswer(getUser, answer, { results: 'short', maxTokens: 1000, structured: true })).toEqual({
      text: '<p>hi</p>',
      structured: { text: '<p>hi</p>' },
    });
  });
});

describe('structured', () => {
  it.each([
    ['a short list', listUsers, JSON.stringify(USERS), {}],
    ['a list with fields', listUsers, JSON.stringify(USERS), { fields: ['id'] }],
    ['an empty list', listUsers, '[]', {}],
    ['a list in full', listUsers, JSON.stringify(USERS), { fields: ['*'] }],
    ['an envelope', listOrganizations, '{"data":[{"id":"org_1","x":null}],"total_count":1}', {}],
    ['an object', getUser, '{"id":"user_1","x":null}', {}],
    ['an object in full', getUser, '{"id":"user_1","x":null}', { results: 'full' as const }],
    ['null', getUser, 'null', {}],
    ['null in full', getUser, 'null', { results: 'full' as const }],
  ])('%s is an object and says what the text says', (_, of, raw, options) => {
    const { text, structured } = shapeAnswer(of, sent(raw), {
      results: 'short',
      maxTokens: 25_000,
      structured: true,
      ...options,
    });
    expect(structured).toBeTypeOf('object');
    expect(structured).not.toBeNull();
    expect(Array.isArray(structured)).toBe(false);
    expect(structured).toEqual(JSON.parse(text));
  });

  it('is not made unless it is wanted', () => {
    expect(shapeAnswer(getUser, json({ id: 'user_1' }), { results: 'short', maxTokens: 1000 })).toEqual({
      text: '{"id":"user_1"}',
    });
  });
});

describe('what would otherwise say nothing, or the same again', () => {
  it('keeps the nulls of an object that has nothing else', () => {
    const balance = { object: 'commerce_credit_balance', balance: null };
    expect(shaped(operation('Users_getBillingCreditBalance'), balance)).toEqual(balance);
  });

  it('tells of a person in the first of their memberships only', () => {
    const membership = (id: string, user_id: string): object => ({
      object: 'organization_membership',
      id,
      role: 'org:member',
      organization: { object: 'organization', id: `org_${id}`, name: id, slug: id },
      public_user_data: { user_id, identifier: `${user_id}@example.com`, first_name: 'Ada', last_name: null },
    });
    const list = { data: [membership('a', 'user_1'), membership('b', 'user_1'), membership('c', 'user_2')], total_count: 3 };
    expect(shaped(operation('Users_getOrganizationMemberships'), list)).toMatchObject({
      data: [
        { public_user_data: { user_id: 'user_1', identifier: 'user_1@example.com', first_name: 'Ada' } },
        { public_user_data: { user_id: 'user_1' } },
        { public_user_data: { user_id: 'user_2', identifier: 'user_2@example.com' } },
      ],
    });
    const { data } = shaped(operation('Users_getOrganizationMemberships'), list) as { data: { public_user_data: object }[] };
    expect(data[1]?.public_user_data).toEqual({ user_id: 'user_1' });
  });
});

it('the default shape of any object is that object less what is empty', () => {
  const empty = (value: unknown): boolean =>
    value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  const strip = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(strip);
    const pairs = Object.entries(value).map(([key, entry]): [string, unknown] => [key, strip(entry)]);
    return Object.fromEntries(pairs.filter(([, entry]) => !empty(entry)));
  };
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue({ stringUnit: 'grapheme-ascii' }), { noNullPrototype: true }),
      (value) => {
        fc.pre(!('total_count' in value) && !Object.keys(value).some((key) => /^_+$/.test(key)));
        const { _, ...rest } = shaped(reading('GET /anything'), value) as Record<string, unknown>;
        expect(rest).toEqual(strip(JSON.parse(JSON.stringify(value))));
        expect(_).toEqual(JSON.stringify(rest) === JSON.stringify(JSON.parse(JSON.stringify(value))) ? undefined : EMPTY);
      },
    ),
  );
});

describe('a list without rows', () => {
  it('knows what Clerk would have sent', () => {
    const list = operation('EnterpriseConnections_list');
    for (const path of ['disable_jit_provisioning', 'authenticatable', 'saml_connection.login_hint.source']) {
      expect(shaped(list, { data: [], total_count: 0 }, { fields: [path] })).toEqual({ data: [], total_count: 0 });
    }
    expect(shape(list, json({ data: [], total_count: 0 }), { fields: ['disabled'] })).toContain('disabled: no such path');
  });
});
