import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { parseArguments } from '../../src/catalog/parse-arguments.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);
const parse = (name: string, args: unknown) => parseArguments(catalog.get(name), args);
const faults = async (name: string, args: unknown) => {
  const parsed = await parse(name, args);
  return parsed.ok ? [] : parsed.faults.map((fault) => `${fault.path}: ${fault.expected}`);
};

describe('parsing arguments', () => {
  it('hands on what was given, untouched, null and odd keys included', async () => {
    const args = JSON.parse('{"user_id":"user_1","public_metadata":{"__proto__":{"a":1},"n":null,"x":[1.5,"é"]}}');
    const parsed = await parse('Users_mergeUserMetadataAttributes', args);
    expect(parsed.ok && JSON.stringify(parsed.args)).toBe(JSON.stringify(args));
  });

  it('takes confirm out of the arguments of a gated operation', async () => {
    const parsed = await parse('Users_markBanned', { user_id: 'user_1', confirm: true });
    expect(parsed).toEqual({ ok: true, args: { user_id: 'user_1' }, confirm: true, fields: undefined, notes: [] });
  });

  it('knows no confirm where nothing is gated', async () => {
    expect(await faults('Users_getUserDetails', { user_id: 'user_1', confirm: true })).toEqual([
      expect.stringContaining('confirm: no such input'),
    ]);
  });

  it('names several faults at once, by path, with what was expected', async () => {
    const found = await faults('Users_createNewUser', { first_name: 5, email_address: 'a@b.example', passwort: 'x' });
    expect(found).toEqual([
      expect.stringMatching(/^first_name: .*string/),
      expect.stringMatching(/^email_address: .*array/),
      expect.stringMatching(/^passwort: no such input\. Did you mean password/),
    ]);
  });

  it('says what is missing and of what type', async () => {
    expect(await faults('OrganizationMemberships_updateMembershipProperties', { organization_id: 'org_1' })).toEqual([
      'user_id: required, string',
      'role: required, string',
    ]);
  });

  it('names faults inside arrays by their place', async () => {
    const invitations = [{ email_address: 'a@b.example', role: 'org:member', rolle: 1 }];
    expect(await faults('OrganizationInvitations_bulkCreateAndSend', { organization_id: 'org_1', invitations })).toEqual([
      expect.stringMatching(/^invitations\.0\.rolle: no such input\. Did you mean role/),
    ]);
  });

  it('refuses a number that JSON cannot hold, wherever it stands', async () => {
    const args = JSON.parse('{"user_id":"user_1","public_metadata":{"a":[{"b":1e400}]}}');
    expect(await faults('Users_mergeUserMetadataAttributes', args)).toEqual([
      'public_metadata.a.0.b: a number that JSON can hold',
    ]);
  });

  it.each([
    ['', 'must not be empty'],
    ['  ', 'must not be empty'],
    ['.', 'is no id'],
    ['..', 'is no id'],
    ['\uD800', 'not well-formed'],
    ['mch_1/secret_key', 'give the id alone'],
    ['../instance/restrictions', 'give the id alone'],
    ['user_1%2Fmetadata', 'give the id alone'],
    ['a\u0085b', 'give the id alone'],
  ])('refuses %j as a path value', async (value, expected) => {
    expect(await faults('Users_getUserDetails', { user_id: value })).toEqual([expect.stringContaining(expected)]);
  });

  it.each([[[]], ['[]'], ['text'], [5], [true]])('refuses %j in place of an object', async (args) => {
    expect(await faults('Users_getUserDetails', args)).toEqual([expect.stringContaining('one JSON object')]);
  });

  it('wants one of the inputs that stand for each other', async () => {
    expect(await faults('SamlConnectionsBeta_createNewConnection', { name: 'a', provider: 'saml_okta' })).toEqual([
      ': give domain or domains',
    ]);
    expect(await faults('Users_setProfileImage', { user_id: 'user_1' })).toEqual([': give either file_path or file_base64']);
    expect(await faults('Users_setProfileImage', { user_id: 'user_1', file_base64: 'AA==' })).toEqual([
      'media_type: required with file_base64',
    ]);
  });
});

it('every input whose name says that it is a moment is read as one', () => {
  const named = (places: ReadonlyMap<string, string>): string[] =>
    [...places.keys()].filter((name) => /_at_(?:before|after|since)$/.test(name));
  expect(operations.filter(({ places }) => named(places).length > 0)).toHaveLength(3);
  for (const { places, moments } of operations) expect([...moments].toSorted()).toEqual(named(places).toSorted());
});

it('seconds stay seconds where Clerk wants them', async () => {
  expect(await faults('SigninTokens_createToken', { user_id: 'user_1', expires_in_seconds: 60 })).toEqual([]);
  expect(await faults('SigninTokens_createToken', { user_id: 'user_1', expires_in_seconds: '-7d' })).toHaveLength(1);
});
