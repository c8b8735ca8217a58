import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, keyedOrder, keyedQuery, limit, offset } from './schemas.js';

const defaultRoleKey = z.string().describe('Of new members; one of the set');
const creatorRoleKey = z.string().describe('Of who creates an organization; one of the set');

export const roleSets = {
  list: defineOperation({
    name: 'RoleSets_list',
    clerk: 'ListRoleSets',
    request: 'GET /role_sets',
    title: 'List role sets',
    description: 'Role sets: which roles an organization that uses the set can give its members.',
    query: { query: keyedQuery, order_by: keyedOrder, limit, offset },
    risk: 'read',
  }),

  createRoleSet: defineOperation({
    name: 'RoleSets_createRoleSet',
    clerk: 'CreateRoleSet',
    request: 'POST /role_sets',
    title: 'Create a role set',
    description:
      'Bundles existing roles (OrganizationRoles_list); one organization takes it by Organizations_updateOrganization.',
    body: {
      name: z.string(),
      key: z.string().optional().describe('role_set: and then a-z, 0-9, _; default from name'),
      description: z.string().nullable().optional(),
      default_role_key: defaultRoleKey,
      creator_role_key: creatorRoleKey,
      type: z.enum(['initial', 'custom']).optional().describe('initial: the one for new organizations'),
      roles: z.array(z.string()).describe('1 to 10 keys'),
    },
    risk: 'write',
    raises: [
      {
        when: { input: 'type', is: { oneOf: ['initial'] } },
        risk: 'access',
        effect:
          'Makes this the role set of every new organization: roles {roles}, for new members {default_role_key}, for creators {creator_role_key}.',
      },
      {
        when: { input: ['default_role_key'], is: 'administers' },
        risk: 'access',
        effect: 'Gives every new member the role {default_role_key}, with which an organization is managed.',
      },
    ],
    undo: { never: 'a role set goes only by being replaced with another' },
  }),

  getByKeyOrId: defineOperation({
    name: 'RoleSets_getByKeyOrId',
    clerk: 'GetRoleSet',
    request: 'GET /role_sets/{role_set_key_or_id}',
    title: 'Get a role set',
    description: 'One role set with its roles, default and creator role.',
    path: { role_set_key_or_id: id },
    risk: 'read',
  }),

  updateRoleSet: defineOperation({
    name: 'RoleSets_updateRoleSet',
    clerk: 'UpdateRoleSet',
    request: 'PATCH /role_sets/{role_set_key_or_id}',
    title: 'Update a role set',
    description: 'For all organizations that use it; inputs left out stay. Its roles: RoleSets_addRoles, RoleSets_replaceRole.',
    path: { role_set_key_or_id: id },
    body: {
      name: z.string().nullable().optional(),
      key: z.string().nullable().optional().describe('role_set: and then a-z, 0-9, _'),
      description: z.string().nullable().optional(),
      type: z.enum(['initial']).nullable().optional().describe('Makes it the one for new organizations, in place of the present'),
      default_role_key: defaultRoleKey.nullable().optional(),
      creator_role_key: creatorRoleKey.nullable().optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: ['key', 'default_role_key', 'creator_role_key', 'type'], is: 'filled' },
        risk: 'access',
        effect:
          'Changes role set {target} for all organizations that use it: key {key}, role of new members {default_role_key}, of creators {creator_role_key}, type {type}.',
      },
    ],
    target: { read: 'RoleSets_getByKeyOrId' },
    undo: {
      by: 'RoleSets_updateRoleSet',
      with: { role_set_key_or_id: '{role_set_key_or_id}' },
      restores: 'inputs',
      emptied: ['description'],
      stands: { default_role_key: 'default_role.key', creator_role_key: 'creator_role.key' },
      unread: ['key', 'type'],
    },
  }),

  replaceRoleSet: defineOperation({
    name: 'RoleSets_replaceRoleSet',
    clerk: 'ReplaceRoleSet',
    request: 'POST /role_sets/{role_set_key_or_id}/replace',
    title: 'Replace a role set',
    description: 'Deletes a role set and moves its organizations to another. To swap one role: RoleSets_replaceRole.',
    path: { role_set_key_or_id: id },
    body: {
      dest_role_set_key: z.string(),
      reassignment_mappings: z
        .record(z.string(), z.string())
        .optional()
        .describe('Old role key to new; needed for roles that members hold and dest lacks'),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Deletes role set {target} and moves all organizations that use it to {dest_role_set_key}; ' +
      'roles of their members change by this map: {reassignment_mappings}. This cannot be undone.',
    target: { read: 'RoleSets_getByKeyOrId' },
    typed: 'target',
    raises: [{ risk: 'access', effect: 'Moves members of all its organizations to the roles of {dest_role_set_key}.' }],
    undo: { never: 'which organization had which set and role before is not told' },
  }),

  addRoles: defineOperation({
    name: 'RoleSets_addRoles',
    clerk: 'AddRolesToRoleSet',
    request: 'POST /role_sets/{role_set_key_or_id}/roles',
    title: 'Add roles to set',
    description: 'Lets all organizations that use the set give these roles too. New role first: OrganizationRoles_createRole.',
    path: { role_set_key_or_id: id },
    body: {
      role_keys: z.array(z.string()).describe('1 to 10'),
      default_role_key: z.string().optional().describe('Of new members; one of role_keys'),
      creator_role_key: z.string().optional().describe('Of who creates an organization; one of role_keys'),
    },
    risk: 'access',
    effect:
      'Lets all organizations that use role set {target} give the roles {role_keys}; for new members {default_role_key}, for creators {creator_role_key}.',
    idempotent: true,
    target: { read: 'RoleSets_getByKeyOrId' },
    undo: { never: 'a role leaves a set only by being replaced with another' },
  }),

  replaceRole: defineOperation({
    name: 'RoleSets_replaceRole',
    clerk: 'ReplaceRoleInRoleSet',
    request: 'POST /role_sets/{role_set_key_or_id}/roles/replace',
    title: 'Replace role in set',
    description:
      'Takes a role out of a set and gives its members another. One member only: OrganizationMemberships_updateMembershipProperties.',
    path: { role_set_key_or_id: id },
    body: {
      role_key: z.string(),
      to_role_key: z.string(),
    },
    risk: 'destructive',
    idempotent: true,
    effect:
      'Takes role {role_key} out of role set {target} and gives all its members {to_role_key} instead, ' +
      'in every organization that uses the set; who held it before is lost.',
    target: { read: 'RoleSets_getByKeyOrId' },
    typed: 'target',
    raises: [
      {
        when: { input: 'to_role_key', is: 'administers' },
        risk: 'access',
        effect: 'Everybody who holds {role_key} gets {to_role_key}, with which an organization is managed.',
      },
    ],
    undo: { never: 'who had which of the two roles before is not told' },
  }),
};
