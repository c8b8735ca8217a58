import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { catalogWithJobs as catalog } from '../../../src/app/load-catalog.js';
import { GrantsFileError, readGrants } from '../../../src/mcp/auth/grants-file.js';

const file = (who: object, more: object = {}): string => JSON.stringify({ grants: [{ who, scopes: ['clerk:read'], ...more }] });
const fits = (who: object, claims: JWTPayload): boolean | undefined => readGrants(file(who), catalog)[0]?.isFor(claims);

describe('the file of grants', () => {
  it('is YAML, or JSON', () => {
    const yaml = 'grants:\n  - who: { subject: user_1 }\n    scopes: [clerk:read]\n    tools: [Users, Sessions_revokeSession]\n';
    const [entry] = readGrants(yaml, catalog);
    expect(entry?.scopes).toEqual(['clerk:read']);
    expect(entry?.tools?.has('Users_listSortedByCreationDate')).toBe(true);
    expect(entry?.tools?.has('Organizations_listSortedByCreationDate')).toBe(false);
    expect(readGrants(file({ subject: ['user_1', 'user_2'] }), catalog)[0]?.tools).toBeUndefined();
  });

  it.each([
    [
      'a key misspelt',
      file({ subjet: 'user_1', subject: 'x' }),
      /grants\[0\]\.who: unknown key "subjet"\. Did you mean subject\?/,
    ],
    ['one in the entry', file({ subject: 'x' }, { tool: 'Users' }), /grants\[0\]: unknown key "tool"\. Did you mean tools\?/],
    ['one at the top', '{"grant": [], "grants": []}', /^unknown key "grant"\. Did you mean grants\?/],
    [
      'a scope misspelt',
      file({ subject: 'x' }, { scopes: ['clerk:reed'] }),
      /grants\[0\]\.scopes\[0\]: "clerk:reed" is unknown\. Did you mean clerk:read\?/,
    ],
    [
      'a tool misspelt',
      file({ subject: 'x' }, { tools: 'Userz' }),
      /grants\[0\]\.tools: No tool or group matches "Userz"\. Did you mean Users\?/,
    ],
    ['no one named', file({}), /grants\[0\]\.who: names no one/],
    ['no scope', file({ subject: 'x' }, { scopes: [] }), /grants\[0\]\.scopes: grants nothing/],
    ['an address for a domain', file({ email_domain: '@example.com' }), /grants\[0\]\.who\.email_domain: expected a domain/],
    ['a key that is there twice', 'grants: []\ngrants: []\n', /a key is there twice \(line 2, column 1\)/],
    ['no YAML', 'grants: [', /no valid YAML or JSON \(line 1/],
    ['nothing', '', /expected object/],
  ])('is refused with %s', (_, text, message) => {
    expect(() => readGrants(text, catalog)).toThrow(GrantsFileError);
    expect(() => readGrants(text, catalog)).toThrow(message);
  });

  it.each([
    ['a subject', { subject: 'user_1' }, { sub: 'user_1' }, true],
    ['another subject', { subject: 'user_1' }, { sub: 'user_10' }, false],
    ['everyone', { subject: '*' }, { sub: 'user_10' }, true],
    ['a domain', { email_domain: 'Example.com' }, { email: 'ada@EXAMPLE.com', email_verified: true }, true],
    ['a domain inside another', { email_domain: 'example.com' }, { email: 'ada@mail.example.com', email_verified: true }, false],
    [
      'an address that is not verified',
      { email_domain: 'example.com' },
      { email: 'ada@example.com', email_verified: false },
      false,
    ],
    ['one of which that is not said', { email_domain: 'example.com' }, { email: 'ada@example.com' }, false],
    [
      'an address with two @',
      { email_domain: 'example.com' },
      { email: 'ada@example.com@evil.com', email_verified: true },
      false,
    ],
    ['an organization', { organization: 'org_1' }, { org_id: 'org_1' }, true],
    ["an organization in Clerk's short claim", { organization: 'org_1' }, { o: { id: 'org_1', rol: 'admin' } }, true],
    ['its slug, which others could take', { organization: 'acme' }, { org_slug: 'acme', o: { slg: 'acme' } }, false],
    ['a role there', { organization: 'org_1', role: 'org:admin' }, { o: { id: 'org_1', rol: 'admin' } }, true],
    ['a role elsewhere', { organization: 'org_1', role: 'org:admin' }, { org_id: 'org_2', org_role: 'org:admin' }, false],
    ['a role in whichever organization', { role: 'org:admin' }, { org_id: 'org_2', org_role: 'org:admin' }, false],
    ['a role of the issuer', { role: 'support' }, { roles: ['support', 'x'] }, true],
    ['all that is named', { subject: 'user_1', role: 'support' }, { sub: 'user_1', role: 'other' }, false],
    ['claims that are not there', { organization: 'org_1' }, { o: null }, false],
  ])('looks at %s', (_, who, claims, expected) => {
    expect(fits(who, claims)).toBe(expected);
  });
});
