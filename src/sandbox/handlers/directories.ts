import { must } from '../domain/found.js';
import {
  addMapping,
  type MappingBody,
  mappingsOf,
  parseMappings,
  refuseUnlessMapping,
  replaceMappings,
} from '../domain/group-role-mappings.js';
import { answers, type Call, type Handlers } from '../handler.js';
import type { BodyOf, Inputs, InputsOf } from '../inputs.js';
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
import { invalidParam, notFound, refuseParam } from '../sandbox-error.js';

/** How long a key works on after a new one was made. */
const GRACE_MS = 24 * 60 * 60 * 1000;

const DEFAULT_MAPPING: Readonly<Record<string, string>> = {
  email_address: 'emails.#(primary==true).value',
  first_name: 'name.givenName',
  last_name: 'name.familyName',
};

const newKey = (instance: Instance): DirectoryKey => ({ secret: `scim_key_${instance.random.base62(40)}`, expire_at: null });

/** @throws SandboxError for a text of nothing but spaces. */
function text(value: string, param: string): string {
  if (value.trim() === '') throw invalidParam(param, `${param} must not be empty.`);
  return value;
}

function create(instance: Instance, body: BodyOf<'Directories_createDirectory'>): DirectoryRow {
  const connection = instance.get(enterpriseConnections, body.enterprise_connection_id);
  if (connection === undefined) {
    throw invalidParam('enterprise_connection_id', `No enterprise connection has the id ${body.enterprise_connection_id}.`);
  }
  if (instance.many(directories, 'enterprise_connection_id', connection.id).length > 0) {
    const why = `The enterprise connection ${connection.id} has a directory already.`;
    throw refuseParam('form_param_value_invalid', 'enterprise_connection_id', 'has a directory', why);
  }
  const mappings = body.group_role_mappings ?? [];
  parseMappings(instance, mappings);
  const row = instance.insert(directories, {
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

function update(instance: Instance, row: DirectoryRow, body: BodyOf<'Directories_updateDirectory'>): DirectoryRow {
  const merged = { ...row.attribute_mapping, ...body.attribute_mapping };
  return instance.update(directories, row, {
    name: body.name === undefined ? row.name : text(body.name, 'name'),
    provider: body.provider === undefined ? row.provider : text(body.provider, 'provider'),
    enabled: body.enabled ?? row.enabled,
    group_role_mapping_enabled: body.group_role_mapping_enabled ?? row.group_role_mapping_enabled,
    attribute_mapping: Object.fromEntries(
      Object.entries(merged).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  });
}

function rotate(instance: Instance, row: DirectoryRow): DirectoryRow {
  const now = instance.now();
  const old = row.keys
    .filter(({ expire_at }) => expire_at === null || expire_at > now)
    .map(({ secret, expire_at }) => ({ secret, expire_at: expire_at ?? now + GRACE_MS }));
  return instance.update(directories, row, { keys: [newKey(instance), ...old] });
}

type Called<Body> = Inputs<Record<string, string>, unknown, Body>;

/** The ten operations on directories, under the present names or under the older ones. */
function roomOf({ group, name, directory, mapping }: DirectoryForm): Handlers {
  const withKey = (row: DirectoryRow, instance: Instance): object => ({
    ...directory.show(row, instance),
    api_key: row.keys[0]?.secret ?? null,
  });
  const showMappings = (row: DirectoryRow, instance: Instance): object => {
    const data = mappingsOf(instance, row).map((one) => mapping.show(one, instance));
    return { data, total_count: data.length };
  };
  /** @param act What it does with the directory of the path, and answers. */
  const on = <Body>(act: (row: DirectoryRow, instance: Instance, body: Body, mappingId: string) => object) =>
    answers(({ instance, path, body }: Call<Called<Body>>) =>
      act(must(instance, directories, path[`${name}_id`] ?? ''), instance, body, path.mapping_id ?? ''),
    );
  return {
    [`${group}_list`]: lists({ ...directories, ...directory }, { envelope: 'page' }),
    [`${group}_createDirectory`]: answers(({ instance, body }: Call<InputsOf<'Directories_createDirectory'>>) =>
      withKey(create(instance, body), instance),
    ),
    [`${group}_getById`]: on(directory.show),
    [`${group}_updateDirectory`]: on((row, instance, body: BodyOf<'Directories_updateDirectory'>) =>
      directory.show(update(instance, row, body), instance),
    ),
    [`${group}_rotateApiKey`]: on((row, instance) => withKey(rotate(instance, row), instance)),
    [`${group}_deleteById`]: on((row, instance) => {
      instance.delete(directories, row);
      return { object: name, id: row.id, deleted: true };
    }),
    [`${group}_listGroupRoleMappings`]: on(showMappings),
    [`${group}_createGroupRoleMapping`]: on((row, instance, body: MappingBody) => {
      refuseUnlessMapping(row);
      return mapping.show(addMapping(instance, row, body), instance);
    }),
    [`${group}_replaceGroupRoleMappings`]: on((row, instance, { mappings }: { readonly mappings: readonly MappingBody[] }) => {
      refuseUnlessMapping(row);
      replaceMappings(instance, row, mappings);
      return showMappings(row, instance);
    }),
    [`${group}_deleteGroupRoleMapping`]: on((row, instance, _, mappingId) => {
      refuseUnlessMapping(row);
      const found = instance.get(groupRoleMappings, mappingId);
      if (found?.directory_id !== row.id) throw notFound('group role mapping', mappingId);
      instance.delete(groupRoleMappings, found);
      return { object: mapping.name, id: found.id, deleted: true };
    }),
  };
}

export const directoriesHandlers: Handlers = roomOf(DIRECTORIES);
export const scimDirectoriesHandlers: Handlers = roomOf(SCIM_DIRECTORIES);
