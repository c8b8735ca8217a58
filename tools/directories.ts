import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset } from './schemas.js';

/** A group of the identity provider, and the role that its members get. */
const mapping = {
  directory_group_id: z.string().optional().describe('Id at the IdP'),
  scim_group_id: z.string().optional().describe('Old name of directory_group_id'),
  role_id: z.string(),
};

export const directories = {
  list: defineOperation({
    name: 'Directories_list',
    clerk: 'ListDirectories',
    request: 'GET /directories',
    title: 'List directories',
    description: 'Directories through which identity providers add, change and remove users (SCIM).',
    query: { limit, offset },
    risk: 'read',
  }),

  createDirectory: defineOperation({
    name: 'Directories_createDirectory',
    clerk: 'CreateDirectory',
    request: 'POST /directories',
    title: 'Create a directory',
    description:
      'Sets up user provisioning for an enterprise connection. The answer holds the endpoint and the API key for the identity provider, which no read returns later.',
    body: {
      enterprise_connection_id: z.string(),
      name: z.string().optional(),
      provider: z.string(),
      group_role_mappings: z
        .array(
          z.strictObject({
            ...mapping,
            directory_group_display_name: z.string().max(255).optional(),
            scim_group_display_name: z.string().max(255).optional().describe('Old name of it'),
            precedence: z.int().min(1).optional().describe('Default: by order'),
          }),
        )
        .optional(),
    },
    risk: 'credential',
    effect:
      'Creates a directory for enterprise connection {enterprise_connection_id} and shows its API key {where}: whoever has it can add, change and remove users through it.',
    raises: [{ risk: 'access', effect: 'Its identity provider can make and change users from then on.' }],
    undo: { by: 'Directories_deleteById', with: { directory_id: '{answer.id}' }, lost: 'a secret that was shown stays known' },
  }),

  deleteById: defineOperation({
    name: 'Directories_deleteById',
    clerk: 'DeleteDirectory',
    request: 'DELETE /directories/{directory_id}',
    title: 'Delete a directory',
    description: 'Ends provisioning through it for good. To pause: enabled false in Directories_updateDirectory.',
    path: { directory_id: id },
    risk: 'destructive',
    effect:
      'Deletes the directory {target} for good: the identity provider is refused and no longer adds, changes or removes users.',
    target: { read: 'Directories_getById' },
    consequences: [
      {
        read: 'Directories_listGroupRoleMappings',
        with: { directory_id: '{directory_id}' },
        says: '{n} group-to-role mappings stop working',
        one: '1 group-to-role mapping stops working',
      },
    ],
    typed: 'target',
    undo: { never: 'a deleted directory has to be set up anew on both sides' },
  }),

  getById: defineOperation({
    name: 'Directories_getById',
    clerk: 'GetDirectory',
    request: 'GET /directories/{directory_id}',
    title: 'Get a directory',
    description: 'Its endpoint, provider and attribute mapping; never the API key.',
    path: { directory_id: id },
    risk: 'read',
  }),

  updateDirectory: defineOperation({
    name: 'Directories_updateDirectory',
    clerk: 'UpdateDirectory',
    request: 'PATCH /directories/{directory_id}',
    title: 'Update a directory',
    description: 'Changes or pauses provisioning; inputs left out stay. For a new key: Directories_rotateApiKey.',
    path: { directory_id: id },
    body: {
      name: z.string().optional(),
      enabled: z.boolean().optional(),
      provider: z.string().optional(),
      attribute_mapping: z
        .record(z.string(), z.string().nullable())
        .optional()
        .describe('Attribute to path at the IdP; merged, null removes'),
      group_role_mapping_enabled: z.boolean().optional(),
    },
    risk: 'write',
    idempotent: true,
    raises: [
      {
        when: { input: ['enabled', 'provider', 'attribute_mapping', 'group_role_mapping_enabled'], is: 'given' },
        risk: 'access',
        effect:
          'Changes how the identity provider of directory {target} makes and changes users: on {enabled}, provider {provider}, attributes {attribute_mapping}, groups give roles {group_role_mapping_enabled}.',
      },
    ],
    target: { read: 'Directories_getById' },
    undo: {
      by: 'Directories_updateDirectory',
      with: { directory_id: '{directory_id}' },
      restores: 'inputs',
      merged: ['attribute_mapping'],
    },
  }),

  listGroupRoleMappings: defineOperation({
    name: 'Directories_listGroupRoleMappings',
    clerk: 'ListDirectoryGroupRoleMappings',
    request: 'GET /directories/{directory_id}/group_role_mappings',
    title: 'List group role mappings',
    description: 'Which IdP group gives which organization role, highest precedence first.',
    path: { directory_id: id },
    risk: 'read',
  }),

  createGroupRoleMapping: defineOperation({
    name: 'Directories_createGroupRoleMapping',
    clerk: 'CreateDirectoryGroupRoleMapping',
    request: 'POST /directories/{directory_id}/group_role_mappings',
    title: 'Add group role mapping',
    description: 'Gives the members of an IdP group an organization role; the directory must have group_role_mapping_enabled.',
    path: { directory_id: id },
    body: {
      ...mapping,
      precedence: z.int().min(1).optional().describe('Lowest wins; default last'),
    },
    needsOneOf: ['directory_group_id', 'scim_group_id'],
    risk: 'access',
    effect: 'Gives the role {role_id} to every member of a group that the identity provider of directory {target} fills.',
    target: { read: 'Directories_getById' },
    undo: {
      by: 'Directories_deleteGroupRoleMapping',
      with: { directory_id: '{directory_id}', mapping_id: '{answer.id}' },
      lost: 'members who got the role by it meanwhile may keep it',
    },
  }),

  replaceGroupRoleMappings: defineOperation({
    name: 'Directories_replaceGroupRoleMappings',
    clerk: 'ReplaceDirectoryGroupRoleMappings',
    request: 'PUT /directories/{directory_id}/group_role_mappings',
    title: 'Replace group role mappings',
    description: 'Sets all mappings of a directory anew. To add one: Directories_createGroupRoleMapping.',
    path: { directory_id: id },
    body: {
      mappings: z.array(z.strictObject(mapping)).describe('First wins; empty removes all'),
    },
    risk: 'destructive',
    effect: 'Drops all group-to-role mappings of directory {target} and sets these instead: {mappings}.',
    target: { read: 'Directories_getById' },
    consequences: [
      {
        read: 'Directories_listGroupRoleMappings',
        with: { directory_id: '{directory_id}' },
        says: '{n} present mappings are dropped',
        one: '1 present mapping is dropped',
      },
    ],
    raises: [{ risk: 'access', effect: 'Whoever the identity provider puts into these groups gets their roles.' }],
    undo: { never: 'the former mappings have to be given anew' },
  }),

  deleteGroupRoleMapping: defineOperation({
    name: 'Directories_deleteGroupRoleMapping',
    clerk: 'DeleteDirectoryGroupRoleMapping',
    request: 'DELETE /directories/{directory_id}/group_role_mappings/{mapping_id}',
    title: 'Delete group role mapping',
    description: 'Members of that IdP group no longer get the role from it.',
    path: { directory_id: id, mapping_id: id },
    risk: 'destructive',
    effect: 'Deletes the group-to-role mapping {target}: members of that group no longer get its role.',
    target: { read: 'Directories_listGroupRoleMappings', find: 'mapping_id' },
    undo: { never: 'a mapping that was deleted has to be made anew' },
  }),

  rotateApiKey: defineOperation({
    name: 'Directories_rotateApiKey',
    clerk: 'RotateDirectoryAPIKey',
    request: 'POST /directories/{directory_id}/rotate_api_key',
    title: 'Rotate directory API key',
    description: 'Returns a new key, to be entered at the identity provider soon: the old one expires shortly after.',
    path: { directory_id: id },
    risk: 'destructive',
    defensive: true,
    effect:
      'Replaces the API key of directory {target}: provisioning stops soon unless the identity provider gets the new key, and the old one cannot be brought back.',
    target: { read: 'Directories_getById' },
    typed: 'target',
    raises: [{ risk: 'credential', effect: 'Shows the new key {where}.' }],
    undo: { never: 'the former key stays void' },
  }),
};
