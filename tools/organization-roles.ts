import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, keyedOrder, keyedQuery, limit, offset } from './schemas.js';

const key = z.string().describe('org: and then a-z, 0-9, _');

export const organizationRoles = {
  list: defineOperation({
    name: 'OrganizationRoles_list',
    clerk: 'ListOrganizationRoles',
    request: 'GET /organization_roles',
    title: 'List roles',
    description: 'Roles of the instance with their permissions. Which of them organizations offer: RoleSets_list.',
    query: { query: keyedQuery, order_by: keyedOrder, limit, offset },
    risk: 'read',
  }),

  createRole: defineOperation({
    name: 'OrganizationRoles_createRole',
    clerk: 'CreateOrganizationRole',
    request: 'POST /organization_roles',
    title: 'Create a role',
    description: 'Defines a role. Organizations offer it once it is in their role set: RoleSets_addRoles.',
    body: {
      name: z.string(),
      key,
      description: z.string().nullable().optional(),
      permissions: z.array(z.string()).nullable().optional().describe('Ids'),
      include_in_initial_role_set: z.boolean().nullable().optional().describe('The set of new organizations'),
    },
    risk: 'write',
    raises: [
      {
        when: { input: 'permissions', is: 'filled' },
        risk: 'access',
        effect: 'Defines the role {key} with the permissions {permissions}.',
      },
      {
        when: { input: 'include_in_initial_role_set', is: true },
        risk: 'access',
        effect: 'Lets every new organization give the role {key}.',
      },
    ],
    undo: { by: 'OrganizationRoles_deleteById', with: { organization_role_id: '{answer.id}' } },
  }),

  deleteById: defineOperation({
    name: 'OrganizationRoles_deleteById',
    clerk: 'DeleteOrganizationRole',
    request: 'DELETE /organization_roles/{organization_role_id}',
    title: 'Delete a role',
    description: 'Erases a role that no member, invitation or default uses. To move its members first: RoleSets_replaceRole.',
    path: { organization_role_id: id },
    risk: 'destructive',
    effect: 'Deletes role {target} for good; Clerk refuses while a member, an invitation or a default still uses it.',
    target: { read: 'OrganizationRoles_getById' },
    typed: 'target',
    undo: { never: 'its id is gone, and which sets had it' },
  }),

  getById: defineOperation({
    name: 'OrganizationRoles_getById',
    clerk: 'GetOrganizationRole',
    request: 'GET /organization_roles/{organization_role_id}',
    title: 'Get a role',
    description: 'One role with its permissions.',
    path: { organization_role_id: id },
    risk: 'read',
  }),

  updateRole: defineOperation({
    name: 'OrganizationRoles_updateRole',
    clerk: 'UpdateOrganizationRole',
    request: 'PATCH /organization_roles/{organization_role_id}',
    title: 'Update a role',
    description:
      'Changes a role for everybody who holds it; inputs left out stay. ' +
      'For single permissions: OrganizationRoles_assignPermission, OrganizationRoles_removePermission.',
    path: { organization_role_id: id },
    body: {
      name: z.string().nullable().optional(),
      key: key.nullable().optional(),
      description: z.string().nullable().optional(),
      permissions: z.array(z.string()).nullable().optional().describe('Ids, the whole new list'),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'permissions', is: 'given' },
        risk: 'access',
        effect: 'Everybody who holds role {target} may then do what these allow: {permissions}.',
      },
      {
        when: { input: 'key', is: 'filled' },
        risk: 'access',
        effect: 'Changes the key of role {target} to {key}: applications that check the old one refuse, or let in, other people.',
      },
      {
        when: { input: 'permissions', is: 'given' },
        risk: 'destructive',
        effect:
          'Sets the permissions of role {target} to {permissions}, for everybody who holds it; any other it has now is taken away.',
      },
    ],
    target: { read: 'OrganizationRoles_getById' },
    undo: {
      by: 'OrganizationRoles_updateRole',
      with: { organization_role_id: '{organization_role_id}' },
      restores: 'inputs',
      emptied: ['description'],
      stands: { permissions: 'permissions.*.id' },
    },
  }),

  removePermission: defineOperation({
    name: 'OrganizationRoles_removePermission',
    clerk: 'RemovePermissionFromOrganizationRole',
    request: 'DELETE /organization_roles/{organization_role_id}/permissions/{permission_id}',
    title: 'Remove permission from role',
    description: 'Takes a permission from a role, and so from everybody who holds that role.',
    path: { organization_role_id: id, permission_id: id },
    risk: 'destructive',
    effect: 'Takes permission {permission_id} from role {target}, and so from every member who holds that role.',
    target: { read: 'OrganizationRoles_getById' },
    undo: {
      by: 'OrganizationRoles_assignPermission',
      with: { organization_role_id: '{organization_role_id}', permission_id: '{permission_id}' },
      watch: ['permissions.*.id'],
    },
  }),

  assignPermission: defineOperation({
    name: 'OrganizationRoles_assignPermission',
    clerk: 'AssignPermissionToOrganizationRole',
    request: 'POST /organization_roles/{organization_role_id}/permissions/{permission_id}',
    title: 'Add permission to role',
    description: 'Gives a permission to a role, and so to everybody who holds that role.',
    path: { organization_role_id: id, permission_id: id },
    risk: 'access',
    effect: 'Gives permission {permission_id} to role {target}, and so to everybody who holds that role.',
    idempotent: true,
    target: { read: 'OrganizationRoles_getById' },
    undo: {
      by: 'OrganizationRoles_removePermission',
      with: { organization_role_id: '{organization_role_id}', permission_id: '{permission_id}' },
      watch: ['permissions.*.id'],
    },
  }),
};
