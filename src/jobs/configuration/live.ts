import type { Operation } from '../../catalog/operation.js';
import { isRecord } from '../../platform/is-record.js';
import type { Reader } from '../plan/expand.js';
import { PlanFault } from '../plan/fault.js';
import {
  type Configuration,
  type Fields,
  ordered,
  SECTION_NAMES,
  SECTIONS,
  type Section,
  type SectionName,
  sectionOf,
  THE_ONE,
} from './sections.js';

/** What an instance has now. */
export interface Live {
  readonly configuration: Configuration;
  /** Sections that it does not have, or that may not be read here, with the reason. */
  readonly unread: ReadonlyMap<SectionName, string>;
  /** The ids behind the keys, by section. Clerk's own permissions are among them. */
  readonly ids: ReadonlyMap<SectionName, ReadonlyMap<string, string>>;
  /** By the key of a role set: its roles that a member may have, as far as Clerk tells. */
  readonly held: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface LiveOptions {
  readonly offered: ReadonlyMap<string, Operation>;
  readonly reader: Reader;
}

/** Answers by which Clerk says that the instance has no such thing, or not in its plan. */
const NOT_FOR_IT: ReadonlySet<unknown> = new Set([402, 403, 404]);

/**
 * Reads sections of an instance, and those that must be known to write them.
 * @throws PlanFault when Clerk cannot be reached
 */
export async function readLive(wanted: readonly SectionName[], { offered, reader }: LiveOptions): Promise<Live> {
  const needed = new Set<SectionName>();
  const need = (name: SectionName): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const other of sectionOf(name).needs ?? []) need(other);
  };
  for (const name of wanted) need(name);
  const configuration = new Map<SectionName, Section>();
  const unread = new Map<SectionName, string>();
  const ids = new Map<SectionName, ReadonlyMap<string, string>>();
  const held = new Map<string, ReadonlySet<string>>();
  for (const name of SECTION_NAMES) {
    if (!needed.has(name)) continue;
    const found = await readSection(name, { offered, reader });
    if (typeof found === 'string') {
      unread.set(name, found);
      continue;
    }
    const entries = found.filter(isRecord);
    const own = name === 'permissions' ? entries.filter((entry) => !isClerks(entry)) : entries;
    configuration.set(
      name,
      new Map(own.map((entry): [string, Fields] => [keyIn(name, entry), ordered(name, fieldsIn(name, entry))])),
    );
    ids.set(name, new Map(entries.map((entry) => [keyIn(name, entry), String(entry.id)])));
    if (name === 'roles') ids.set('permissions', new Map([...idsWithin(entries), ...(ids.get('permissions') ?? [])]));
    if (name === 'role_sets') for (const set of entries) held.set(String(set.key), heldIn(set));
  }
  return { configuration, unread, ids, held };
}

/** Its entries; or why there are none to be had. */
async function readSection(name: SectionName, { offered, reader }: LiveOptions): Promise<readonly unknown[] | string> {
  const { read, kind } = SECTIONS[name];
  const operation = offered.get(read);
  if (operation === undefined) return `${read} is not offered here`;
  try {
    return kind === 'settings' ? [await reader.read(operation, {})] : await reader.readList(operation, {});
  } catch (error) {
    if (!(error instanceof PlanFault)) throw error;
    const { cause } = error.model;
    const status = isRecord(cause) ? cause.status : undefined;
    if (error.refused || NOT_FOR_IT.has(status)) return error.message;
    throw error;
  }
}

const isClerks = ({ type, key }: Fields): boolean => type === 'system' || String(key).startsWith('org:sys_');

function keyIn(name: SectionName, entry: Fields): string {
  if (sectionOf(name).kind === 'settings') return THE_ONE;
  return String(entry[KEYS[name] ?? 'key']);
}

const KEYS: Partial<Record<SectionName, string>> = {
  jwt_templates: 'name',
  redirect_urls: 'url',
  allowlist_identifiers: 'identifier',
  blocklist_identifiers: 'identifier',
};

/** An object of the API as a file has it: references by key, and no value where Clerk gives none. */
function fieldsIn(name: SectionName, entry: Fields): Fields {
  switch (name) {
    case 'roles':
      return { name: entry.name, description: entry.description ?? '', permissions: keysIn(entry.permissions) };
    case 'role_sets':
      return {
        name: entry.name,
        description: entry.description ?? '',
        type: entry.type === 'initial' ? 'initial' : 'custom',
        ...keyed('default_role', entry.default_role),
        ...keyed('creator_role', entry.creator_role),
        roles: keysIn(entry.roles),
      };
    case 'permissions':
      return { name: entry.name, description: entry.description ?? '' };
    case 'jwt_templates':
      return templateIn(entry);
    default: {
      // Null stands for nothing in particular, except where it is a value of its own.
      const fields = Object.keys(sectionOf(name).fields).filter(
        (field) => (entry[field] ?? (field === 'default_scopes' ? null : undefined)) !== undefined,
      );
      return Object.fromEntries(fields.map((field) => [field, entry[field]]));
    }
  }
}

function templateIn({ name, lifetime, allowed_clock_skew, custom_signing_key, signing_algorithm, claims }: Fields): Fields {
  const isOwn = custom_signing_key === true;
  return {
    lifetime,
    allowed_clock_skew,
    signing_key: isOwn ? { env: signingKeyVariable(String(name)) } : 'instance',
    ...(isOwn ? { signing_algorithm } : {}),
    claims: claims ?? {},
  };
}

/** The variable that holds the signing key of a template unless a file says otherwise. */
export const signingKeyVariable = (template: string): string =>
  `CLERK_JWT_SIGNING_KEY_${
    template
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^_|_$/g, '') || 'TEMPLATE'
  }`;

const keyed = (field: string, value: unknown): Fields => (isRecord(value) ? { [field]: String(value.key) } : {});

/** The ids of the permissions that roles hold. */
const idsWithin = (roles: readonly Fields[]): readonly (readonly [string, string])[] =>
  roles.flatMap(({ permissions }) =>
    (Array.isArray(permissions) ? permissions.filter(isRecord) : []).map(({ key, id }) => [String(key), String(id)] as const),
  );

const keysIn = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.filter(isRecord).map(({ key }) => String(key)) : [];

/** Unless Clerk says that nobody has a role, somebody may. */
const heldIn = ({ roles }: Fields): ReadonlySet<string> =>
  new Set(
    (Array.isArray(roles) ? roles.filter(isRecord) : [])
      .filter(({ has_members }) => has_members !== false)
      .map(({ key }) => String(key)),
  );
