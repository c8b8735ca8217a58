import { type Step, step } from '../step.js';

const CONNECTION = { enterprise_connection_id: '{sso}' };

/** What both names of directories can do. */
const directorySteps = (group: 'Directories' | 'ScimDirectories', param: string, groupId: string, held: string): Step[] => {
  const directory = { [param]: `{${held}}` };
  return [
    step(`${group}_createDirectory`, { ...CONNECTION, provider: 'okta', name: 'Staff' }, { [held]: 'id' }),
    step(`${group}_list`, { limit: 5 }),
    step(`${group}_getById`, directory),
    step(`${group}_updateDirectory`, {
      ...directory,
      group_role_mapping_enabled: true,
      attribute_mapping: { title: 'title', last_name: null },
    }),
    step(`${group}_createGroupRoleMapping`, { ...directory, [groupId]: 'grp_1', role_id: '{anyRole}' }, { mapping: 'id' }),
    step(`${group}_listGroupRoleMappings`, directory),
    step(`${group}_deleteGroupRoleMapping`, { ...directory, mapping_id: '{mapping}' }),
    step(`${group}_replaceGroupRoleMappings`, { ...directory, mappings: [{ [groupId]: 'grp_2', role_id: '{anyRole}' }] }),
    step(`${group}_rotateApiKey`, directory),
    step(`${group}_deleteById`, directory),
  ];
};

/** Single sign-on through identity providers, and the directories that they fill. */
export const ssoSteps: readonly Step[] = [
  step(
    'EnterpriseConnections_createConnection',
    { name: 'Corp', provider: 'oidc_custom', domains: ['corp.example.com'], oidc: { client_id: 'clerk', client_secret: 'shh' } },
    { sso: 'id' },
  ),
  step('EnterpriseConnections_list', { active: false }),
  step('EnterpriseConnections_getById', CONNECTION),
  step('EnterpriseConnections_updateConnection', {
    ...CONNECTION,
    active: true,
    oidc: { discovery_url: 'https://idp.example.com/.well-known/openid-configuration' },
  }),
  step('SsoBypassAllowlistUsers_addUser', { user_id: 'user_sso' }),
  step('SsoBypassAllowlistUsers_list', CONNECTION),
  step('SsoBypassAllowlistUsers_removeUser', { userID: 'user_sso' }),
  step('EnterpriseConnections_createTestRun', CONNECTION),
  step('EnterpriseConnections_listTestRuns', { ...CONNECTION, status: ['pending'] }),
  ...directorySteps('Directories', 'directory_id', 'directory_group_id', 'directory'),
  ...directorySteps('ScimDirectories', 'scim_directory_id', 'scim_group_id', 'scimDirectory'),
  step('EnterpriseConnections_deleteById', CONNECTION),
];
