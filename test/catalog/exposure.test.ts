import { describe, expect, it } from 'vitest';
import { Catalog } from '../../src/catalog/catalog.js';
import { expose } from '../../src/catalog/exposure.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);
const names = (options: Parameters<typeof expose>[1]): string[] => [...expose(catalog, options).keys()];

describe('what is offered', () => {
  it('is by default everything but what another tool has replaced', () => {
    const left = operations.map(({ name }) => name).filter((name) => !names({}).includes(name));
    expect(left.sort()).toEqual([
      'BetaFeatures_updateProductionInstanceDomain',
      'Clients_listSortedByCreationDate',
      'OrganizationInvitations_listPending',
      'SamlConnectionsBeta_createNewConnection',
      'SamlConnectionsBeta_deleteConnectionById',
      'SamlConnectionsBeta_getById',
      'SamlConnectionsBeta_getList',
      'SamlConnectionsBeta_updateConnectionById',
      'Sessions_verifySession',
      'Users_listTrustedDevices',
      'Users_revokeTrustedDevice',
    ]);
  });

  it('is what was replaced too, for those who name it or choose everything', () => {
    expect(names({ profile: 'everything' })).toHaveLength(operations.length);
    expect(names({ tools: ['Clients_listSortedByCreationDate'] })).toEqual(['Clients_listSortedByCreationDate']);
    expect(names({ toolsets: ['samlconnectionsbeta'] })).toHaveLength(5);
    expect(names({ profile: 'read' })).not.toContain('SamlConnectionsBeta_getList');
  });

  it('is what names, groups and globs pick', () => {
    expect(names({ tools: ['Users_markBanned'] })).toEqual(['Users_markBanned']);
    expect(names({ tools: ['Jwks', 'ProxyChecks'] })).toEqual(['Jwks_getJsonWebKeySet', 'ProxyChecks_verifyProxyConfiguration']);
    expect(names({ tools: ['*_revoke*'] }).every((name) => name.includes('_revoke'))).toBe(true);
    expect(names({ tools: ['Users_*'] }).every((name) => name.startsWith('Users_'))).toBe(true);
  });

  it('loses what is excluded, even when it was picked by name', () => {
    expect(names({ tools: ['Users'], exclude: ['Users_delete*', 'Users_markBanned'] })).not.toContain('Users_markBanned');
    expect(names({ tools: ['Users'], exclude: ['Users_delete*'] })).not.toContain('Users_deleteUserById');
  });

  it('is only reads in read-only mode, whatever was picked', () => {
    const offered = expose(catalog, { readOnly: true, tools: ['Users'] });
    expect(offered.size).toBeGreaterThan(0);
    expect([...offered.values()].every((operation) => operation.risk === 'read')).toBe(true);
  });

  it.each([
    [{ tools: ['Userz'] }, /"Userz".*Users/],
    [{ exclude: ['Users_markBaned'] }, /"Users_markBaned".*Did you mean Users_markBanned/],
    [{ tools: ['Users'], exclude: ['Users'] }, /No tool is left/],
    [{ tools: ['Users_markBanned'], readOnly: true }, /No tool is left/],
  ])('%o stops the start', (options, message) => {
    expect(() => names(options)).toThrow(message);
  });
});
