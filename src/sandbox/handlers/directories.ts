import { must } from '../domain/found.js';
import {
  addMapping,
  type MappingBody,
  mappingsOf,
  parseMappings,
  refuseUnlessMapping,
  replaceMappings,
} from '../domain/group-role-mappings.js';
import { answers, type Call, type Handler, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { lists } from '../list.js';
import {
  DIRECTORIES,
  type DirectoryForm,
  type DirectoryKey,
  type DirectoryRow,
  directories,
  groupRoleMappings,
  SCIM_DIRECTORIES,
} from '../resources/directory.js';
import { enterpriseConnections } from '../resources/enterprise-connection.js';
import { notFound, refuseParam } from '../sandbox-error.js';

/** How long a key works on after a new one was made. */
const GRACE_MS = 24 * 60 * 60 * 1000;

const DEFAULT_MAPPING: Readonly<Record<string, string>> = {
  email_address: 'emails.#(primary==true).value',
  first_name: 'name.givenName',
  last_name: 'name.familyName',
};

interface CreateDirectory {
  readonly enterprise_connection_id: string;
  readonly name?: string;
  readonly provider: string;
  readonly group_role_mappings?: readonly MappingBody[];
}

interface UpdateDirectory {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly provider?: string;
  readonly attribute_mapping?: Readonly<Record<string, string | null>>;
  readonly group_role_mapping_enabled?: boolean;
}

const newKey = (instance: Instance): DirectoryKey => ({ secret: `scim_key_${instance.random.base62(40)}`, expire_at: null });

/** @throws SandboxError for a text of nothing but spaces. */
function text(value: string, param: string): string {
  if (value.trim() === '') throw refuseParam('form_param_value_invalid', param, 'is invalid', `${param} must not be empty.`);
  return value;
}

function create(instance: Instance, body: CreateDirectory): DirectoryRow {
  const connection = instance.of(enterpriseConnections).get(body.enterprise_connection_id);
  if (connection === undefined) {
    const why = `No enterprise connection has the id ${body.enterprise_connection_id}.`;
    throw refuseParam('form_param_value_invalid', 'enterprise_connection_id', 'is invalid', why);
  }
  if (instance.of(directories).many('enterprise_connection_id', connection.id).length > 0) {
    const why = `The enterprise connection ${connection.id} has a directory already.`;
    throw refuseParam('form_param_value_invalid', 'enterprise_connection_id', 'has a directory', why);
  }
  const mappings = body.group_role_mappings ?? [];
  parseMappings(instance, mappings);
  const row = instance.of(directories).insert({
    enterprise_connection_id: connection.id,
    name: body.name === undefined ? connection.name : text(body.name, 'name'),
    provider: text(body.provider, 'provider'),
    enabled: true,
    group_role_mapping_enabled: mappings.length > 0,
    attribute_mapping: DEFAULT_MAPPING,
    keys: [newKey(instance)],
  });
  replaceMappings(instance, row, mappings);
  return row;
}

function update(instance: Instance, row: DirectoryRow, body: UpdateDirectory): void {
  const merged = { ...row.attribute_mapping, ...body.attribute_mapping };
  instance.of(directories).update(row, {
    name: body.name === undefined ? row.name : text(body.name, 'name'),
    provider: body.provider === undefined ? row.provider : text(body.provider, 'provider'),
    enabled: body.enabled ?? row.enabled,
    group_role_mapping_enabled: body.group_role_mapping_enabled ?? row.group_role_mapping_enabled,
    attribute_mapping: Object.fromEntries(
      Object.entries(merged).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  });
}

function rotate(instance: Instance, row: DirectoryRow): void {
  const now = instance.now();
  const old = row.keys
    .filter(({ expire_at }) => expire_at === null || expire_at > now)
    .map(({ secret, expire_at }) => ({ secret, expire_at: expire_at ?? now + GRACE_MS }));
  instance.of(directories).update(row, { keys: [newKey(instance), ...old] });
}

/** Clerk's schemas of these bodies do not forbid further properties. */
const OPEN = { openBody: true } as const;

/** The ten operations on directories, under the present names or under the older ones. */
function roomOf({ group, name, directory, mapping }: DirectoryForm): Handlers {
  const param = `${name}_id`;
  const named = ({ instance, path }: Pick<Call, 'instance' | 'path'>): DirectoryRow =>
    must(instance, directories, path[param] ?? '');
  const showMappings = (instance: Instance, row: DirectoryRow): object => {
    const data = mappingsOf(instance, row).map((one) => mapping.show(one, instance));
    return { data, total_count: data.length };
  };
  const withKey = (instance: Instance, row: DirectoryRow): object => ({
    ...directory.show(row, instance),
    api_key: row.keys[0]?.secret ?? null,
  });
  /** A handler that acts on the directory of the path and answers with it. */
  const acts = <Body extends object>(act: (row: DirectoryRow, call: Call<Body>) => void, show = directory.show): Handler =>
    answers<Body>((call) => {
      const row = named(call);
      act(row, call);
      return show(row, call.instance);
    }, OPEN);

  return {
    [`${group}_list`]: lists({ ...directories, ...directory }, { envelope: 'page' }),
    [`${group}_createDirectory`]: answers<CreateDirectory>(
      ({ instance, body }) => withKey(instance, create(instance, body)),
      OPEN,
    ),
    [`${group}_getById`]: acts(() => {}),
    [`${group}_updateDirectory`]: acts<UpdateDirectory>((row, { instance, body }) => update(instance, row, body)),
    [`${group}_rotateApiKey`]: acts(
      (row, { instance }) => rotate(instance, row),
      (row, instance) => withKey(instance, row),
    ),
    [`${group}_deleteById`]: answers((call) => {
      const row = named(call);
      call.instance.of(directories).delete(row);
      return { object: name, id: row.id, deleted: true };
    }),
    [`${group}_listGroupRoleMappings`]: answers((call) => showMappings(call.instance, named(call))),
    [`${group}_createGroupRoleMapping`]: answers<MappingBody>((call) => {
      const { instance, body } = call;
      const row = named(call);
      refuseUnlessMapping(row);
      return mapping.show(addMapping(instance, row, body), instance);
    }, OPEN),
    [`${group}_replaceGroupRoleMappings`]: answers<{ mappings: readonly MappingBody[] }>((call) => {
      const { instance, body } = call;
      const row = named(call);
      refuseUnlessMapping(row);
      replaceMappings(instance, row, body.mappings);
      return showMappings(instance, row);
    }, OPEN),
    [`${group}_deleteGroupRoleMapping`]: answers((call) => {
      const { instance, path } = call;
      const row = named(call);
      refuseUnlessMapping(row);
      const found = instance.of(groupRoleMappings).get(path.mapping_id ?? '');
      if (found?.directory_id !== row.id) throw notFound('group role mapping', path.mapping_id);
      instance.of(groupRoleMappings).delete(found);
      return { object: mapping.name, id: found.id, deleted: true };
    }),
  };
}

export const directoriesHandlers: Handlers = roomOf(DIRECTORIES);
export const scimDirectoriesHandlers: Handlers = roomOf(SCIM_DIRECTORIES);
