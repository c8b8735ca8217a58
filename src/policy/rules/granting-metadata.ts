/** Keys of metadata that applications commonly take rights from. */
export const DEFAULT_KEYS_THAT_GRANT: readonly string[] = [
  'role',
  'roles',
  'admin',
  'is_admin',
  'permissions',
  'scope',
  'scopes',
];

/** The claims that give this server's callers their scopes: always on the list. */
export const OWN_CLAIMS: readonly string[] = ['scope', 'scp'];

/** `isAdmin`, `is-admin` and `IS_ADMIN` are one key to a person, and to many an application. */
const fold = (key: string): string =>
  key
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, '');

/** The kind of metadata that users write themselves: an application that takes rights from it is open anyway. */
const USERS_OWN = fold('unsafe_metadata');

/**
 * Whether metadata at an input (`public_metadata`, `invitations.private_metadata`) writes or removes one of the keys. A
 * bare key is found at any depth; a path such as `public_metadata.app.role` only there.
 */
export function grants(input: string, metadata: unknown, keys: readonly string[]): boolean {
  const kind = fold(input.split('.').at(-1) ?? '');
  const paths = keys.map((key) => key.split('.').map(fold));
  const bare = new Set(paths.flatMap(([first = '', ...path]) => (path.length === 0 ? [first] : [])));
  if (kind !== USERS_OWN && hasKey(metadata, bare)) return true;
  return paths.some(([first, ...path]) => path.length > 0 && first === kind && reaches(metadata, path));
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === 'object';

function hasKey(metadata: unknown, wanted: ReadonlySet<string>): boolean {
  const open: unknown[] = [metadata];
  while (open.length > 0) {
    const next = open.pop();
    if (!isObject(next)) continue;
    if (!Array.isArray(next) && Object.keys(next).some((key) => wanted.has(fold(key)))) return true;
    for (const inner of Object.values(next)) open.push(inner);
  }
  return false;
}

/** Whether the path is written, or something above it whose new value replaces everything below. */
function reaches(value: unknown, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  if (Array.isArray(value)) return value.some((item) => reaches(item, path));
  if (!isObject(value)) return value !== undefined;
  return Object.entries(value).some(([name, inner]) => fold(name) === key && reaches(inner, rest));
}
