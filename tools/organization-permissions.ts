import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, keyedQuery, limit, offset } from './schemas.js';

const key = z.string().describe('org:feature:action, of a-z, 0-9, _; org:sys_… is reserved');

export const organizationPermissions = {
  list: defineOperation({
    name: 'OrganizationPermissions_list',
    clerk: 'ListOrganizationPermissions',
    request: 'GET /organization_permissions',
    title: 'List permissions',
    description: 'Permissions that roles can hold. Those of one role: OrganizationRoles_getById.',
    query: {
      query: keyedQuery,
      order_by: z.string().optional().describe('created_at, name, key; - first: descending'),
      limit,
      offset,
    },
    risk: 'read',
  }),

  createPermission: defineOperation({
    name: 'OrganizationPermissions_createPermission',
    clerk: 'CreateOrganizationPermission',
    request: 'POST /organization_permissions',
    title: 'Create a permission',
    description: 'Defines a permission, which nobody has until OrganizationRoles_assignPermission gives it to a role.',
    body: {
      name: z.string(),
      key,
      description: z.string().optional(),
    },
    risk: 'write',
    undo: { by: 'OrganizationPermissions_deleteById', with: { permission_id: '{answer.id}' } },
  }),

  deleteById: defineOperation({
    name: 'OrganizationPermissions_deleteById',
    clerk: 'DeleteOrganizationPermission',
    request: 'DELETE /organization_permissions/{permission_id}',
    title: 'Delete a permission',
    description:
      'Erases a permission, system ones excepted; every role loses it. From one role only: OrganizationRoles_removePermission.',
    path: { permission_id: id },
    risk: 'destructive',
    effect:
      'Deletes permission {target} for good: every role that holds it loses it, in all organizations. This cannot be undone.',
    target: { read: 'OrganizationPermissions_getById' },
    typed: 'target',
    undo: { never: 'its id is gone, and which roles had it' },
  }),

  getById: defineOperation({
    name: 'OrganizationPermissions_getById',
    clerk: 'GetOrganizationPermission',
    request: 'GET /organization_permissions/{permission_id}',
    title: 'Get a permission',
    description: 'One permission with key and type (system or not).',
    path: { permission_id: id },
    risk: 'read',
  }),

  updatePermission: defineOperation({
    name: 'OrganizationPermissions_updatePermission',
    clerk: 'UpdateOrganizationPermission',
    request: 'PATCH /organization_permissions/{permission_id}',
    title: 'Update a permission',
    description: 'Inputs left out stay; system permissions cannot change. A new key breaks code that checks the old one.',
    path: { permission_id: id },
    body: {
      name: z.string().optional(),
      key: key.optional(),
      description: z.string().optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: 'key', is: 'filled' },
        risk: 'access',
        effect:
          'Changes the key of permission {target} to {key}: applications that check the old one refuse, or let in, other people.',
      },
    ],
    target: { read: 'OrganizationPermissions_getById' },
    undo: { by: 'OrganizationPermissions_updatePermission', with: { permission_id: '{permission_id}' }, restores: 'inputs' },
  }),
};
