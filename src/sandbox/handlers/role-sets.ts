import { creates, deleted } from '../domain/found.js';
import { listsKeyed, parseKey, parseKeyedName } from '../domain/keyed.js';
import { initialRoleSet, keepInitial, reassign, roleKeysOf, rolesInUse } from '../domain/role-sets.js';
import { mustBeRole, refuseForCreator } from '../domain/roles.js';
import { answers, type Handler, type Handlers, type Naming } from '../handler.js';
import type { BodyOf, Inputs } from '../inputs.js';
import type { Instance } from '../instance.js';
import { organizationSettings } from '../resources/instance-settings.js';
import { organizations } from '../resources/organization.js';
import { organizationsWith, type RoleSetRow, roleSets } from '../resources/role-set.js';
import { type RoleRow, roles } from '../resources/roles.js';
import { invalidParam, notFound, refuse, refuseParam } from '../sandbox-error.js';

type RoleKeys = Partial<Pick<BodyOf<'RoleSets_updateRoleSet'>, 'default_role_key' | 'creator_role_key'>>;

type UpdateRoleSet = BodyOf<'RoleSets_updateRoleSet'>;

type CreateRoleSet = BodyOf<'RoleSets_createRoleSet'>;

type ReplaceRoleSet = BodyOf<'RoleSets_replaceRoleSet'>;

const MOST_ROLES = 10;
const KEY = { pattern: /^role_set:[a-z0-9_]+$/, rule: 'role_set: and then lower-case letters, digits and "_"' };

const key = (instance: Instance, text: string, except?: RoleSetRow): string =>
  parseKey(instance, roleSets, text, { ...KEY, except });

/** A free key made of the name. */
function keyOf(instance: Instance, name: string): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '') || 'set';
  let made = `role_set:${plain}`;
  for (let nth = 2; instance.one(roleSets, 'key', made) !== undefined; nth++) made = `role_set:${plain}_${nth}`;
  return made;
}

const invalid = (param: string, why: string) => invalidParam(param, why);

/** One to ten roles, each once. @throws SandboxError */
function parseRoles(instance: Instance, param: string, keys: readonly string[]): RoleRow[] {
  if (keys.length === 0) throw invalid(param, `${param} must name at least one role.`);
  if (keys.length > MOST_ROLES) {
    const why = `${param} can name at most ${MOST_ROLES} roles.`;
    throw refuseParam('form_param_array_size_exceeded', param, 'has too many values', why);
  }
  return [...new Set(keys.map((one) => mustBeRole(instance, one)))];
}

/** The default and the creator role that are given, which must be among `roleIds`. @throws SandboxError */
function parseDuties(instance: Instance, given: RoleKeys, roleIds: readonly string[]) {
  const among = (param: keyof RoleKeys): RoleRow | undefined => {
    const text = given[param];
    if (text === undefined || text === null) return undefined;
    const role = instance.one(roles, 'key', text);
    if (role === undefined || !roleIds.includes(role.id)) throw invalid(param, `${param} must be one of the roles, not ${text}.`);
    return role;
  };
  const newcomer = among('default_role_key');
  const creator = among('creator_role_key');
  if (creator !== undefined) refuseForCreator(instance, creator.permission_ids);
  return {
    ...(newcomer === undefined ? {} : { default_role_id: newcomer.id }),
    ...(creator === undefined ? {} : { creator_role_id: creator.id }),
  };
}

function create(instance: Instance, body: CreateRoleSet): RoleSetRow {
  const most = instance.store.setting(organizationSettings).max_role_sets_allowed;
  if (instance.of(roleSets).size >= most) {
    throw refuse(403, 'quota_exceeded', 'Quota exceeded', `An instance can have at most ${most} role sets.`);
  }
  const name = parseKeyedName(body.name);
  const role_ids = parseRoles(instance, 'roles', body.roles).map((role) => role.id);
  const { default_role_id = '', creator_role_id = '' } = parseDuties(instance, body, role_ids);
  const row = instance.insert(roleSets, {
    name,
    key: body.key === undefined ? keyOf(instance, name) : key(instance, body.key),
    description: body.description ?? null,
    role_ids,
    default_role_id,
    creator_role_id,
  });
  if (body.type === 'initial') keepInitial(instance, row);
  return row;
}

/** Changes the set, and what the instance's settings and organizations say of it. */
function change(instance: Instance, row: RoleSetRow, patch: Partial<Omit<RoleSetRow, 'id'>>, initial = false): void {
  const becomesInitial = initial || initialRoleSet(instance) === row;
  const users = patch.key === undefined ? [] : organizationsWith(instance, row.key);
  instance.update(roleSets, row, patch);
  for (const organization of users) instance.update(organizations, organization, { role_set_key: row.key });
  if (becomesInitial) keepInitial(instance, row);
}

