import { describe, expect, it } from 'vitest';
import { readsThatFind, readThatTells } from '../../src/clerk/reads.js';
import { operations } from '../../tools/index.js';
import { catalog } from './support.js';

const tells = (name: string) => readThatTells(catalog.get(name), catalog);
const finds = (name: string) => readsThatFind(catalog.get(name), catalog);

describe('the read that tells', () => {
  it.each([
    ['Users_createNewUser', 'Users_listSortedByCreationDate'],
    ['Users_markBanned', 'Users_getUserDetails'],
    ['Users_updateUserAttributes', 'Users_getUserDetails'],
    ['Organizations_createNewOrganization', 'Organizations_listSortedByCreationDate'],
    ['Sessions_revokeSession', 'Sessions_getDetails'],
  ])('of %s is %s', (name, read) => expect(tells(name)).toBe(read));

  it('is always a read that exists', () => {
    for (const operation of operations) {
      const name = readThatTells(operation, catalog);
      if (name !== undefined) expect(catalog.get(name)).toMatchObject({ method: 'GET', risk: 'read' });
    }
  });

  it('is the declared one when there is no catalog to look in, or none', () => {
    expect(readThatTells(catalog.get('Users_createNewUser'), undefined)).toBe(
      catalog.get('Users_createNewUser').spec.target?.read,
    );
    expect(readsThatFind(catalog.get('Users_markBanned'), undefined)).toEqual([]);
  });
});

describe('the reads that find ids', () => {
  it.each([
    ['Users_markBanned', ['Users_listSortedByCreationDate']],
    ['Sessions_revokeSession', ['Sessions_listSortedByCreationDate']],
    ['Users_createNewUser', []],
    [
      'OrganizationMemberships_removeUserFromOrganization',
      ['OrganizationMemberships_getAllMembers', 'Organizations_listSortedByCreationDate'],
    ],
  ])('of %s', (name, reads) => expect(finds(name)).toEqual(reads));
});
