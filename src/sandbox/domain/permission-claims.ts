/** Permissions over the organization itself, which are in no token. */
export const isSystemPermission = (key: string): boolean => key.startsWith('org:sys_');

/**
 * Clerk packs `org:feature:permission` by columns: the features, the permissions that any of them has, and for each feature
 * the bits of those that it has. Nothing when there is none.
 */
export function packPermissions(keys: readonly string[]): { features?: string; per?: string; fpm?: string } {
  const own = [...new Set(keys)].filter((key) => !isSystemPermission(key)).map((key) => key.split(':').slice(1));
  if (own.length === 0) return {};
  const features = [...new Set(own.map(([feature]) => feature))];
  const names = [...new Set(own.map(([, name]) => name))];
  const bitsOf = (wanted: string | undefined): number =>
    own.filter(([feature]) => feature === wanted).reduce((bits, [, name]) => bits + 2 ** names.indexOf(name), 0);
  return {
    features: features.map((feature) => `o:${feature}`).join(','),
    per: names.join(','),
    fpm: features.map(bitsOf).join(','),
  };
}
