import type { Instance } from '../instance.js';
import { defineResource, type Resource } from '../resource.js';
import type { Row } from '../table.js';
import { enterpriseConnections } from './enterprise-connection.js';
import { frontendApi } from './frontend-api.js';
import { roles } from './roles.js';

/** One key of the directory. Identity providers send it; the Backend API has no way to check one. */
export interface DirectoryKey {
  readonly secret: string;
  /** Unix milliseconds; null for the present one. */
  readonly expire_at: number | null;
}

/** A directory through which an identity provider adds, changes and removes users. */
export interface DirectoryRow extends Row {
  enterprise_connection_id: string;
  name: string;
  provider: string;
  enabled: boolean;
  group_role_mapping_enabled: boolean;
  /** Attribute of a user to its path in what the identity provider sends. */
  attribute_mapping: Record<string, string>;
  keys: DirectoryKey[];
}

const showAs =
  (object: string) =>
  ({ keys: _, ...row }: DirectoryRow, instance: Instance): object => ({
    object,
    ...row,
    endpoint_url: `${frontendApi(instance)}/v1/scim/v2/${row.id}`,
    custom_attributes: instance.get(enterpriseConnections, row.enterprise_connection_id)?.custom_attributes ?? [],
    // Only the answers that make a key show it.
    api_key: null,
  });

export const directories = defineResource<DirectoryRow>()({
  name: 'directory',
  prefix: 'scim',
  owners: { enterprise_connection: 'enterprise_connection_id' },
  show: showAs('directory'),
});

/** A group of the identity provider, and the role that its members get. */
export interface GroupRoleMappingRow extends Row {
  directory_id: string;
  group_id: string;
  group_display_name: string;
  role_id: string;
  /** From 1; the lowest wins. */
  precedence: number;
}

const showMappingAs =
  (object: string) =>
  ({ group_id, group_display_name, role_id, ...row }: GroupRoleMappingRow, instance: Instance): object => {
    const role = instance.get(roles, role_id);
    return {
      object,
      ...row,
      scim_directory_id: row.directory_id,
      directory_group_id: group_id,
      scim_group_id: group_id,
      directory_group_display_name: group_display_name,
      scim_group_display_name: group_display_name,
      ...(role && { role: roles.show(role, instance) }),
    };
  };

export const groupRoleMappings = defineResource<GroupRoleMappingRow>()({
  name: 'directory_group_role_mapping',
  prefix: 'grm',
  owners: { directory: 'directory_id', role: 'role_id' },
  show: showMappingAs('directory_group_role_mapping'),
});

/** What directories and their mappings are called, now and before: the same rows under two names. */
export interface DirectoryForm {
  /** Of the operations. */
  readonly group: 'Directories' | 'ScimDirectories';
  /** The wire's name, and that of the path's parameter without `_id`. */
  readonly name: 'directory' | 'scim_directory';
  readonly directory: Pick<Resource<DirectoryRow>, 'show'>;
  readonly mapping: Pick<Resource<GroupRoleMappingRow>, 'show' | 'name'>;
}

export const DIRECTORIES: DirectoryForm = {
  group: 'Directories',
  name: 'directory',
  directory: directories,
  mapping: groupRoleMappings,
};

export const SCIM_DIRECTORIES: DirectoryForm = {
  group: 'ScimDirectories',
  name: 'scim_directory',
  directory: { show: showAs('scim_directory') },
  mapping: {
    name: 'scim_group_role_mapping',
    show: showMappingAs('scim_group_role_mapping'),
  },
};
