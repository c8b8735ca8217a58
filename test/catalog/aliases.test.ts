import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);
const listed = catalog.operations.filter(({ superseded }) => !superseded);

describe('a name that a model guesses', () => {
  it.each([
    ['Organizations_list', 'Organizations_listSortedByCreationDate'],
    ['Organizations_createOrganization', 'Organizations_createNewOrganization'],
    ['Users_get', 'Users_getUserDetails'],
    ['Users_getUser', 'Users_getUserDetails'],
    ['Users_search', 'Users_listSortedByCreationDate'],
    ['clerk_list_users', 'Users_listSortedByCreationDate'],
    ['users.getUserList', 'Users_listSortedByCreationDate'],
    ['get_user_count', 'Users_getTotalCount'],
    ['Users_ban', 'Users_markBanned'],
    ['ban_user', 'Users_markBanned'],
    ['unbanUser', 'Users_removeBanFromUser'],
    ['unlock_user', 'Users_removeLock'],
    ['update_user_metadata', 'Users_mergeUserMetadataAttributes'],
    ['Sessions_revoke', 'Sessions_revokeSession'],
    ['create_organization_invitation', 'OrganizationInvitations_createAndSend'],
    ['OrganizationMemberships_list', 'OrganizationMemberships_getAllMembers'],
    ['RedirectUrls_list', 'RedirectUrLs_listAll'],
    ['Domains_list', 'Domains_getAllDomains'],
  ])('%s means %s', (guessed, name) => {
    expect(catalog.meant(guessed)?.name).toBe(name);
  });

  it.each([
    '',
    '_',
    'users',
    'Users_',
    'delete',
    'delete_all',
    'Users_deleteAll',
    'users_delete_many',
    'Users_ban_everything',
    'x'.repeat(1e6),
  ])('%.30s means nothing for certain', (guessed) => {
    expect(catalog.meant(guessed)).toBeUndefined();
  });

  it('is the real one in any case and with any separators', () => {
    for (const operation of listed) {
      expect(catalog.meant(operation.name.toUpperCase())).toBe(operation);
      expect(catalog.meant(operation.name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_'))).toBe(operation);
    }
  });

  it("is an id of Clerk's document, with few exceptions that several operations share", () => {
    const other = listed.filter((operation) => catalog.meant(operation.spec.clerk) !== operation);
    expect(other.map(({ spec }) => spec.clerk).sort()).toEqual([
      'CancelCommerceSubscriptionItem',
      'GetCommercePlanList',
      'GetCommerceSubscriptionItemList',
    ]);
  });
});
