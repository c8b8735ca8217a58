import type { Handler } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import type { Resource } from '../resource.js';
import { identifierExists, invalidParam, malformedParam } from '../sandbox-error.js';
import type { Row } from '../table.js';

/** What has a name, and a key that programs know it by. */
interface KeyedRow extends Row {
  name: string;
  key: string;
}

function matching(value: string): { test: (row: KeyedRow) => boolean } {
  const wanted = value.toLowerCase();
  return { test: ({ id, name, key }) => id === value || name.toLowerCase().includes(wanted) || key.includes(wanted) };
}

/** Lists of keyed things are all searched and ordered the same way. */
export const listsKeyed = <R extends KeyedRow, Lookup extends string>(resource: Resource<R, 'key', Lookup>): Handler =>
  lists(resource, {
    envelope: 'page',
    filters: { query: matching },
    orders: { name: (row) => row.name, key: (row) => row.key },
  });

/** The key, checked. @param rule What `pattern` asks for. @throws SandboxError also when another one has it. */
export function parseKey<R extends KeyedRow, Lookup extends string>(
  instance: Instance,
  resource: Resource<R, 'key', Lookup>,
  key: string,
  { pattern, rule, except }: { readonly pattern: RegExp; readonly rule: string; readonly except?: R | undefined },
): string {
  if (!pattern.test(key)) throw malformedParam('key', `key must be ${rule}.`);
  const holder = instance.one(resource, 'key', key);
  if (holder !== undefined && holder !== except) throw identifierExists('key', 'key');
  return key;
}

/** @throws SandboxError for an empty name. */
export function parseKeyedName(name: string): string {
  if (name.trim() === '') throw invalidParam('name', 'name must not be empty.');
  return name;
}
