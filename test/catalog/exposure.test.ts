import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { jobs } from '../../src/app/operations.js';
import { Catalog } from '../../src/catalog/catalog.js';
import { expose, howToOffer } from '../../src/catalog/exposure.js';
import { PROFILE_NAMES, PROFILES, type Profile, type ProfileName } from '../../src/catalog/profiles.js';
import { operations } from '../../tools/index.js';

const catalog = new Catalog(operations);
const names = (options: Parameters<typeof expose>[1]): string[] => [...expose(catalog, options).keys()];

const plansOf = (name: ProfileName): readonly string[] => (PROFILES[name] as Profile).plans ?? [];

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

describe('profiles', () => {
  const narrow = PROFILE_NAMES.filter((name) => !(PROFILES[name].tools as readonly string[]).includes('*'));

  it('have every operation that no other has replaced, in at least one of them', () => {
    const held = new Set(narrow.flatMap((profile) => names({ profile })));
    const left = catalog.operations.filter(({ name, superseded }) => !superseded && !held.has(name));
    expect(left.map(({ name }) => name)).toEqual([]);
  });

  it('add up', () => {
    const both = new Set([...names({ profile: 'support' }), ...names({ profile: 'billing' })]);
    expect(names({ profile: ['support', 'billing'] })).toEqual([...both].sort());
  });

  it('are few enough tools for clients that take 80', () => {
    for (const profile of narrow) expect(names({ profile }).length + jobs.length).toBeLessThanOrEqual(80);
  });

  it.each(narrow.flatMap((profile) => plansOf(profile).map((plan) => [profile, plan] as const)))(
    '%s carries the plan %s to its end',
    async (profile, plan) => {
      const text = await readFile(new URL(`../../plans/${plan}.yml`, import.meta.url), 'utf8');
      const used = [...text.matchAll(/\b(?:tool|list): ([A-Z]\w+_\w+)/g)].map(([, name]) => name);
      expect(used.length).toBeGreaterThan(0);
      expect([...jobs.map(({ name }) => name), ...names({ profile })]).toEqual(expect.arrayContaining(used));
    },
  );

  it('carry every named plan, one of them at least', async () => {
    const files = await readdir(new URL('../../plans/', import.meta.url));
    expect(new Set(narrow.flatMap(plansOf))).toEqual(new Set(files.map((file) => file.replace('.yml', ''))));
  });
});

describe('what is left out', () => {
  it.each([
    [
      'Users_markBanned',
      { tools: ['Jwks', 'Invitations'] },
      /started with --profile \w+, or --profile \w+, or --tools Users_markBanned\.$/,
    ],
    ['Users_markBanned', { readOnly: true }, /started to read only/],
    ['Clients_listSortedByCreationDate', {}, /Use .*--profile everything/],
  ])('%s is told how it would be offered with %o', (name, options, told) => {
    expect(howToOffer(catalog, expose(catalog, options).values(), catalog.get(name))).toMatch(told);
  });
});
