import type { BodyOf } from '../inputs.js';
import type { Instance } from '../instance.js';
import { type DirectoryRow, type GroupRoleMappingRow, groupRoleMappings } from '../resources/directory.js';
import { roles } from '../resources/roles.js';
import { invalidParam, missingParam, refuse, refuseParam } from '../sandbox-error.js';
import { sameUnderBothNames } from './enterprise-settings.js';

export type MappingBody = NonNullable<BodyOf<'Directories_createDirectory'>['group_role_mappings']>[number];

type Parsed = Pick<GroupRoleMappingRow, 'group_id' | 'group_display_name' | 'role_id'> & { readonly precedence?: number };

/** Mappings of a directory, the one that wins first. */
export const mappingsOf = (instance: Instance, { id }: DirectoryRow): GroupRoleMappingRow[] =>
  [...instance.many(groupRoleMappings, 'directory_id', id)].sort((a, b) => a.precedence - b.precedence);

/** @throws SandboxError for a group that is missing or stands twice, and for a role that does not exist. */
export function parseMappings(instance: Instance, given: readonly MappingBody[]): Parsed[] {
  const parsed = given.map((body) => {
    const group = sameUnderBothNames(body, 'directory_group_id', 'scim_group_id')?.trim() ?? '';
    if (group === '') throw missingParam('directory_group_id');
    if (instance.get(roles, body.role_id) === undefined) {
      throw invalidParam('role_id', `No organization role has the id ${body.role_id}.`);
    }
    const name = sameUnderBothNames(body, 'directory_group_display_name', 'scim_group_display_name') ?? group;
    const { role_id, precedence } = body;
    return { group_id: group, group_display_name: name, role_id, ...(precedence === undefined ? {} : { precedence }) };
  });
  const groups = parsed.map(({ group_id }) => group_id);
  const twice = groups.find((group, at) => groups.indexOf(group) !== at);
  if (twice !== undefined) throw groupTaken(twice);
  return parsed;
}

const groupTaken = (group: string): Error =>
  refuseParam('form_param_value_invalid', 'directory_group_id', 'is taken', `The group ${group} has a mapping already.`);

/** @throws SandboxError 400 where the directory does not map groups. */
export function refuseUnlessMapping({ id, group_role_mapping_enabled }: DirectoryRow): void {
  if (group_role_mapping_enabled) return;
  const why = `The directory ${id} maps no groups to roles: set group_role_mapping_enabled first.`;
  throw refuse(400, 'group_role_mapping_not_enabled', 'Group role mapping is not enabled', why);
}

/** Puts one mapping where its precedence says, and the others behind it; last by default. @throws SandboxError */
export function addMapping(instance: Instance, directory: DirectoryRow, body: MappingBody): GroupRoleMappingRow {
  const [parsed] = parseMappings(instance, [body]) as [Parsed];
  const held = mappingsOf(instance, directory);
  if (held.some(({ group_id }) => group_id === parsed.group_id)) throw groupTaken(parsed.group_id);
  const precedence = parsed.precedence ?? (held.at(-1)?.precedence ?? 0) + 1;
  if (held.some((row) => row.precedence === precedence)) {
    for (const row of held) {
      if (row.precedence >= precedence) instance.update(groupRoleMappings, row, { precedence: row.precedence + 1 });
    }
  }
  return instance.insert(groupRoleMappings, { ...parsed, directory_id: directory.id, precedence });
}

/** Sets a directory's mappings anew: the order says the precedence where they do not. @throws SandboxError before any is lost. */
export function replaceMappings(
  instance: Instance,
  directory: DirectoryRow,
  given: readonly MappingBody[],
): GroupRoleMappingRow[] {
  const parsed = parseMappings(instance, given);
  for (const row of mappingsOf(instance, directory)) instance.delete(groupRoleMappings, row);
  for (const [at, mapping] of parsed.entries()) {
    instance.insert(groupRoleMappings, { precedence: at + 1, ...mapping, directory_id: directory.id });
  }
  return mappingsOf(instance, directory);
}