function update(row: RoleSetRow, body: UpdateRoleSet, instance: Instance): void {
  const patch: Partial<Omit<RoleSetRow, 'id'>> = parseDuties(instance, body, row.role_ids);
  if (typeof body.name === 'string') patch.name = parseKeyedName(body.name);
  if (typeof body.key === 'string') patch.key = key(instance, body.key, row);
  if (typeof body.description === 'string') patch.description = body.description;
  change(instance, row, patch, body.type === 'initial');
}

function addRoles(row: RoleSetRow, body: RoleKeys & { readonly role_keys: readonly string[] }, instance: Instance): void {
  const added = parseRoles(instance, 'role_keys', body.role_keys).map((role) => role.id);
  const duties = parseDuties(instance, body, added);
  change(instance, row, { ...duties, role_ids: [...new Set([...row.role_ids, ...added])] });
}

type ReplaceRole = BodyOf<'RoleSets_replaceRole'>;

function replaceRole(row: RoleSetRow, body: ReplaceRole, instance: Instance): void {
  const from = mustBeRole(instance, body.role_key);
  const to = mustBeRole(instance, body.to_role_key);
  if (!row.role_ids.includes(from.id)) throw invalid('role_key', `The role ${from.key} is not in ${row.key}.`);
  if (from === to) throw invalid('to_role_key', 'to_role_key must name another role than role_key.');
  if (row.creator_role_id === from.id) refuseForCreator(instance, to.permission_ids);
  const next = (id: string): string => (id === from.id ? to.id : id);
  change(instance, row, {
    role_ids: [...new Set(row.role_ids.map(next))],
    default_role_id: next(row.default_role_id),
    creator_role_id: next(row.creator_role_id),
  });
  reassign(instance, organizationsWith(instance, row.key), { [from.key]: to.key });
}

/** Deletes the set and moves its organizations, with the roles of their members, to the other. */
function replaceSet(row: RoleSetRow, body: ReplaceRoleSet, instance: Instance): void {
  const { dest_role_set_key: destKey, reassignment_mappings: mapped = {} } = body;
  const dest = instance.one(roleSets, 'key', destKey);
  if (dest === undefined) throw notFound(`${roleSets.title} with key`, destKey);
  if (dest === row) throw invalid('dest_role_set_key', 'dest_role_set_key must name another role set.');
  const offered = roleKeysOf(instance, dest);
  const param = 'reassignment_mappings';
  const known = roleKeysOf(instance, row);
  for (const [from, to] of Object.entries(mapped)) {
    if (!known.includes(from)) throw invalid(param, `${from} is no role of ${row.key}.`);
    if (!offered.includes(to)) throw invalid(param, `${to}, which ${from} is mapped to, is no role of ${dest.key}.`);
  }
  const moving = organizationsWith(instance, row.key);
  const left = rolesInUse(instance, moving).filter((role) => !Object.hasOwn(mapped, role) && !offered.includes(role));
  if (left.length > 0) {
    const why = `${dest.key} lacks ${left.join(', ')}, which members have or are invited to. Map them to other roles.`;
    throw refuseParam('form_conditional_param_missing', param, 'is missing roles', why);
  }
  reassign(instance, moving, mapped);
  for (const organization of moving) instance.update(organizations, organization, { role_set_key: dest.key });
  if (initialRoleSet(instance) === row) keepInitial(instance, dest);
  instance.delete(roleSets, row);
}

function setIn({ instance, path }: Naming<'role_set_key_or_id'>): RoleSetRow {
  const asked = path.role_set_key_or_id;
  const row = instance.get(roleSets, asked) ?? instance.one(roleSets, 'key', asked);
  if (row === undefined) throw notFound(roleSets.title, asked);
  return row;
}

/** A handler about the role set that the path names by key or id; it answers with the set as it is after. */
const onSet = <Body>(
  act: (row: RoleSetRow, body: Readonly<Body>, instance: Instance) => void,
): Handler<Inputs<Record<'role_set_key_or_id', string>, unknown, Body>> =>
  answers((call) => {
    const row = setIn(call);
    act(row, call.body, call.instance);
    return roleSets.show(row, call.instance);
  });

export const roleSetsHandlers: Handlers = {
  RoleSets_list: listsKeyed(roleSets),
  RoleSets_getByKeyOrId: answers((call) => roleSets.show(setIn(call), call.instance)),
  RoleSets_createRoleSet: creates(roleSets, ({ instance, body }) => create(instance, body)),
  RoleSets_updateRoleSet: onSet(update),
  RoleSets_addRoles: onSet(addRoles),
  RoleSets_replaceRole: onSet(replaceRole),
  RoleSets_replaceRoleSet: answers((call) => {
    const row = setIn(call);
    replaceSet(row, call.body, call.instance);
    return deleted(roleSets, row);
  }),
};
