import type { Operation } from '../../catalog/operation.js';
import { isRecord } from '../../platform/is-record.js';
import type { Reader } from '../plan/expand.js';
import { PlanFault } from '../plan/fault.js';
import {
  type Configuration,
  type Fields,
  ordered,
  SECTION_NAMES,
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
    const own = entries.filter((entry) => !isClerks(name, entry));
    const section = new Map(own.map((entry): [string, Fields] => [keyIn(name, entry), ordered(name, fieldsIn(name, entry))]));
    configuration.set(name, name === 'jwt_templates' ? withVariablesOfTheirOwn(section) : section);
    ids.set(name, new Map(entries.map((entry) => [keyIn(name, entry), String(entry.id)])));
    if (name === 'roles') ids.set('permissions', new Map([...idsWithin(entries), ...(ids.get('permissions') ?? [])]));
    if (name === 'role_sets') for (const set of entries) held.set(String(set.key), heldIn(set));
  }
  return { configuration, unread, ids, held };
}

/** Its entries; or why there are none to be had. */
async function readSection(name: SectionName, { offered, reader }: LiveOptions): Promise<readonly unknown[] | string> {
  const { read, kind, with: args = {} } = sectionOf(name);
  const operation = offered.get(read);
  if (operation === undefined) return `${read} is not offered here`;
  try {
    return kind === 'settings' ? [await reader.read(operation, args)] : await reader.readList(operation, args);
  } catch (error) {
    if (!(error instanceof PlanFault)) throw error;
    const { status, error: code, message } = isRecord(error.model.cause) ? error.model.cause : {};
    if (error.refused) return `${read} is refused here (${String(code)})`;
    if (NOT_FOR_IT.has(status)) return `Clerk answers ${read} with ${String(status)}: ${String(message ?? code)}`;
    throw error;
  }
}

/** Whether it is Clerk's own, and the same on every instance. */
function isClerks(name: SectionName, { type, key, can_revert }: Fields): boolean {
  if (name === 'permissions') return type === 'system' || String(key).startsWith('org:sys_');
  return (name === 'email_templates' || name === 'sms_templates') && can_revert !== true;
}

function keyIn(name: SectionName, entry: Fields): string {
  if (sectionOf(name).kind === 'settings') return THE_ONE;
  return String(entry[KEYS[name] ?? 'key']);
}

const KEYS: Partial<Record<SectionName, string>> = {
  jwt_templates: 'name',
  email_templates: 'slug',
  sms_templates: 'slug',
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
    default:
      return plainFields(name, entry);
  }
}

/** For a list null is an empty one, except where it stands for Clerk's own; elsewhere it says nothing. */
function plainFields(name: SectionName, entry: Fields): Fields {
  const { fields, sets = [] } = sectionOf(name);
  const given = (field: string): unknown => {
    const value = entry[field];
    if (value !== null || field === 'default_scopes') return value;
    return sets.includes(field) ? [] : undefined;
  };
  const found = Object.keys(fields).map((field) => [field, given(field)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
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
const signingKeyVariable = (template: string): string =>
  `CLERK_JWT_SIGNING_KEY_${
    template
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, '_')
      .replace(/^_|_$/g, '') || 'TEMPLATE'
  }`;

/** Names that differ in nothing that a variable can hold get numbers, in their order. */
function withVariablesOfTheirOwn(templates: Section): Section {
  const taken = new Set<string>();
  const inOrder = [...templates].sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(
    inOrder.map(([name, fields]): [string, Fields] => {
      if (!isRecord(fields.signing_key)) return [name, fields];
      const variable = signingKeyVariable(name);
      let env = variable;
      for (let nth = 2; taken.has(env); nth++) env = `${variable}_${nth}`;
      taken.add(env);
      return [name, { ...fields, signing_key: { env } }];
    }),
  );
}

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
