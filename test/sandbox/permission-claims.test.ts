import { expect, it } from 'vitest';
import { packPermissions } from '../../src/sandbox/domain/permission-claims.js';

/** Reads the claims as Clerk's SDKs do: each feature has a number whose bits, from the lowest, say which permissions it has. */
function unpack({ features = '', per = '', fpm = '' }: ReturnType<typeof packPermissions>): string[] {
  const names = per.split(',');
  return features.split(',').flatMap((feature, at) => {
    const bits = Number(fpm.split(',')[at]);
    return names.filter((_, nth) => (bits >> nth) & 1).map((name) => feature.replace(/^o/, 'org').concat(`:${name}`));
  });
}

it('permissions are packed by feature, without those of the system', () => {
  const keys = ['org:invoices:create', 'org:sys_profile:manage', 'org:invoices:read', 'org:reports:read'];
  expect(packPermissions(keys)).toEqual({ features: 'o:invoices,o:reports', per: 'create,read', fpm: '3,2' });
  expect(unpack(packPermissions(keys))).toEqual(keys.filter((key) => !key.includes('sys_')));
});

it('no permissions leave no claims', () => {
  expect(packPermissions([])).toEqual({});
  expect(packPermissions(['org:sys_profile:manage'])).toEqual({});
});
