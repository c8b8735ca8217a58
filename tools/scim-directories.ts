import * as z from 'zod';
import { defineOperation } from '../src/catalog/declaration.js';
import { id, limit, offset } from './schemas.js';

export const scimDirectories = {
  list: defineOperation({
    name: 'ScimDirectories_list',
    clerk: 'ListSCIMDirectories',
    request: 'GET /scim_directories',
    title: 'List SCIM directories',
    description: 'Directories by which identity providers provision users. Older form of Directories_list.',
    query: { limit, offset },
    risk: 'read',
  }),

  createDirectory: defineOperation({
    name: 'ScimDirectories_createDirectory',
    clerk: 'CreateSCIMDirectory',
    request: 'POST /scim_directories',
    title: 'Create a SCIM directory',
    description:
      'Lets the identity provider of an enterprise connection provision users. The answer holds its API key, ' +
      'which no read returns later. Older form of Directories_createDirectory.',
    body: {
      enterprise_connection_id: z.string(),
      name: z.string().optional(),
      provider: z.string(),
      group_role_mappings: z
        .array(
          z.strictObject({
            scim_group_id: z.string(),
            scim_group_display_name: z.string().max(255).optional(),
            role_id: z.string(),
            precedence: z.int().min(1).optional().describe('Lowest wins; default by order'),
          }),
        )
        .optional(),
    },
    risk: 'credential',
    effect:
      'Creates a SCIM directory for enterprise connection {target} and shows {where} its API key, ' +
      'with which anybody can provision users through it.',
    target: { read: 'EnterpriseConnections_getById', with: { enterprise_connection_id: 'enterprise_connection_id' } },
    raises: [{ risk: 'access', effect: 'Its identity provider can make and change users from then on.' }],
    undo: {
      by: 'ScimDirectories_deleteById',
      with: { scim_directory_id: '{answer.id}' },
      lost: 'a secret that was shown stays known',
    },
  }),

  deleteById: defineOperation({
    name: 'ScimDirectories_deleteById',
    clerk: 'DeleteSCIMDirectory',
    request: 'DELETE /scim_directories/{scim_directory_id}',
    title: 'Delete a SCIM directory',
    description:
      'Ends provisioning through it and voids its API key. To pause it: ScimDirectories_updateDirectory. ' +
      'Older form of Directories_deleteById.',
    path: { scim_directory_id: id },
    risk: 'destructive',
    effect:
      'Deletes SCIM directory {target} for good: its API key is void and its identity provider no longer creates, changes or removes users.',
    target: { read: 'ScimDirectories_getById' },
    consequences: [
      {
        read: 'ScimDirectories_listGroupRoleMappings',
        with: { scim_directory_id: '{scim_directory_id}' },
        says: '{n} group role mappings go with it',
        one: '1 group role mapping goes with it',
      },
    ],
    typed: 'target',
    undo: { never: 'a deleted directory has to be set up anew on both sides' },
  }),

  getById: defineOperation({
    name: 'ScimDirectories_getById',
    clerk: 'GetSCIMDirectory',
    request: 'GET /scim_directories/{scim_directory_id}',
    title: 'Get a SCIM directory',
    description: 'One directory with endpoint URL and attribute mapping, never its API key. Older form of Directories_getById.',
    path: { scim_directory_id: id },
    risk: 'read',
  }),

  updateDirectory: defineOperation({
    name: 'ScimDirectories_updateDirectory',
    clerk: 'UpdateSCIMDirectory',
    request: 'PATCH /scim_directories/{scim_directory_id}',
    title: 'Update a SCIM directory',
    description: 'Inputs left out stay. Older form of Directories_updateDirectory.',
    path: { scim_directory_id: id },
    body: {
      name: z.string().optional(),
      enabled: z.boolean().optional(),
      provider: z.string().optional(),
      attribute_mapping: z
        .record(z.string(), z.string().nullable())
        .optional()
        .describe('To SCIM paths; merged, null removes a key'),
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
    target: { read: 'ScimDirectories_getById' },
    undo: {
      by: 'ScimDirectories_updateDirectory',
      with: { scim_directory_id: '{scim_directory_id}' },
      restores: 'inputs',
      merged: ['attribute_mapping'],
    },
  }),

  listGroupRoleMappings: defineOperation({
    name: 'ScimDirectories_listGroupRoleMappings',
    clerk: 'ListSCIMGroupRoleMappings',
    request: 'GET /scim_directories/{scim_directory_id}/group_role_mappings',
    title: 'List SCIM group mappings',
    description: 'Which group gives which organization role, by precedence. Older form of Directories_listGroupRoleMappings.',
    path: { scim_directory_id: id },
    risk: 'read',
  }),

  createGroupRoleMapping: defineOperation({
    name: 'ScimDirectories_createGroupRoleMapping',
    clerk: 'CreateSCIMGroupRoleMapping',
    request: 'POST /scim_directories/{scim_directory_id}/group_role_mappings',
    title: 'Add SCIM group mapping',
    description:
      'Gives members of a group a role; needs group_role_mapping_enabled. Older form of Directories_createGroupRoleMapping.',
    path: { scim_directory_id: id },
    body: {
      scim_group_id: z.string(),
      role_id: z.string(),
      precedence: z.int().min(1).optional().describe('Lowest wins; default last'),
    },
    risk: 'access',
    effect: 'Gives the role {role_id} to every member of a group that the identity provider of directory {target} fills.',
    target: { read: 'ScimDirectories_getById' },
    undo: {
      by: 'ScimDirectories_deleteGroupRoleMapping',
      with: { scim_directory_id: '{scim_directory_id}', mapping_id: '{answer.id}' },
      lost: 'members who got the role by it meanwhile may keep it',
    },
  }),

  replaceGroupRoleMappings: defineOperation({
    name: 'ScimDirectories_replaceGroupRoleMappings',
    clerk: 'ReplaceSCIMGroupRoleMappings',
    request: 'PUT /scim_directories/{scim_directory_id}/group_role_mappings',
    title: 'Replace SCIM group mappings',
    description:
      'Sets all mappings anew. To add one: ScimDirectories_createGroupRoleMapping. ' +
      'Older form of Directories_replaceGroupRoleMappings.',
    path: { scim_directory_id: id },
    body: {
      mappings: z
        .array(z.strictObject({ scim_group_id: z.string(), role_id: z.string() }))
        .describe('First wins; empty clears all'),
    },
    risk: 'destructive',
    effect:
      'Replaces all group role mappings of SCIM directory {target} by {mappings}; the present ones are lost, ' +
      'and with them the roles that their groups give.',
    target: { read: 'ScimDirectories_getById' },
    consequences: [
      {
        read: 'ScimDirectories_listGroupRoleMappings',
        with: { scim_directory_id: '{scim_directory_id}' },
        says: '{n} present mappings are replaced',
        one: '1 present mapping is replaced',
      },
    ],
    raises: [{ risk: 'access', effect: 'Whoever the identity provider puts into these groups gets their roles.' }],
    undo: { never: 'the former mappings have to be given anew' },
  }),

  deleteGroupRoleMapping: defineOperation({
    name: 'ScimDirectories_deleteGroupRoleMapping',
    clerk: 'DeleteSCIMGroupRoleMapping',
    request: 'DELETE /scim_directories/{scim_directory_id}/group_role_mappings/{mapping_id}',
    title: 'Delete SCIM group mapping',
    description: 'The group no longer gives its role. Older form of Directories_deleteGroupRoleMapping.',
    path: { scim_directory_id: id, mapping_id: id },
    risk: 'destructive',
    effect: 'Deletes mapping {target} of SCIM directory {scim_directory_id}: its group no longer gives its members the role.',
    target: { read: 'ScimDirectories_listGroupRoleMappings', find: 'mapping_id' },
    undo: { never: 'a mapping that was deleted has to be made anew' },
  }),

  rotateApiKey: defineOperation({
    name: 'ScimDirectories_rotateApiKey',
    clerk: 'RotateSCIMDirectoryAPIKey',
    request: 'POST /scim_directories/{scim_directory_id}/rotate_api_key',
    title: 'Rotate SCIM API key',
    description:
      'Returns a new API key; put it into the identity provider soon, as the old one ends shortly. Older form of Directories_rotateApiKey.',
    path: { scim_directory_id: id },
    risk: 'destructive',
    defensive: true,
    effect:
      'Replaces the API key of SCIM directory {target}: the old one ends after a short grace period, ' +
      'and provisioning fails from then until the identity provider has the new one.',
    target: { read: 'ScimDirectories_getById' },
    typed: 'target',
    raises: [{ risk: 'credential', effect: 'Shows the new key {where}.' }],
    undo: { never: 'the former key stays void' },
  }),
};
