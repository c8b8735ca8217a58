import { describe, expect, it } from 'vitest';
import { getUser, json, operation, shape, shaped, tokens } from './support.js';
import { user as made } from './users.js';

const user = (n: number) => made(n) as { readonly id: string } & Record<string, unknown>;

const REST = { rest: 'what changed; a read gives all' };
const update = operation('Users_updateUserAttributes');
const merge = operation('Users_mergeUserMetadataAttributes');
const STATE = { banned: false, locked: false };

describe('a change answers', () => {
  it('the id, the state, and what was set as it is now', () => {
    const now = { ...user(2), first_name: 'Linus', username: null };
    const args = { user_id: now.id, first_name: 'linus', username: null };
    expect(shaped(update, now, { args })).toEqual({ _: REST, id: now.id, ...STATE, first_name: 'Linus', username: null });
  });

  it('of metadata the keys that were given, at any depth, and nothing that only some may read', () => {
    const now = {
      ...user(2),
      public_metadata: { plan: 'pro', seats: 3, billing: { day: 1, vat: 'x' } },
      private_metadata: { crm: 7, note: 'y' },
      unsafe_metadata: { theme: 'dark' },
    };
    const args = {
      user_id: now.id,
      public_metadata: { plan: 'pro', gone: null, billing: { day: 1 } },
      private_metadata: { crm: 7 },
      unsafe_metadata: { theme: 'dark' },
    };
    const text = shape(merge, json(now), { args });
    expect(JSON.parse(text)).toEqual({ _: REST, id: now.id, ...STATE, public_metadata: { plan: 'pro', billing: { day: 1 } } });
    expect(tokens(text) + tokens(JSON.stringify(args))).toBeLessThan(tokens(JSON.stringify(now)) / 5);
  });

  it('what fields ask for, metadata too, and all of it with ["*"]', () => {
    const now = { ...user(2), private_metadata: { crm: 7 } };
    const args = { user_id: now.id, private_metadata: { crm: 7 } };
    expect(shaped(merge, now, { args, fields: ['private_metadata'] })).toEqual({ private_metadata: { crm: 7 } });
    expect(shaped(merge, now, { args, fields: ['*'] })).toEqual(now);
    expect(shaped(merge, now, { args, results: 'full' })).toEqual(now);
  });

  it('of many objects the same of each', () => {
    const banned = [user(1), user(2)].map((one) => ({ ...one, banned: true }));
    expect(shaped(operation('Users_banMany'), banned)).toEqual({
      _: { ...REST, left: [expect.stringContaining('memberships'), 'API keys of the user: ApiKeys_revokeKey'] },
      data: banned.map(({ id }) => ({ id, banned: true, locked: false })),
    });
  });

  it('that something is gone', () => {
    const gone = { object: 'machine', id: 'mch_1', deleted: true };
    expect(shape(operation('Machines_deleteById'), json(gone))).toBe(JSON.stringify(gone));
  });

  it('a new secret with all that is said of it', () => {
    const key = { object: 'api_key', id: 'ak_1', name: 'Export', subject: 'user_1', claims: null, secret: 'ak_live' };
    expect(shaped(operation('ApiKeys_createKey'), key)).toMatchObject({ id: 'ak_1', object: 'api_key', secret: 'ak_live' });
  });

  it('nothing again that is long and came back as it was sent', () => {
    const certificate = 'x'.repeat(300);
    const connection = { object: 'saml_connection', id: 'samlc_1', active: true, idp_certificate: certificate, name: 'Acme' };
    const args = { saml_connection_id: 'samlc_1', idp_certificate: certificate, name: 'Acme' };
    expect(shaped(operation('SamlConnectionsBeta_updateConnectionById'), connection, { args })).toEqual({
      _: REST,
      id: 'samlc_1',
      active: true,
      name: 'Acme',
    });
  });

  it('below what is nested no metadata that only some may read either', () => {
    const membership = {
      object: 'organization_membership',
      id: 'orgmem_1',
      role: 'org:admin',
      private_metadata: { a: 1 },
      organization: { object: 'organization', id: 'org_1', private_metadata: { b: 2 } },
    };
    const args = { organization_id: 'org_1', user_id: 'user_1', role: 'org:admin' };
    const add = operation('OrganizationMemberships_updateMembershipProperties');
    expect(shaped(add, membership, { args })).toEqual({
      _: REST,
      id: 'orgmem_1',
      role: 'org:admin',
      organization: { id: 'org_1' },
    });
  });
});

it('a read still has metadata of every kind', () => {
  expect(shaped(getUser, { ...user(1), private_metadata: { crm: 7 } })).toMatchObject({ private_metadata: { crm: 7 } });
});
