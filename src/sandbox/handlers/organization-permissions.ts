import { changes, deletes, gets } from '../domain/found.js';
import { listsKeyed, parseKey, parseKeyedName } from '../domain/keyed.js';
import { answers, type Handlers } from '../handler.js';
import type { Instance } from '../instance.js';
import { type PermissionRow, permissions, roles } from '../resources/roles.js';
import { refuse } from '../sandbox-error.js';

const KEY = {
  pattern: /^org:(?!sys_)[a-z0-9_]+:[a-z0-9_]+$/,
  rule: 'org:feature:action, of lower-case letters, digits and "_", where feature does not begin with sys_',
};

const key = (instance: Instance, text: string, except?: PermissionRow): string =>
  parseKey(instance, permissions, text, { ...KEY, except });

function refuseSystem(row: PermissionRow): void {
  if (row.type === 'user') return;
  const why = `${row.key} is a system permission, which can neither be changed nor deleted.`;
  throw refuse(403, 'organization_system_permission_not_modifiable', 'System permission cannot be modified', why);
}

export const organizationPermissionsHandlers: Handlers = {
  OrganizationPermissions_list: listsKeyed(permissions),
  OrganizationPermissions_getById: gets(permissions),

  OrganizationPermissions_createPermission: answers(({ instance, body }) => {
    const row = instance.insert(permissions, {
      name: parseKeyedName(body.name),
      key: key(instance, body.key),
      description: body.description ?? '',
      type: 'user',
    });
    return permissions.show(row, instance);
  }),

  OrganizationPermissions_updatePermission: changes(permissions, (row, { instance, body }) => {
    refuseSystem(row);
    instance.update(permissions, row, {
      ...(body.name === undefined ? {} : { name: parseKeyedName(body.name) }),
      ...(body.key === undefined ? {} : { key: key(instance, body.key, row) }),
      ...(body.description === undefined ? {} : { description: body.description }),
    });
  }),

  OrganizationPermissions_deleteById: deletes(permissions, {
    remove: (row, instance) => {
      refuseSystem(row);
      for (const role of instance.all(roles)) {
        if (!role.permission_ids.includes(row.id)) continue;
        instance.update(roles, role, { permission_ids: role.permission_ids.filter((id) => id !== row.id) });
      }
      instance.delete(permissions, row);
    },
  }),
};
